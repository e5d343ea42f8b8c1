//! Sums of bases that always meet the same scalar.

use std::ops::Range;

use ark_bn254::{G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ff::Zero;
use crema_kernels::Point;
use rayon::prelude::*;

/// Labels whose sums share one inversion.
const CHUNK: usize = 1 << 10;

/// Bases, one for each label that some of the original bases carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregated {
    /// The labels, ascending.
    pub labels: Vec<u32>,
    /// For each of them the sum of its bases.
    pub bases: Vec<Point>,
}

/// Adds up the bases of each label but `skipped`, so that a commitment to values which are equal wherever labels are
/// needs one scalar per label: `Σ value(label_i)·base_i = Σ_labels value(label)·(Σ_{label_i = label} base_i)`. The label
/// left out is one whose value is known to be zero.
///
/// # Panics
/// When there are not as many labels as bases.
pub fn aggregate(bases: &[Point], labels: &[u32], skipped: u32) -> Aggregated {
    assert_eq!(bases.len(), labels.len(), "every base carries a label");
    let (starts, members) = group(labels, skipped);
    let range = |label: u32| -> Range<usize> { starts[label as usize]..starts[label as usize + 1] };
    let present: Vec<u32> = (0..starts.len() as u32 - 1)
        .filter(|label| !range(*label).is_empty())
        .collect();
    let sums: Vec<Vec<Point>> = present
        .par_chunks(CHUNK)
        .map(|labels| {
            let sums: Vec<G1Projective> = labels
                .iter()
                .map(|label| {
                    members[range(*label)]
                        .iter()
                        .fold(G1Projective::zero(), |sum, member| {
                            sum + G1Affine::from(bases[*member as usize])
                        })
                })
                .collect();
            let affine = G1Projective::normalize_batch(&sums);
            affine.into_iter().map(Point::from).collect()
        })
        .collect();
    Aggregated {
        labels: present,
        bases: sums.concat(),
    }
}

/// Positions ordered by label, and where each label's begin; one start more than labels.
fn group(labels: &[u32], skipped: u32) -> (Vec<usize>, Vec<u32>) {
    let count = labels.iter().max().map_or(0, |label| *label as usize + 1);
    let counted = || labels.iter().enumerate().filter(|(_, label)| **label != skipped);
    let mut starts = vec![0; count + 1];
    for (_, label) in counted() {
        starts[*label as usize + 1] += 1;
    }
    for label in 0..count {
        starts[label + 1] += starts[label];
    }
    let mut next = starts.clone();
    let mut members = vec![0; starts[count]];
    for (position, label) in counted() {
        let slot = &mut next[*label as usize];
        members[*slot] = position as u32;
        *slot += 1;
    }
    (starts, members)
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;
    use ark_ec::AffineRepr;

    use super::*;

    fn points(logarithms: &[i64]) -> Vec<Point> {
        let g = G1Affine::generator();
        logarithms
            .iter()
            .map(|k| (g * Fr::from(*k)).into_affine().into())
            .collect()
    }

    #[test]
    fn adds_up_equal_labels_and_leaves_one_out() {
        let bases = points(&[1, 2, 4, 8, 16, 32, 64]);
        let found = aggregate(&bases, &[9, 0, 3, 9, 3, 5, 0], 0);
        assert_eq!(found.labels, [3, 5, 9]);
        assert_eq!(found.bases, points(&[20, 32, 9]));
        let all = aggregate(&bases, &[9, 0, 3, 9, 3, 5, 0], 7);
        assert_eq!(all.labels, [0, 3, 5, 9]);
        assert_eq!(all.bases, points(&[66, 20, 32, 9]));
    }

    #[test]
    fn equal_opposite_and_infinite_bases_are_added_exactly() {
        let found = aggregate(&points(&[5, 5, 7, -7, 0, 0, 3]), &[1, 1, 2, 2, 3, 3, 4], 0);
        assert_eq!(found.labels, [1, 2, 3, 4]);
        assert_eq!(found.bases, points(&[10, 0, 0, 3]));
    }

    #[test]
    fn nothing_is_left_of_nothing() {
        for labels in [&[][..], &[0, 0]] {
            let found = aggregate(&points(&vec![1; labels.len()]), labels, 0);
            assert_eq!((found.labels.len(), found.bases.len()), (0, 0));
        }
    }

    #[test]
    fn more_labels_than_a_chunk() {
        let count = 2 * CHUNK as u32 + 3;
        let labels: Vec<u32> = (0..2 * count).map(|i| i % count).collect();
        let bases = points(&[3, 11]);
        let bases: Vec<Point> = (0..2 * count).map(|i| bases[(i / count) as usize]).collect();
        let found = aggregate(&bases, &labels, u32::MAX);
        assert_eq!(found.labels, (0..count).collect::<Vec<_>>());
        assert_eq!(found.bases, vec![points(&[14])[0]; count as usize]);
    }
}
