//! The pieces the circuits are made of.
//!
//! Each function creates the variables and gates of jellyfish's gadget of the same purpose, in its order: wire indices
//! depend on it, and so do the keys.

pub mod arithmetic;
pub mod boolean;
pub mod comparison;
pub mod edwards;
pub mod rescue;
pub mod schnorr;
