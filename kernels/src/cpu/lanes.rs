//! What the inner loops ask of a machine: a few scalars side by side, and arithmetic on them.
//!
//! Transforms, the quotient and the grand product are written once over [`Arithmetic`]; [`Portable`] and the AVX-512
//! implementation give them different widths and the same bytes.
//!
//! Elements have two forms. *Data* is as a vector holds it. A *factor* is what a product may have on its right-hand
//! side. The product of data and a factor is data; the product of two factors is a factor. On the portable arithmetic
//! the two are the same; with other Montgomery radices they are not.
//!
//! Values may be unreduced: every function says which multiple of the modulus `p` its operands must stay below.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// Most elements that any arithmetic has side by side.
pub(super) const MAX_WIDTH: usize = 8;

/// A loop body that is compiled for an arithmetic's instructions: [`Arithmetic::enter`] runs it.
///
/// Everything between `run` and the arithmetic must be inlined into `enter`, or the instructions become calls. Methods
/// that are marked so are; closures are only if they are small, and so no closure here multiplies.
pub(super) trait Kernel<A: Arithmetic> {
    type Output;

    fn run(self, arithmetic: A) -> Self::Output;
}

/// Scalars side by side. The value itself is the proof that the machine has the instructions.
pub(super) trait Arithmetic: Copy + Send + Sync + 'static {
    /// Elements in [`Arithmetic::Lanes`]; divides [`MAX_WIDTH`].
    const WIDTH: usize;

    /// A factor or data outside the registers.
    type Constant: Copy + Send + Sync + 'static;
    /// Elements that can be multiplied and stored.
    type Lanes: Copy;
    /// Sums and differences of elements, with carries pending; at most 2^10 of them without [`Arithmetic::carry`].
    type Wide: Copy;
    /// Sums of products that are not reduced yet.
    type Products: Copy;

    /// Runs a kernel with the instructions enabled. Kernels are inlined here, closures that leave them are not.
    fn enter<K: Kernel<Self>>(self, kernel: K) -> K::Output;

    /// Makes a scalar a factor.
    fn constant(self, value: Fr) -> Self::Constant;

    /// Keeps a scalar as data.
    fn data(self, value: Fr) -> Self::Constant;

    /// The same constant in every lane, below `p`.
    fn broadcast(self, constant: &Self::Constant) -> Self::Lanes;

    /// `WIDTH` constants, below `p`.
    fn gather(self, constants: &[Self::Constant]) -> Self::Lanes;

    /// `WIDTH` consecutive elements as data, in the bounds that they were stored with.
    fn load(self, values: &[Fr]) -> Self::Lanes;

    /// `WIDTH` consecutive reduced elements as factors, below `16p`.
    fn load_factor(self, values: &[Fr]) -> Self::Lanes;

    /// The columns of an 8 × 8 matrix of data whose rows begin `stride` elements apart. Column `c` is
    /// `columns[c·8/WIDTH..][..8/WIDTH]`, top to bottom.
    fn load_columns(self, values: &[Fr], stride: usize, columns: &mut [Self::Lanes]);

    /// As [`Arithmetic::load_columns`], as [`Arithmetic::load_factor`].
    fn load_factor_columns(self, values: &[Fr], stride: usize, columns: &mut [Self::Lanes]);

    /// Stores data below `2p`, reduced.
    fn store(self, lanes: Self::Lanes, values: &mut [Fr]);

    /// Stores data below `64p`, reduced.
    fn store_wide(self, wide: Self::Wide, values: &mut [Fr]);

    /// Stores what is below `4p` for [`Arithmetic::load`] and [`Arithmetic::load_columns`] alone: not reduced.
    fn store_unreduced(self, lanes: Self::Lanes, values: &mut [Fr]);

    /// Product. With operands below `a·p` and `b·p` it is below `(1 + a·b/84)·p`, and `a` and `b` are at most 84.
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// Square, bounded like a product.
    fn square(self, a: Self::Lanes) -> Self::Lanes;

    /// Inverses of factors below `2p`, as factors below `p`; `None` when any of them is zero.
    fn invert(self, a: Self::Lanes) -> Option<Self::Lanes>;

    /// An empty sum of products.
    fn no_products(self) -> Self::Products;

    /// Adds `a·b` to a sum of at most 32 products, whose bounds' products add up to at most `83·84`.
    fn add_product(self, sum: &mut Self::Products, a: Self::Lanes, b: Self::Lanes);

    /// The value of a sum, bounded like a product by the sum of the terms' bounds. It costs half a product, and each
    /// term another half.
    fn reduce(self, sum: Self::Products) -> Self::Lanes;

    /// Lanes as an operand of sums.
    fn wide(self, lanes: Self::Lanes) -> Self::Wide;

    /// Zeros.
    fn zero(self) -> Self::Wide;

    /// Sum; bounds add up.
    fn add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;

    /// `a - b + 2^log_bound·p` for `b` below `2^log_bound·p` and `log_bound` below 6; bounds add up.
    fn sub(self, a: Self::Wide, b: Self::Wide, log_bound: usize) -> Self::Wide;

    /// Settles pending carries of a value that is not negative and below `84p`.
    fn carry(self, wide: Self::Wide) -> Self::Lanes;
}

/// `first·ratio^i` for `i` below `count`, as factors.
pub(super) fn powers<A: Arithmetic>(arithmetic: A, first: Fr, ratio: Fr, count: usize) -> Vec<A::Constant> {
    let mut power = first;
    (0..count)
        .map(|_| {
            let constant = arithmetic.constant(power);
            power *= ratio;
            constant
        })
        .collect()
}

/// `WIDTH` elements from `start` on, with zeros behind the vector's end.
#[inline(always)]
pub(super) fn load_padded<A: Arithmetic>(arithmetic: A, values: &[Fr], start: usize) -> A::Lanes {
    if start + A::WIDTH <= values.len() {
        return arithmetic.load(&values[start..start + A::WIDTH]);
    }
    let mut padded = [Fr::ZERO; MAX_WIDTH];
    let rest = values.get(start..).unwrap_or_default();
    padded[..rest.len()].copy_from_slice(rest);
    arithmetic.load(&padded[..A::WIDTH])
}

/// Stores `WIDTH` elements below `64p` from `start` on, without those behind the vector's end.
#[inline(always)]
pub(super) fn store_padded<A: Arithmetic>(arithmetic: A, wide: A::Wide, values: &mut [Fr], start: usize) {
    if start + A::WIDTH <= values.len() {
        return arithmetic.store_wide(wide, &mut values[start..start + A::WIDTH]);
    }
    let mut padded = [Fr::ZERO; MAX_WIDTH];
    arithmetic.store_wide(wide, &mut padded[..A::WIDTH]);
    let rest = &mut values[start..];
    rest.copy_from_slice(&padded[..rest.len()]);
}

/// The arithmetic of `ark-ff`: one element at a time, always reduced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl Arithmetic for Portable {
    const WIDTH: usize = 1;

    type Constant = Fr;
    type Lanes = Fr;
    type Wide = Fr;
    type Products = Fr;

    #[inline]
    fn enter<K: Kernel<Self>>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }

    #[inline]
    fn constant(self, value: Fr) -> Fr {
        value
    }

    #[inline]
    fn data(self, value: Fr) -> Fr {
        value
    }

    #[inline]
    fn broadcast(self, constant: &Fr) -> Fr {
        *constant
    }

    #[inline]
    fn gather(self, constants: &[Fr]) -> Fr {
        constants[0]
    }

    #[inline]
    fn load(self, values: &[Fr]) -> Fr {
        values[0]
    }

    #[inline]
    fn load_factor(self, values: &[Fr]) -> Fr {
        values[0]
    }

    #[inline]
    fn load_columns(self, values: &[Fr], stride: usize, columns: &mut [Fr]) {
        for (row, values) in values.chunks(stride).take(MAX_WIDTH).enumerate() {
            for (column, value) in values[..MAX_WIDTH].iter().enumerate() {
                columns[column * MAX_WIDTH + row] = *value;
            }
        }
    }

    #[inline]
    fn load_factor_columns(self, values: &[Fr], stride: usize, columns: &mut [Fr]) {
        self.load_columns(values, stride, columns);
    }

    #[inline]
    fn store(self, lanes: Fr, values: &mut [Fr]) {
        values[0] = lanes;
    }

    #[inline]
    fn store_wide(self, wide: Fr, values: &mut [Fr]) {
        values[0] = wide;
    }

    #[inline]
    fn store_unreduced(self, lanes: Fr, values: &mut [Fr]) {
        values[0] = lanes;
    }

    #[inline]
    fn mul(self, a: Fr, b: Fr) -> Fr {
        a * b
    }

    #[inline]
    fn square(self, a: Fr) -> Fr {
        a.square()
    }

    #[inline]
    fn invert(self, a: Fr) -> Option<Fr> {
        a.inverse()
    }

    #[inline]
    fn no_products(self) -> Fr {
        Fr::ZERO
    }

    #[inline]
    fn add_product(self, sum: &mut Fr, a: Fr, b: Fr) {
        *sum += a * b;
    }

    #[inline]
    fn reduce(self, sum: Fr) -> Fr {
        sum
    }

    #[inline]
    fn wide(self, lanes: Fr) -> Fr {
        lanes
    }

    #[inline]
    fn zero(self) -> Fr {
        Fr::ZERO
    }

    #[inline]
    fn add(self, a: Fr, b: Fr) -> Fr {
        a + b
    }

    #[inline]
    fn sub(self, a: Fr, b: Fr, _log_bound: usize) -> Fr {
        a - b
    }

    #[inline]
    fn carry(self, wide: Fr) -> Fr {
        wide
    }
}
