//! A circuit's fixed structure and a proof's witness, made by the same gadget code.
//!
//! Gadgets are generic over [`Builder`]. [`StructureBuilder`] records gates and wiring and never computes a value;
//! [`WitnessBuilder`] computes values and ignores gates. What one pass creates in order, the other creates in the same
//! order, so that variable `i` of the structure holds `witness[i]`.

mod builder;
mod circuit;
mod counter;
mod structure;
mod witness;

pub use builder::{Builder, Gate, Segment, Variable};
pub use circuit::{Circuit, Unsatisfied};
pub use structure::StructureBuilder;
pub use witness::WitnessBuilder;
