//! What stays on the card of each coset: tables of its elements, and the inverses that its Lagrange polynomials need.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ark_bn254::Fr;

use super::super::{
    Buffer, Device,
    vector::{THREADS, blocks, invert},
};
use crate::{Domain, Error, engine::QUOTIENT_COSETS};

/// Entries of the lower of two tables of powers.
const LOW: usize = 1024;

/// Cosets that are kept: those of two circuits, and their subgroups.
const KEPT: usize = 2 * (QUOTIENT_COSETS + 1);

/// A coset's tables.
#[derive(Clone)]
pub(super) struct Coset {
    /// `ω^i` for `i` below [`LOW`], then `shift·ω^(LOW·i)`.
    pub powers: Arc<Buffer<Fr>>,
    /// `1/(x - 1)` for each element `x`; empty until asked for.
    pub inverses: Option<Arc<Buffer<Fr>>>,
}

/// Tables of the cosets that were used last. A proving key's cosets are fixed, so a prover makes them once.
#[derive(Default)]
pub(in crate::cuda) struct Cosets(Mutex<VecDeque<(usize, Fr, Coset)>>);

impl Cosets {
    /// Frees all tables.
    pub fn clear(&self) {
        self.entries().clear();
    }

    /// The table of a coset's elements.
    pub(super) fn elements(&self, device: &Device, domain: &Domain, shift: Fr) -> Result<Coset, Error> {
        self.find(device, domain, shift, false)
    }

    /// The table of a coset's elements and their inverses.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`] when one is among the elements.
    pub(super) fn with_inverses(&self, device: &Device, domain: &Domain, shift: Fr) -> Result<Coset, Error> {
        self.find(device, domain, shift, true)
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<(usize, Fr, Coset)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, device: &Device, domain: &Domain, shift: Fr, inverses: bool) -> Result<Coset, Error> {
        let mut entries = self.entries();
        let found = entries
            .iter()
            .position(|(size, of, _)| *size == domain.size && *of == shift);
        let mut coset = match found.and_then(|position| entries.remove(position)) {
            Some((_, _, coset)) => coset,
            None => Coset {
                powers: Arc::new(powers(device, domain, shift)?),
                inverses: None,
            },
        };
        if inverses && coset.inverses.is_none() {
            coset.inverses = Some(Arc::new(inverse_differences(device, domain, &coset.powers)?));
        }
        entries.truncate(KEPT - 1);
        entries.push_front((domain.size, shift, coset.clone()));
        Ok(coset)
    }
}

fn powers(device: &Device, domain: &Domain, shift: Fr) -> Result<Buffer<Fr>, Error> {
    let count = LOW + domain.size.div_ceil(LOW);
    let powers = device.allocate(count)?;
    launch!(
        device, "perm_coset_powers",
        grid: blocks(count, THREADS), block: THREADS as u32, shared: 0,
        [domain.generator, shift, powers.pointer(), count as u32],
    )?;
    Ok(powers)
}

fn inverse_differences(device: &Device, domain: &Domain, powers: &Buffer<Fr>) -> Result<Buffer<Fr>, Error> {
    let differences = device.allocate::<Fr>(domain.size)?;
    launch!(
        device, "perm_differences",
        grid: blocks(domain.size, THREADS), block: THREADS as u32, shared: 0,
        [powers.pointer(), differences.pointer(), domain.size as u64],
    )?;
    invert(device, differences.view(), "x - 1 on the coset")
}
