//! A transform of `n = rows · columns` values in two passes over a matrix (Bailey's four-step method).
//!
//! With the input index `i = r·columns + c` and the output index `k = p + rows·q`,
//! `X[p + rows·q] = Σ_c ω^{c·p} · ω_columns^{c·q} · (Σ_r x[r·columns + c] · ω_rows^{r·p})`:
//! transforms of columns, a multiplication by `ω^{c·p}`, and transforms of rows whose results are columns of the output.
//! Both passes work on tiles of eight columns (or rows) that fit a core's second-level cache, so that the vector crosses
//! the memory bus twice. Scale factors ride on multiplications that are made anyway where they can.

use ark_bn254::Fr;
use ark_ff::Field;
use rayon::prelude::*;

use super::{
    source::Source,
    tile::{self, COLUMNS},
    twiddles::{self, Roots},
};
use crate::cpu::{
    lanes::{Arithmetic, Kernel, powers},
    memory::{Matrix, zeros},
};

/// Shortest vector that has at least eight rows and columns.
pub(super) const MIN_SIZE: usize = COLUMNS * COLUMNS;

/// Rows that are fetched ahead: they are too far apart for the machine to foresee.
const PREFETCH: usize = 16;

/// `X[k] = scale·output^k · Σ_i ω^{ik}·input^i·x[i]`: input and output powers are one unless a coset asks for them.
#[derive(Clone, Copy)]
pub(super) struct Scaling {
    pub(super) constant: Fr,
    pub(super) input: Fr,
    pub(super) output: Fr,
}

struct Plan<A: Arithmetic> {
    rows: usize,
    columns: usize,
    row_roots: Roots<A>,
    column_roots: Roots<A>,
    /// `input^{r·columns}` for each row, unless one.
    row_factors: Option<Vec<A::Constant>>,
    /// `scale·input^c`, where column `c`'s factors `ω^{c·p}·output^p` begin.
    starts: Vec<A::Constant>,
    /// `ω^c·output`, by which they go on.
    ratios: Vec<A::Constant>,
    /// `output^{rows·q}` for each column, unless one.
    output_factors: Option<Vec<A::Constant>>,
}

impl<A: Arithmetic> Plan<A> {
    fn new(arithmetic: A, size: usize, generator: Fr, scaling: Scaling) -> Self {
        let log_size = size.trailing_zeros();
        let rows = 1 << (log_size / 2);
        let columns = size / rows;
        let factors = |base: Fr, step: usize, count: usize| {
            (base != Fr::ONE).then(|| powers(arithmetic, Fr::ONE, base.pow([step as u64]), count))
        };
        Self {
            rows,
            columns,
            row_roots: twiddles::roots(arithmetic, rows, generator.pow([columns as u64])),
            column_roots: twiddles::roots(arithmetic, columns, generator.pow([rows as u64])),
            row_factors: factors(scaling.input, columns, rows),
            starts: powers(arithmetic, scaling.constant, scaling.input, columns),
            ratios: powers(arithmetic, scaling.output, generator, columns),
            output_factors: factors(scaling.output, rows, columns),
        }
    }
}

/// Transforms a source of at least [`MIN_SIZE`] values by powers of `generator`.
pub(super) fn transform<A: Arithmetic>(
    arithmetic: A,
    source: &Source<'_>,
    size: usize,
    generator: Fr,
    scaling: Scaling,
) -> Vec<Fr> {
    let plan = Plan::new(arithmetic, size, generator, scaling);
    // tile t holds columns 8t..8t + 8, row after row
    let mut between = zeros(size);
    between
        .par_chunks_mut(plan.rows * COLUMNS)
        .enumerate()
        .for_each_init(Vec::new, |tile, (index, target)| {
            arithmetic.enter(ColumnPass {
                plan: &plan,
                source,
                first: index * COLUMNS,
                tile,
                target,
            });
        });
    let mut result = zeros(size);
    let target = Matrix::new(&mut result, plan.rows);
    (0..plan.rows)
        .into_par_iter()
        .step_by(COLUMNS)
        .for_each_init(Vec::new, |tile, first| {
            arithmetic.enter(RowPass {
                plan: &plan,
                source: &between,
                first,
                tile,
                target,
            });
        });
    result
}

/// Transforms eight columns and multiplies them by their twiddles.
struct ColumnPass<'a, A: Arithmetic> {
    plan: &'a Plan<A>,
    source: &'a Source<'a>,
    first: usize,
    tile: &'a mut Vec<A::Wide>,
    target: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for ColumnPass<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let Self {
            plan,
            source,
            first,
            tile,
            target,
        } = self;
        let parts = COLUMNS / A::WIDTH;
        reserve(arithmetic, tile, plan.rows * parts);
        for row in 0..plan.rows {
            source.prefetch((row + PREFETCH) * plan.columns + first, COLUMNS);
            let values = source.get::<COLUMNS>(row * plan.columns + first);
            let slots = &mut tile[reversed(row, plan.rows) * parts..][..parts];
            for (slot, values) in slots.iter_mut().zip(values.chunks_exact(A::WIDTH)) {
                let mut lanes = arithmetic.load(values);
                if let Some(factors) = &plan.row_factors {
                    lanes = arithmetic.mul(lanes, arithmetic.broadcast(&factors[row]));
                }
                *slot = arithmetic.wide(lanes);
            }
        }
        tile::transform(arithmetic, tile, &plan.row_roots);
        for part in 0..parts {
            let column = first + part * A::WIDTH;
            let mut twiddle = arithmetic.gather(&plan.starts[column..column + A::WIDTH]);
            let ratio = arithmetic.gather(&plan.ratios[column..column + A::WIDTH]);
            for (row, values) in target.chunks_exact_mut(COLUMNS).enumerate() {
                let product = arithmetic.mul(arithmetic.carry(tile[row * parts + part]), twiddle);
                arithmetic.store_unreduced(product, &mut values[part * A::WIDTH..]);
                twiddle = arithmetic.mul(twiddle, ratio);
            }
        }
    }
}

/// Transforms eight rows, which become eight columns of the result.
struct RowPass<'a, A: Arithmetic> {
    plan: &'a Plan<A>,
    source: &'a [Fr],
    first: usize,
    tile: &'a mut Vec<A::Wide>,
    target: Matrix<'a>,
}

impl<A: Arithmetic> Kernel<A> for RowPass<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let Self {
            plan,
            source,
            first,
            tile,
            target,
        } = self;
        let parts = COLUMNS / A::WIDTH;
        reserve(arithmetic, tile, plan.columns * parts);
        let mut columns = vec![arithmetic.broadcast(&plan.starts[0]); COLUMNS * parts];
        for (block, values) in source.chunks_exact(plan.rows * COLUMNS).enumerate() {
            arithmetic.load_columns(
                &values[first * COLUMNS..][..COLUMNS * COLUMNS],
                COLUMNS,
                &mut columns,
            );
            for (column, lanes) in columns.chunks_exact(parts).enumerate() {
                let row = reversed(block * COLUMNS + column, plan.columns);
                for (slot, lanes) in tile[row * parts..].iter_mut().zip(lanes) {
                    *slot = arithmetic.wide(*lanes);
                }
            }
        }
        tile::transform(arithmetic, tile, &plan.column_roots);
        for (row, lanes) in tile.chunks_exact(parts).enumerate() {
            // SAFETY: this task alone writes columns `first..first + COLUMNS`, one segment at a time.
            let segment = unsafe { target.segment(row, first, COLUMNS) };
            for (wide, values) in lanes.iter().zip(segment.chunks_exact_mut(A::WIDTH)) {
                if let Some(factors) = &plan.output_factors {
                    let factor = arithmetic.broadcast(&factors[row]);
                    arithmetic.store(arithmetic.mul(arithmetic.carry(*wide), factor), values);
                } else {
                    arithmetic.store_wide(*wide, values);
                }
            }
        }
    }
}

/// Gives a tile that a thread keeps from task to task its length; every slot is written before it is read.
#[inline(always)]
fn reserve<A: Arithmetic>(arithmetic: A, tile: &mut Vec<A::Wide>, length: usize) {
    if tile.len() != length {
        tile.resize(
            length,
            arithmetic.wide(arithmetic.broadcast(&arithmetic.constant(Fr::ONE))),
        );
    }
}

/// The position of `index` in bit-reversed order.
#[inline(always)]
fn reversed(index: usize, size: usize) -> usize {
    index.reverse_bits() >> (usize::BITS - size.trailing_zeros())
}
