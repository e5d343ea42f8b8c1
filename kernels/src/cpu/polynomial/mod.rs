//! Operations on coefficient vectors.

mod combine;
mod divide;
mod evaluate;

use ark_bn254::Fr;
use rayon::prelude::*;

pub(super) use combine::{linear_combination, weighted_sum};
pub(super) use divide::divide_by_linear;
pub(super) use evaluate::evaluate;

use super::memory::zeros;
use crate::Error;

/// `values[index[i]]`.
pub(super) fn gather(values: &[Fr], index: &[u32]) -> Result<Vec<Fr>, Error> {
    const CHUNK: usize = 1 << 12;
    let mut result = zeros(index.len());
    result
        .par_chunks_mut(CHUNK)
        .zip(index.par_chunks(CHUNK))
        .try_for_each(|(target, index)| {
            for (slot, &i) in target.iter_mut().zip(index) {
                let i = i as usize;
                *slot = *values.get(i).ok_or(Error::Index {
                    index: i,
                    length: values.len(),
                })?;
            }
            Ok::<(), Error>(())
        })?;
    Ok(result)
}

/// Value of a polynomial at `x`, one coefficient after the other.
fn horner(coefficients: &[Fr], x: Fr) -> Fr {
    coefficients
        .iter()
        .rev()
        .fold(Fr::from(0u64), |sum, c| sum * x + c)
}
