//! Being asked to stop: SIGINT and SIGTERM, heard by whatever waits.

use std::future::Future;

use tokio::sync::watch;

use super::UpdateError;

/// Tells everybody who holds its [`Stop`] to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Hears of it.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// A pair of the two.
pub fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks all to stop. More than once is no different.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Asks all to stop when the process is told to: SIGINT or SIGTERM.
    pub async fn on_signal(self) {
        let name = signal().await;
        tracing::info!(
            signal = name,
            "asked to stop; a second signal ends the program at once"
        );
        self.stop();
        signal().await;
        std::process::exit(i32::from(UpdateError::Interrupted { sent: None }.exit_code()));
    }
}

#[cfg(unix)]
async fn signal() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = tokio::signal::ctrl_c() => "SIGINT",
        },
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be caught");
            let _ = tokio::signal::ctrl_c().await;
            "SIGINT"
        }
    }
}

#[cfg(not(unix))]
async fn signal() -> &'static str {
    let _ = tokio::signal::ctrl_c().await;
    "interrupt"
}

impl Stop {
    /// Resolves when asked to stop, and never if nobody is left who could ask.
    pub async fn asked(&self) {
        if self.0.clone().wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether asked to stop already.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for `work`, unless asked to stop first. Only for work that may be dropped at any point.
    ///
    /// # Errors
    /// [`UpdateError::Interrupted`], or what `work` gives.
    pub async fn or<T>(&self, work: impl Future<Output = Result<T, UpdateError>>) -> Result<T, UpdateError> {
        tokio::select! {
            biased;
            () = self.asked() => Err(UpdateError::Interrupted { sent: None }),
            result = work => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_ends_when_asked_and_not_before() {
        let (stopper, stop) = channel();
        assert_eq!(stop.or(async { Ok(5) }).await.unwrap(), 5);
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.or(std::future::pending::<Result<(), _>>()).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished() && !stop.is_asked());
        stopper.stop();
        assert!(matches!(
            waiting.await.unwrap(),
            Err(UpdateError::Interrupted { sent: None })
        ));
        assert!(matches!(
            stop.or(async { Ok(5) }).await,
            Err(UpdateError::Interrupted { sent: None })
        ));
    }

    #[tokio::test]
    async fn silence_is_not_a_request() {
        let (stopper, stop) = channel();
        drop(stopper);
        assert_eq!(stop.or(async { Ok(5) }).await.unwrap(), 5);
    }
}
