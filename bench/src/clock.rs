//! Time: per phase as progress reports name it, of the processor, and what of the processor others took meanwhile.

use std::{
    fs,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crema_plonk::Progress;
use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};
use serde::{Deserialize, Serialize};

use crate::error::Error;

const STAT: &str = "/proc/stat";

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

/// Tells how much of the machine's processors others took during a measurement, so that a disturbed one shows as such.
pub struct OthersClock {
    busy: u64,
    own: ProcessorClock,
}

impl OthersClock {
    /// A clock that starts now.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn start() -> Result<Self, Error> {
        Ok(Self {
            busy: busy_ticks()?,
            own: ProcessorClock::start(),
        })
    }

    /// Processor time in seconds that other processes, the kernel and the machine's host took since the start. Zero
    /// where the ticks, of a hundredth of a second, are too coarse to tell.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn elapsed(&self) -> Result<f64, Error> {
        let busy = busy_ticks()?.saturating_sub(self.busy) as f64 / clock_ticks_per_second() as f64;
        Ok((busy - self.own.elapsed().as_secs_f64()).max(0.0))
    }
}

fn busy_ticks() -> Result<u64, Error> {
    let stat = fs::read_to_string(STAT).map_err(|source| Error::Proc { path: STAT, source })?;
    sum_of_busy(&stat).ok_or(Error::ProcField {
        path: STAT,
        key: "cpu",
    })
}

/// The busy columns of all processors together: user, nice, system, interrupts of both kinds and what the host stole,
/// and neither of the idle ones, the fourth and fifth. Guests' time, which follows, is part of the users'.
fn sum_of_busy(stat: &str) -> Option<u64> {
    let columns = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let columns: Vec<u64> = columns
        .split_whitespace()
        .take(8)
        .map(|column| column.parse().ok())
        .collect::<Option<_>>()?;
    let [
        user,
        nice,
        system,
        _idle,
        _waiting,
        interrupts,
        soft_interrupts,
        stolen,
    ] = columns.try_into().ok()?;
    Some(user + nice + system + interrupts + soft_interrupts + stolen)
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
    fn busy_columns_are_those_that_are_not_idle() {
        let stat = "cpu  1 20 300 5000 60000 700000 8000000 90000000 7 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(sum_of_busy(stat), Some(98_700_321));
        for unknown in [
            "",
            "cpu  1 2 3\n",
            "cpu  1 2 3 4 5 6 7 x\n",
            "cpu0 1 2 3 4 5 6 7 8\n",
        ] {
            assert_eq!(sum_of_busy(unknown), None);
        }
    }

    #[test]
    fn another_process_is_one_of_the_others() {
        let clock = OthersClock::start().unwrap();
        let mut other = std::process::Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"])
            .spawn()
            .unwrap();
        assert!(other.wait().unwrap().success());
        assert!(clock.elapsed().unwrap() > 0.0);
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
