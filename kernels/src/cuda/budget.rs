//! The card's memory, divided for a workload.

use std::collections::VecDeque;

use ark_bn254::Fr;

use super::{Device, msm};
use crate::{
    DeviceError, Error,
    plan::{MemoryPlan, Share, Workload},
};

/// Twiddles, powers of the cosets' shifts, lists of sums: what the operations keep or take for a moment.
const TABLES: u64 = 256 << 20;
/// The same on a card of which little may be used.
const TABLES_PART: u64 = 16;

/// Budgets of the bases that are still to be prepared, with their lengths.
#[derive(Debug, Default)]
pub struct Budgets(VecDeque<(usize, u64)>);

impl Budgets {
    /// The budget of the next bases if they are the planned ones.
    pub fn take(&mut self, length: usize) -> Option<u64> {
        if self.0.front()?.0 != length {
            self.0.clear();
            return None;
        }
        self.0.pop_front().map(|(_, budget)| budget)
    }
}

/// Divides what the card has free. What the bases' multiples may take is what the rest leaves.
pub fn divide(device: &Device, workload: &Workload) -> Result<(MemoryPlan, Budgets), Error> {
    let available = device.free_memory() as u64;
    let scalars = |count: u64| count * size_of::<Fr>() as u64;
    let mut shares = vec![
        Share {
            what: "fixed polynomials".to_owned(),
            bytes: scalars(workload.resident) + workload.indices * size_of::<u32>() as u64,
        },
        Share {
            what: "vectors of a proof".to_owned(),
            bytes: scalars(workload.working),
        },
        Share {
            what: "twiddles, cosets, lists".to_owned(),
            bytes: TABLES.min(available / TABLES_PART),
        },
    ];
    let sums = msm::scratch(device, workload.longest);
    let needed: u64 = shares.iter().map(|share| share.bytes).sum();
    let Some(left) = available.checked_sub(needed + sums.least) else {
        return Err(Error::Device(DeviceError::OutOfMemory {
            asked: needed + sums.least,
            in_use: device.memory().in_use,
            free: available,
            limit: device.memory().limit,
        }));
    };
    // sums over whole vectors at once are worth more than more multiples
    let running = (sums.whole - sums.least).min(left / 2) + sums.least;
    let left = left + sums.least - running;
    shares.push(Share {
        what: "sorting and buckets of a sum".to_owned(),
        bytes: running,
    });
    let points: u64 = workload.bases.iter().map(|length| *length as u64).sum();
    let mut budgets = VecDeque::new();
    for &length in &workload.bases {
        let part = u128::from(left) * length as u128 / u128::from(points.max(1));
        let budget = u64::try_from(part).unwrap_or(u64::MAX);
        let table = msm::planned(device, length, budget);
        shares.push(Share {
            what: table.to_string(),
            bytes: table.bytes(),
        });
        budgets.push_back((length, budget));
    }
    let plan = MemoryPlan { shares, available };
    Ok((plan, Budgets(budgets)))
}
