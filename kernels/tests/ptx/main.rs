//! The kernels as nvcc compiled them, run on the CPU: an interpreter of the PTX that this build made.
//!
//! The emulation of the mock driver runs what g++ makes of the same text; it does not see the compiler's choices nor
//! the carry chains in inline assembly. Here the engine drives the very instructions that a card's driver is handed,
//! and single kernels meet the operands at which carries and comparisons turn.
#![cfg(feature = "cuda")]

mod card;
mod decode;
mod edges;
mod engine;
mod execute;
mod field;
mod instruction;
mod launch;
mod memory;
mod mutants;
mod program;
mod registers;
mod single;
mod warp;
