//! What bases and sums will take, before they do.

use std::fmt;

use super::{
    MAX_TABLE_POINTS,
    shape::{Rows, SMALLEST_CHUNK, Speed},
};
use crate::cuda::Device;

/// A table that is not there yet.
pub struct Planned {
    length: usize,
    /// `None` when the points stay with the host.
    pub(super) rows: Option<Rows>,
}

impl Planned {
    /// Bytes on the card.
    pub fn bytes(&self) -> u64 {
        self.rows.map_or(0, |rows| rows.bytes(self.length))
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows {
            Some(rows) if rows.count > 1 => write!(
                f,
                "{} points, {} multiples of each {} bits apart",
                self.length, rows.count, rows.step
            ),
            Some(_) => write!(f, "{} points without multiples", self.length),
            None => write!(f, "{} points streamed from the host", self.length),
        }
    }
}

/// The table that bases get within a budget of bytes.
pub fn planned(device: &Device, length: usize, budget: u64) -> Planned {
    let rows = Speed::of(device.multiprocessors()).best_rows(length, budget);
    Planned {
        length,
        rows: rows.filter(|rows| length as u64 * u64::from(rows.count) < MAX_TABLE_POINTS),
    }
}

/// Bytes that a sum takes while it runs.
pub struct Scratch {
    /// When it is cut into the smallest pieces, its points streamed.
    pub least: u64,
    /// When a whole vector is summed at once.
    pub whole: u64,
}

/// What the sums over vectors of a length take.
pub fn scratch(device: &Device, longest: usize) -> Scratch {
    let speed = Speed::of(device.multiprocessors());
    let of = |scalars: usize| {
        let shape = speed.best_shape(Rows::NONE, scalars, 1);
        shape.map_or(0, |shape| shape.scratch(scalars, 1))
    };
    let piece = longest.min(SMALLEST_CHUNK);
    let least = of(piece) + Rows::NONE.bytes(piece);
    Scratch {
        least,
        whole: of(longest).max(least),
    }
}
