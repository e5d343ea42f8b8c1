//! Copies between host and card.
//!
//! The card reads and writes host memory at full speed only where the memory is pinned, so every transfer passes
//! through two pinned halves: while the card copies one, the host fills or empties the other.

use std::ffi::c_void;

use cust::{
    event::{Event, EventFlags},
    memory::LockedBuffer,
    sys,
};
use rayon::prelude::*;

use super::{
    Device,
    buffer::{Buffer, View},
};
use crate::{
    Error,
    device_error::DeviceError,
    shared::{Plain, bytes_of},
};

/// Bytes of a half: long enough to hide the cost of starting a copy.
const HALF: usize = 4 << 20;
/// Copies between host buffers are shared out to the thread pool in pieces of this size.
const PIECE: usize = 512 << 10;

struct Half {
    memory: LockedBuffer<u8>,
    /// Recorded behind the last copy that uses the memory.
    copied: Event,
}

/// Pinned memory for transfers, made for the first one.
pub struct Staging([Half; 2]);

impl Staging {
    fn new(device: &Device) -> Result<Self, DeviceError> {
        let half = || {
            Ok(Half {
                memory: device.check("cuMemAllocHost", LockedBuffer::new(&0, HALF))?,
                copied: device.check("cuEventCreate", Event::new(EventFlags::DISABLE_TIMING))?,
            })
        };
        Ok(Self([half()?, half()?]))
    }
}

/// Copies bytes with several threads when there are many.
fn copy_bytes(from: &[u8], to: &mut [u8]) {
    to.par_chunks_mut(PIECE)
        .zip(from.par_chunks(PIECE))
        .for_each(|(to, from)| to.copy_from_slice(from));
}

impl Device {
    /// Makes host values resident. Returns as soon as they are in pinned memory.
    pub(crate) fn upload<T: Plain>(&self, values: &[T]) -> Result<Buffer<T>, Error> {
        let buffer = self.allocate(values.len())?;
        self.write(values, buffer.view())?;
        Ok(buffer)
    }

    /// Writes host values to resident memory of the same length.
    pub(crate) fn write<T: Plain>(&self, values: &[T], to: View<T>) -> Result<(), Error> {
        assert_eq!(values.len(), to.len(), "a write to a view of another length");
        if values.is_empty() {
            return Ok(());
        }
        self.enter()?;
        let mut staging = self.staging();
        let staging = match &mut *staging {
            Some(staging) => staging,
            none => none.insert(Staging::new(self)?),
        };
        for (i, chunk) in bytes_of(values).chunks(HALF).enumerate() {
            let half = &mut staging.0[i % 2];
            self.wait(&half.copied)?;
            copy_bytes(chunk, &mut half.memory[..chunk.len()]);
            let address = to.pointer() + (i * HALF) as u64;
            let source = half.memory.as_ptr().cast::<c_void>();
            // SAFETY: `chunk.len()` bytes of pinned memory, not touched before the event behind the copy is reached;
            // the target is a view of as many bytes.
            let result =
                unsafe { sys::cuMemcpyHtoDAsync_v2(address, source, chunk.len(), self.stream().as_inner()) };
            self.check_raw("cuMemcpyHtoDAsync", result)?;
            self.check("cuEventRecord", half.copied.record(self.stream()))?;
        }
        Ok(())
    }

    /// Copies resident values to the host. Waits for the work that makes them.
    pub(crate) fn download<T: Plain>(&self, view: View<T>) -> Result<Vec<T>, Error> {
        if view.is_empty() {
            return Ok(Vec::new());
        }
        self.enter()?;
        let mut values: Vec<T> = Vec::with_capacity(view.len());
        // SAFETY: `Plain` types have no padding and no invalid patterns; the bytes are written before they are read,
        // because every chunk is copied below or the vector is dropped with its length still 0.
        let bytes = unsafe {
            std::ptr::write_bytes(values.as_mut_ptr(), 0, view.len());
            std::slice::from_raw_parts_mut(values.as_mut_ptr().cast::<u8>(), view.bytes())
        };
        let mut staging = self.staging();
        let staging = match &mut *staging {
            Some(staging) => staging,
            none => none.insert(Staging::new(self)?),
        };
        let chunks = bytes.chunks_mut(HALF).enumerate();
        let mut pending: Option<(usize, &mut [u8])> = None;
        for (i, chunk) in chunks {
            let half = &mut staging.0[i % 2];
            self.wait(&half.copied)?;
            let address = view.pointer() + (i * HALF) as u64;
            let target = half.memory.as_mut_ptr().cast::<c_void>();
            // SAFETY: `chunk.len()` bytes of pinned memory, not read before the event behind the copy is reached.
            let result =
                unsafe { sys::cuMemcpyDtoHAsync_v2(target, address, chunk.len(), self.stream().as_inner()) };
            self.check_raw("cuMemcpyDtoHAsync", result)?;
            self.check("cuEventRecord", half.copied.record(self.stream()))?;
            if let Some((j, previous)) = pending.replace((i, chunk)) {
                self.collect(&staging.0[j % 2], previous)?;
            }
        }
        if let Some((j, last)) = pending {
            self.collect(&staging.0[j % 2], last)?;
        }
        // SAFETY: all of it was written.
        unsafe { values.set_len(view.len()) };
        Ok(values)
    }

    fn collect(&self, half: &Half, to: &mut [u8]) -> Result<(), DeviceError> {
        self.wait(&half.copied)?;
        copy_bytes(&half.memory[..to.len()], to);
        Ok(())
    }

    /// Resident zeros.
    pub(crate) fn zeroed<T: Plain>(&self, len: usize) -> Result<Buffer<T>, Error> {
        let buffer = self.allocate(len)?;
        self.fill_zero(buffer.view())?;
        Ok(buffer)
    }

    /// Copies resident values; the views have the same length and do not overlap.
    pub(crate) fn copy<T: Plain>(&self, from: View<T>, to: View<T>) -> Result<(), Error> {
        assert_eq!(from.len(), to.len(), "a copy between views of different lengths");
        if from.is_empty() {
            return Ok(());
        }
        self.enter()?;
        // SAFETY: two views of as many bytes.
        let result = unsafe {
            sys::cuMemcpyDtoDAsync_v2(
                to.pointer(),
                from.pointer(),
                from.bytes(),
                self.stream().as_inner(),
            )
        };
        Ok(self.check_raw("cuMemcpyDtoDAsync", result)?)
    }

    /// Sets resident memory to zero bytes.
    pub(crate) fn fill_zero<T: Plain>(&self, to: View<T>) -> Result<(), Error> {
        if to.is_empty() {
            return Ok(());
        }
        self.enter()?;
        // SAFETY: a view of as many bytes.
        let result = unsafe { sys::cuMemsetD8Async(to.pointer(), 0, to.bytes(), self.stream().as_inner()) };
        Ok(self.check_raw("cuMemsetD8Async", result)?)
    }
}
