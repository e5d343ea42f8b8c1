//! The log of every tool.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt};

/// To standard error, as `RUST_LOG` and `RUST_LOG_FORMAT` say, like every Espresso program.
pub fn start() {
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
