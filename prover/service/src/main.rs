//! `state-prover`.

use std::process::ExitCode;

use clap::Parser;
use crema_service::{
    cli::{Cli, Command},
    offline, update,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => return update::main(cli.update),
        Some(Command::Vk(options)) => offline::vk(options),
        Some(Command::Prove(options)) => offline::prove(options),
        Some(Command::Verify(options)) => offline::verify(options),
        Some(Command::Calldata(options)) => offline::calldata(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
