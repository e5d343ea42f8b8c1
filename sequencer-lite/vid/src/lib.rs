//! Verifiable information dispersal: shares of a payload, recovery from any k of them, namespace proofs.
