//! How an engine with memory of its own divides it, told before anything is put there.

use std::fmt;

/// What a key and a proof will keep in an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Scalars that stay: the fixed polynomials in all their forms.
    pub resident: u64,
    /// Indices that stay.
    pub indices: u64,
    /// Lengths of the bases that are prepared, in the order in which they are.
    pub bases: Vec<usize>,
    /// The most scalars that are there at once during a proof, beside those that stay.
    pub working: u64,
    /// Length of the longest vector that is multiplied with bases.
    pub longest: usize,
}

/// One line of a [`MemoryPlan`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it is for.
    pub what: String,
    /// Its size.
    pub bytes: u64,
}

/// Where an engine's memory will go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPlan {
    /// The parts, in the order in which they are taken.
    pub shares: Vec<Share>,
    /// What the engine may use.
    pub available: u64,
}

impl MemoryPlan {
    /// Bytes of all parts.
    pub fn total(&self) -> u64 {
        self.shares.iter().map(|share| share.bytes).sum()
    }
}

impl fmt::Display for MemoryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        writeln!(
            f,
            "memory plan: {} MiB of {} MiB",
            mib(self.total()),
            mib(self.available)
        )?;
        for share in &self.shares {
            writeln!(f, "  {:>8} MiB  {}", mib(share.bytes), share.what)?;
        }
        Ok(())
    }
}
