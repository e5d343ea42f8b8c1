//! Ordering by commonware simplex with BLS over BN254, data availability, decided leaves.
