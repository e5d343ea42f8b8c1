//! Vectors on the card: transfers, element-wise operations, growth.

use std::ops::Range;

use ark_bn254::Fr;

use super::{
    Buffer, Device, View,
    ratio::{Ratio, TILE},
};
use crate::Error;

/// Threads of a block of the element-wise kernels.
pub(super) const THREADS: usize = 256;

/// Scalars by which a vector can grow in place: the blinders of a polynomial.
const ROOM: usize = 16;

/// Number of blocks of `each` elements that cover `count`.
pub(super) fn blocks(count: usize, each: usize) -> u32 {
    count.div_ceil(each) as u32
}

/// A vector of scalars on the card.
pub struct CudaVector {
    buffer: Buffer<Fr>,
    length: usize,
}

impl CudaVector {
    /// A vector of unspecified values with room to grow.
    pub(super) fn allocate(device: &Device, length: usize) -> Result<Self, Error> {
        Ok(Self {
            buffer: device.allocate(length + ROOM)?,
            length,
        })
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// All elements.
    pub(super) fn view(&self) -> View<Fr> {
        self.buffer.slice(0..self.length)
    }

    /// A range of the elements.
    pub(super) fn range(&self, what: &'static str, range: Range<usize>) -> Result<View<Fr>, Error> {
        if range.start <= range.end && range.end <= self.length {
            Ok(self.buffer.slice(range))
        } else {
            Err(Error::Length {
                what,
                expected: range.end,
                found: self.length,
            })
        }
    }

    /// Makes the vector longer; the new elements are unspecified.
    fn grow(&mut self, device: &Device, length: usize) -> Result<(), Error> {
        if self.buffer.len() < length {
            let longer = Self::allocate(device, length)?;
            device.copy(self.view(), longer.buffer.slice(0..self.length))?;
            self.buffer = longer.buffer;
        }
        self.length = length;
        Ok(())
    }
}

impl From<Buffer<Fr>> for CudaVector {
    fn from(buffer: Buffer<Fr>) -> Self {
        let length = buffer.len();
        Self { buffer, length }
    }
}

/// A table of indices on the card.
pub struct CudaIndex {
    table: Buffer<u32>,
    largest: Option<u32>,
}

/// See [`crate::Engine::upload`].
pub(super) fn upload(device: &Device, values: &[Fr]) -> Result<CudaVector, Error> {
    let vector = CudaVector::allocate(device, values.len())?;
    device.write(values, vector.view())?;
    Ok(vector)
}

/// See [`crate::Engine::upload_index`]. Finds the largest index, so that nothing is left to check on the card.
pub(super) fn upload_index(device: &Device, values: &[u32]) -> Result<CudaIndex, Error> {
    Ok(CudaIndex {
        table: device.upload(values)?,
        largest: values.iter().copied().max(),
    })
}

/// See [`crate::Engine::download`].
pub(super) fn download(device: &Device, vector: &CudaVector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
    device.download(vector.range("download", range)?)
}

/// See [`crate::Engine::slice`].
pub(super) fn slice(device: &Device, vector: &CudaVector, range: Range<usize>) -> Result<CudaVector, Error> {
    let source = vector.range("slice", range)?;
    let result = CudaVector::allocate(device, source.len())?;
    device.copy(source, result.view())?;
    Ok(result)
}

/// See [`crate::Engine::gather`].
pub(super) fn gather(device: &Device, values: &CudaVector, index: &CudaIndex) -> Result<CudaVector, Error> {
    if let Some(largest) = index.largest
        && largest as usize >= values.len()
    {
        return Err(Error::Index {
            index: largest as usize,
            length: values.len(),
        });
    }
    let length = index.table.len();
    let result = CudaVector::allocate(device, length)?;
    launch!(
        device, "poly_gather",
        grid: blocks(2 * length, THREADS), block: THREADS as u32, shared: 0,
        [values.view().pointer(), index.table.pointer(), result.view().pointer(), length as u64],
    )?;
    Ok(result)
}

/// See [`crate::Engine::mask`].
pub(super) fn mask(device: &Device, coefficients: &mut CudaVector, blinders: &[Fr]) -> Result<(), Error> {
    let size = coefficients.len();
    let uploaded = device.upload(blinders)?;
    coefficients.grow(device, size + blinders.len())?;
    launch!(
        device, "poly_mask",
        grid: blocks(2 * blinders.len(), THREADS), block: THREADS as u32, shared: 0,
        [coefficients.view().pointer(), size as u64, uploaded.pointer(), blinders.len() as u64],
    )
}

/// See [`crate::Engine::add_at`].
pub(super) fn add_at(
    device: &Device,
    vector: &mut CudaVector,
    start: usize,
    values: &[Fr],
) -> Result<(), Error> {
    let before = vector.len();
    let end = start + values.len();
    let uploaded = device.upload(values)?;
    if before < end {
        vector.grow(device, end)?;
        device.fill_zero(vector.buffer.slice(before..end))?;
    }
    launch!(
        device, "poly_add_at",
        grid: blocks(values.len(), THREADS), block: THREADS as u32, shared: 0,
        [vector.buffer.slice(start..end).pointer(), uploaded.pointer(), values.len() as u64],
    )
}

/// An operation on two vectors, element by element.
#[derive(Clone, Copy)]
pub(super) enum Pointwise {
    Add,
    Subtract,
    Multiply,
}

/// `a[i] ∘ b[i]`.
pub(super) fn pointwise(
    device: &Device,
    operation: Pointwise,
    a: &CudaVector,
    b: &CudaVector,
) -> Result<CudaVector, Error> {
    let length = a.len();
    if b.len() != length {
        return Err(Error::Length {
            what: "second operand",
            expected: length,
            found: b.len(),
        });
    }
    let kernel = match operation {
        Pointwise::Add => "poly_add",
        Pointwise::Subtract => "poly_subtract",
        Pointwise::Multiply => "poly_multiply",
    };
    let result = CudaVector::allocate(device, length)?;
    launch!(
        device, kernel,
        grid: blocks(length, THREADS), block: THREADS as u32, shared: 0,
        [a.view().pointer(), b.view().pointer(), result.view().pointer(), length as u64],
    )?;
    Ok(result)
}

/// `1/values[i]`, by one inversion.
///
/// # Errors
/// [`Error::DivisionByZero`] with `what` when a value is zero.
pub(super) fn invert(device: &Device, values: View<Fr>, what: &'static str) -> Result<Buffer<Fr>, Error> {
    if values.is_empty() {
        return device.allocate(0);
    }
    let ratio = Ratio::allocate(device, values.len())?;
    launch!(
        device, "poly_inverse_rows",
        grid: blocks(values.len(), TILE), block: Ratio::THREADS, shared: Ratio::SHARED,
        [values.pointer(), values.len() as u64, ratio.output()],
    )?;
    let first = device.download(values.slice(0..1))?;
    ratio.finish(device, |total| first.iter().product::<Fr>() * total, what)
}
