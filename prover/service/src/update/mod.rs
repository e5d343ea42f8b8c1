//! From a relay's bundle and a sequencer's stake table to an accepted `newFinalizedState` on L1.
//!
//! [`updater`] does one update step by step; [`daemon`] does so for ever. What is decided is decided by functions that ask
//! nobody: [`decision`] (is the bundle news, is it signed by enough), [`stake_table`] (is it the contract's),
//! [`key_match`] (which circuit the contract verifies), [`gas`] (may it cost that much). What is asked is asked in
//! [`source`] (relay and sequencer) and [`l1`] (the chain), with a limit to every body and every wait.

pub mod contract;
pub mod daemon;
pub mod decision;
mod delivery;
pub mod duration;
pub mod error;
pub mod gas;
pub mod inputs;
pub mod key_choice;
pub mod key_match;
pub mod l1;
pub mod logging;
pub mod news;
pub mod options;
pub mod report;
pub mod secret;
pub mod server;
pub mod source;
pub mod stake_table;
pub mod stop;
pub mod submission;
#[cfg(test)]
pub(crate) mod testing;
pub mod transport;
pub mod updater;

use std::{process::ExitCode, sync::Arc};

pub use error::UpdateError;
pub use options::UpdateOptions;
pub use report::Outcome;
pub use stop::Stop;
pub use updater::Screen;

use crate::{jobs::Jobs, terminal::Bars};

/// Updates the contract: once, or with `--daemon` until asked to stop.
///
/// # Errors
/// [`UpdateError`]; a daemon logs the errors of single updates and goes on.
pub async fn run(
    options: UpdateOptions,
    screen: Arc<dyn Screen>,
    stop: Stop,
) -> Result<Outcome, UpdateError> {
    let settings = options.check()?;
    if settings.options.daemon {
        daemon::run(settings, screen, stop).await
    } else {
        once(settings, screen, stop).await
    }
}

/// One update over a job store that is open already, tried once.
///
/// # Errors
/// [`UpdateError`].
pub async fn run_over(
    options: UpdateOptions,
    jobs: Jobs,
    screen: Arc<dyn Screen>,
    stop: Stop,
) -> Result<Outcome, UpdateError> {
    let mut updater = updater::Updater::with_jobs(options.check()?, jobs, screen, stop)?;
    Box::pin(updater.update()).await
}

/// One update, tried again as often as the options say.
async fn once(
    settings: options::Settings,
    screen: Arc<dyn Screen>,
    stop: Stop,
) -> Result<Outcome, UpdateError> {
    let (mut retries, pause) = (settings.options.retries, settings.options.retry_interval.0);
    let mut updater = updater::Updater::open(settings, screen, stop.clone()).await?;
    loop {
        match Box::pin(updater.update()).await {
            Err(error) if retries > 0 && error.is_transient() => {
                tracing::warn!(code = error.code(), retries, "{error}; trying again");
                retries -= 1;
                tokio::select! {
                    () = stop.asked() => return Err(UpdateError::Interrupted { sent: None }),
                    () = tokio::time::sleep(pause) => {}
                }
            }
            result => return result,
        }
    }
}

/// What the program does without a subcommand: updates, says so, and gives the exit code that [`error::EXIT_CODES`] explains.
pub fn main(options: UpdateOptions) -> ExitCode {
    let (json, daemon) = (options.json, options.daemon);
    logging::init(match (daemon, json) {
        (true, _) => "info",
        (false, true) => "warn",
        // the steps and warnings are told on standard output
        (false, false) => "error",
    });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the operating system gives no threads: {error}");
            return ExitCode::from(UpdateError::Internal(error.to_string()).exit_code());
        }
    };
    let (stopper, stop) = stop::channel();
    let screen: Arc<dyn Screen> = Arc::new(Bars::new());
    let result = runtime.block_on(async {
        tokio::spawn(stopper.on_signal());
        run(options, screen.clone(), stop).await
    });
    screen.clear();
    // a proof that is no longer wanted must not keep the process
    runtime.shutdown_background();
    if json && !daemon {
        report::print(&report::json_line(&result));
    }
    match result {
        Ok(outcome) => {
            if !json && !daemon {
                report::print(&outcome.to_string());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
