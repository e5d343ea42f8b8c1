//! Read-only vectors that several owners share, in memory or straight from a mapped file.

use std::{ops::Deref, sync::Arc};

use ark_bn254::Fr;
use memmap2::Mmap;

use crate::Point;

/// Types whose every bit pattern can be read from a file without undefined behaviour.
///
/// A pattern may still be a value that arithmetic never produces (a limb array not below the modulus), so that files
/// are authenticated by a checksum before they are mapped.
///
/// # Safety
/// The type is plain data: no padding, no references, no invalid bit patterns.
pub unsafe trait Plain: Copy + Send + Sync + 'static {}

const _: () = assert!(size_of::<Fr>() == 32 && align_of::<Fr>() == 8);
const _: () = assert!(size_of::<Point>() == 64 && align_of::<Point>() == 64);

// SAFETY: an `Fr` has the size of its four u64 limbs (asserted above), which leaves no room for anything else.
unsafe impl Plain for Fr {}
// SAFETY: `repr(C)` over two 32-byte field elements, 64 bytes in all (asserted above).
unsafe impl Plain for Point {}
// SAFETY: a primitive integer.
unsafe impl Plain for u8 {}
// SAFETY: a primitive integer.
unsafe impl Plain for u32 {}
// SAFETY: a primitive integer.
unsafe impl Plain for u64 {}

/// The bytes of a plain slice, in the machine's order (little endian on every supported target).
pub fn bytes_of<T: Plain>(values: &[T]) -> &[u8] {
    // SAFETY: `Plain` types have no padding, so every byte is initialised; u8 has no alignment.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

#[derive(Clone)]
enum Backing<T> {
    Owned(Arc<Vec<T>>),
    Mapped {
        map: Arc<Mmap>,
        offset: usize,
        length: usize,
    },
}

/// A reference-counted read-only slice, owned or mapped from a file.
#[derive(Clone)]
pub struct Shared<T>(Backing<T>);

impl<T: Plain> Shared<T> {
    /// Views `length` elements of a mapped file from byte `offset` on.
    ///
    /// Returns `None` when the range leaves the file or is not aligned for `T`.
    pub fn mapped(map: Arc<Mmap>, offset: usize, length: usize) -> Option<Self> {
        let end = length.checked_mul(size_of::<T>())?.checked_add(offset)?;
        let aligned = (map.as_ptr() as usize + offset).is_multiple_of(align_of::<T>());
        (end <= map.len() && aligned).then_some(Self(Backing::Mapped { map, offset, length }))
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Backing::Owned(Arc::new(values)))
    }
}

impl<T: Plain> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Backing::Owned(values) => values,
            Backing::Mapped { map, offset, length } => {
                // SAFETY: `mapped` checked range and alignment; the map is kept alive by the Arc; `Plain` allows any
                // bit pattern. The key cache writes a file under a temporary name and renames it, and never changes
                // a file in place, so the mapping stays constant.
                unsafe { std::slice::from_raw_parts(map.as_ptr().add(*offset).cast(), *length) }
            }
        }
    }
}

impl<T: Plain + std::fmt::Debug> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared[{}]", self.len())
    }
}
