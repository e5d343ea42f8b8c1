//! Runs of the simulation.

mod budget;
mod cases;
mod checkers;
mod crash_points;
mod replay;
mod sizes;
