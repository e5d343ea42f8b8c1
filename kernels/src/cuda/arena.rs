//! Device memory, divided on the host.
//!
//! The engine takes memory from the driver in large segments and divides them itself, rather than by the driver's
//! stream-ordered pool: a block costs a map lookup instead of a driver call, the same sequence of requests gets the
//! same addresses (which graphs recorded once can keep), the limit is exact, and what is in use can be told at any
//! time. All work of an engine runs on one stream, so a freed block may be handed out at once: whoever writes to it
//! comes later on the stream than whoever read it.

use std::collections::{BTreeMap, BTreeSet};

/// Blocks start at multiples of this: the widest vector load, a few times over.
pub const ALIGNMENT: u64 = 512;
/// Blocks below this size are taken from the upper end of free space, so that short-lived small ones do not cut up
/// the space for large ones.
const SMALL: u64 = 1 << 20;

/// A range of device memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// First address.
    pub address: u64,
    /// Size in bytes, a multiple of [`ALIGNMENT`].
    pub bytes: u64,
}

/// Free and used ranges of the segments that the driver gave.
#[derive(Debug, Default)]
pub struct Arena {
    segments: BTreeMap<u64, u64>,
    free_by_address: BTreeMap<u64, u64>,
    free_by_size: BTreeSet<(u64, u64)>,
    in_use: u64,
    peak: u64,
}

/// Rounds a size up to whole alignment units.
pub fn rounded(bytes: u64) -> Option<u64> {
    bytes.checked_next_multiple_of(ALIGNMENT)
}

impl Arena {
    /// Bytes in blocks.
    pub fn in_use(&self) -> u64 {
        self.in_use
    }

    /// The most bytes that were ever in blocks at once.
    pub fn peak(&self) -> u64 {
        self.peak
    }

    /// Bytes in segments.
    pub fn reserved(&self) -> u64 {
        self.segments.values().sum()
    }

    /// Adds memory from the driver.
    pub fn add_segment(&mut self, address: u64, bytes: u64) {
        self.segments.insert(address, bytes);
        self.insert_free(address, bytes);
    }

    /// A block of at least `bytes`, which [`rounded`] has rounded; the smallest free range that holds it gives it.
    pub fn allocate(&mut self, bytes: u64) -> Option<Block> {
        let &(size, start) = self.free_by_size.range((bytes, 0)..).next()?;
        self.remove_free(start, size);
        let address = if bytes < SMALL {
            start + (size - bytes)
        } else {
            start
        };
        if bytes < size {
            let rest = if address == start { start + bytes } else { start };
            self.insert_free(rest, size - bytes);
        }
        self.in_use += bytes;
        self.peak = self.peak.max(self.in_use);
        Some(Block { address, bytes })
    }

    /// Takes a block back and joins it with its free neighbours of the same segment.
    pub fn free(&mut self, block: Block) {
        self.in_use -= block.bytes;
        let (mut start, mut bytes) = (block.address, block.bytes);
        let segment_start = self.segment_of(start).0;
        if let Some((&before, &size)) = self.free_by_address.range(..start).next_back()
            && before + size == start
            && before >= segment_start
        {
            self.remove_free(before, size);
            (start, bytes) = (before, bytes + size);
        }
        let end = start + bytes;
        if let Some(&size) = self.free_by_address.get(&end)
            && !self.segments.contains_key(&end)
        {
            self.remove_free(end, size);
            bytes += size;
        }
        self.insert_free(start, bytes);
    }

    /// Gives up segments in which nothing is in use, to be returned to the driver.
    pub fn take_empty_segments(&mut self) -> Vec<u64> {
        let empty: Vec<(u64, u64)> = self
            .segments
            .iter()
            .filter(|&(start, size)| self.free_by_address.get(start) == Some(size))
            .map(|(&start, &size)| (start, size))
            .collect();
        for &(start, size) in &empty {
            self.remove_free(start, size);
            self.segments.remove(&start);
        }
        empty.into_iter().map(|(start, _)| start).collect()
    }

    /// Gives up all segments, whatever is in use.
    pub fn take_all_segments(&mut self) -> Vec<u64> {
        std::mem::take(self).segments.into_keys().collect()
    }

    fn segment_of(&self, address: u64) -> (u64, u64) {
        self.segments
            .range(..=address)
            .next_back()
            .map_or((address, 0), |(&start, &size)| (start, size))
    }

    fn insert_free(&mut self, start: u64, bytes: u64) {
        self.free_by_address.insert(start, bytes);
        self.free_by_size.insert((bytes, start));
    }

    fn remove_free(&mut self, start: u64, bytes: u64) {
        self.free_by_address.remove(&start);
        self.free_by_size.remove(&(bytes, start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: u64 = ALIGNMENT;

    fn arena(segments: &[(u64, u64)]) -> Arena {
        let mut arena = Arena::default();
        for &(start, size) in segments {
            arena.add_segment(start, size);
        }
        arena
    }

    #[test]
    fn blocks_come_back_to_one_free_range() {
        let mut arena = arena(&[(1 << 30, 64 << 20)]);
        let sizes = [4 << 20, UNIT, 1 << 20, 7 * UNIT, 8 << 20];
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
            let blocks: Vec<Block> = sizes
                .iter()
                .map(|&size| arena.allocate(size).expect("room"))
                .collect();
            assert_eq!(arena.in_use(), sizes.iter().sum::<u64>());
            for (i, a) in blocks.iter().enumerate() {
                for b in &blocks[..i] {
                    assert!(a.address + a.bytes <= b.address || b.address + b.bytes <= a.address);
                }
            }
            for i in order {
                arena.free(blocks[i]);
            }
            assert_eq!(arena.in_use(), 0);
            assert_eq!(arena.free_by_address.len(), 1);
            assert_eq!(arena.free_by_size.len(), 1);
        }
        assert_eq!(arena.peak(), sizes.iter().sum::<u64>());
    }

    #[test]
    fn small_blocks_stay_out_of_the_way_of_large_ones() {
        let mut arena = arena(&[(0, 16 << 20)]);
        let small = arena.allocate(UNIT).expect("room");
        assert_eq!(small.address, (16 << 20) - UNIT);
        assert_eq!(arena.allocate(8 << 20).expect("room").address, 0);
    }

    #[test]
    fn the_same_requests_get_the_same_addresses() {
        let run = |arena: &mut Arena| {
            let a = arena.allocate(2 << 20).expect("room");
            let b = arena.allocate(UNIT).expect("room");
            arena.free(a);
            let c = arena.allocate(1 << 20).expect("room");
            arena.free(b);
            arena.free(c);
            [a, b, c]
        };
        let mut arena = arena(&[(4096, 32 << 20)]);
        let first = run(&mut arena);
        assert_eq!(run(&mut arena), first);
    }

    #[test]
    fn adjacent_segments_are_not_joined_and_empty_ones_are_given_up() {
        let mut arena = arena(&[(0, 4 * UNIT), (4 * UNIT, 4 * UNIT)]);
        assert!(arena.allocate(5 * UNIT).is_none());
        let a = arena.allocate(4 * UNIT).expect("room");
        let b = arena.allocate(4 * UNIT).expect("room");
        assert!(arena.allocate(UNIT).is_none());
        arena.free(b);
        assert_eq!(arena.take_empty_segments(), vec![b.address]);
        assert_eq!(arena.reserved(), 4 * UNIT);
        arena.free(a);
        assert_eq!(arena.free_by_address.len(), 1);
        assert_eq!(arena.take_empty_segments(), vec![a.address]);
        assert_eq!(arena.reserved(), 0);
        assert!(arena.allocate(UNIT).is_none());
    }

    #[test]
    fn sizes_are_rounded_without_overflow() {
        assert_eq!(rounded(0), Some(0));
        assert_eq!(rounded(1), Some(ALIGNMENT));
        assert_eq!(rounded(ALIGNMENT), Some(ALIGNMENT));
        assert_eq!(rounded(u64::MAX), None);
    }
}
