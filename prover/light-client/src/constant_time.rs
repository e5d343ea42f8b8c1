//! Scalar multiplication whose sequence of group operations and memory accesses does not depend on the scalar.
//!
//! The field arithmetic below it is arkworks', whose final conditional subtraction is compiled as it may be; what is
//! excluded here is the large signal: skipped additions, skipped leading zeros and table look-ups by secret index.

use ark_ec::short_weierstrass::{self, SWCurveConfig};
use ark_ec::twisted_edwards::{self, TECurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{
    AdditiveGroup, BigInt, BigInteger, Fp, MontBackend, MontConfig, PrimeField, QuadExtConfig, QuadExtField,
};
use subtle::{Choice, ConditionallySelectable, ConstantTimeLess};
use zeroize::Zeroize;

/// Selection between two values by masks.
pub(crate) trait Select {
    /// `b` when `choice` is set, else `a`.
    fn select(a: &Self, b: &Self, choice: Choice) -> Self;
}

impl Select for BigInt<4> {
    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        BigInt(std::array::from_fn(|i| {
            u64::conditional_select(&a.0[i], &b.0[i], choice)
        }))
    }
}

impl<C: MontConfig<4>> Select for Fp<MontBackend<C, 4>, 4> {
    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::new_unchecked(BigInt::select(&a.0, &b.0, choice))
    }
}

impl<P: QuadExtConfig<BaseField: Select>> Select for QuadExtField<P> {
    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::new(
            Select::select(&a.c0, &b.c0, choice),
            Select::select(&a.c1, &b.c1, choice),
        )
    }
}

impl<P: TECurveConfig<BaseField: Select>> Select for twisted_edwards::Projective<P> {
    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::new_unchecked(
            Select::select(&a.x, &b.x, choice),
            Select::select(&a.y, &b.y, choice),
            Select::select(&a.t, &b.t, choice),
            Select::select(&a.z, &b.z, choice),
        )
    }
}

impl<P: SWCurveConfig<BaseField: Select>> Select for short_weierstrass::Projective<P> {
    fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::new_unchecked(
            Select::select(&a.x, &b.x, choice),
            Select::select(&a.y, &b.y, choice),
            Select::select(&a.z, &b.z, choice),
        )
    }
}

/// `scalar * base`, for a `base` of the group's prime order `l`.
///
/// The scalar is first lengthened to `scalar + l` or `scalar + 2l`, whichever has its top bit exactly one above those
/// of `l`: the loop then has one length for every scalar, and the running sum is never the identity.
pub(crate) fn mul<A>(base: &A, scalar: &A::ScalarField) -> A
where
    A: AffineRepr<Group: Select, ScalarField: PrimeField<BigInt = BigInt<4>>>,
{
    let order = A::ScalarField::MODULUS;
    let bits = A::ScalarField::MODULUS_BIT_SIZE as usize;
    let mut once = scalar.into_bigint();
    once.add_with_carry(&order);
    let mut twice = once;
    twice.add_with_carry(&order);
    let once_is_short = (once.0[bits / 64] >> (bits % 64)).ct_lt(&1);
    let mut lengthened = BigInt::select(&once, &twice, once_is_short);

    let mut sum = base.into_group();
    for i in (0..bits).rev() {
        sum.double_in_place();
        let bit = (lengthened.0[i / 64] >> (i % 64)) & 1;
        sum = Select::select(&sum, &(sum + base), Choice::from(bit as u8));
    }
    let product = sum.into_affine();
    sum.zeroize();
    for wiped in [&mut once, &mut twice, &mut lengthened] {
        wiped.zeroize();
    }
    product
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine};
    use ark_ed_on_bn254::EdwardsAffine;
    use ark_ff::Field;
    use proptest::prelude::*;

    use super::*;

    fn agrees<A>(scalar: A::ScalarField)
    where
        A: AffineRepr<Group: Select, ScalarField: PrimeField<BigInt = BigInt<4>>>,
    {
        let base = A::generator();
        assert_eq!(mul(&base, &scalar), (base * scalar).into_affine(), "{scalar}");
    }

    fn agrees_on_every_curve(bytes: &[u8]) {
        agrees::<EdwardsAffine>(PrimeField::from_le_bytes_mod_order(bytes));
        agrees::<G1Affine>(PrimeField::from_le_bytes_mod_order(bytes));
        agrees::<G2Affine>(PrimeField::from_le_bytes_mod_order(bytes));
    }

    #[test]
    fn edges_agree_with_the_library() {
        for small in 0..4 {
            agrees_on_every_curve(&[small]);
        }
        for below in 1..4u64 {
            agrees::<EdwardsAffine>(-ark_ed_on_bn254::Fr::from(below));
            agrees::<G1Affine>(-ark_bn254::Fr::from(below));
        }
        // 2^bits - l, where the lengthening changes from twice to once
        let edge = ark_ed_on_bn254::Fr::ONE.double().pow([251]);
        agrees::<EdwardsAffine>(edge);
        agrees::<EdwardsAffine>(edge - ark_ed_on_bn254::Fr::ONE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn agrees_with_the_library(bytes: [u8; 32]) {
            agrees_on_every_curve(&bytes);
        }
    }
}
