//! The circuit: "these transfers, executed on the state with this root, lead to that one".
//!
//! Its five public inputs are the state's root before and after, and three that bind the transfers: the contract cannot hash
//! them as the circuit does (a Rescue permutation is 94,000 gas), nor the circuit as the contract does (keccak256 would not
//! fit). So the prover sends the circuit's digest of them, the contract draws a challenge from that digest and the
//! transfers that it read from the chain, and both evaluate the transfers, as a polynomial's coefficients, at the challenge.
//! The digest fixes the circuit's transfers before the challenge is known: other transfers than the chain's agree at
//! it with probability 17/2^253. See [`crate::batch`].

mod batch;
mod path;
mod transfer;

pub use batch::{BATCH, PUBLIC_INPUTS, Statement, structure, witness};
