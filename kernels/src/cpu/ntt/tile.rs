//! Transforms of eight columns at once, in a buffer that stays in a core's caches.

use crate::cpu::lanes::Arithmetic;

/// Columns of a tile: as many as one cache-friendly read of a row gives (256 bytes), and the widest arithmetic's lanes.
pub(super) const COLUMNS: usize = 8;

/// Rows that are transformed level by level; longer tiles are halved first, so that these stay in the first-level cache.
const LEVEL_BY_LEVEL: usize = 64;

/// Levels whose first butterfly skips its multiplication by one. Without it bounds double, from `2p` to `32p` in four
/// levels; all other butterflies add `2p`, which leaves a tile of 2^14 rows below `64p`.
const UNREDUCED_LEVELS: usize = 4;

/// Transforms `rows` rows of `COLUMNS / WIDTH` lanes, from bit-reversed to natural order. Values enter below `2p` and
/// leave below `64p`.
#[inline(always)]
pub(super) fn transform<A: Arithmetic>(arithmetic: A, tile: &mut [A::Wide], roots: &[A::Constant]) {
    let parts = COLUMNS / A::WIDTH;
    let rows = tile.len() / parts;
    let block = rows.min(LEVEL_BY_LEVEL);
    for start in (0..rows).step_by(block) {
        let mut half = 1;
        while half < block {
            for group in tile[start * parts..(start + block) * parts].chunks_exact_mut(2 * half * parts) {
                level(arithmetic, group, half, roots);
            }
            half *= 2;
        }
        // depth first: the larger blocks that this one completes are still warm
        let end = start + block;
        while half < rows && end.is_multiple_of(2 * half) {
            level(
                arithmetic,
                &mut tile[(end - 2 * half) * parts..end * parts],
                half,
                roots,
            );
            half *= 2;
        }
    }
}

/// Combines two transforms of `half` rows into one.
#[inline(always)]
fn level<A: Arithmetic>(arithmetic: A, group: &mut [A::Wide], half: usize, roots: &[A::Constant]) {
    let parts = COLUMNS / A::WIDTH;
    let number = half.trailing_zeros() as usize + 1;
    let (low, high) = group.split_at_mut(half * parts);
    let mut start = 0;
    if number <= UNREDUCED_LEVELS {
        start = 1;
        for (a, b) in low[..parts].iter_mut().zip(&mut high[..parts]) {
            (*a, *b) = (arithmetic.add(*a, *b), arithmetic.sub(*a, *b, number));
        }
    }
    let rows = low
        .chunks_exact_mut(parts)
        .zip(high.chunks_exact_mut(parts))
        .skip(start);
    for ((low, high), root) in rows.zip(&roots[half + start..2 * half]) {
        let root = arithmetic.broadcast(root);
        for (a, b) in low.iter_mut().zip(high) {
            let product = arithmetic.wide(arithmetic.mul(arithmetic.carry(*b), root));
            (*a, *b) = (arithmetic.add(*a, product), arithmetic.sub(*a, product, 1));
        }
    }
}
