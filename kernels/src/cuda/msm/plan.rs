//! What a multi-scalar multiplication will do, for reports and predictions.

use super::{Bases, Place, shape::Speed};

/// How one vector of scalars is multiplied over prepared bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumPlan {
    /// Windows of a scalar.
    pub windows: u32,
    /// Bits of a window.
    pub width: u32,
    /// Sets of buckets.
    pub sets: u32,
    /// Buckets of all sets.
    pub buckets: u64,
    /// Multiples that are kept of every point, itself included.
    pub rows: u32,
    /// Bytes of points on the card.
    pub table_bytes: u64,
}

impl Bases {
    /// The plan for a vector of so many scalars, were it multiplied at once. `None` when it never is.
    pub(crate) fn plan(&self, scalars: usize) -> Option<SumPlan> {
        let shape = Speed::of(self.device.multiprocessors()).best_shape(self.rows, scalars, 1)?;
        Some(SumPlan {
            windows: shape.windows,
            width: shape.width,
            sets: shape.sets,
            buckets: shape.buckets(1) as u64,
            rows: self.rows.count,
            table_bytes: match self.place {
                Place::Card(_) => self.rows.bytes(self.length),
                Place::Host(_) => 0,
            },
        })
    }
}
