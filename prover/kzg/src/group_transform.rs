//! Number-theoretic transforms of points: a multiplication by a twiddle factor is one by a scalar.

use ark_bn254::{Fr, G1Projective};
use ark_ff::Field;
use rayon::prelude::*;

/// `result[i] = Σ_j root^{ij}·points[j]` for a power of two of points and a root of unity of that order, in about
/// `n/2·log n` scalar multiplications. `progress` is called with the number of layers finished.
///
/// # Panics
/// When the number of points is not a power of two.
pub fn transform(
    mut points: Vec<G1Projective>,
    root: Fr,
    progress: &(dyn Fn(u32) + Sync),
) -> Vec<G1Projective> {
    let n = points.len();
    assert!(n.is_power_of_two(), "{n} points are not a power of two");
    let mut twiddles = vec![Fr::ONE; (n / 2).max(1)];
    for i in 1..n / 2 {
        twiddles[i] = twiddles[i - 1] * root;
    }
    // decimation in frequency, natural order in, bit-reversed out
    let mut half = n / 2;
    let mut layer = 0;
    while half > 0 {
        let stride = n / (2 * half);
        points.par_chunks_mut(2 * half).for_each(|block| {
            let (low, high) = block.split_at_mut(half);
            low.par_iter_mut().zip(high).enumerate().for_each(|(k, (a, b))| {
                let difference = *a - *b;
                *a += *b;
                *b = if k == 0 {
                    difference
                } else {
                    difference * twiddles[k * stride]
                };
            });
        });
        half /= 2;
        layer += 1;
        progress(layer);
    }
    if n > 1 {
        let shift = usize::BITS - n.trailing_zeros();
        for i in 0..n {
            let j = i.reverse_bits() >> shift;
            if i < j {
                points.swap(i, j);
            }
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use ark_bn254::G1Affine;
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::AdditiveGroup;
    use crema_kernels::Domain;

    use super::*;

    #[test]
    fn agrees_with_the_definition() {
        let g = G1Affine::generator();
        for log in [0, 1, 2, 4] {
            let domain = Domain::new(1 << log).unwrap();
            let scalars: Vec<Fr> = (0..domain.size).map(|i| Fr::from((i * i + 3) as u64)).collect();
            let points = scalars.iter().map(|s| g * s).collect();
            let result = transform(points, domain.generator, &|_| ());
            for (i, point) in result.iter().enumerate() {
                let x = domain.element(i);
                let value = scalars.iter().rev().fold(Fr::ZERO, |sum, s| sum * x + s);
                assert_eq!(point.into_affine(), (g * value).into_affine(), "2^{log}, {i}");
            }
        }
    }
}
