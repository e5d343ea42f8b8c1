//! How scalars are cut into windows, and what that costs: the choice between few additions and few buckets.

/// Bits that the windows of a scalar must hold in all: digits are made of the smaller of k and r - k, which is below
/// 2^253, and the last digit's sign takes one more.
const SCALAR_BITS: u32 = 254;

/// The widest key that two passes of the sort can take: bits of a window's buckets plus those that tell sets apart.
pub(super) const MAX_KEY_BITS: u32 = 22;

/// Windows that are tried. Below four bits, the last window could overflow its buckets for no gain.
const WIDTHS: std::ops::RangeInclusive<u32> = 4..=22;

/// Rows of multiples of the points: row j has `2^(j·step)·P`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// Number of rows; one is the points themselves.
    pub(super) count: u32,
    /// Bits between two rows.
    pub(super) step: u32,
}

impl Rows {
    /// The points only.
    pub(super) const NONE: Self = Self {
        count: 1,
        step: SCALAR_BITS,
    };

    /// As many rows as steps in a scalar.
    pub(super) const fn every(step: u32) -> Self {
        Self {
            count: SCALAR_BITS.div_ceil(step),
            step,
        }
    }

    /// Bytes of the table over `points` points.
    pub(super) const fn bytes(self, points: usize) -> u64 {
        points as u64 * self.count as u64 * size_of::<crate::Point>() as u64
    }
}

/// How a scalar is cut. Windows that use the same row have a set of buckets each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Bits of a window.
    pub(super) width: u32,
    /// Bits of the last window of a row.
    pub(super) last_width: u32,
    /// Windows of a row.
    pub(super) sets: u32,
    /// Windows of a scalar.
    pub(super) windows: u32,
}

impl Shape {
    fn new(rows: Rows, width: u32) -> Self {
        let sets = rows.step.div_ceil(width);
        // a single row has no next one to stop at
        let last_width = if rows.count == 1 {
            width
        } else {
            rows.step - (sets - 1) * width
        };
        let (mut bits, mut windows) = (0, 0);
        while bits < SCALAR_BITS {
            bits += if windows % sets == sets - 1 {
                last_width
            } else {
                width
            };
            windows += 1;
        }
        Self {
            width,
            last_width,
            sets,
            windows,
        }
    }

    /// Bits of the buckets' number in a set.
    pub(super) const fn bucket_bits(self) -> u32 {
        self.width - 1
    }

    /// Bits of the key that a digit is sorted by.
    pub(super) const fn key_bits(self, vectors: u32) -> u32 {
        self.bucket_bits() + bits_for(self.sets * vectors)
    }

    /// Buckets of `vectors` vectors.
    pub(super) const fn buckets(self, vectors: u32) -> usize {
        ((self.sets * vectors) as usize) << self.bucket_bits()
    }

    /// Bytes of device memory that a multiplication takes while it runs.
    pub(super) fn scratch(self, scalars: usize, vectors: u32) -> u64 {
        const ENTRY: u64 = 2 * 8; // sorted from one list to another
        const FIXED: u64 = 16 << 20; // counts, heads, partial sums
        scalars as u64 * u64::from(self.windows) * ENTRY + self.buckets(vectors) as u64 * 128 + FIXED
    }
}

/// Bits that number `count` things.
const fn bits_for(count: u32) -> u32 {
    count.next_power_of_two().trailing_zeros()
}

/// Part of the digits that count as nonzero: wires are sparse, and where two shapes are as fast for dense vectors, the one
/// with fewer buckets is faster for sparse ones.
const DENSITY: f64 = 0.8;

/// Predicted speed of a card, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    /// An affine point added to a bucket, with its sorting.
    entry: f64,
    /// Two bucket sums added, when all multiprocessors are busy.
    addition: f64,
    /// The same when one waits for the result.
    latency: f64,
    /// A doubling on the host, of which each set takes as many as a window has bits.
    host_doubling: f64,
}

impl Speed {
    /// From the roofline of an H200 (kernels/cuda/PREDICTIONS.md), for other cards by their multiprocessors.
    pub(super) fn of(multiprocessors: u32) -> Self {
        let share = 132.0 / f64::from(multiprocessors.max(1));
        Self {
            entry: 0.19 * share,
            addition: 0.25 * share,
            latency: 4000.0,
            host_doubling: 250.0,
        }
    }

    fn cost(self, shape: Shape, scalars: usize, vectors: u32) -> f64 {
        let entries = scalars as f64 * f64::from(shape.windows) * DENSITY;
        let buckets = shape.buckets(vectors) as f64;
        // the first point of a bucket takes a slot of the accumulation although it adds nothing
        let first = buckets.min(entries);
        let depth = f64::from(shape.bucket_bits() + 2);
        let bits = f64::from(shape.sets * shape.width * vectors);
        (entries + first) * self.entry
            + 2.0 * buckets * self.addition
            + depth * self.latency
            + bits * self.host_doubling
    }

    /// The fastest shape over given rows for `scalars` scalars in `vectors` vectors. `None` when keys would be too long.
    pub(super) fn best_shape(self, rows: Rows, scalars: usize, vectors: u32) -> Option<Shape> {
        let widths = WIDTHS.filter(|width| rows.count == 1 || *width <= rows.step);
        widths
            .map(|width| {
                Shape::new(
                    rows,
                    if rows.count == 1 {
                        width
                    } else {
                        even(rows.step, width)
                    },
                )
            })
            .filter(|shape| shape.key_bits(vectors) <= MAX_KEY_BITS && shape.last_width >= *WIDTHS.start())
            .min_by(|a, b| {
                self.cost(*a, scalars, vectors)
                    .total_cmp(&self.cost(*b, scalars, vectors))
            })
    }

    /// The fastest table over `points` points whose bytes, with what a multiplication needs besides, fit `budget`.
    /// `None` when not even the points fit.
    pub(super) fn best_rows(self, points: usize, budget: u64) -> Option<Rows> {
        let tables = (*WIDTHS.start()..=SCALAR_BITS / 2).map(Rows::every);
        std::iter::once(Rows::NONE)
            .chain(tables)
            .filter_map(|rows| {
                let shape = self.best_shape(rows, points, 1)?;
                let bytes = rows.bytes(points) + shape.scratch(points.min(SMALLEST_CHUNK), 1);
                (bytes <= budget).then(|| (rows, self.cost(shape, points, 1)))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(rows, _)| rows)
    }
}

/// Scalars that a multiplication takes at once, at least, however little memory there is.
pub(super) const SMALLEST_CHUNK: usize = 1 << 12;

/// The narrowest windows of which as many make a step as of windows of `width` bits.
const fn even(step: u32, width: u32) -> u32 {
    step.div_ceil(step.div_ceil(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h200() -> Speed {
        Speed::of(132)
    }

    #[test]
    fn windows_hold_every_scalar() {
        for rows in (4..=127).map(Rows::every).chain([Rows::NONE]) {
            for width in 4..=22.min(rows.step) {
                let shape = Shape::new(rows, width);
                let whole = shape.windows / shape.sets;
                let rest = shape.windows % shape.sets;
                let step = (shape.sets - 1) * shape.width + shape.last_width;
                let bits = whole * step + rest * shape.width;
                assert!(bits >= SCALAR_BITS, "{rows:?} {shape:?}");
                assert!(bits - shape.width < SCALAR_BITS, "{rows:?} {shape:?}");
                assert!(shape.last_width >= 1 && shape.last_width <= shape.width);
                // the last window's row exists
                assert!(
                    (shape.windows - 1) / shape.sets < rows.count,
                    "{rows:?} {shape:?}"
                );
                if rows.count > 1 {
                    assert_eq!(step, rows.step);
                }
            }
        }
    }

    #[test]
    fn keys_fit_the_sort() {
        for rows in (4..=127).map(Rows::every).chain([Rows::NONE]) {
            for vectors in 1..=16 {
                let Some(shape) = h200().best_shape(rows, 1 << 20, vectors) else {
                    continue;
                };
                assert!(shape.key_bits(vectors) <= MAX_KEY_BITS);
                assert!(shape.last_width >= 4, "{rows:?} {shape:?}");
                let largest = shape.buckets(vectors) as u64 - 1;
                assert!(largest < 1 << shape.key_bits(vectors));
            }
            assert!(h200().best_shape(rows, 1 << 20, 1).is_some(), "{rows:?}");
        }
    }

    /// A wide window pays for many points only: the model's choices lie where hand calculation puts them.
    #[test]
    fn choices_grow_with_length() {
        let mut last = 0;
        for bits in 4..=24 {
            let rows = h200().best_rows(1 << bits, 1 << 37).expect("fits");
            assert!(rows.step >= last, "2^{bits} points: {rows:?} after step {last}");
            last = rows.step;
        }
        for (bits, steps) in [(16, 13..=17), (20, 18..=20), (22, 19..=22), (24, 20..=22)] {
            let rows = h200().best_rows(1 << bits, 1 << 37).expect("fits");
            assert!(steps.contains(&rows.step), "2^{bits} points: {rows:?}");
            assert_eq!(
                h200().best_shape(rows, 1 << bits, 1).expect("short keys").sets,
                1,
                "one set of buckets"
            );
        }
    }

    #[test]
    fn short_vectors_over_a_long_table_use_several_sets() {
        let rows = Rows::every(20);
        let long = h200().best_shape(rows, 1 << 22, 1).expect("fits");
        let short = h200().best_shape(rows, 1 << 10, 1).expect("fits");
        assert_eq!((long.sets, long.width), (1, 20));
        assert!(short.sets > 1 && short.width < 20, "{short:?}");
    }

    #[test]
    fn less_memory_means_fewer_rows_and_at_last_none() {
        let points = 1 << 20;
        let speed = h200();
        let all = speed.best_rows(points, 1 << 40).expect("fits");
        let mut rows = all.count;
        let mut budget = 1u64 << 31;
        let mut counts = Vec::new();
        while let Some(fewer) = speed.best_rows(points, budget) {
            assert!(fewer.count <= rows, "{fewer:?} after {rows} rows");
            assert!(fewer.bytes(points) <= budget);
            rows = fewer.count;
            counts.push(rows);
            budget = budget * 4 / 5;
        }
        counts.dedup();
        assert!(counts.len() > 3, "{counts:?}");
        assert_eq!(rows, 1);
        assert!(budget > Rows::NONE.bytes(points) / 2);
    }

    #[test]
    fn scratch_counts_every_list() {
        let shape = Shape::new(Rows::every(20), 20);
        assert_eq!(shape.windows, 13);
        let bytes = shape.scratch(1 << 20, 1);
        assert!(bytes > (13 << 20) * 16 + (1 << 19) * 128);
    }
}
