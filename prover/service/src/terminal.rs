//! Progress on a terminal.

use std::sync::Mutex;

use crema_plonk::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar per phase on stderr, shown only where stderr is a terminal.
pub struct Bars(Mutex<Option<(&'static str, ProgressBar)>>);

const STEPS: u64 = 1000;

impl Bars {
    /// No bar yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Removes the bar.
    pub fn clear(&self) {
        if let Some((_, bar)) = self.0.lock().ok().and_then(|mut current| current.take()) {
            bar.finish_and_clear();
        }
    }
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Progress for Bars {
    fn report(&self, phase: &'static str, done: f64) {
        let Ok(mut current) = self.0.lock() else { return };
        if current.as_ref().is_none_or(|(name, _)| *name != phase) {
            if let Some((_, bar)) = current.take() {
                bar.finish_and_clear();
            }
            let bar = ProgressBar::new(STEPS);
            if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:40} {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(phase);
            *current = Some((phase, bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            let position = (done.clamp(0.0, 1.0) * STEPS as f64).round();
            #[expect(clippy::cast_sign_loss, reason = "clamped to at least zero")]
            bar.set_position(position as u64);
        }
    }
}
