//! Updating for ever.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;

use super::{
    UpdateError,
    news::News,
    options::Settings,
    report::{self, Outcome},
    server,
    source::http_client,
    stop::Stop,
    updater::{Screen, Updater},
};

/// How long to wait after each update.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    update: Duration,
    retry: Duration,
    failures: u32,
}

impl Pace {
    /// `update` after what went well; after what did not, `retry` and twice as long each further time, up to `update`.
    pub fn new(update: Duration, retry: Duration) -> Self {
        Self {
            update,
            retry,
            failures: 0,
        }
    }

    /// The pause after an update that ended like this.
    pub fn after(&mut self, result: &Result<Outcome, UpdateError>) -> Duration {
        let Err(error) = result else {
            self.failures = 0;
            return self.update;
        };
        let longest = self.update.max(self.retry);
        if !error.is_transient() {
            return longest;
        }
        let doublings = self.failures.min(31);
        self.failures = self.failures.saturating_add(1);
        self.retry.saturating_mul(1 << doublings).min(longest)
    }
}

/// Updates, waits, and updates again, until asked to stop. Errors are logged and tried again.
///
/// # Errors
/// [`UpdateError::Listen`], and whatever forbids even to begin.
pub(super) async fn run(
    settings: Settings,
    screen: Arc<dyn Screen>,
    stop: Stop,
) -> Result<Outcome, UpdateError> {
    let options = &settings.options;
    let json = options.json;
    let mut pace = Pace::new(options.update_interval.0, options.retry_interval.0);
    if let Some(address) = settings.listen {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| UpdateError::Listen {
                port: address.port(),
                source,
            })?;
        tracing::info!(%address, "HTTP service listens");
        tokio::spawn(server::serve(listener, settings.light_client, stop.clone()));
    }
    let client = http_client().map_err(|error| UpdateError::Internal(format!("no HTTP client: {error}")))?;
    let mut news = News::of(&settings.options.relay_server, client);
    let mut updater = Updater::open(settings, screen, stop.clone()).await?;
    loop {
        news.forget();
        let result = Box::pin(updater.update()).await;
        match &result {
            Err(UpdateError::Interrupted { sent }) => {
                if let Some(hash) = sent {
                    tracing::warn!(%hash, "stopped before the receipt: the transaction may still be mined");
                }
                break;
            }
            Err(error) => tracing::error!(code = error.code(), "{error}"),
            Ok(outcome) => tracing::info!("{outcome}"),
        }
        if json {
            report::print(&report::json_line(&result));
        }
        let pause = pace.after(&result);
        tracing::debug!(seconds = pause.as_secs_f64(), "waiting");
        tokio::select! {
            () = stop.asked() => break,
            () = tokio::time::sleep(pause) => {}
            // an update costs gas, so the interval after one is kept; what only waited for a bundle waits no longer
            () = news.arrive(), if waits_for_a_bundle(&result) => {}
        }
    }
    Ok(Outcome::Stopped)
}

/// Whether a new bundle is all that this result was missing.
fn waits_for_a_bundle(result: &Result<Outcome, UpdateError>) -> bool {
    match result {
        Ok(Outcome::UpToDate(_) | Outcome::Overtaken(_)) => true,
        Ok(Outcome::Updated(_) | Outcome::Stopped) => false,
        Err(error) => matches!(
            error,
            UpdateError::NoBundle(_)
                | UpdateError::Relay(_)
                | UpdateError::BelowThreshold { .. }
                | UpdateError::UnknownSigner(_)
                | UpdateError::BadSignature(_)
                | UpdateError::GivenUp { .. }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_slow_down_and_recover() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::new(seconds(600), seconds(2));
        let down = || {
            Err(UpdateError::L1Unreachable {
                reason: String::new(),
            })
        };
        let paces: Vec<u64> = (0..12).map(|_| pace.after(&down()).as_secs()).collect();
        assert_eq!(paces, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]);
        assert_eq!(pace.after(&Ok(Outcome::Stopped)), seconds(600));
        assert_eq!(pace.after(&down()), seconds(2));
        let operator = Err(UpdateError::WrongChain {
            expected: 1,
            found: 2,
        });
        assert_eq!(pace.after(&operator), seconds(600));
        for _ in 0..100 {
            assert!(pace.after(&down()) <= seconds(600));
        }
        assert_eq!(Pace::new(seconds(1), seconds(9)).after(&down()), seconds(9));
    }
}
