//! Time: per phase as progress reports name it, and of the processor.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crema_plonk::Progress;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A phase and its wall time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The name in progress reports.
    pub name: String,
    /// Wall time in seconds.
    pub seconds: f64,
}

/// Splits time by progress reports, and passes them on.
pub struct PhaseClock<'a> {
    shown: &'a dyn Progress,
    starts: Mutex<Vec<(&'static str, Instant)>>,
}

impl<'a> PhaseClock<'a> {
    /// A clock in front of what shows progress.
    pub fn new(shown: &'a dyn Progress) -> Self {
        Self {
            shown,
            starts: Mutex::new(Vec::new()),
        }
    }

    /// The phases in the order in which they were reported first, the last of them ending now. A phase that was
    /// reported again after another one has both times.
    pub fn finish(self) -> Vec<Phase> {
        let end = Instant::now();
        let starts = self.starts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([end]);
        let mut phases: Vec<Phase> = Vec::new();
        for ((name, start), end) in starts.iter().zip(ends) {
            let seconds = (end - *start).as_secs_f64();
            match phases.iter_mut().find(|phase| phase.name == *name) {
                Some(phase) => phase.seconds += seconds,
                None => phases.push(Phase {
                    name: (*name).to_owned(),
                    seconds,
                }),
            }
        }
        phases
    }
}

impl Progress for PhaseClock<'_> {
    fn report(&self, phase: &'static str, done: f64) {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        if starts.last().is_none_or(|(name, _)| *name != phase) {
            starts.push((phase, Instant::now()));
        }
        drop(starts);
        self.shown.report(phase, done);
    }
}

/// Measures processor time of this process, all threads together, as [`Instant`] measures wall time.
pub struct ProcessorClock {
    start: Duration,
}

impl ProcessorClock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self {
            start: processor_time(),
        }
    }

    /// Processor time since the start.
    pub fn elapsed(&self) -> Duration {
        processor_time().saturating_sub(self.start)
    }
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    // for this clock neither part is negative, nor the second one above 10^9
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, sync::atomic::Ordering, thread::sleep};

    use super::*;

    #[test]
    fn phases_take_the_time_until_the_next_one() {
        let passed_on = AtomicUsize::new(0);
        let count = |_: &'static str, _: f64| {
            passed_on.fetch_add(1, Ordering::Relaxed);
        };
        let clock = PhaseClock::new(&count);
        for (phase, milliseconds) in [("a", 10), ("a", 10), ("b", 30), ("a", 10)] {
            clock.report(phase, 0.5);
            sleep(Duration::from_millis(milliseconds));
        }
        let phases = clock.finish();
        let names: Vec<_> = phases.iter().map(|phase| phase.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(phases.iter().all(|phase| phase.seconds >= 0.03), "{phases:?}");
        assert_eq!(passed_on.into_inner(), 4);
    }

    #[test]
    fn nothing_reported_is_no_phase() {
        assert_eq!(PhaseClock::new(&()).finish(), []);
    }

    #[test]
    fn work_takes_processor_time() {
        let clock = ProcessorClock::start();
        let mut digest = blake3::hash(b"start");
        while clock.elapsed() < Duration::from_millis(5) {
            digest = blake3::hash(digest.as_bytes());
        }
        assert!(clock.start > Duration::ZERO);
    }
}
