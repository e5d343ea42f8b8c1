//! Structs and functions as ICICLE's C interface has them on 64-bit machines. Headers of v3.9.0 to v4.0.0 agree on all
//! of it.

use std::{ffi::c_void, ptr};

use ark_bn254::Fr;

/// Four 64-bit words, least significant first, of a number below the modulus that is not in Montgomery form.
pub(super) type Number = [u64; 4];

/// A device's name.
#[repr(C)]
pub(super) struct DeviceName {
    /// Upper-case kind, ended by a zero.
    pub(super) kind: [u8; 64],
    pub(super) index: i32,
}

/// An affine point; infinity is `(0, 0)`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct AffinePoint {
    pub(super) x: Number,
    pub(super) y: Number,
}

/// A homogeneous point `(x/z, y/z)`; infinity is `(0, 1, 0)`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(super) struct ProjectivePoint {
    pub(super) x: Number,
    pub(super) y: Number,
    pub(super) z: Number,
}

/// Of a transform.
#[derive(Clone, Copy)]
#[repr(i32)]
pub(super) enum Direction {
    Forward = 0,
    Inverse = 1,
}

/// How a transform is to be done.
#[repr(C)]
pub(super) struct NttConfig {
    pub(super) stream: *mut c_void,
    pub(super) coset_generator: Number,
    pub(super) batch_size: i32,
    pub(super) columns_batch: bool,
    /// Zero: natural order on both sides.
    pub(super) ordering: i32,
    pub(super) inputs_on_device: bool,
    pub(super) outputs_on_device: bool,
    pub(super) is_async: bool,
    pub(super) extension: *mut c_void,
}

/// How the powers of a root of unity are to be made.
#[repr(C)]
pub(super) struct DomainConfig {
    pub(super) stream: *mut c_void,
    pub(super) is_async: bool,
    pub(super) extension: *mut c_void,
}

/// How a multi-scalar multiplication is to be done.
#[repr(C)]
// one flag each in ICICLE's struct
#[allow(clippy::struct_excessive_bools)]
pub(super) struct MsmConfig {
    pub(super) stream: *mut c_void,
    pub(super) precompute_factor: i32,
    pub(super) window: i32,
    /// Zero: as long as the field's.
    pub(super) scalar_bits: i32,
    pub(super) batch_size: i32,
    pub(super) points_shared_in_batch: bool,
    pub(super) scalars_on_device: bool,
    pub(super) scalars_in_montgomery_form: bool,
    pub(super) points_on_device: bool,
    pub(super) points_in_montgomery_form: bool,
    pub(super) results_on_device: bool,
    pub(super) is_async: bool,
    pub(super) extension: *mut c_void,
}

/// A struct with zeros behind it: a library whose own is longer reads those, and not what happens to follow.
#[repr(C)]
pub(super) struct Padded<T> {
    value: T,
    zeros: [u64; 32],
}

impl<T> Padded<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value,
            zeros: [0; 32],
        }
    }

    /// Valid for as long as `self` is, and for the zeros as well.
    pub(super) fn pointer(&self) -> *const T {
        ptr::from_ref(self).cast()
    }
}

const _: () = assert!(size_of::<DeviceName>() == 68 && size_of::<DomainConfig>() == 24);
const _: () = assert!(size_of::<AffinePoint>() == 64 && size_of::<ProjectivePoint>() == 96);
const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<NttConfig>() == 64 && offset_of!(NttConfig, batch_size) == 40);
    assert!(offset_of!(NttConfig, ordering) == 48 && offset_of!(NttConfig, is_async) == 54);
    assert!(size_of::<MsmConfig>() == 40 && offset_of!(MsmConfig, points_shared_in_batch) == 24);
    assert!(offset_of!(MsmConfig, is_async) == 30 && offset_of!(MsmConfig, extension) == 32);
};

/// Every function returns zero or the code of an error; see [`Status`](super::Status).
pub(super) type Code = i32;
pub(super) type OnDevice = unsafe extern "C" fn(*const DeviceName) -> Code;
pub(super) type GetDeviceCount = unsafe extern "C" fn(*mut i32) -> Code;
pub(super) type Ntt = unsafe extern "C" fn(*const Fr, i32, Direction, *const NttConfig, *mut Fr) -> Code;
pub(super) type InitDomain = unsafe extern "C" fn(*const Number, *const DomainConfig) -> Code;
pub(super) type ReleaseDomain = unsafe extern "C" fn() -> Code;
pub(super) type RootOfUnity = unsafe extern "C" fn(u64, *mut Number) -> Code;
pub(super) type Msm =
    unsafe extern "C" fn(*const Fr, *const AffinePoint, i32, *const MsmConfig, *mut ProjectivePoint) -> Code;
