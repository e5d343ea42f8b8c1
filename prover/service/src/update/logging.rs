//! The log: what and in which form is set by `RUST_LOG` and `RUST_LOG_FORMAT`, as in every Espresso program.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing_subscriber::{EnvFilter, fmt};

/// Sends the log to standard error. `default` is the level where `RUST_LOG` is not set.
pub fn init(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // fails where a log is set up already: then that one is used
    let _ = match env::var("RUST_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().try_init(),
        Ok("compact") => log.compact().try_init(),
        _ => log.try_init(),
    };
}
