//! `cargo demo` and `cargo ci`: each sets up what it needs on a fresh machine and runs one thing to its verdict.

mod ci;
mod demo;
mod network;
mod process;
mod setup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's two commands.
#[derive(Debug, Parser)]
#[command(name = "cargo")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the main job: prove a bundle of state signatures and update a light-client contract on a local L1.
    Demo(demo::Options),
    /// Pass every check and test.
    Ci(ci::Options),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Ci(options) => ci::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
