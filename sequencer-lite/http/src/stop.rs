//! Being asked to stop, heard by whatever waits.

use tokio::sync::watch;

/// Tells everybody who holds its [`Stop`] to stop, when asked or dropped.
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
}

impl Stop {
    /// Resolves when asked to stop, and when nobody is left who could ask.
    pub async fn asked(&self) {
        let _ = self.0.clone().wait_for(|stopped| *stopped).await;
    }
}

/// Resolves with the name of the signal when the process is told to end: SIGINT or SIGTERM.
pub async fn signal() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                return tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = tokio::signal::ctrl_c() => "SIGINT",
                };
            }
            Err(error) => tracing::warn!(%error, "SIGTERM cannot be caught"),
        }
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "interrupts cannot be caught");
        std::future::pending::<()>().await;
    }
    "SIGINT"
}
