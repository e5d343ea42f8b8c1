//! Resident tables of powers: roots of unity for every transform, and the scalings by powers of cosets' shifts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ark_bn254::Fr;
use ark_ff::{FftField, Field, One};

use super::{
    parameters::{Powers, Scalar, Squares},
    plan::LOG_MAX_TILE,
};
use crate::{
    Error,
    cuda::{Buffer, Device},
};

/// Roots of an order up to this are in one table of 32 MiB; larger exponents take a second one and a multiplication.
const LOG_DIRECT_ROOTS: u32 = 20;
/// Tables for scaling that are kept.
const KEPT: usize = 32;
/// Scalings that are used again get one table with every power, as long as all these tables stay within this part of
/// the card's memory.
const DIRECT_PART: u64 = 32;
/// Elements that a thread of `ntt_powers` fills.
const RUN: u32 = 16;

/// `scale·base^i` for `i < count`.
fn fill(device: &Device, base: Fr, scale: Fr, count: usize) -> Result<Buffer<Fr>, Error> {
    let buffer = device.allocate(count)?;
    let threads = 64;
    launch!(
        device,
        "ntt_powers",
        grid: (count as u32).div_ceil(threads * RUN),
        block: threads,
        shared: 0,
        [buffer.pointer(), count as u32, Scalar(scale), Squares::of(base)],
    )?;
    Ok(buffer)
}

/// `scale·base^e` for all `e < 2^bits`.
pub struct Table {
    high: Buffer<Fr>,
    low: Option<Buffer<Fr>>,
    low_bits: u32,
}

impl Table {
    /// In one table.
    fn direct(device: &Device, base: Fr, scale: Fr, bits: u32) -> Result<Self, Error> {
        Ok(Self {
            high: fill(device, base, scale, 1 << bits)?,
            low: None,
            low_bits: 0,
        })
    }

    /// In two tables, the second with `2^low_bits` elements.
    fn split(device: &Device, base: Fr, scale: Fr, bits: u32, low_bits: u32) -> Result<Self, Error> {
        let step = base.pow([1 << low_bits]);
        Ok(Self {
            high: fill(device, step, Fr::one(), 1 << (bits - low_bits))?,
            low: Some(fill(device, base, scale, 1 << low_bits)?),
            low_bits,
        })
    }

    /// A factor that does not depend on the exponent.
    fn constant(device: &Device, scale: Fr) -> Result<Self, Error> {
        Ok(Self {
            high: fill(device, Fr::one(), scale, 1)?,
            low: None,
            low_bits: 28, // every exponent leads to the first element
        })
    }

    /// What kernels are told, for exponents that are multiplied by `2^shift`.
    pub fn powers(&self, shift: u32) -> Powers {
        Powers {
            high: self.high.pointer(),
            low: self.low.as_ref().map_or(0, Buffer::pointer),
            low_bits: self.low_bits,
            shift,
        }
    }
}

/// Roots of unity for transforms up to a size.
pub struct Roots {
    log_order: u32,
    table: Table,
    stages: Buffer<Fr>,
}

impl Roots {
    fn new(device: &Device, log_order: u32) -> Result<Self, Error> {
        let root = root_of_unity(log_order)?;
        let low_bits = log_order.saturating_sub(LOG_DIRECT_ROOTS);
        let table = if low_bits == 0 {
            Table::direct(device, root, Fr::one(), log_order)?
        } else {
            Table::split(device, root, Fr::one(), log_order, low_bits)?
        };
        let stages = fill(device, root_of_unity(LOG_MAX_TILE)?, Fr::one(), 1 << LOG_MAX_TILE)?;
        Ok(Self {
            log_order,
            table,
            stages,
        })
    }

    /// For the factors between passes of a transform of `2^log_size`, whose exponents are multiples of `2^log_done`.
    pub fn powers(&self, log_size: u32, log_done: u32) -> Powers {
        let shift = self.log_order - log_size;
        let mut powers = self.table.powers(shift);
        if shift + log_done >= powers.low_bits {
            powers.low = 0;
        }
        powers
    }

    /// Address of the powers of the root of order `2^LOG_MAX_TILE`.
    pub fn stages(&self) -> u64 {
        self.stages.pointer()
    }
}

fn root_of_unity(log_order: u32) -> Result<Fr, Error> {
    Fr::get_root_of_unity(1 << log_order).ok_or(Error::DomainSize(1 << log_order))
}

struct Entry {
    base: Fr,
    scale: Fr,
    bits: u32,
    table: Arc<Table>,
}

/// All tables of an engine, made when first needed.
#[derive(Default)]
pub struct Tables {
    roots: Mutex<Option<Arc<Roots>>>,
    /// The most recently used last.
    scalings: Mutex<Vec<Entry>>,
}

impl Tables {
    /// Roots for transforms of `2^log_size` points.
    pub fn roots(&self, device: &Device, log_size: u32) -> Result<Arc<Roots>, Error> {
        let mut roots = lock(&self.roots);
        match &*roots {
            Some(roots) if roots.log_order >= log_size => Ok(roots.clone()),
            _ => {
                // the smaller table goes first, so that both need not fit
                *roots = None;
                Ok(roots
                    .insert(Arc::new(Roots::new(device, log_size.max(LOG_MAX_TILE))?))
                    .clone())
            }
        }
    }

    /// `scale·base^e` for `e < 2^bits`; `None` when that is always one.
    pub fn scaling(
        &self,
        device: &Device,
        base: Fr,
        scale: Fr,
        bits: u32,
    ) -> Result<Option<Arc<Table>>, Error> {
        if base.is_one() && scale.is_one() {
            return Ok(None);
        }
        let mut scalings = lock(&self.scalings);
        let found = scalings
            .iter()
            .position(|entry| entry.base == base && entry.scale == scale && entry.bits == bits);
        let entry = if let Some(index) = found {
            let mut entry = scalings.remove(index);
            if entry.table.low.is_some() && fits(device, &scalings, bits) {
                // an optimisation only: without memory for it, the two tables do
                if let Ok(direct) = Table::direct(device, base, scale, bits) {
                    entry.table = Arc::new(direct);
                }
            }
            entry
        } else {
            let table = if base.is_one() {
                Table::constant(device, scale)?
            } else {
                Table::split(device, base, scale, bits, bits / 2)?
            };
            if scalings.len() == KEPT {
                scalings.remove(0);
            }
            Entry {
                base,
                scale,
                bits,
                table: Arc::new(table),
            }
        };
        let table = entry.table.clone();
        scalings.push(entry);
        Ok(Some(table))
    }
}

/// Whether another direct table fits beside those that are kept.
fn fits(device: &Device, kept: &[Entry], bits: u32) -> bool {
    let bytes = |table: &Table| (table.high.len() * size_of::<Fr>()) as u64;
    let used: u64 = kept.iter().map(|entry| bytes(&entry.table)).sum();
    used + (32 << bits) <= device.memory().limit / DIRECT_PART
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // a panic leaves no table half made
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
