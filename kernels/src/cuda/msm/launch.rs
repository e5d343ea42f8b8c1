//! The launches of one multi-scalar multiplication: digits sorted by bucket, bucket sums, a few points per bucket set.
//!
//! Nothing goes to the host between them: the number of nonzero digits stays on the card, and grids are made for the most
//! there can be.

use ark_bn254::{Fq, Fr};

use super::shape::{MAX_KEY_BITS, Shape};
use crate::{
    Error,
    cuda::{Buffer, Device, View},
    shared::Plain,
};

/// Vectors of one launch; `MAX_VECTORS` in kernels/cuda/msm_digits.cuh.
pub(super) const MAX_VECTORS: usize = 16;
/// Scalars of a tile; `TILE_SCALARS` there.
const TILE_SCALARS: usize = 512;
/// Threads and entries of a tile, radix of a pass: kernels/cuda/msm_sort.cu.
const SORT_THREADS: u32 = 512;
const SORT_TILE: u32 = SORT_THREADS * 16;
const MAX_RADIX_BITS: u32 = MAX_KEY_BITS / 2;
/// Shared memory of a scatter: a tile's entries, where each digit begins and goes, sums of warps.
const SCATTER_SHARED: u32 = SORT_TILE * 8 + ((2 << MAX_RADIX_BITS) + 4 + SORT_THREADS / 32) * 4;
/// Threads of a block, and the fewest entries of a thread: kernels/cuda/msm_accumulate.cu.
const ACCUMULATE_THREADS: u32 = 128;
const ACCUMULATE_BLOCKS: u32 = 4;
const LEAST_PIECE: u64 = 8;
const JOIN_THREADS: u32 = 512;
/// Levels of a block's tree: kernels/cuda/msm_reduce.cu.
const REDUCE_LEVELS: u32 = 7;
const REDUCE_THREADS: u32 = 1 << REDUCE_LEVELS;
const REDUCE_OUTPUTS: u32 = 2 + REDUCE_LEVELS;
const FOLD_THREADS: u32 = 256;
/// Blocks of a set that the last tree takes; its points fit shared memory on every card.
const MAX_FOLD_LEVELS: u32 = 9;

/// A point in XYZZ coordinates: x = X/ZZ, y = Y/ZZZ, infinity with ZZ = 0.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Xyzz {
    pub(super) x: Fq,
    pub(super) y: Fq,
    pub(super) zz: Fq,
    pub(super) zzz: Fq,
}

const _: () = assert!(size_of::<Xyzz>() == 128);
// SAFETY: four field elements of 32 bytes without padding (asserted above).
unsafe impl Plain for Xyzz {}

#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Vectors {
    scalars: [u64; MAX_VECTORS],
    length: [u32; MAX_VECTORS],
    first_tile: [u32; MAX_VECTORS + 1],
    count: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Digits {
    windows: u32,
    sets: u32,
    width: u32,
    last_width: u32,
    row: u32,
    montgomery: u32,
}

/// What to multiply: at most [`MAX_VECTORS`] vectors, none longer than the points, less than 2^31 digits in all.
pub(super) struct Job<'a> {
    pub(super) shape: Shape,
    /// Address of the first point, in the table's first row.
    pub(super) points: u64,
    /// Points from one row to the next.
    pub(super) row: u32,
    pub(super) vectors: &'a [View<Fr>],
}

/// What a multiplication leaves on the card: `per_set` points for every set of every vector.
pub(super) struct Sums {
    pub(super) points: Buffer<Xyzz>,
    pub(super) per_set: u32,
    /// A thread of the reduction took 2^`piece_bits` buckets.
    pub(super) piece_bits: u32,
}

impl Job<'_> {
    fn scalars(&self) -> usize {
        self.vectors.iter().map(|vector| vector.len()).sum()
    }

    fn sets(&self) -> u32 {
        self.shape.sets * self.vectors.len() as u32
    }

    /// Puts the whole multiplication on the device's stream.
    pub(super) fn launch(&self, device: &Device) -> Result<Sums, Error> {
        let (entries, length) = self.sort(device)?;
        let buckets = self.accumulate(device, &entries, &length)?;
        self.reduce(device, &buckets)
    }

    fn arguments(&self) -> (Vectors, Digits) {
        let mut vectors = Vectors::default();
        for (i, vector) in self.vectors.iter().enumerate() {
            vectors.scalars[i] = vector.pointer();
            vectors.length[i] = vector.len() as u32;
            vectors.first_tile[i + 1] = vectors.first_tile[i] + vector.len().div_ceil(TILE_SCALARS) as u32;
        }
        vectors.count = self.vectors.len() as u32;
        let digits = Digits {
            windows: self.shape.windows,
            sets: self.shape.sets,
            width: self.shape.width,
            last_width: self.shape.last_width,
            row: self.row,
            montgomery: 1,
        };
        (vectors, digits)
    }

    /// The entries of all nonzero digits, sorted by bucket, and their number.
    fn sort(&self, device: &Device) -> Result<(Buffer<u64>, Buffer<u32>), Error> {
        let (vectors, digits) = self.arguments();
        let most = self.scalars() * self.shape.windows as usize;
        let bits = self.shape.key_bits(vector_count(self.vectors));
        let low = if bits > MAX_RADIX_BITS { bits / 2 } else { bits };
        let high = bits - low;
        let tiles = vectors.first_tile[self.vectors.len()];
        let blocks = (2 * device.multiprocessors()).min(tiles).max(1);

        let counts = device.allocate::<u32>((blocks as usize) << low.max(high))?;
        let totals = device.allocate::<u32>(1 << low.max(high))?;
        let length = device.allocate::<u32>(1)?;
        let entries = device.allocate::<u64>(most)?;
        let scan = |radix: u32| {
            launch!(device, "msm_scan_counts", grid: radix.div_ceil(32), block: 256, shared: 0,
                    [counts.pointer(), totals.pointer(), blocks, radix])
        };
        launch!(device, "msm_count_digits", grid: blocks, block: SORT_THREADS, shared: 0,
                [vectors, digits, low, counts.pointer()])?;
        scan(1 << low)?;
        launch!(device, "msm_scatter_digits", grid: blocks, block: SORT_THREADS, shared: SCATTER_SHARED,
                [vectors, digits, low, counts.pointer(), totals.pointer(), entries.pointer(), length.pointer()])?;
        if high == 0 {
            return Ok((entries, length));
        }
        let sorted = device.allocate::<u64>(most)?;
        launch!(device, "msm_count_entries", grid: blocks, block: SORT_THREADS, shared: 0,
                [entries.pointer(), length.pointer(), low, high, counts.pointer()])?;
        scan(1 << high)?;
        launch!(device, "msm_scatter_entries", grid: blocks, block: SORT_THREADS, shared: SCATTER_SHARED,
                [entries.pointer(), length.pointer(), low, high, counts.pointer(), totals.pointer(), sorted.pointer()])?;
        Ok((sorted, length))
    }

    /// The sum of every bucket, zero for empty ones.
    fn accumulate(
        &self,
        device: &Device,
        entries: &Buffer<u64>,
        length: &Buffer<u32>,
    ) -> Result<Buffer<Xyzz>, Error> {
        let buckets = device.zeroed::<Xyzz>(self.shape.buckets(vector_count(self.vectors)))?;
        let pieces = (entries.len() as u64).div_ceil(LEAST_PIECE * u64::from(ACCUMULATE_THREADS));
        let blocks = pieces.clamp(1, u64::from(ACCUMULATE_BLOCKS * device.multiprocessors())) as u32;
        let mut count = blocks * ACCUMULATE_THREADS;
        let mut numbers = device.allocate::<u32>(count as usize)?;
        let mut heads = device.allocate::<Xyzz>(count as usize)?;
        launch!(device, "msm_accumulate", grid: blocks, block: ACCUMULATE_THREADS, shared: 0,
                [entries.pointer(), length.pointer(), self.points, buckets.pointer(), numbers.pointer(), heads.pointer()])?;
        loop {
            let joiners = count.div_ceil(JOIN_THREADS);
            let next_numbers = device.allocate::<u32>(joiners as usize)?;
            let next_heads = device.allocate::<Xyzz>(joiners as usize)?;
            launch!(device, "msm_join", grid: joiners, block: JOIN_THREADS, shared: JOIN_THREADS * 128,
                    [numbers.pointer(), heads.pointer(), count, buckets.pointer(),
                     next_numbers.pointer(), next_heads.pointer()])?;
            if joiners == 1 {
                return Ok(buckets);
            }
            (count, numbers, heads) = (joiners, next_numbers, next_heads);
        }
    }

    fn reduce(&self, device: &Device, buckets: &Buffer<Xyzz>) -> Result<Sums, Error> {
        let (sets, bits) = (self.sets(), self.shape.bucket_bits());
        let piece_bits = piece_bits(bits, sets, device.multiprocessors());
        let levels = (bits - piece_bits).saturating_sub(REDUCE_LEVELS);
        let partial = device.allocate::<Xyzz>(((sets * REDUCE_OUTPUTS) as usize) << levels)?;
        let per_set = REDUCE_OUTPUTS + levels;
        let points = device.allocate::<Xyzz>((sets * per_set) as usize)?;
        launch!(device, "msm_reduce", grid: (1u32 << levels, sets), block: REDUCE_THREADS, shared: 0,
                [buckets.pointer(), bits, piece_bits, partial.pointer()])?;
        launch!(device, "msm_fold", grid: (REDUCE_OUTPUTS, sets), block: FOLD_THREADS, shared: 128u32 << levels,
                [partial.pointer(), levels, points.pointer()])?;
        Ok(Sums {
            points,
            per_set,
            piece_bits,
        })
    }
}

fn vector_count(vectors: &[View<Fr>]) -> u32 {
    vectors.len() as u32
}

/// How many buckets a thread of the reduction takes: few make the tree over threads work, many leave schedulers without
/// work. Two warps for each scheduler balance the two.
fn piece_bits(bits: u32, sets: u32, multiprocessors: u32) -> u32 {
    let threads = 256 * u64::from(multiprocessors);
    let fewest = bits.saturating_sub(REDUCE_LEVELS + MAX_FOLD_LEVELS);
    (fewest..bits)
        .find(|piece| u64::from(sets) << (bits - piece) <= threads)
        .unwrap_or(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_the_kernels_sizes() {
        assert_eq!(size_of::<Vectors>(), 8 * 16 + 4 * 16 + 4 * 17 + 4);
        assert_eq!(size_of::<Digits>(), 24);
    }

    #[test]
    fn pieces_fill_the_card_and_fit_the_tree() {
        for multiprocessors in [1, 2, 28, 108, 132] {
            for bits in 1..=22 {
                for sets in [1, 2, 5, 16, 64] {
                    let piece = piece_bits(bits, sets, multiprocessors);
                    assert!(piece <= bits);
                    assert!(bits - piece <= REDUCE_LEVELS + MAX_FOLD_LEVELS);
                }
            }
        }
        assert_eq!(piece_bits(18, 1, 132), 3);
        assert_eq!(piece_bits(10, 1, 132), 0);
    }
}
