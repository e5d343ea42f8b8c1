//! Commitments to the Lagrange polynomials of a subgroup: with them a vector of evaluations is committed without
//! interpolating it first, so that zeros cost nothing and bits little.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, batch_inversion};
use crema_kernels::{Domain, Point};
use rayon::prelude::*;

use crate::{Error, Origin, Srs, group_transform::transform, srs::generator_multiples};

/// `[L_i(β)]` for every row `i` of the domain.
///
/// With a known secret the values are computed in the field. Otherwise the powers go through an inverse transform in
/// the group, about `n/2·log n` scalar multiplications: minutes at `n = 2^20`, once per string. `progress` is called with
/// the finished part, from zero to one.
///
/// # Errors
/// [`Error::TooSmall`] when the string has fewer than `n` powers; [`Error::Kernel`] when the secret lies in the domain.
pub fn lagrange_bases(
    srs: &Srs,
    domain: &Domain,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Vec<Point>, Error> {
    let bases = match srs.origin {
        Origin::InsecureTau(tau) => from_secret(tau, domain)?,
        Origin::Aztec | Origin::File => from_powers(srs.powers(domain.size)?, domain, progress),
    };
    progress(1.0);
    Ok(bases)
}

/// `L_i(τ) = (τ^n - 1)/n · ω^i/(τ - ω^i)`.
fn from_secret(tau: Fr, domain: &Domain) -> Result<Vec<Point>, Error> {
    let mut points = vec![Fr::ONE; domain.size];
    for i in 1..domain.size {
        points[i] = points[i - 1] * domain.generator;
    }
    let mut values: Vec<Fr> = points.iter().map(|x| tau - x).collect();
    let factor = domain.vanishing(tau) * domain.size_inverse;
    if factor == Fr::from(0) {
        return Err(crema_kernels::Error::DivisionByZero("Lagrange bases: tau lies in the domain").into());
    }
    batch_inversion(&mut values);
    values
        .par_iter_mut()
        .zip(&points)
        .for_each(|(value, x)| *value *= factor * x);
    Ok(generator_multiples(&values))
}

/// Inverse transform of the powers: `[L_i] = 1/n · Σ_j ω^{-ij}·[β^j]`.
fn from_powers(powers: &[Point], domain: &Domain, progress: &(dyn Fn(f64) + Sync)) -> Vec<Point> {
    let points = powers
        .par_iter()
        .map(|p| G1Affine::from(*p).into_group())
        .collect();
    let mut points = transform(points, domain.generator_inverse, &|layer| {
        progress(f64::from(layer) / f64::from(domain.log_size + 1));
    });
    points
        .par_iter_mut()
        .for_each(|point| *point *= domain.size_inverse);
    G1Projective::normalize_batch(&points)
        .into_iter()
        .map(Point::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let tau = Fr::from(0xdead_beef_u64);
        for log in [0, 1, 2, 5] {
            let domain = Domain::new(1 << log).unwrap();
            let mut srs = Srs::insecure(tau, 1 << log).unwrap();
            let fast = lagrange_bases(&srs, &domain, &|_| ()).unwrap();
            srs.origin = Origin::File;
            assert_eq!(
                lagrange_bases(&srs, &domain, &|_| ()).unwrap(),
                fast,
                "n = 2^{log}"
            );
        }
    }

    #[test]
    fn rejects_a_secret_inside_the_domain() {
        let domain = Domain::new(8).unwrap();
        let srs = Srs::insecure(domain.element(3), 8).unwrap();
        assert!(lagrange_bases(&srs, &domain, &|_| ()).is_err());
    }
}
