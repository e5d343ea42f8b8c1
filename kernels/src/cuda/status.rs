//! From the driver's codes to typed errors.

use cust::{error::CudaError, sys::CUresult};

use super::{Device, driver};
use crate::device_error::DeviceError;

/// After these codes the context answers nothing but errors, for as long as the process lives.
pub fn is_sticky(code: u32) -> bool {
    // uncorrectable memory errors, a context destroyed or invalid, and faults of a running kernel
    matches!(
        code,
        4 | 201 | 214 | 220 | 700 | 702 | 709 | 710 | 714..=719 | 999
    )
}

/// A failed call before there is a device to lose.
pub fn failure(call: &'static str) -> DeviceError {
    DeviceError::Driver {
        call,
        reason: driver::describe(driver::last_code()),
    }
}

/// Checks a call of `cust`.
pub fn checked<T>(call: &'static str, result: Result<T, CudaError>) -> Result<T, DeviceError> {
    result.map_err(|_| failure(call))
}

/// Checks a call of the driver.
pub fn checked_raw(call: &'static str, result: CUresult) -> Result<(), DeviceError> {
    if result == CUresult::CUDA_SUCCESS {
        Ok(())
    } else {
        Err(failure(call))
    }
}

impl Device {
    /// Checks a call of `cust` on this device.
    pub(super) fn check<T>(
        &self,
        call: &'static str,
        result: Result<T, CudaError>,
    ) -> Result<T, DeviceError> {
        result.map_err(|_| self.failed(call, call))
    }

    /// Checks a call of the driver on this device.
    pub(super) fn check_raw(&self, call: &'static str, result: CUresult) -> Result<(), DeviceError> {
        if result == CUresult::CUDA_SUCCESS {
            Ok(())
        } else {
            Err(self.failed(call, call))
        }
    }

    /// The error for the driver call that just failed on this thread; remembers that the device is lost when it is.
    pub(super) fn failed(&self, call: &'static str, what: &str) -> DeviceError {
        let code = driver::last_code();
        let reason = driver::describe(code);
        if is_sticky(code) {
            self.lose(DeviceError::Lost {
                device: self.name().to_owned(),
                call: what.to_owned(),
                reason,
            })
        } else {
            DeviceError::Driver { call, reason }
        }
    }
}
