//! Values, weighted sums and quotients of polynomials on the card.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use super::{
    Buffer, Device, View,
    ratio::TILE,
    vector::{CudaVector, blocks},
};
use crate::Error;

/// Terms of a weighted sum that one launch adds up.
const MAX_TERMS: usize = 20;
/// Threads of the blocks of each kernel.
const COMBINE_THREADS: usize = 128;
const TABLE_THREADS: u32 = 96;
const TOTALS_THREADS: u32 = 64;
const CARRIES_THREADS: u32 = 256;
const DIVIDE_THREADS: u32 = 128;
/// Scalars in a point's table of powers: 64 low, 16 high ones, and that of a tile's length.
const POINT_TABLE: usize = 64 + 16 + 1;
/// Queries per launch, which are one dimension of its grid.
const MAX_QUERIES: usize = 1 << 12;

/// A scalar inside a kernel's argument, aligned as there.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Scalar(pub Fr);

impl Scalar {
    pub const ZERO: Self = Self(Fr::ZERO);
}

/// The operands of one launch of `poly_linear_combination`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Terms {
    values: [u64; MAX_TERMS],
    length: [u64; MAX_TERMS],
    factor: [Scalar; MAX_TERMS],
    count: u32,
    accumulate: u32,
}

const _: () = assert!(size_of::<Terms>() == 976);

/// See [`crate::Engine::linear_combination`].
pub(super) fn linear_combination(device: &Device, terms: &[(Fr, &CudaVector)]) -> Result<CudaVector, Error> {
    let length = terms.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let result = CudaVector::allocate(device, length)?;
    for (group, terms) in terms.chunks(MAX_TERMS).enumerate() {
        let mut argument = Terms {
            values: [0; MAX_TERMS],
            length: [0; MAX_TERMS],
            factor: [Scalar::ZERO; MAX_TERMS],
            count: terms.len() as u32,
            accumulate: u32::from(group > 0),
        };
        for (i, (factor, values)) in terms.iter().enumerate() {
            argument.values[i] = values.view().pointer();
            argument.length[i] = values.len() as u64;
            argument.factor[i] = Scalar(*factor);
        }
        launch!(
            device, "poly_linear_combination",
            grid: blocks(length, COMBINE_THREADS), block: COMBINE_THREADS as u32, shared: 0,
            [argument, result.view().pointer(), length as u64],
        )?;
    }
    Ok(result)
}

/// Polynomials at points, summed up tile by tile from the top.
struct Tiles {
    /// Each point's powers.
    tables: Buffer<Fr>,
    /// What stands above each tile: `Σ c_i·x^(i - end)` over the coefficients from the tile's end on.
    carries: Buffer<Fr>,
    /// The polynomials' values.
    values: Buffer<Fr>,
}

impl Tiles {
    fn new(device: &Device, queries: &[(View<Fr>, Fr)]) -> Result<Self, Error> {
        let count = queries.len() as u32;
        let points: Vec<Fr> = queries.iter().map(|(_, point)| *point).collect();
        let mut described = Vec::with_capacity(3 * queries.len());
        let (mut total, mut most) = (0, 0);
        for (polynomial, _) in queries {
            described.extend([polynomial.pointer(), polynomial.len() as u64, total as u64]);
            let tiles = polynomial.len().div_ceil(TILE);
            total += tiles;
            most = most.max(tiles);
        }
        let points = device.upload(&points)?;
        let described = device.upload(&described)?;
        let tiles = Self {
            tables: device.allocate(queries.len() * POINT_TABLE)?,
            carries: device.allocate(total)?,
            values: device.allocate(queries.len())?,
        };
        launch!(
            device, "poly_point_tables",
            grid: count, block: TABLE_THREADS, shared: 0,
            [points.pointer(), tiles.tables.pointer()],
        )?;
        launch!(
            device, "poly_tile_totals",
            grid: (most as u32, count), block: TOTALS_THREADS, shared: 0,
            [described.pointer(), tiles.tables.pointer(), tiles.carries.pointer()],
        )?;
        launch!(
            device, "poly_tile_carries",
            grid: count, block: CARRIES_THREADS, shared: 0,
            [
                described.pointer(),
                tiles.tables.pointer(),
                tiles.carries.pointer(),
                tiles.values.pointer(),
            ],
        )?;
        Ok(tiles)
    }
}

/// See [`crate::Engine::evaluate`].
pub(super) fn evaluate(device: &Device, queries: &[(&CudaVector, Fr)]) -> Result<Vec<Fr>, Error> {
    let mut values = Vec::with_capacity(queries.len());
    for queries in queries.chunks(MAX_QUERIES) {
        let queries: Vec<_> = queries
            .iter()
            .map(|(polynomial, point)| (polynomial.view(), *point))
            .collect();
        values.extend(device.download(Tiles::new(device, &queries)?.values.view())?);
    }
    Ok(values)
}

/// See [`crate::Engine::divide_by_linear`]: `q_i = c_{i+1} + root·q_{i+1}`.
pub(super) fn divide_by_linear(
    device: &Device,
    coefficients: &CudaVector,
    root: Fr,
) -> Result<CudaVector, Error> {
    let length = coefficients.len().saturating_sub(1);
    let quotient = CudaVector::allocate(device, length)?;
    if length == 0 {
        return Ok(quotient);
    }
    let upper = coefficients.view().slice(1..length + 1);
    let tiles = Tiles::new(device, &[(upper, root)])?;
    launch!(
        device, "poly_divide",
        grid: blocks(length, TILE), block: DIVIDE_THREADS, shared: 0,
        [
            upper.pointer(),
            length as u64,
            tiles.tables.pointer(),
            tiles.carries.pointer(),
            quotient.view().pointer(),
        ],
    )?;
    Ok(quotient)
}
