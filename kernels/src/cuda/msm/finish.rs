//! The last doublings, on the host: from the points of each bucket set to one point per vector.

use ark_bn254::G1Projective;
use ark_ec::AdditiveGroup;
use ark_ff::Zero;

use super::{
    launch::{Sums, Xyzz},
    shape::Shape,
};
use crate::{Error, cuda::Device};

impl From<Xyzz> for G1Projective {
    /// With `Z = ZZ`: X/ZZ = (X·ZZ)/ZZ², and Y/ZZZ = (Y·ZZZ)/ZZ³ because ZZZ² = ZZ³.
    fn from(point: Xyzz) -> Self {
        if point.zz.is_zero() {
            Self::zero()
        } else {
            Self::new_unchecked(point.x * point.zz, point.y * point.zzz, point.zz)
        }
    }
}

/// The weighted sum of a set's buckets, from the points of kernels/cuda/msm_reduce.cu: the sum of all buckets, the
/// weighted sum inside the threads, and `U_j`, to be taken `2^(piece_bits + j)` times.
fn set_sum(points: &[Xyzz], piece_bits: u32) -> G1Projective {
    let mut sum = G1Projective::zero();
    for level in points[2..].iter().rev() {
        sum.double_in_place();
        sum += G1Projective::from(*level);
    }
    for _ in 0..piece_bits {
        sum.double_in_place();
    }
    sum + G1Projective::from(points[0]) + G1Projective::from(points[1])
}

impl Sums {
    /// Waits for the card and adds the result for each vector to `results`.
    pub(super) fn add_to(
        &self,
        device: &Device,
        shape: Shape,
        results: &mut [&mut G1Projective],
    ) -> Result<(), Error> {
        let points = device.download(self.points.view())?;
        let per_vector = (shape.sets * self.per_set) as usize;
        for (points, result) in points.chunks_exact(per_vector).zip(results) {
            let mut sum = G1Projective::zero();
            for set in points.chunks_exact(self.per_set as usize).rev() {
                for _ in 0..shape.width {
                    sum.double_in_place();
                }
                sum += set_sum(set, self.piece_bits);
            }
            **result += sum;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{Fq, Fr, G1Affine};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::Field;

    use super::*;

    fn xyzz(point: G1Affine, z: u64) -> Xyzz {
        let z = Fq::from(z);
        match point.xy() {
            Some((x, y)) => Xyzz {
                x: x * z.square(),
                y: y * z.square() * z,
                zz: z.square(),
                zzz: z.square() * z,
            },
            None => Xyzz {
                x: z,
                y: z,
                zz: Fq::ZERO,
                zzz: Fq::ZERO,
            },
        }
    }

    fn multiple(log: u64) -> G1Affine {
        (G1Affine::generator() * Fr::from(log)).into_affine()
    }

    #[test]
    fn xyzz_points_become_projective() {
        for log in [0, 1, 2, 77] {
            assert_eq!(G1Projective::from(xyzz(multiple(log), 5)), multiple(log));
        }
    }

    #[test]
    fn levels_weigh_powers_of_two() {
        let points: Vec<Xyzz> = [100, 20, 3, 0, 7]
            .iter()
            .zip(2..)
            .map(|(log, z)| xyzz(multiple(*log), z))
            .collect();
        assert_eq!(set_sum(&points, 0), multiple(100 + 20 + 3 + 4 * 7));
        assert_eq!(set_sum(&points, 3), multiple(100 + 20 + 8 * (3 + 4 * 7)));
    }
}
