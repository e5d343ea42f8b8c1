//! Proofs that some bytes stand at a range of a committed payload.

use std::ops::Range;

use ark_bn254::Fr;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Parameters,
    elements::{self, ELEMENT_BYTES},
    encoding::Scalars,
};

/// What surrounds a range within the polynomials that it touches, so that whoever has the range's bytes can commit to
/// these polynomials: jellyfish's `LargeRangeProof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeProof {
    prefix_elems: Scalars,
    suffix_elems: Scalars,
    prefix_bytes: Vec<u8>,
    suffix_bytes: Vec<u8>,
}

/// Where a range of bytes lies among elements and polynomials.
struct Place {
    range: Range<usize>,
    payload: usize,
    elements: Range<usize>,
    polynomials: Range<usize>,
    /// Elements of the payload in these polynomials.
    touched: Range<usize>,
}

impl Place {
    fn new(parameters: Parameters, payload: usize, range: Range<usize>) -> Result<Self, Error> {
        if range.is_empty() || range.end > payload {
            return Err(Error::Range {
                start: range.start,
                end: range.end,
                payload,
            });
        }
        let elements = range.start / ELEMENT_BYTES..elements::count(range.end);
        let polynomials = parameters.touched(&elements);
        let threshold = parameters.threshold();
        let touched =
            polynomials.start * threshold..(polynomials.end * threshold).min(elements::count(payload));
        Ok(Self {
            range,
            payload,
            elements,
            polynomials,
            touched,
        })
    }

    /// The elements before and behind those of the range.
    fn surrounding_elements(&self) -> (Range<usize>, Range<usize>) {
        (
            self.touched.start..self.elements.start,
            self.elements.end..self.touched.end,
        )
    }

    /// The bytes before and behind the range in its first and last element.
    fn surrounding_bytes(&self) -> (Range<usize>, Range<usize>) {
        (
            self.elements.start * ELEMENT_BYTES..self.range.start,
            self.range.end..(self.elements.end * ELEMENT_BYTES).min(self.payload),
        )
    }
}

impl RangeProof {
    /// The proof for a range of a payload dispersed with `parameters`.
    ///
    /// # Errors
    /// [`Error::Range`] when the range is empty or leaves the payload.
    pub fn new(parameters: Parameters, payload: &[u8], range: Range<usize>) -> Result<Self, Error> {
        let place = Place::new(parameters, payload.len(), range)?;
        let pack = |elements: Range<usize>| {
            let end = (elements.end * ELEMENT_BYTES).min(payload.len());
            Scalars(elements::pack(
                &payload[(elements.start * ELEMENT_BYTES).min(end)..end],
            ))
        };
        let (before, behind) = place.surrounding_elements();
        let (prefix, suffix) = place.surrounding_bytes();
        Ok(Self {
            prefix_elems: pack(before),
            suffix_elems: pack(behind),
            prefix_bytes: payload[prefix].to_vec(),
            suffix_bytes: payload[suffix].to_vec(),
        })
    }

    /// The polynomials that the range touches, and all their elements with `bytes` at the range.
    pub(crate) fn elements(
        &self,
        parameters: Parameters,
        payload: usize,
        range: Range<usize>,
        bytes: &[u8],
    ) -> Result<(Range<usize>, Vec<Fr>), Error> {
        let place = Place::new(parameters, payload, range)?;
        let (before, behind) = place.surrounding_elements();
        let (prefix, suffix) = place.surrounding_bytes();
        for (part, expected, found) in [
            ("bytes", place.range.len(), bytes.len()),
            ("prefix bytes", prefix.len(), self.prefix_bytes.len()),
            ("suffix bytes", suffix.len(), self.suffix_bytes.len()),
            ("prefix elements", before.len(), self.prefix_elems.0.len()),
            ("suffix elements", behind.len(), self.suffix_elems.0.len()),
        ] {
            if found != expected {
                return Err(Error::ProofShape {
                    part,
                    expected,
                    found,
                });
            }
        }
        let inner = elements::pack(&[&self.prefix_bytes, bytes, &self.suffix_bytes].concat());
        let elements = [&self.prefix_elems.0[..], &inner, &self.suffix_elems.0].concat();
        Ok((place.polynomials, elements))
    }
}
