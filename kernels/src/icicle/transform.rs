//! Transforms of host vectors by ICICLE.

use std::{borrow::Cow, ptr};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rayon::prelude::*;

use super::{
    error::IcicleError,
    layout::{Direction, NttConfig, Padded},
    runtime::Accelerator,
};
use crate::Domain;

const CHUNK: usize = 1 << 12;

/// Values on `shift·H` of a polynomial of as many coefficients, or the way back.
///
/// Montgomery's factor stays: a transform is linear, so that of `R·x` is `R` times that of `x`. Roots and shift, by which
/// it multiplies, have none.
pub(super) fn transform(
    accelerator: &Accelerator,
    values: &[Fr],
    direction: Direction,
    shift: Fr,
) -> Result<Vec<Fr>, IcicleError> {
    let size = i32::try_from(values.len()).map_err(|_| IcicleError::TooLong(values.len()))?;
    let config = Padded::new(NttConfig {
        stream: ptr::null_mut(),
        coset_generator: shift.into_bigint().0,
        batch_size: 1,
        columns_batch: false,
        ordering: 0,
        inputs_on_device: false,
        outputs_on_device: false,
        is_async: false,
        extension: ptr::null_mut(),
    });
    let mut result = vec![Fr::ZERO; values.len()];
    accelerator.call_prepared("bn254_ntt", size.trailing_zeros(), |functions| {
        // SAFETY: both vectors have `size` elements of 32 bytes; the device is selected and prepared for the size.
        unsafe {
            (functions.ntt)(
                values.as_ptr(),
                size,
                direction,
                config.pointer(),
                result.as_mut_ptr(),
            )
        }
    })?;
    // what follows relies on reduced numbers
    let reduced = |chunk: &[Fr]| chunk.iter().all(|value| value.0 < Fr::MODULUS);
    if !result.par_chunks(CHUNK).all(reduced) {
        return Err(IcicleError::Nonsense {
            device: accelerator.device,
            what: "a transform",
        });
    }
    Ok(result)
}

/// The remainder of a polynomial by `X^n - shift^n`, which has the same values on the coset.
pub(super) fn fold<'a>(coefficients: &'a [Fr], domain: &Domain, shift: Fr) -> Cow<'a, [Fr]> {
    let n = domain.size;
    if coefficients.len() == n {
        return Cow::Borrowed(coefficients);
    }
    let factor = shift.pow([n as u64]);
    let mut folded = vec![Fr::ZERO; n];
    folded
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, target)| {
            for row in coefficients.chunks(n).rev() {
                let row = row.get(chunk * CHUNK..).unwrap_or_default();
                for (i, slot) in target.iter_mut().enumerate() {
                    *slot *= factor;
                    if let Some(coefficient) = row.get(i) {
                        *slot += coefficient;
                    }
                }
            }
        });
    Cow::Owned(folded)
}
