//! Opening proofs of one polynomial at every node's point.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use crema_kernels::Domain;
use crema_kzg::group_transform::transform;
use rayon::prelude::*;

use crate::committer::Committer;

/// Largest subgroup for which a quotient per point is quicker than the transform.
const DIRECT: usize = 128;

/// Commitments to `(p(X) - p(x))/(X - x)` for the first `nodes` points `x` of the domain.
pub(crate) fn open_all(
    committer: &Committer,
    polynomial: &[Fr],
    domain: &Domain,
    nodes: usize,
) -> Vec<G1Affine> {
    if domain.size <= DIRECT {
        open_directly(committer, polynomial, domain, nodes)
    } else {
        open_by_transform(committer, polynomial, domain, nodes)
    }
}

/// One commitment to a quotient per point.
fn open_directly(committer: &Committer, polynomial: &[Fr], domain: &Domain, nodes: usize) -> Vec<G1Affine> {
    let quotients: Vec<Vec<Fr>> = (0..nodes)
        .into_par_iter()
        .map(|node| divide(polynomial, domain.element(node)))
        .collect();
    committer.commit(&quotients)
}

/// The quotient by `X - root`, by Horner's rule, the remainder dropped.
fn divide(polynomial: &[Fr], root: Fr) -> Vec<Fr> {
    let mut quotient = polynomial.get(1..).unwrap_or_default().to_vec();
    for i in (1..quotient.len()).rev() {
        let carried = quotient[i] * root;
        quotient[i - 1] += carried;
    }
    quotient
}

/// The proof at `x` is `Σ_j x^j·h_j`, where `h_j` commits to the coefficients above the `j`-th. All proofs together are
/// the transform of these (Feist and Khovratovich, "Fast amortized KZG proofs", 2023). The `h_j` themselves come from
/// the tables: at these sizes that is as quick as the paper's Toeplitz product and needs nothing prepared.
fn open_by_transform(
    committer: &Committer,
    polynomial: &[Fr],
    domain: &Domain,
    nodes: usize,
) -> Vec<G1Affine> {
    let suffixes: Vec<&[Fr]> = (1..polynomial.len()).map(|j| &polynomial[j..]).collect();
    let mut points: Vec<G1Projective> = committer
        .commit(&suffixes)
        .iter()
        .map(|point| point.into_group())
        .collect();
    points.resize(domain.size, G1Projective::default());
    let mut proofs = transform(points, domain.generator, &|_| ());
    proofs.truncate(nodes);
    G1Projective::normalize_batch(&proofs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        for coefficients in [1usize, 2, 16] {
            let domain = Domain::new(2 * coefficients).unwrap();
            let committer = Committer::get(coefficients).unwrap();
            let polynomial: Vec<Fr> = (0..coefficients as u64).map(|i| -Fr::from(i * i + 1)).collect();
            let nodes = domain.size - 1;
            let direct = open_directly(committer, &polynomial, &domain, nodes);
            assert_eq!(direct.len(), nodes);
            assert_eq!(open_by_transform(committer, &polynomial, &domain, nodes), direct);
        }
    }
}
