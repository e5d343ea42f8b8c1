//! Running ratios `z_t = z_0·Π_{s<t} a_s/b_s`: the host's part of grand products and batch inversions.

use ark_bn254::Fr;
use ark_ff::Field;

use super::{Buffer, Device, vector::blocks};
use crate::Error;

/// Rows per block, and per thread.
pub(super) const TILE: usize = 1024;
const ROWS: usize = 8;

/// Threads of the block that scans the tiles.
const TOTALS_THREADS: u32 = 256;

/// Where the first phase writes, as the kernels see it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Output {
    products: u64,
    stretch_factors: u64,
    tile_numerators: u64,
    tile_denominators: u64,
}

/// A running ratio's result and scratch memory.
pub(super) struct Ratio {
    products: Buffer<Fr>,
    stretch_factors: Buffer<Fr>,
    tile_numerators: Buffer<Fr>,
    tile_denominators: Buffer<Fr>,
}

impl Ratio {
    /// Threads of a block of the first phase.
    pub const THREADS: u32 = (TILE / ROWS) as u32;
    /// Dynamic shared memory of the first phase: two scalars per row and per thread.
    pub const SHARED: u32 = (2 * (TILE + TILE / ROWS) * size_of::<Fr>()) as u32;

    /// Memory for a ratio of `length` rows.
    pub fn allocate(device: &Device, length: usize) -> Result<Self, Error> {
        let tiles = length.div_ceil(TILE);
        Ok(Self {
            products: device.allocate(length)?,
            stretch_factors: device.allocate(tiles * (TILE / ROWS))?,
            tile_numerators: device.allocate(tiles)?,
            tile_denominators: device.allocate(tiles)?,
        })
    }

    /// The first phase's last argument.
    pub fn output(&self) -> Output {
        Output {
            products: self.products.pointer(),
            stretch_factors: self.stretch_factors.pointer(),
            tile_numerators: self.tile_numerators.pointer(),
            tile_denominators: self.tile_denominators.pointer(),
        }
    }

    /// The phases after the first. `divisor` makes of the product of all denominators what everything is divided by.
    ///
    /// The division is the host's: its way there and back, which is needed anyway to learn of a zero, takes a card
    /// less time than one thread's 380 multiplications in a row.
    pub fn finish(
        self,
        device: &Device,
        divisor: impl FnOnce(Fr) -> Fr,
        what: &'static str,
    ) -> Result<Buffer<Fr>, Error> {
        let length = self.products.len();
        let tiles = self.tile_numerators.len();
        let factors = device.allocate::<Fr>(tiles)?;
        let total = device.allocate::<Fr>(1)?;
        launch!(
            device, "poly_ratio_totals",
            grid: 1, block: TOTALS_THREADS, shared: 0,
            [
                self.tile_numerators.pointer(),
                self.tile_denominators.pointer(),
                tiles as u32,
                factors.pointer(),
                total.pointer(),
            ],
        )?;
        let total: Fr = device.download(total.view())?.iter().product();
        let scale = divisor(total).inverse().ok_or(Error::DivisionByZero(what))?;
        launch!(
            device, "poly_ratio_finish",
            grid: blocks(length, TILE), block: Self::THREADS, shared: 0,
            [
                self.products.pointer(),
                self.stretch_factors.pointer(),
                factors.pointer(),
                scale,
                length as u64,
            ],
        )?;
        Ok(self.products)
    }
}
