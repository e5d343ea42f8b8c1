//! `sequencer`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use crema_sequencer::options::Command;
use crema_sequencer::program;
use tracing_subscriber::{EnvFilter, fmt};

fn main() -> ExitCode {
    let command = match Command::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => error.exit(),
    };
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(program::run(command));
    // connections that have not ended in time are not waited for
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// To standard error, as `RUST_LOG` and `RUST_LOG_FORMAT` say, like every Espresso program.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match std::env::var("RUST_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().init(),
        Ok("compact") => log.compact().init(),
        _ => log.init(),
    }
}
