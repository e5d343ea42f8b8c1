//! How long operations should take: counts of instructions (kernels/cuda/PREDICTIONS.md, from machine code) times the
//! rates of a card's pipes and memory. All of the model is here; nothing in it was fitted to a measurement.

use crema_kernels::cuda::{Pipe, PipeRate, SumPlan};
use serde::Serialize;

/// What a card does per clock and second.
#[derive(Clone, Debug, Serialize)]
pub struct Rates {
    /// Lanes of IMAD.WIDE per clock and multiprocessor.
    pub wide: f64,
    /// Lanes of IMAD.HI.
    pub high: f64,
    /// Lanes of IMAD.
    pub low: f64,
    /// Clock of the multiprocessors.
    pub clock_ghz: f64,
    /// Multiprocessors.
    pub multiprocessors: u32,
    /// Bytes of memory traffic per second, in units of 10^12.
    pub terabytes_per_second: f64,
    /// Where the lanes and the clock are from.
    pub source: &'static str,
}

impl Rates {
    /// An H200's memory, and multiplications with a 64-bit result at half rate, the pessimistic assumption.
    pub fn assumed(multiprocessors: u32) -> Self {
        Self {
            wide: 32.0,
            high: 32.0,
            low: 64.0,
            clock_ghz: 1.98,
            multiprocessors,
            terabytes_per_second: 4.3,
            source: "assumed: an H200 with IMAD.WIDE at half rate",
        }
    }

    /// With the rates that the card showed, as far as its counter of cycles runs.
    pub fn measured(multiprocessors: u32, pipes: &[PipeRate]) -> Self {
        let lanes = |pipe| {
            pipes
                .iter()
                .find(|rate| rate.pipe == pipe && rate.correct)
                .and_then(|rate| Some((rate.lanes_per_clock?, rate.per_second)))
        };
        let assumed = Self::assumed(multiprocessors);
        let (Some((wide, per_second)), Some((high, _)), Some((low, _))) =
            (lanes(Pipe::ImadWide), lanes(Pipe::ImadHi), lanes(Pipe::Imad))
        else {
            return assumed;
        };
        Self {
            wide,
            high,
            low,
            clock_ghz: per_second / (wide * f64::from(multiprocessors)) / 1e9,
            source: "measured pipes and clock; memory assumed as of an H200",
            ..assumed
        }
    }

    /// Seconds for `operations` of a cost, with all multipliers busy.
    fn compute(&self, cost: Cost, operations: f64) -> f64 {
        let cycles = cost.wide / self.wide + cost.high / self.high + cost.low / self.low;
        operations * cycles / (f64::from(self.multiprocessors) * self.clock_ghz * 1e9)
    }

    fn memory(&self, bytes: f64) -> f64 {
        bytes / (self.terabytes_per_second * 1e12)
    }

    /// Instructions of a warp that all schedulers issue in a second.
    fn issue(&self) -> f64 {
        4.0 * f64::from(self.multiprocessors) * self.clock_ghz * 1e9
    }

    /// The part of the multipliers that transforms use: with faster multipliers, issue is as much of a bound.
    fn transform_efficiency(&self) -> f64 {
        if self.wide < 48.0 { 0.8 } else { 0.7 }
    }
}

/// Instructions on the multipliers.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    wide: f64,
    high: f64,
    low: f64,
}

const fn cost(wide: f64, high: f64, low: f64) -> Cost {
    Cost { wide, high, low }
}

/// A multiplication in a transform, where loads are not counted.
const BUTTERFLY_PRODUCT: Cost = cost(120.0, 8.0, 8.0);
const MULTIPLICATION: Cost = cost(121.0, 8.0, 8.0);
const SQUARING: Cost = cost(89.0, 14.0, 15.0);
const PRODUCT_OF_SUM: Cost = cost(64.0, 0.0, 0.0);
const REDUCTION: Cost = cost(55.0, 9.0, 13.0);
const POINT_TO_BUCKET: Cost = cost(1066.0, 97.0, 98.0);
const BUCKET_TO_BUCKET: Cost = cost(1543.0, 129.0, 130.0);

/// Kernels over many elements reach this part of the multipliers, or of the memory.
const EFFICIENCY: f64 = 0.85;
/// A pass's launch, its first loads and its last stores.
const PASS: f64 = 5e-6;

/// What the model says of an operation, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Prediction {
    /// What it should take.
    pub expected_ms: f64,
    /// What nothing can beat that does the same arithmetic: the multipliers, or the memory, without a pause.
    pub roofline_ms: f64,
}

impl Prediction {
    fn seconds(expected: f64, roofline: f64) -> Self {
        Self {
            expected_ms: expected * 1e3,
            roofline_ms: roofline * 1e3,
        }
    }
}

/// Multiplications per element of a transform, and its passes.
fn transform_products(log_size: u32) -> (f64, u32) {
    let passes = log_size.div_ceil(10).max(1);
    let mut done = 0;
    let mut products = f64::from(passes - 1);
    for i in 0..passes {
        let radix = (log_size - done).div_ceil(passes - i);
        done += radix;
        let eights = f64::from(radix / 3);
        let first = [0.0, 0.5, 1.0][(radix % 3) as usize];
        products += eights * 5.0 / 8.0 + (eights - 1.0).max(0.0) * 7.0 / 8.0 + first;
    }
    // exponents of the first pass exceed the table of 2^20 roots
    (products + f64::from(u8::from(log_size > 20)), passes)
}

/// A transform with so many factors per element besides.
pub fn transform(rates: &Rates, log_size: u32, factors: f64) -> Prediction {
    let size = f64::from(log_size).exp2();
    let (products, passes) = transform_products(log_size);
    let compute = rates.compute(BUTTERFLY_PRODUCT, size * (products + factors));
    let memory = rates.memory(64.0 * size * f64::from(passes));
    let floor = compute.max(memory);
    let expected = (compute / rates.transform_efficiency()).max(memory) + f64::from(passes) * PASS;
    Prediction::seconds(expected, floor)
}

/// What the scalars of a sum are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scalars {
    /// Random.
    Dense,
    /// 25 % random, 37.5 % ones, the rest zero.
    WitnessLike,
    /// All the same.
    Equal,
}

/// A multi-scalar multiplication.
pub fn sum(rates: &Rates, plan: SumPlan, log_size: u32, scalars: Scalars) -> Prediction {
    /// Instructions of a warp per digit looked at, and per digit that is not zero.
    const SORT: (f64, f64) = (6.5, 5.9);
    const SORT_ISSUE: f64 = 0.6;
    /// Sixteen levels of a tree of additions that wait for each other.
    const TREE: f64 = 0.06e-3;
    const JOIN: f64 = 0.03e-3;
    const JOIN_OF_ONE_BUCKET: f64 = 0.17e-3;
    const GAPS: f64 = 0.06e-3;
    const HOST_DOUBLING: f64 = 250e-9;

    let size = f64::from(log_size).exp2();
    let digits = size * f64::from(plan.windows);
    let entries = match scalars {
        Scalars::Dense | Scalars::Equal => digits,
        Scalars::WitnessLike => 0.25 * digits + 0.375 * size,
    };
    let accumulate = rates.compute(POINT_TO_BUCKET, entries);
    let reduce = rates.compute(BUCKET_TO_BUCKET, 1.7 * plan.buckets as f64);
    let sort = (digits * SORT.0 + entries * SORT.1) / (SORT_ISSUE * rates.issue());
    let join = if scalars == Scalars::Equal {
        JOIN_OF_ONE_BUCKET
    } else {
        JOIN
    };
    let doublings = if plan.sets > 1 {
        f64::from(plan.sets * plan.width) * HOST_DOUBLING
    } else {
        0.0
    };
    let expected = sort + (accumulate + reduce) / EFFICIENCY + join + TREE + GAPS + doublings;
    Prediction::seconds(expected, accumulate + reduce)
}

/// An operation of the vector kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kit {
    /// Sum or difference of vectors.
    Add,
    /// Product of vectors.
    Multiply,
    /// By an index table.
    Gather,
    /// Twenty terms.
    LinearCombination,
    /// Ten polynomials.
    Evaluate,
    /// Division by a linear factor.
    Divide,
    /// Batch inversion.
    Invert,
    /// The permutation's product.
    GrandProduct,
    /// One coset, eight public inputs.
    Quotient,
}

/// An operation on vectors of `2^log_size` elements.
pub fn kit(rates: &Rates, operation: Kit, log_size: u32) -> Prediction {
    // multiplications, squarings, products of a sum and reductions per element; bytes; latencies of scans in µs
    let (counts, bytes, waits) = match operation {
        Kit::Add => ([0.0, 0.0, 0.0, 0.0], 96.0, 0.0),
        Kit::Multiply => ([1.0, 0.0, 0.0, 0.0], 96.0, 0.0),
        Kit::Gather => ([0.0, 0.0, 0.0, 0.0], 68.0, 0.0),
        Kit::LinearCombination => ([0.0, 0.0, 20.0, 1.0], 672.0, 0.0),
        Kit::Evaluate => ([0.625, 0.0, 10.0, 0.625], 320.0, 31.0),
        Kit::Divide => ([1.69, 0.0, 2.0, 0.19], 96.0, 21.0),
        Kit::Invert => ([4.7, 0.0, 0.0, 0.0], 136.0, 48.0),
        Kit::GrandProduct => ([22.7, 0.0, 0.0, 0.0], 428.0, 38.0),
        Kit::Quotient => ([28.0, 8.0, 24.0, 2.0], 832.0, 0.0),
    };
    let size = f64::from(log_size).exp2();
    let costs = [MULTIPLICATION, SQUARING, PRODUCT_OF_SUM, REDUCTION];
    let compute: f64 = counts
        .into_iter()
        .zip(costs)
        .map(|(count, cost)| rates.compute(cost, size * count))
        .sum();
    let floor = compute.max(rates.memory(bytes * size));
    Prediction::seconds(floor / EFFICIENCY + waits * 1e-6 + PASS, floor)
}

/// Five inverse transforms on cosets, and what puts them together.
pub fn interpolate_cosets(rates: &Rates, log_size: u32) -> Prediction {
    const PRODUCTS: f64 = 14.4;
    let one = transform(rates, log_size, 1.0);
    let together = rates.compute(BUTTERFLY_PRODUCT, f64::from(log_size).exp2() * PRODUCTS);
    Prediction {
        expected_ms: 5.0 * one.expected_ms + together * 1e3 / EFFICIENCY,
        roofline_ms: 5.0 * one.roofline_ms + together * 1e3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 0.1,
            "{found} instead of {expected}"
        );
    }

    fn full_rate() -> Rates {
        Rates {
            wide: 64.0,
            high: 64.0,
            ..Rates::assumed(132)
        }
    }

    /// The tables of PREDICTIONS.md, which were computed by hand.
    #[test]
    fn transforms_as_in_the_table() {
        let half = Rates::assumed(132);
        for (log_size, expected) in [
            (18, 0.05),
            (20, 0.19),
            (22, 0.95),
            (23, 1.97),
            (24, 4.1),
            (26, 17.8),
        ] {
            assert_near(transform(&half, log_size, 0.0).expected_ms, expected);
        }
        for (log_size, expected) in [(22, 0.55), (23, 1.15), (24, 2.4), (26, 10.4)] {
            assert_near(transform(&full_rate(), log_size, 0.0).expected_ms, expected);
        }
    }

    #[test]
    fn sums_as_in_the_table() {
        let plan = |windows, width: u32, sets: u32| SumPlan {
            windows,
            width,
            sets,
            buckets: u64::from(sets) << (width - 1),
            rows: 1,
            table_bytes: 0,
        };
        let half = Rates::assumed(132);
        let dense = [
            (16, plan(17, 15, 1), 0.37),
            (20, plan(14, 19, 1), 3.1),
            (22, plan(13, 20, 1), 10.8),
            (24, plan(12, 22, 1), 39.6),
            (20, plan(17, 15, 17), 3.8),
            (24, plan(14, 19, 14), 46.8),
        ];
        for (log_size, plan, expected) in dense {
            assert_near(sum(&half, plan, log_size, Scalars::Dense).expected_ms, expected);
        }
        let plan = plan(14, 19, 1);
        assert_near(sum(&half, plan, 20, Scalars::WitnessLike).expected_ms, 1.16);
        assert_near(sum(&half, plan, 20, Scalars::Equal).expected_ms, 3.2);
        assert_near(sum(&full_rate(), plan, 20, Scalars::Dense).expected_ms, 1.8);
    }

    #[test]
    fn vector_kit_as_in_the_table() {
        let half = Rates::assumed(132);
        for (operation, floor) in [
            (Kit::Add, 0.023),
            (Kit::Gather, 0.017),
            (Kit::LinearCombination, 0.169),
            (Kit::Quotient, 0.788),
            (Kit::GrandProduct, 0.379),
        ] {
            assert_near(kit(&half, operation, 20).roofline_ms, floor);
        }
    }

    #[test]
    fn a_still_counter_leaves_the_assumption() {
        let rate = |pipe| PipeRate {
            pipe,
            lanes_per_clock: None,
            per_second: 1.0,
            correct: true,
        };
        let rates = Rates::measured(132, &Pipe::ALL.map(rate));
        assert!(rates.source.starts_with("assumed"));
        let rate = |pipe| PipeRate {
            lanes_per_clock: Some(64.0),
            per_second: 64.0 * 132.0 * 1.7e9,
            ..rate(pipe)
        };
        let rates = Rates::measured(132, &Pipe::ALL.map(rate));
        assert_near(rates.clock_ghz, 1.7);
        assert!(rates.source.starts_with("measured"));
    }
}
