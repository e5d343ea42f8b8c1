//! Reports from long steps.

/// Receives reports from long steps. Implemented for closures and, silently, for `()`.
pub trait Progress: Sync {
    /// `phase` has begun or advanced; `done` runs from zero to one within it.
    fn report(&self, phase: &'static str, done: f64);
}

impl Progress for () {
    fn report(&self, _phase: &'static str, _done: f64) {}
}

impl<F: Fn(&'static str, f64) + Sync> Progress for F {
    fn report(&self, phase: &'static str, done: f64) {
        self(phase, done);
    }
}
