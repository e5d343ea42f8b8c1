//! Verifiable information dispersal: shares of a payload for many nodes, recovery from any threshold of them, and proofs
//! that bytes belong to a committed payload.
//!
//! The scheme is ADVZ as HotShot runs it before version 0.100: the payload's 31-byte elements are values of polynomials
//! on a subgroup, KZG on BN254 commits to these, and node `i` holds their values at the `i`-th point of a larger
//! subgroup. Commitments, shares and proofs, in JSON and in binary, are those of the reference implementation.
//!
//! | to | use |
//! |---|---|
//! | disperse a payload | [`Scheme::disperse`] |
//! | check one's share before voting | [`Verifier::verify_share`] |
//! | check a stored payload before voting | [`Verifier::verify_payload`] |
//! | get a payload back | [`Verifier::recover`] |
//! | prove a rollup's transactions to it | [`NamespaceProof::new`], [`Verifier::verify_namespace`] |
//! | prove some bytes of a payload | [`RangeProof::new`], [`Verifier::verify_range`] |

mod aggregation;
mod committer;
mod dispersal;
mod elements;
mod encoding;
mod error;
#[cfg(test)]
mod faulty_disperser;
mod linear_check;
mod namespace_proof;
mod openings;
mod parameters;
mod range_proof;
mod recovery;
mod reference_string;
mod runs;
mod scheme;
mod share;
mod tree;
mod verifier;

pub use aggregation::Aggregation;
pub use dispersal::{Common, Disperse};
pub use error::Error;
pub use namespace_proof::NamespaceProof;
pub use parameters::{MAX_NODES, Parameters};
pub use range_proof::RangeProof;
pub use scheme::Scheme;
pub use share::Share;
pub use verifier::Verifier;
