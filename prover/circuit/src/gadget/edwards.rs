//! Points of Baby Jubjub in its twisted Edwards form with `a = 1`.

use std::sync::LazyLock;

use ark_bn254::Fr;
use ark_ec::{CurveGroup, PrimeGroup, twisted_edwards::TECurveConfig};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, EdwardsProjective};
use ark_ff::{AdditiveGroup, Field, serial_batch_inversion_and_mul};
use crema_kernels::quotient::Selector;
use crema_plonk::constraint_system::{Builder, Gate, Variable};

use super::{
    boolean::enforce_selected,
    comparison::{Unpack, unpack},
};

/// Bits of a scalar, rounded up to whole windows of two.
const SCALAR_BITS: usize = 252;

/// The variables of a point.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Abscissa.
    pub x: Variable,
    /// Ordinate.
    pub y: Variable,
}

impl Point {
    /// The neutral element `(0, 1)`.
    pub fn identity<B: Builder>(builder: &B) -> Self {
        Self {
            x: builder.zero(),
            y: builder.one(),
        }
    }

    fn value<B: Builder>(self, builder: &B) -> Extended {
        Extended::new(builder.value(self.x), builder.value(self.y))
    }
}

impl From<[Variable; 2]> for Point {
    fn from([x, y]: [Variable; 2]) -> Self {
        Self { x, y }
    }
}

/// Extended coordinates `(X : Y : T : Z)` of a pair `(x, y) = (X/Z, Y/Z)`, `T = XY/Z`, that need not lie on the curve:
/// false statements have witnesses too, and the gates are what rejects them.
#[derive(Clone, Copy)]
struct Extended {
    x: Fr,
    y: Fr,
    t: Fr,
    z: Fr,
}

impl Extended {
    fn new(x: Fr, y: Fr) -> Self {
        Self {
            x,
            y,
            t: x * y,
            z: Fr::ONE,
        }
    }

    /// The unified addition `add-2008-hwcd` for `a = 1` (Hisil, Wong, Carter, Dawson, eprint 2008/522): the affine law of
    /// the gates as a polynomial identity, for doubling as well.
    fn add(&self, other: &Self) -> Self {
        let a = self.x * other.x;
        let b = self.y * other.y;
        let c = EdwardsConfig::COEFF_D * self.t * other.t;
        let d = self.z * other.z;
        let e = (self.x + self.y) * (other.x + other.y) - a - b;
        let (f, g, h) = (d - c, d + c, b - a);
        Self {
            x: e * f,
            y: g * h,
            t: e * h,
            z: f * g,
        }
    }
}

/// Affine coordinates `x_0, y_0, x_1, …` of all points, with one inversion. A vanishing `Z` gives zeros.
fn to_affine(points: &[Extended]) -> Vec<Fr> {
    let mut inverses: Vec<Fr> = points.iter().map(|point| point.z).collect();
    serial_batch_inversion_and_mul(&mut inverses, &Fr::ONE);
    points
        .iter()
        .zip(inverses)
        .flat_map(|(point, inverse)| [point.x * inverse, point.y * inverse])
        .collect()
}

/// `p + q`.
pub fn add<B: Builder>(builder: &mut B, p: Point, q: Point) -> Point {
    let sum = builder.variables(2, |w| to_affine(&[p.value(w).add(&q.value(w))]));
    let sum = Point { x: sum[0], y: sum[1] };
    enforce_sum(builder, p, q, sum);
    sum
}

/// Requires `p + q = sum`, where the curve's addition law is complete.
fn enforce_sum<B: Builder>(builder: &mut B, p: Point, q: Point, sum: Point) {
    let d = EdwardsConfig::COEFF_D;
    let gate = |products: [Fr; 2], d: Fr| {
        let mut gate = Gate::with_output(Selector::Mul0, &products);
        gate.0[Selector::Ecc as usize] = d;
        gate
    };
    builder.gate(gate([Fr::ONE, Fr::ONE], -d), [p.x, q.y, q.x, p.y, sum.x]);
    builder.gate(gate([-Fr::ONE, Fr::ONE], d), [p.x, q.x, p.y, q.y, sum.y]);
}

/// `scalar·G` for the generator `G`, two bits at a time from the lowest.
pub fn mul_generator<B: Builder>(builder: &mut B, scalar: Variable) -> Point {
    let bits = unpack(builder, scalar, SCALAR_BITS, Unpack::Legacy);
    let (windows, _) = bits.as_chunks::<2>();
    let variables = builder.variables(4 * windows.len(), |w| generator_ladder(w, windows));
    let mut accumulator = Point::identity(builder);
    for (index, step) in variables.as_chunks::<4>().0.iter().enumerate() {
        let selected = Point {
            x: step[0],
            y: step[1],
        };
        let sum = Point {
            x: step[2],
            y: step[3],
        };
        enforce_window(builder, &generator_windows()[index], windows[index], selected);
        enforce_sum(builder, accumulator, selected, sum);
        accumulator = sum;
    }
    accumulator
}

/// Per window the multiple selected and the sum so far.
fn generator_ladder<B: Builder>(builder: &B, windows: &[[Variable; 2]]) -> Vec<Fr> {
    let mut accumulator = Extended::new(Fr::ZERO, Fr::ONE);
    let mut points = Vec::with_capacity(2 * windows.len());
    for (multiples, window) in generator_windows().iter().zip(windows) {
        let [low, high] = window.map(|bit| usize::from(builder.value(bit) == Fr::ONE));
        let selected = match low + 2 * high {
            0 => Extended::new(Fr::ZERO, Fr::ONE),
            index => Extended::new(multiples[index - 1].x, multiples[index - 1].y),
        };
        accumulator = accumulator.add(&selected);
        points.extend([selected, accumulator]);
    }
    to_affine(&points)
}

/// Requires `selected` to be the identity, `P`, `2P` or `3P`, as the bits say.
fn enforce_window<B: Builder>(
    builder: &mut B,
    [one, two, three]: &[EdwardsAffine; 3],
    [low, high]: [Variable; 2],
    selected: Point,
) {
    let zero = builder.zero();
    let x_gate = Gate::new(&[
        (Selector::Lc0, one.x),
        (Selector::Lc1, two.x),
        (Selector::Mul0, three.x - two.x - one.x),
        (Selector::Output, Fr::ONE),
    ]);
    let y_gate = Gate::new(&[
        (Selector::Lc0, one.y - Fr::ONE),
        (Selector::Lc1, two.y - Fr::ONE),
        (Selector::Mul0, three.y - two.y - one.y + Fr::ONE),
        (Selector::Output, Fr::ONE),
        (Selector::Constant, Fr::ONE),
    ]);
    builder.gate(x_gate, [low, high, zero, zero, selected.x]);
    builder.gate(y_gate, [low, high, zero, zero, selected.y]);
}

/// `4^i·G`, `2·4^i·G` and `3·4^i·G` for each window `i`.
fn generator_windows() -> &'static [[EdwardsAffine; 3]] {
    static WINDOWS: LazyLock<Vec<[EdwardsAffine; 3]>> = LazyLock::new(|| {
        let mut base = EdwardsProjective::generator();
        (0..SCALAR_BITS / 2)
            .map(|_| {
                let double = base.double();
                let multiples = [base, double, double + base].map(CurveGroup::into_affine);
                base = double.double();
                multiples
            })
            .collect()
    });
    &WINDOWS
}

/// `Σ 2^i·bits[i]·p`, from the highest bit.
pub fn mul<B: Builder>(builder: &mut B, bits: &[Variable], p: Point) -> Point {
    let variables = builder.variables(6 * bits.len(), |w| ladder(w, bits, p));
    let identity = Point::identity(builder);
    let mut accumulator = identity;
    for (bit, step) in bits.iter().rev().zip(variables.as_chunks::<6>().0) {
        let selected = Point {
            x: step[0],
            y: step[1],
        };
        let double = Point {
            x: step[2],
            y: step[3],
        };
        let sum = Point {
            x: step[4],
            y: step[5],
        };
        enforce_selected(builder, *bit, identity.x, p.x, selected.x);
        enforce_selected(builder, *bit, identity.y, p.y, selected.y);
        enforce_sum(builder, accumulator, accumulator, double);
        enforce_sum(builder, double, selected, sum);
        accumulator = sum;
    }
    accumulator
}

/// Per bit the point selected, twice the sum so far, and the sum.
fn ladder<B: Builder>(builder: &B, bits: &[Variable], p: Point) -> Vec<Fr> {
    let p = p.value(builder);
    let identity = Extended::new(Fr::ZERO, Fr::ONE);
    let mut accumulator = identity;
    let mut points = Vec::with_capacity(3 * bits.len());
    for bit in bits.iter().rev() {
        let selected = if builder.value(*bit) == Fr::ONE {
            p
        } else {
            identity
        };
        let double = accumulator.add(&accumulator);
        accumulator = double.add(&selected);
        points.extend([selected, double, accumulator]);
    }
    to_affine(&points)
}
