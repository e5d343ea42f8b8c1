//! The Aztec ceremony's first 1,025 powers, carried in the program.

use std::{path::Path, sync::OnceLock};

use crema_kernels::{
    Engine, Point,
    cpu::{CpuBases, CpuEngine},
};
use crema_kzg::{Srs, srs_file};

use crate::Error;

/// The published file `kzg10-aztec20-srs-1024.bin`; its digest is one of those that `crema-kzg` knows.
const AZTEC_1024: &[u8] = include_bytes!("../data/aztec_1024.bin");

/// The reference string with its powers prepared for sums.
pub(crate) struct ReferenceString {
    /// The powers.
    pub(crate) srs: Srs,
    /// The same, as the engine wants them.
    pub(crate) bases: CpuBases,
}

impl ReferenceString {
    /// The embedded string, decoded and checked against its digest on first use.
    pub(crate) fn get() -> Result<&'static Self, Error> {
        static LOADED: OnceLock<ReferenceString> = OnceLock::new();
        if let Some(loaded) = LOADED.get() {
            return Ok(loaded);
        }
        let srs = srs_file::decode_aztec(Path::new("aztec_1024.bin (embedded)"), AZTEC_1024)?;
        let bases = CpuEngine::default().prepare_bases(srs.powers_of_g.clone())?;
        Ok(LOADED.get_or_init(|| Self { srs, bases }))
    }

    /// The first `count` powers.
    pub(crate) fn powers(&self, count: usize) -> Result<&[Point], Error> {
        Ok(self.srs.powers(count)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_powers_are_of_one_secret() {
        let loaded = ReferenceString::get().unwrap();
        assert_eq!(loaded.srs.powers_of_g.len(), 1025);
        loaded.srs.check().unwrap();
    }
}
