//! The circuits against golden vectors of the reference library, and against cheating provers.

mod canonical;
mod digest;
mod forgery;
mod mutation;
mod structure;
mod tampering;
mod vectors;
mod witness;
