//! Resident memory with a type and a length.

use std::{marker::PhantomData, ops::Range};

use super::{Device, arena::Block};
use crate::shared::Plain;

/// Device memory for `len` values, given back when dropped. Dropping waits for nothing: work already on the stream
/// comes before whatever uses the memory next.
pub struct Buffer<T: Plain> {
    device: Device,
    block: Option<Block>,
    len: usize,
    kind: PhantomData<T>,
}

impl<T: Plain> Buffer<T> {
    /// `block` is `None` when there are no bytes to hold.
    pub(super) fn new(device: Device, block: Option<Block>, len: usize) -> Self {
        Self {
            device,
            block,
            len,
            kind: PhantomData,
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Address of the first value on the card, a multiple of 512; 0 without values.
    pub fn pointer(&self) -> u64 {
        self.block.map_or(0, |block| block.address)
    }

    /// All values.
    pub fn view(&self) -> View<T> {
        View {
            pointer: self.pointer(),
            len: self.len,
            kind: PhantomData,
        }
    }

    /// The values of a range, which lies in the buffer.
    pub fn slice(&self, range: Range<usize>) -> View<T> {
        self.view().slice(range)
    }

    /// Forgets the values from `len` on; the memory stays with the buffer.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl<T: Plain> Drop for Buffer<T> {
    fn drop(&mut self) {
        if let Some(block) = self.block.take() {
            self.device.release(block);
        }
    }
}

/// A range of a buffer. It does not keep the buffer alive.
#[derive(Clone, Copy)]
pub struct View<T: Plain> {
    pointer: u64,
    len: usize,
    kind: PhantomData<T>,
}

impl<T: Plain> View<T> {
    /// Number of values.
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there are no values.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Address of the first value on the card.
    pub fn pointer(self) -> u64 {
        self.pointer
    }

    /// Size in bytes.
    pub fn bytes(self) -> usize {
        self.len * size_of::<T>()
    }

    /// The values of a range, which lies in the view.
    pub fn slice(self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.len,
            "range {range:?} of {} resident values",
            self.len
        );
        Self {
            pointer: self.pointer + (range.start * size_of::<T>()) as u64,
            len: range.len(),
            kind: PhantomData,
        }
    }
}
