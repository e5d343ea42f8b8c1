//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use crema_kernels::icicle::Device;

/// Checks and times the CUDA kernels on this machine's card.
///
/// Exits with 0 when everything that ran passed, 1 when something failed, 2 when there is no card to check.
#[derive(Debug, Parser)]
#[command(name = "kernels-check", version)]
pub struct Arguments {
    /// Writes everything that was found as JSON, after every step
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Small sizes only
    #[arg(long)]
    pub quick: bool,

    /// Runs these steps only; facts of the card always come first
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STEP")]
    pub only: Vec<Step>,

    /// Runs only the conformance tests whose names contain one of these
    #[arg(long, value_delimiter = ',', value_name = "TEXT")]
    pub tests: Vec<String>,

    /// Points that a conformance test of multi-scalar multiplication may take [default: 400 on an emulated card or for
    /// the sanitizer, all otherwise]
    #[arg(long, value_name = "POINTS")]
    pub points: Option<usize>,

    /// Which card, in the driver's order
    #[arg(long, default_value_t = 0)]
    pub device: u32,

    /// ICICLE's device, which is timed beside ours where CREMA_ICICLE_DIR names an installation of it
    #[arg(long, default_value = "cuda", value_name = "DEVICE")]
    pub icicle: Device,

    /// Seconds after which nothing new is started; what is left out is listed
    #[arg(long, default_value_t = 540)]
    pub budget: u64,
}

/// A part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// How fast the card's pipes are
    Pipes,
    /// Every conformance test of the kernels
    Conformance,
    /// Some of them under compute-sanitizer's memcheck and racecheck
    Sanitizer,
    /// Times of every operation beside the predicted ones
    Timings,
}

impl Arguments {
    /// Whether a step is to run.
    pub fn runs(&self, step: Step) -> bool {
        self.only.is_empty() || self.only.contains(&step)
    }

    /// The time that everything may take.
    pub fn budget(&self) -> Duration {
        Duration::from_secs(self.budget)
    }
}
