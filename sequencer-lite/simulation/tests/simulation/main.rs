//! Runs of the simulation.

mod budget;
mod cases;
mod checkers;
mod replay;
