//! Large vectors that several threads fill.

use std::marker::PhantomData;

use ark_bn254::Fr;
use rayon::prelude::*;

/// A vector of zeros whose pages the operating system supplies when they are first written, by whichever thread does.
pub(super) fn zeros(length: usize) -> Vec<Fr> {
    const LIMBS: usize = size_of::<Fr>() / size_of::<u64>();
    const { assert!(size_of::<Fr>() == LIMBS * size_of::<u64>() && align_of::<Fr>() == align_of::<u64>()) };
    // `vec!` takes zeroed memory from the allocator for integers, but writes out zeros of other types one by one
    let mut limbs = vec![0u64; LIMBS * length].into_boxed_slice();
    advise_huge_pages(&mut limbs);
    let limbs = Box::into_raw(limbs);
    // SAFETY: the allocation has the size and alignment of `length` elements (asserted above) and holds zeroed limbs,
    // which are a valid `Fr`; its former owner has given it up.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(limbs.cast::<Fr>(), length)) }.into_vec()
}

/// A copy, made by all threads.
pub(super) fn copy(values: &[Fr]) -> Vec<Fr> {
    const CHUNK: usize = 1 << 14;
    let mut copy = zeros(values.len());
    copy.par_chunks_mut(CHUNK)
        .zip(values.par_chunks(CHUNK))
        .for_each(|(target, source)| {
            target.copy_from_slice(source);
        });
    copy
}

/// Asks for the cache lines of values that are going to be read.
#[inline(always)]
pub(super) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        const LINE: usize = 64;
        let start = values.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(values)).step_by(LINE) {
            // SAFETY: the address is inside the slice; a prefetch cannot fault, and every x86-64 machine has it.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}

/// Asks for pages of two mebibytes behind a large vector that has not been written yet: faulting in small ones one by
/// one costs a quarter of a transform's time. Nothing depends on the answer.
pub(super) fn advise_huge_pages<T>(values: &mut [T]) {
    const PAGE: usize = 4096;
    const WORTH_IT: usize = 4 << 20;
    if size_of_val(values) < WORTH_IT {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        let start = values.as_mut_ptr().cast::<u8>();
        let padding = start.align_offset(PAGE);
        // SAFETY: the range begins on a page and lies inside one allocation, and this advice changes no contents.
        unsafe {
            libc::madvise(
                start.add(padding).cast(),
                size_of_val(values) - padding,
                libc::MADV_HUGEPAGE,
            );
        }
    }
}

/// A row-major matrix whose columns are written by several threads.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    values: *mut Fr,
    rows: usize,
    columns: usize,
    lifetime: PhantomData<&'a mut [Fr]>,
}

// SAFETY: a `Matrix` gives access only through `segment`, whose contract rules out overlapping references.
unsafe impl Send for Matrix<'_> {}
// SAFETY: as above.
unsafe impl Sync for Matrix<'_> {}

impl<'a> Matrix<'a> {
    /// Views a vector as rows of `columns` elements.
    pub(super) fn new(values: &'a mut [Fr], columns: usize) -> Self {
        Self {
            values: values.as_mut_ptr(),
            rows: values.len() / columns,
            columns,
            lifetime: PhantomData,
        }
    }

    /// `length` elements of a row.
    ///
    /// # Safety
    /// No two references alive at the same time overlap: each column belongs to one thread, which drops a segment
    /// before it asks for the next.
    // the references come from the exclusive borrow in `lifetime`, not from `self`
    #[allow(clippy::mut_from_ref)]
    #[inline(always)]
    pub(super) unsafe fn segment(&self, row: usize, column: usize, length: usize) -> &mut [Fr] {
        assert!(row < self.rows && column + length <= self.columns);
        // SAFETY: inside the borrowed vector (asserted above); the caller rules out aliasing.
        unsafe { std::slice::from_raw_parts_mut(self.values.add(row * self.columns + column), length) }
    }
}
