//! How a transform is cut into passes, and passes into blocks.

/// Base-two logarithm of the most elements that a block holds: 64 KiB, so that two or three blocks share a
/// multiprocessor. `log_max_tile` in `cuda/ntt.cuh`.
pub const LOG_MAX_TILE: u32 = 11;
/// Largest radix of a pass: leaves two columns in the largest tile, 64 bytes that lie together.
const LOG_MAX_RADIX: u32 = 10;
/// A thread's elements.
const LOG_PER_THREAD: u32 = 3;

/// One pass over the data, by the base-two logarithms of its measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Product of the radices of the passes before.
    pub done: u32,
    /// Radix.
    pub radix: u32,
    /// Columns that a block does.
    pub columns: u32,
}

impl Shape {
    /// Blocks for a transform of `2^log_size` points.
    pub fn blocks(self, log_size: u32) -> u32 {
        1 << (log_size - self.radix - self.columns)
    }

    /// Threads of a block.
    pub fn threads(self) -> u32 {
        1 << (self.radix + self.columns).saturating_sub(LOG_PER_THREAD)
    }

    /// Bytes of shared memory of a block, which works on eight elements at least.
    pub fn shared_memory(self) -> u32 {
        32 << (self.radix + self.columns).max(LOG_PER_THREAD)
    }
}

/// The passes of a batch of transforms of `2^log_size` points on a card with so many multiprocessors: as few as
/// possible, of about the same radix, in tiles as large as possible while there are two blocks for every
/// multiprocessor.
pub fn passes(log_size: u32, batch: u32, multiprocessors: u32) -> Vec<Shape> {
    let count = log_size.div_ceil(LOG_MAX_RADIX).max(1);
    let log_batch = batch.max(1).ilog2();
    let wanted_blocks = (2 * multiprocessors.max(1))
        .next_power_of_two()
        .ilog2()
        .saturating_sub(log_batch);
    let mut done = 0;
    (0..count)
        .map(|i| {
            let radix = (log_size - done).div_ceil(count - i);
            let all_columns = log_size - radix;
            let columns = (LOG_MAX_TILE - radix)
                .min(all_columns)
                .min(all_columns.saturating_sub(wanted_blocks).max(1));
            let shape = Shape {
                done,
                radix,
                columns: columns.min(all_columns),
            };
            done += radix;
            shape
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LOG_MAX_RADIX, LOG_MAX_TILE, passes};

    #[test]
    fn passes_cover_every_size() {
        for log_size in 0..=28 {
            for batch in [1, 5, 8] {
                for multiprocessors in [1, 16, 132] {
                    let shapes = passes(log_size, batch, multiprocessors);
                    let mut done = 0;
                    for shape in &shapes {
                        assert_eq!(shape.done, done);
                        assert!(shape.radix <= LOG_MAX_RADIX && shape.radix + shape.columns <= LOG_MAX_TILE);
                        assert!(shape.radix + shape.columns <= log_size);
                        assert!(shape.threads() <= 256 && shape.shared_memory() <= 64 << 10);
                        assert_eq!(
                            u64::from(shape.blocks(log_size)) << (shape.radix + shape.columns),
                            1 << log_size
                        );
                        done += shape.radix;
                    }
                    assert_eq!(done, log_size);
                    assert_eq!(shapes.len() as u32, log_size.div_ceil(10).max(1));
                }
            }
        }
    }

    #[test]
    fn large_transforms_fill_an_h200() {
        for log_size in 18..=28 {
            for shape in passes(log_size, 1, 132) {
                assert!(shape.blocks(log_size) >= 256, "2^{log_size}: {shape:?}");
            }
        }
        let shapes = passes(20, 1, 132);
        assert_eq!(
            shapes.iter().map(|s| (s.radix, s.columns)).collect::<Vec<_>>(),
            [(10, 1), (10, 1)]
        );
    }
}
