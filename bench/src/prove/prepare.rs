//! The key: found, or made and timed.

use std::{fs, time::Instant};

use crema_service::terminal::Bars;
use serde::{Deserialize, Serialize};

use super::task::Order;
use crate::{
    clock::{Phase, PhaseClock, ProcessorClock},
    error::Error,
    memory::Sampler,
};

/// The phase by which the cache tells that it makes a key.
const MAKING: &str = "building the circuit";

/// Phases that are not the key's own work: the reference string is there before any key.
const REFERENCE_STRING: [&str; 2] = ["loading the key", "loading the SRS"];

/// What the key took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// The making, where the cache lacked the key.
    pub made: Option<Making>,
    /// Size of its file.
    pub file_bytes: u64,
}

/// What the making of a key took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Making {
    /// Wall time in seconds, reference string and file included.
    pub wall_s: f64,
    /// Processor time in seconds.
    pub cpu_s: f64,
    /// Wall time by phase.
    pub phases: Vec<Phase>,
    /// The most anonymous memory seen.
    pub peak_anonymous_bytes: u64,
}

impl Making {
    /// Wall time from the built circuit to the key in its file.
    pub fn preprocessing(&self) -> f64 {
        let excluded =
            |phase: &&Phase| phase.name == MAKING || REFERENCE_STRING.contains(&phase.name.as_str());
        let seconds = self.phases.iter().filter(|phase| !excluded(phase));
        seconds.map(|phase| phase.seconds).sum()
    }
}

/// Sees to it that the cache has the key.
///
/// # Errors
/// [`Error`].
pub fn prepare(order: &Order) -> Result<Preparation, Error> {
    let (request, keys) = (order.task.request()?, order.keys()?);
    let bars = Bars::new();
    let clock = PhaseClock::new(&bars);
    let sampler = Sampler::start()?;
    let (start, cpu) = (Instant::now(), ProcessorClock::start());
    let key = keys.open(&order.task.engine()?, &request, &clock)?;
    let (wall, cpu) = (start.elapsed(), cpu.elapsed());
    drop(key);
    let phases = clock.finish();
    let path = keys.path(&request)?;
    let file = fs::metadata(&path).map_err(|_| Error::KeyVanished)?;
    let peak_anonymous_bytes = sampler.take_peak()?;
    Ok(Preparation {
        made: makes_a_key(&phases).then_some(Making {
            wall_s: wall.as_secs_f64(),
            cpu_s: cpu.as_secs_f64(),
            phases,
            peak_anonymous_bytes,
        }),
        file_bytes: file.len(),
    })
}

/// Whether these phases made a key.
pub fn makes_a_key(phases: &[Phase]) -> bool {
    phases.iter().any(|phase| phase.name == MAKING)
}
