//! Scalars, eight at a time.
//!
//! Memory holds `x·2^256`, the multiplier divides by `2^260`. Factors are therefore `x·2^260`: constants are brought to
//! it once, and loaded elements by a shift of four bits on the way into the registers, which leaves them below `16p`.
//! Data times factor is `x·2^256 · y·2^260 / 2^260`, data again.

use ark_bn254::{Fr, FrConfig};
use ark_ff::{AdditiveGroup, batch_inversion};

use super::{
    Ifma,
    field::{LIMBS, Lanes, Product, Wide, to_radix_52},
    layout::{limbs_of, load_elements, store_elements, to_lanes, to_words, transpose},
    vector::V,
};
use crate::cpu::lanes::{Arithmetic, Kernel, MAX_WIDTH};

impl Arithmetic for Ifma {
    const WIDTH: usize = MAX_WIDTH;

    type Constant = [u64; LIMBS];
    type Lanes = Lanes<FrConfig>;
    type Wide = Wide<FrConfig>;
    type Products = Product;

    #[inline]
    fn enter<K: Kernel<Self>>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512dq,avx512ifma,avx512vbmi2")]
        fn enabled<K: Kernel<Ifma>>(ifma: Ifma, kernel: K) -> K::Output {
            kernel.run(ifma)
        }
        // SAFETY: the token proves that the machine has the instructions.
        unsafe { enabled(self, kernel) }
    }

    #[inline]
    fn constant(self, value: Fr) -> [u64; LIMBS] {
        // 16·x in memory's form is x·2^260
        let factor = value.double().double().double().double();
        to_radix_52(factor.0.0)
    }

    #[inline]
    fn data(self, value: Fr) -> [u64; LIMBS] {
        to_radix_52(value.0.0)
    }

    #[inline(always)]
    fn broadcast(self, constant: &[u64; LIMBS]) -> Self::Lanes {
        Lanes::splat(self, constant)
    }

    #[inline(always)]
    fn gather(self, constants: &[[u64; LIMBS]]) -> Self::Lanes {
        Lanes::new(std::array::from_fn(|limb| {
            V::load(self, &std::array::from_fn(|lane| constants[lane][limb]))
        }))
    }

    #[inline(always)]
    fn load(self, values: &[Fr]) -> Self::Lanes {
        to_lanes::<_, false>(self, load_elements(self, values))
    }

    #[inline(always)]
    fn load_factor(self, values: &[Fr]) -> Self::Lanes {
        to_lanes::<_, true>(self, load_elements(self, values))
    }

    #[inline(always)]
    fn load_columns(self, values: &[Fr], stride: usize, columns: &mut [Self::Lanes]) {
        load_columns::<false>(self, values, stride, columns);
    }

    #[inline(always)]
    fn load_factor_columns(self, values: &[Fr], stride: usize, columns: &mut [Self::Lanes]) {
        load_columns::<true>(self, values, stride, columns);
    }

    #[inline(always)]
    fn store(self, lanes: Self::Lanes, values: &mut [Fr]) {
        store_elements(self, to_words(&lanes.subtract_once(self, 0)), values);
    }

    #[inline(always)]
    fn store_wide(self, wide: Self::Wide, values: &mut [Fr]) {
        self.store(wide.reduce(self), values);
    }

    #[inline(always)]
    fn store_unreduced(self, lanes: Self::Lanes, values: &mut [Fr]) {
        store_elements(self, to_words(&lanes), values);
    }

    #[inline(always)]
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        a.mul(self, &b)
    }

    #[inline(always)]
    fn square(self, a: Self::Lanes) -> Self::Lanes {
        a.square(self)
    }

    #[inline]
    fn invert(self, a: Self::Lanes) -> Option<Self::Lanes> {
        // a factor x·2^260 read as memory's form is 16·x
        let mut values = [Fr::ZERO; MAX_WIDTH];
        self.store(a, &mut values);
        if values.contains(&Fr::ZERO) {
            return None;
        }
        batch_inversion(&mut values);
        let constants = values.map(|inverse| {
            let sixteenfold = inverse.double().double().double().double();
            self.constant(sixteenfold)
        });
        Some(self.gather(&constants))
    }

    #[inline(always)]
    fn no_products(self) -> Product {
        Product::zero(self)
    }

    #[inline(always)]
    fn add_product(self, sum: &mut Product, a: Self::Lanes, b: Self::Lanes) {
        sum.add(&a, &b);
    }

    #[inline(always)]
    fn reduce(self, sum: Product) -> Self::Lanes {
        sum.reduce(self)
    }

    #[inline(always)]
    fn wide(self, lanes: Self::Lanes) -> Self::Wide {
        lanes.wide()
    }

    #[inline(always)]
    fn zero(self) -> Self::Wide {
        Wide::zero(self)
    }

    #[inline(always)]
    fn add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        a.add(&b)
    }

    #[inline(always)]
    fn sub(self, a: Self::Wide, b: Self::Wide, log_bound: usize) -> Self::Wide {
        a.sub(self, &b, log_bound)
    }

    #[inline(always)]
    fn carry(self, wide: Self::Wide) -> Self::Lanes {
        wide.carry(self)
    }
}

#[inline(always)]
fn load_columns<const SHIFTED: bool>(
    ifma: Ifma,
    values: &[Fr],
    stride: usize,
    columns: &mut [Lanes<FrConfig>],
) {
    // two columns are a vector's width
    for (pair, columns) in columns.chunks_exact_mut(2).enumerate() {
        let rows = std::array::from_fn(|row| {
            let (words, _) = limbs_of(&values[row * stride + 2 * pair..][..2]).as_chunks();
            V::load(ifma, &words[0])
        });
        let [a0, a1, a2, a3, b0, b1, b2, b3] = transpose(rows);
        columns[0] = to_lanes::<_, SHIFTED>(ifma, [a0, a1, a2, a3]);
        columns[1] = to_lanes::<_, SHIFTED>(ifma, [b0, b1, b2, b3]);
    }
}
