//! Affine additions, eight at a time, with one inversion for all of them.
//!
//! The working form of a coordinate is `x·2^260`, reduced; a point as memory holds it becomes one by a shift of four bits
//! on the way into the registers.

use ark_bn254::{Fq, FqConfig, G1Affine};
use ark_ff::{AdditiveGroup, BigInt, Field, batch_inversion};

use super::{
    Ifma,
    field::{Lanes, Wide, to_radix_52},
    layout::{to_lanes, to_words, transpose},
    vector::V,
};
use crate::{
    Point,
    cpu::msm::{Adder, Form, Pair, denominator, sum},
};

/// Additions side by side.
const WIDTH: usize = 8;

/// Independent chains of products, to hide the multiplier's latency.
const CHAINS: usize = 2;

type Coordinate = Lanes<FqConfig>;

/// Additions on a machine with AVX-512 IFMA.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct IfmaAdder {
    ifma: Ifma,
    sixteenth: Fq,
}

/// Denominators and products of one group.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct Group {
    denominators: Coordinate,
    /// Product of the chain's denominators in all later groups.
    later: Coordinate,
    /// Lanes that are no chord: doublings, opposites, infinities.
    special: u8,
}

impl IfmaAdder {
    pub(in crate::cpu) fn new(ifma: Ifma) -> Self {
        let sixteenth = Fq::from(16u64)
            .inverse()
            .unwrap_or_else(|| unreachable!("sixteen is invertible"));
        Self { ifma, sixteenth }
    }

    /// The scalar whose working form the limbs are.
    fn ordinary(self, value: Fq) -> Fq {
        value * self.sixteenth
    }

    fn ordinary_point(self, point: Point) -> Point {
        Point {
            x: self.ordinary(point.x),
            y: self.ordinary(point.y),
        }
    }
}

impl Adder for IfmaAdder {
    type Scratch = Vec<Group>;

    fn add_pairs(self, form: Form, points: &mut [Point], pairs: &[Pair], scratch: &mut Vec<Group>) {
        #[target_feature(enable = "avx512f,avx512dq,avx512ifma,avx512vbmi2")]
        fn enabled(
            adder: IfmaAdder,
            form: Form,
            points: &mut [Point],
            pairs: &[Pair],
            scratch: &mut Vec<Group>,
        ) {
            match form {
                Form::Stored => add_pairs::<true>(adder, points, pairs, scratch),
                Form::Working => add_pairs::<false>(adder, points, pairs, scratch),
            }
        }
        // SAFETY: the token proves that the machine has the instructions.
        unsafe { enabled(self, form, points, pairs, scratch) }
    }

    fn to_working(self, point: Point) -> Point {
        Point {
            x: sixteenfold(point.x),
            y: sixteenfold(point.y),
        }
    }

    fn to_affine(self, point: Point) -> G1Affine {
        self.ordinary_point(point).into()
    }
}

fn sixteenfold(value: Fq) -> Fq {
    value.double().double().double().double()
}

/// The limbs of both coordinates.
#[inline(always)]
fn words_of(point: &Point) -> &[u64; 8] {
    const { assert!(size_of::<Point>() == 64 && align_of::<Point>() >= 8) };
    // SAFETY: `repr(C)` over two elements of four limbs each, which fill it (asserted).
    unsafe { &*std::ptr::from_ref(point).cast() }
}

/// One side of up to eight additions, transposed: limbs of `x`, then of `y`. Missing lanes repeat a point with the
/// abscissa that is asked for, which no point has.
#[inline(always)]
fn load(ifma: Ifma, points: &[Point], indices: impl Fn(usize) -> Option<u32>, padding: u64) -> [V; 8] {
    let padding = [padding, 0, 0, 0, 0, 0, 0, 0];
    transpose(std::array::from_fn(|lane| {
        let words = indices(lane).map_or(&padding, |index| words_of(&points[index as usize]));
        V::load(ifma, words)
    }))
}

#[inline(always)]
fn abscissa<const STORED: bool>(ifma: Ifma, words: &[V; 8]) -> Coordinate {
    to_lanes::<_, STORED>(ifma, [words[0], words[1], words[2], words[3]])
}

#[inline(always)]
fn ordinate<const STORED: bool>(ifma: Ifma, words: &[V; 8]) -> Coordinate {
    to_lanes::<_, STORED>(ifma, [words[4], words[5], words[6], words[7]])
}

/// The logarithm of the bound on loaded coordinates: reduced, or shifted by four bits.
const fn log_bound<const STORED: bool>() -> usize {
    if STORED { 4 } else { 0 }
}

#[inline(always)]
fn add_pairs<const STORED: bool>(
    adder: IfmaAdder,
    points: &mut [Point],
    pairs: &[Pair],
    scratch: &mut Vec<Group>,
) {
    let ifma = adder.ifma;
    // a working form of one
    let mut products = [Coordinate::splat(ifma, &to_radix_52(sixteenfold(Fq::ONE).0.0)); CHAINS];
    scratch.clear();
    for (index, pairs) in pairs.chunks(WIDTH).enumerate().rev() {
        let a = load(ifma, points, |lane| pairs.get(lane).map(|pair| pair.target), 1);
        let b = load(ifma, points, |lane| pairs.get(lane).map(|pair| pair.source), 2);
        // equal or zero abscissas show in their lowest words; others that do are no harm
        let zero = V::zero(ifma);
        let special = a[0].equal(b[0]) | a[0].equal(zero) | b[0].equal(zero);
        let (ax, bx) = (abscissa::<STORED>(ifma, &a), abscissa::<STORED>(ifma, &b));
        // bounds in multiples of p: 16 or 1 for coordinates, so that the difference is below 32 or 2
        let mut denominators = bx.wide().sub(ifma, &ax.wide(), log_bound::<STORED>()).carry(ifma);
        if special != 0 {
            set_special_denominators::<STORED>(ifma, &mut denominators, special, points, pairs);
        }
        let product = &mut products[index % CHAINS];
        scratch.push(Group {
            denominators,
            later: *product,
            special,
        });
        // below 2·32/84 + 1 < 2
        *product = product.mul(ifma, &denominators);
    }
    let inverse = invert(ifma, &products[0].mul(ifma, &products[1]));
    let mut inverses = [inverse.mul(ifma, &products[1]), inverse.mul(ifma, &products[0])];
    for (index, (pairs, group)) in pairs.chunks(WIDTH).zip(scratch.iter().rev()).enumerate() {
        let inverse = &mut inverses[index % CHAINS];
        let denominator_inverses = inverse.mul(ifma, &group.later);
        *inverse = inverse.mul(ifma, &group.denominators);
        let a = load(ifma, points, |lane| pairs.get(lane).map(|pair| pair.target), 1);
        let b = load(ifma, points, |lane| pairs.get(lane).map(|pair| pair.source), 2);
        let sums = chord::<STORED>(ifma, &a, &b, &denominator_inverses);
        if group.special == 0 {
            store(sums, points, pairs);
        } else {
            let specials = special_sums::<STORED>(adder, &denominator_inverses, group.special, points, pairs);
            store(sums, points, pairs);
            for (pair, special) in pairs.iter().zip(specials) {
                if let Some(sum) = special {
                    points[pair.target as usize] = sum;
                }
            }
        }
    }
}

/// `a + b` by the chord's slope, as words of points by row.
#[inline(always)]
fn chord<const STORED: bool>(
    ifma: Ifma,
    a: &[V; 8],
    b: &[V; 8],
    denominator_inverses: &Coordinate,
) -> [V; 8] {
    let log = log_bound::<STORED>();
    let (ax, ay) = (
        abscissa::<STORED>(ifma, a).wide(),
        ordinate::<STORED>(ifma, a).wide(),
    );
    let (bx, by) = (
        abscissa::<STORED>(ifma, b).wide(),
        ordinate::<STORED>(ifma, b).wide(),
    );
    // slope and square are below 2·32/84 + 1 < 2
    let slope = by.sub(ifma, &ay, log).carry(ifma).mul(ifma, denominator_inverses);
    let x = slope.square(ifma).wide().sub(ifma, &ax, log).sub(ifma, &bx, log);
    let x = reduced::<STORED>(ifma, x);
    let y = ax
        .sub(ifma, &x.wide(), 0)
        .carry(ifma)
        .mul(ifma, &slope)
        .wide()
        .sub(ifma, &ay, log);
    let y = reduced::<STORED>(ifma, y);
    let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (to_words(&x), to_words(&y));
    transpose([x0, x1, x2, x3, y0, y1, y2, y3])
}

/// Reduces what is below `34p`, or below `4p` from working coordinates.
#[inline(always)]
fn reduced<const STORED: bool>(ifma: Ifma, value: Wide<FqConfig>) -> Coordinate {
    let below_two = if STORED {
        value.reduce(ifma)
    } else {
        value.carry(ifma).subtract_once(ifma, 1)
    };
    below_two.subtract_once(ifma, 0)
}

#[inline(always)]
fn store(rows: [V; 8], points: &mut [Point], pairs: &[Pair]) {
    for (pair, row) in pairs.iter().zip(rows) {
        let Point { x, y } = &mut points[pair.target as usize];
        let mut words = [0; 8];
        row.store(&mut words);
        let [x0, x1, x2, x3, y0, y1, y2, y3] = words;
        (x.0.0, y.0.0) = ([x0, x1, x2, x3], [y0, y1, y2, y3]);
    }
}

/// Lanes' inverses, none of them zero.
#[inline(never)]
fn invert(ifma: Ifma, lanes: &Coordinate) -> Coordinate {
    // working form read as memory's form is 16·x; its inverse times 256 is the inverse's working form
    let mut values = elements(&lanes.subtract_once(ifma, 0));
    batch_inversion(&mut values);
    from_elements(ifma, &values.map(|value| sixteenfold(sixteenfold(value))))
}

/// Lanes of reduced limbs, one by one.
fn elements(lanes: &Coordinate) -> [Fq; WIDTH] {
    let words = to_words(lanes).map(|words| {
        let mut lanes = [0; WIDTH];
        words.store(&mut lanes);
        lanes
    });
    std::array::from_fn(|lane| Fq::new_unchecked(BigInt(words.map(|words| words[lane]))))
}

fn from_elements(ifma: Ifma, values: &[Fq; WIDTH]) -> Coordinate {
    let limbs = values.map(|value| to_radix_52(value.0.0));
    Coordinate::new(std::array::from_fn(|limb| {
        V::load(ifma, &std::array::from_fn(|lane| limbs[lane][limb]))
    }))
}

/// Lanes of a mask that belong to pairs, with the pairs' points.
fn special_lanes<'a>(
    special: u8,
    points: &'a [Point],
    pairs: &'a [Pair],
) -> impl Iterator<Item = (usize, &'a Point, &'a Point)> {
    let lanes = pairs
        .iter()
        .enumerate()
        .filter(move |(lane, _)| special & (1 << lane) != 0);
    lanes.map(|(lane, pair)| (lane, &points[pair.target as usize], &points[pair.source as usize]))
}

#[cold]
#[inline(never)]
fn set_special_denominators<const STORED: bool>(
    ifma: Ifma,
    denominators: &mut Coordinate,
    special: u8,
    points: &[Point],
    pairs: &[Pair],
) {
    let mut limbs = denominators.0.map(|limb| {
        let mut lanes = [0; WIDTH];
        limb.store(&mut lanes);
        lanes
    });
    for (lane, a, b) in special_lanes(special, points, pairs) {
        let value = denominator(a, b);
        let value = if STORED { sixteenfold(value) } else { value };
        for (limb, word) in limbs.iter_mut().zip(to_radix_52(value.0.0)) {
            limb[lane] = word;
        }
    }
    *denominators = Coordinate::new(limbs.map(|lanes| V::load(ifma, &lanes)));
}

#[cold]
#[inline(never)]
fn special_sums<const STORED: bool>(
    adder: IfmaAdder,
    denominator_inverses: &Coordinate,
    special: u8,
    points: &[Point],
    pairs: &[Pair],
) -> [Option<Point>; WIDTH] {
    let inverses = elements(&denominator_inverses.subtract_once(adder.ifma, 0));
    let operand = |point: &Point| {
        if STORED {
            *point
        } else {
            adder.ordinary_point(*point)
        }
    };
    let mut sums = [None; WIDTH];
    for (lane, a, b) in special_lanes(special, points, pairs) {
        let inverse = adder.ordinary(inverses[lane]);
        sums[lane] = Some(adder.to_working(sum(&operand(a), &operand(b), inverse)));
    }
    sums
}
