//! The circuits against golden vectors of the reference library, and against cheating provers.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its vectors has to stop"
)]

mod canonical;
mod digest;
mod forgery;
mod mutation;
mod structure;
mod tampering;
mod vectors;
mod witness;
