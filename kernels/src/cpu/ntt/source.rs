//! The input of a transform: a vector that may be shorter or longer than the domain.

use std::borrow::Cow;

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use crate::cpu::memory::prefetch;

/// Coefficients folded by `X^n = fold` to fewer than `n`, and followed by zeros. A mask makes a polynomial a few
/// coefficients longer than the domain, so that folding changes its head alone and the body is not copied.
pub(super) struct Source<'a> {
    head: Vec<Fr>,
    body: &'a [Fr],
}

impl<'a> Source<'a> {
    pub(super) fn new(values: &'a [Fr], size: usize, fold: Fr) -> Self {
        let (body, excess) = values.split_at(values.len().min(size));
        let mut head = body[..excess.len().min(size)].to_vec();
        let mut factor = fold;
        for chunk in excess.chunks(size) {
            for (slot, value) in head.iter_mut().zip(chunk) {
                *slot += factor * value;
            }
            factor *= fold;
        }
        Self { head, body }
    }

    /// Asks for the cache lines of `count` elements from `start` on.
    #[inline(always)]
    pub(super) fn prefetch(&self, start: usize, count: usize) {
        if let Some(values) = self.body.get(start..start + count) {
            prefetch(values);
        }
    }

    /// `N` elements from `start` on.
    #[inline(always)]
    pub(super) fn get<const N: usize>(&self, start: usize) -> Cow<'_, [Fr]> {
        let end = start + N;
        if start >= self.head.len() && end <= self.body.len() {
            return Cow::Borrowed(&self.body[start..end]);
        }
        let element = |i| {
            self.head
                .get(i)
                .or_else(|| self.body.get(i))
                .copied()
                .unwrap_or(Fr::ZERO)
        };
        Cow::Owned((start..end).map(element).collect())
    }
}
