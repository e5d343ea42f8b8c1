//! Disperses payloads, and does with them what nodes do.

use std::{collections::HashSet, time::Instant};

use crema_plonk::Progress;
use crema_service::terminal::Bars;
use crema_vid::{Disperse, Scheme, Share, Verifier};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::{Deserialize, Serialize};

use super::record::Task;
use crate::{
    clock::{OthersClock, ProcessorClock},
    throughput::error::ThroughputError,
};

/// What dispersals and checks took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Shares that recover the payload.
    pub threshold: usize,
    /// Wall time in seconds of the tables that the first dispersal to so many nodes in a process needs.
    pub prepare_s: f64,
    /// Repetitions that count.
    pub repetitions: Vec<Repetition>,
}

/// A wall time and the processor time of all threads, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// Wall time.
    pub wall_s: f64,
    /// Processor time.
    pub cpu_s: f64,
}

/// What one repetition took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repetition {
    /// From a payload to its commitment and everybody's share.
    pub disperse: Taken,
    /// The check of a share as a voter does it: the common data belong to the commitment, the share to both.
    pub check_share: Taken,
    /// The check of a whole payload as a voter that stores it does it.
    pub check_payload: Taken,
    /// From as many shares as suffice to the payload, checked. They are those of the last nodes, which hold the fewest
    /// bytes of the payload as they are.
    pub recover: Taken,
    /// Processor time in seconds that others took during all of these.
    pub others_cpu_s: f64,
}

/// Does the task.
///
/// # Errors
/// [`ThroughputError`], also when a result is wrong.
pub fn measure(task: &Task) -> Result<Measured, ThroughputError> {
    let start = Instant::now();
    let scheme = Scheme::new(task.nodes).map_err(|source| ThroughputError::Dispersal {
        what: "setting up",
        index: 0,
        source,
    })?;
    let prepare_s = start.elapsed().as_secs_f64();
    let mut random = ChaCha20Rng::seed_from_u64(task.seed);
    let mut seen = HashSet::new();
    let mut repetitions = Vec::new();
    // a dispersal of another payload, none of whose parts may pass for this one's
    let mut other = None;
    let bars = Bars::new();
    let count = task.warm_up + task.repeat;
    for index in 0..count {
        bars.report("dispersing", index as f64 / count as f64);
        let mut payload = vec![0; task.payload_bytes as usize];
        random.fill_bytes(&mut payload);
        let (repetition, disperse) = repeat(&scheme, index, &payload, other.as_ref())?;
        if !seen.insert(disperse.commitment.0) {
            return Err(ThroughputError::Repeated { index });
        }
        if index >= task.warm_up {
            repetitions.push(repetition);
        }
        other = Some(disperse);
    }
    Ok(Measured {
        threshold: scheme.parameters().threshold(),
        prepare_s,
        repetitions,
    })
}

/// One repetition. Checks that count as measured are also made to refuse what is wrong, outside their times.
fn repeat(
    scheme: &Scheme,
    index: usize,
    payload: &[u8],
    other: Option<&Disperse>,
) -> Result<(Repetition, Disperse), ThroughputError> {
    let others = OthersClock::start()?;
    let nodes = scheme.parameters().nodes();
    let (disperse, dispersed) = timed(|| scheme.disperse(payload), "dispersal", index)?;
    let place = index % dispersed.shares.len();
    let share = &dispersed.shares[place];

    let common = dispersed.common.clone();
    let check = || {
        let verifier = Verifier::for_nodes(nodes, dispersed.commitment, common)?;
        verifier.verify_share(share)
    };
    let (check_share, ()) = timed(check, "the check of a share", index)?;

    let common = dispersed.common.clone();
    let check = || {
        let verifier = Verifier::for_nodes(nodes, dispersed.commitment, common)?;
        verifier.verify_payload(payload)
    };
    let (check_payload, ()) = timed(check, "the check of a payload", index)?;

    let verifier = Verifier::for_nodes(nodes, dispersed.commitment, dispersed.common.clone());
    let verifier = verifier.map_err(|source| ThroughputError::Dispersal {
        what: "the common data",
        index,
        source,
    })?;
    let kept: Vec<Share> = dispersed.shares[nodes as usize - scheme.parameters().threshold()..].to_vec();
    let (recover, recovered) = timed(|| verifier.recover(&kept), "recovery", index)?;
    let others_cpu_s = others.elapsed()?;

    if recovered != payload {
        return Err(ThroughputError::Recovered { index });
    }
    refuses_what_is_wrong(&verifier, index, payload, other.map(|other| &other.shares[place]))?;
    let repetition = Repetition {
        disperse,
        check_share,
        check_payload,
        recover,
        others_cpu_s,
    };
    Ok((repetition, dispersed))
}

fn refuses_what_is_wrong(
    verifier: &Verifier,
    index: usize,
    payload: &[u8],
    other: Option<&Share>,
) -> Result<(), ThroughputError> {
    let accepted = |what| Err(ThroughputError::Accepted { what, index });
    let mut changed = payload.to_vec();
    if let Some(byte) = changed.last_mut() {
        *byte ^= 1;
    }
    if verifier.verify_payload(&changed).is_ok() {
        return accepted("the check of a payload");
    }
    if other.is_some_and(|share| verifier.verify_share(share).is_ok()) {
        return accepted("the check of a share");
    }
    Ok(())
}

fn timed<T>(
    action: impl FnOnce() -> Result<T, crema_vid::Error>,
    what: &'static str,
    index: usize,
) -> Result<(Taken, T), ThroughputError> {
    let (start, cpu) = (Instant::now(), ProcessorClock::start());
    let done = action();
    let taken = Taken {
        wall_s: start.elapsed().as_secs_f64(),
        cpu_s: cpu.elapsed().as_secs_f64(),
    };
    let done = done.map_err(|source| ThroughputError::Dispersal { what, index, source })?;
    Ok((taken, done))
}
