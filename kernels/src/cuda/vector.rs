//! Vectors on the card: transfers, element-wise operations, growth.

use std::ops::Range;

use ark_bn254::Fr;

use super::{
    Buffer, CudaEngine, Device, View,
    ratio::{Ratio, TILE},
};
use crate::Error;

/// Threads of a block of the element-wise kernels.
pub(super) const THREADS: usize = 256;

/// Number of blocks of `each` elements that cover `count`.
pub(super) fn blocks(count: usize, each: usize) -> u32 {
    count.div_ceil(each) as u32
}

/// A vector of scalars on the card.
pub struct CudaVector(Buffer<Fr>);

impl CudaVector {
    /// A vector of unspecified values.
    pub(super) fn allocate(device: &Device, length: usize) -> Result<Self, Error> {
        device.allocate(length).map(Self)
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All elements.
    pub(super) fn view(&self) -> View<Fr> {
        self.0.view()
    }

    /// A range of the elements.
    fn range(&self, what: &'static str, range: Range<usize>) -> Result<View<Fr>, Error> {
        if range.start <= range.end && range.end <= self.len() {
            Ok(self.0.slice(range))
        } else {
            Err(Error::Length {
                what,
                expected: range.end,
                found: self.len(),
            })
        }
    }

    /// The same values followed by unspecified ones.
    fn grown(&self, device: &Device, length: usize) -> Result<Self, Error> {
        let longer = Self::allocate(device, length)?;
        device.copy(self.view(), longer.0.slice(0..self.len()))?;
        Ok(longer)
    }
}

impl From<Buffer<Fr>> for CudaVector {
    fn from(buffer: Buffer<Fr>) -> Self {
        Self(buffer)
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
    let masked = coefficients.grown(device, size + blinders.len())?;
    launch!(
        device, "poly_mask",
        grid: blocks(2 * blinders.len(), THREADS), block: THREADS as u32, shared: 0,
        [masked.view().pointer(), size as u64, uploaded.pointer(), blinders.len() as u64],
    )?;
    *coefficients = masked;
    Ok(())
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
        let longer = vector.grown(device, end)?;
        device.fill_zero(longer.0.slice(before..end))?;
        *vector = longer;
    }
    launch!(
        device, "poly_add_at",
        grid: blocks(values.len(), THREADS), block: THREADS as u32, shared: 0,
        [vector.0.slice(start..end).pointer(), uploaded.pointer(), values.len() as u64],
    )
}

impl CudaEngine {
    /// `a[i] + b[i]`.
    ///
    /// # Errors
    /// [`Error::Length`] when the lengths differ.
    pub fn add(&self, a: &CudaVector, b: &CudaVector) -> Result<CudaVector, Error> {
        pointwise(self.device(), "poly_add", a, b)
    }

    /// `a[i] - b[i]`.
    ///
    /// # Errors
    /// [`Error::Length`] when the lengths differ.
    pub fn subtract(&self, a: &CudaVector, b: &CudaVector) -> Result<CudaVector, Error> {
        pointwise(self.device(), "poly_subtract", a, b)
    }

    /// `a[i]·b[i]`.
    ///
    /// # Errors
    /// [`Error::Length`] when the lengths differ.
    pub fn multiply(&self, a: &CudaVector, b: &CudaVector) -> Result<CudaVector, Error> {
        pointwise(self.device(), "poly_multiply", a, b)
    }

    /// `1/values[i]`, by one inversion for all.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`] when a value is zero.
    pub fn invert(&self, values: &CudaVector) -> Result<CudaVector, Error> {
        invert(self.device(), values.view(), "a vector's inversion").map(CudaVector::from)
    }
}

fn pointwise(
    device: &Device,
    kernel: &'static str,
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
