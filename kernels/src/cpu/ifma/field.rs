//! Eight field elements side by side in radix 2^52, in Montgomery form with `R = 2^260`.
//!
//! An element is five limbs per lane. [`Lanes`] hold values of limbs below 2^52, which is what the multiplier reads;
//! [`Wide`] values are sums and differences whose limbs are signed and whose carries are pending.
//!
//! Values need not be reduced. With `p < 2^260 / 84`, a product of operands below `a·p` and `b·p` is below
//! `(1 + a·b/84)·p`: one Montgomery reduction divides `a·b·p² + (2^260 - 1)·p` by 2^260.

use std::marker::PhantomData;

use ark_ff::MontConfig;

use super::{Ifma, vector::V};

/// Low 52 bits.
pub(super) const MASK: u64 = (1 << 52) - 1;

/// Limbs of an element.
pub(super) const LIMBS: usize = 5;

/// Number of precomputed multiples `2^i·p`.
const MULTIPLES: usize = 6;

/// Regroups 256 bits.
pub(super) const fn to_radix_52(limbs: [u64; 4]) -> [u64; LIMBS] {
    [
        limbs[0] & MASK,
        (limbs[0] >> 52 | limbs[1] << 12) & MASK,
        (limbs[1] >> 40 | limbs[2] << 24) & MASK,
        (limbs[2] >> 28 | limbs[3] << 36) & MASK,
        limbs[3] >> 16,
    ]
}

/// The modulus and what reductions by it need.
pub(super) struct Modulus<C>(PhantomData<C>);

impl<C: MontConfig<4>> Modulus<C> {
    pub(super) const P: [u64; LIMBS] = to_radix_52(C::MODULUS.0);

    /// `2^260 - p`, to subtract `p` by adding.
    const COMPLEMENT: [u64; LIMBS] = {
        let p = Self::P;
        [
            (1 << 52) - p[0],
            MASK - p[1],
            MASK - p[2],
            MASK - p[3],
            MASK - p[4],
        ]
    };

    /// `-p^-1` modulo 2^52.
    const NEGATIVE_INVERSE: u64 = C::INV & MASK;

    /// `2^i·p`.
    const MULTIPLES: [[u64; LIMBS]; MULTIPLES] = {
        let mut multiples = [Self::P; MULTIPLES];
        let mut i = 1;
        while i < MULTIPLES {
            let mut carry = 0;
            let mut limb = 0;
            while limb < LIMBS {
                let doubled = 2 * multiples[i - 1][limb] + carry;
                multiples[i][limb] = doubled & MASK;
                carry = doubled >> 52;
                limb += 1;
            }
            assert!(carry == 0, "2^i·p has 260 bits");
            i += 1;
        }
        multiples
    };

    /// `⌊2^58 / (⌊p / 2^208⌋ + 1)⌋`: with it the top limb's leading bits give a quotient by `p` that is at most one too
    /// small for values below `64p`.
    const RECIPROCAL: u64 = (1 << 58) / (Self::P[4] + 1);

    /// The bound on products in the module's description.
    const ASSERTIONS: () = assert!(Self::P[4] < (1 << 52) / 84 && Self::P[0] != 0);
}

/// Eight elements ready for multiplication and storage: limbs below 2^52, the value below 2^260.
pub(in crate::cpu) struct Lanes<C>(pub(super) [V; LIMBS], PhantomData<C>);

/// Eight sums of elements.
pub(in crate::cpu) struct Wide<C>(pub(super) [V; LIMBS], PhantomData<C>);

impl<C> Clone for Lanes<C> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Lanes<C> {}

impl<C> Clone for Wide<C> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Wide<C> {}

/// Columns of a double-length product, low and high halves apart so that the multiplier's chains are short.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct Product {
    low: [V; 2 * LIMBS],
    high: [V; 2 * LIMBS],
}

impl Product {
    #[inline(always)]
    pub(super) fn zero(ifma: Ifma) -> Self {
        let zero = V::zero(ifma);
        Self {
            low: [zero; 2 * LIMBS],
            high: [zero; 2 * LIMBS],
        }
    }

    #[inline(always)]
    pub(super) fn add<C>(&mut self, a: &Lanes<C>, b: &Lanes<C>) {
        let (a, b) = (&a.0, &b.0);
        for i in 0..LIMBS {
            for j in 0..LIMBS {
                self.low[i + j] = self.low[i + j].add_low_product(a[i], b[j]);
                self.high[i + j + 1] = self.high[i + j + 1].add_high_product(a[i], b[j]);
            }
        }
    }

    #[inline(always)]
    fn add_square<C>(&mut self, a: &Lanes<C>) {
        let a = &a.0;
        for i in 0..LIMBS {
            for j in i + 1..LIMBS {
                self.low[i + j] = self.low[i + j].add_low_product(a[i], a[j]);
                self.high[i + j + 1] = self.high[i + j + 1].add_high_product(a[i], a[j]);
            }
        }
        for i in 1..2 * LIMBS - 1 {
            self.low[i] = self.low[i].add(self.low[i]);
            self.high[i] = self.high[i].add(self.high[i]);
        }
        for i in 0..LIMBS {
            self.low[2 * i] = self.low[2 * i].add_low_product(a[i], a[i]);
            self.high[2 * i + 1] = self.high[2 * i + 1].add_high_product(a[i], a[i]);
        }
    }

    /// Montgomery reduction, one limb at a time. Column sums stay below 2^63: at most 32 products of five terms, two
    /// halves each, and the reduction's own ten terms.
    #[inline(always)]
    pub(super) fn reduce<C: MontConfig<4>>(self, ifma: Ifma) -> Lanes<C> {
        let zero = V::zero(ifma);
        let inverse = V::splat(ifma, Modulus::<C>::NEGATIVE_INVERSE);
        let p = Modulus::<C>::P.map(|limb| V::splat(ifma, limb));
        let mut columns: [V; 2 * LIMBS] = std::array::from_fn(|i| self.low[i].add(self.high[i]));
        for i in 0..LIMBS {
            let quotient = zero.add_low_product(columns[i], inverse);
            for j in 0..LIMBS {
                columns[i + j] = columns[i + j].add_low_product(quotient, p[j]);
                columns[i + j + 1] = columns[i + j + 1].add_high_product(quotient, p[j]);
            }
            columns[i + 1] = columns[i + 1].add(columns[i].shift_right::<52>());
        }
        let mut limbs: [V; LIMBS] = std::array::from_fn(|i| columns[LIMBS + i]);
        let mask = V::splat(ifma, MASK);
        for i in 0..LIMBS - 1 {
            limbs[i + 1] = limbs[i + 1].add(limbs[i].shift_right::<52>());
            limbs[i] = limbs[i].and(mask);
        }
        Lanes::new(limbs)
    }
}

impl<C: MontConfig<4>> Lanes<C> {
    #[inline(always)]
    pub(super) fn new(limbs: [V; LIMBS]) -> Self {
        const { Modulus::<C>::ASSERTIONS }
        Self(limbs, PhantomData)
    }

    /// The same limbs in every lane.
    #[inline(always)]
    pub(super) fn splat(ifma: Ifma, limbs: &[u64; LIMBS]) -> Self {
        Self::new(limbs.map(|limb| V::splat(ifma, limb)))
    }

    #[inline(always)]
    pub(super) fn mul(&self, ifma: Ifma, other: &Self) -> Self {
        let mut product = Product::zero(ifma);
        product.add(self, other);
        product.reduce(ifma)
    }

    #[inline(always)]
    pub(super) fn square(&self, ifma: Ifma) -> Self {
        let mut product = Product::zero(ifma);
        product.add_square(self);
        product.reduce(ifma)
    }

    #[inline(always)]
    pub(super) fn wide(&self) -> Wide<C> {
        Wide(self.0, PhantomData)
    }

    /// Subtracts `2^log·p` where that leaves something that is not negative.
    #[inline(always)]
    pub(super) fn subtract_once(&self, ifma: Ifma, log: usize) -> Self {
        let multiple = Modulus::<C>::MULTIPLES[log].map(|limb| V::splat(ifma, limb));
        let difference: [V; LIMBS] = std::array::from_fn(|i| self.0[i].sub(multiple[i]));
        let difference = Wide::<C>(difference, PhantomData).carry(ifma);
        let negative = difference.0[LIMBS - 1].less(V::zero(ifma));
        Self::new(std::array::from_fn(|i| {
            difference.0[i].blend(negative, self.0[i])
        }))
    }
}

impl<C: MontConfig<4>> Wide<C> {
    #[inline(always)]
    pub(super) fn zero(ifma: Ifma) -> Self {
        Self([V::zero(ifma); LIMBS], PhantomData)
    }

    #[inline(always)]
    pub(super) fn add(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].add(other.0[i])), PhantomData)
    }

    /// `self - other + 2^log_bound·p`.
    #[inline(always)]
    pub(super) fn sub(&self, ifma: Ifma, other: &Self, log_bound: usize) -> Self {
        let multiple = &Modulus::<C>::MULTIPLES[log_bound];
        Self(
            std::array::from_fn(|i| self.0[i].add(V::splat(ifma, multiple[i]).sub(other.0[i]))),
            PhantomData,
        )
    }

    /// Settles carries. A negative value keeps its sign in the top limb.
    #[inline(always)]
    pub(super) fn carry(&self, ifma: Ifma) -> Lanes<C> {
        let mask = V::splat(ifma, MASK);
        let mut limbs = self.0;
        for i in 0..LIMBS - 1 {
            limbs[i + 1] = limbs[i + 1].add(limbs[i].shift_right_signed::<52>());
            limbs[i] = limbs[i].and(mask);
        }
        Lanes::new(limbs)
    }

    /// Reduces a value below `64p` to below `2p`, by a quotient from its top limb.
    #[inline(always)]
    pub(super) fn reduce(&self, ifma: Ifma) -> Lanes<C> {
        let lanes = self.carry(ifma);
        let complement = Modulus::<C>::COMPLEMENT.map(|limb| V::splat(ifma, limb));
        let reciprocal = V::splat(ifma, Modulus::<C>::RECIPROCAL);
        let quotient = lanes.0[LIMBS - 1]
            .shift_right::<26>()
            .mul_low_halves(reciprocal)
            .shift_right::<32>();
        let mut limbs = lanes.0;
        for i in 0..LIMBS {
            limbs[i] = limbs[i].add_low_product(quotient, complement[i]);
            if i + 1 < LIMBS {
                limbs[i + 1] = limbs[i + 1].add_high_product(quotient, complement[i]);
            }
        }
        // quotient·2^260 has come in through the complement and falls off the top
        let mut reduced = Self(limbs, PhantomData).carry(ifma);
        reduced.0[LIMBS - 1] = reduced.0[LIMBS - 1].and(V::splat(ifma, MASK));
        reduced
    }
}
