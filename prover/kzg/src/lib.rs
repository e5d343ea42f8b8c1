//! KZG polynomial commitments over BN254: structured reference strings, commitments, openings and their check.
//!
//! Source: Kate, Zaverucha, Goldberg, "Constant-size commitments to polynomials and their applications" (2010).

pub mod aggregate;
pub mod ceremony;
pub mod error;
pub mod group_transform;
pub mod lagrange;
pub mod opening;
pub mod srs;
pub mod srs_file;

pub use error::Error;
pub use opening::{commit, open, verify};
pub use srs::{Origin, Srs};
