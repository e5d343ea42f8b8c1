//! Starting kernels.

use std::ffi::c_void;

use cust::sys::{self, CUresult};

use super::{Device, driver, status};
use crate::{DeviceError, Error};

/// Blocks of a launch, or threads of a block.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    x: u32,
    y: u32,
    z: u32,
}

impl From<u32> for Extent {
    fn from(x: u32) -> Self {
        Self { x, y: 1, z: 1 }
    }
}

impl From<(u32, u32)> for Extent {
    fn from((x, y): (u32, u32)) -> Self {
        Self { x, y, z: 1 }
    }
}

impl From<(u32, u32, u32)> for Extent {
    fn from((x, y, z): (u32, u32, u32)) -> Self {
        Self { x, y, z }
    }
}

/// A kernel argument: where its value stands, and how large it is.
pub struct Argument {
    value: *mut c_void,
    size: usize,
}

impl Argument {
    /// The value must outlive the launch call, during which the driver copies it.
    pub fn of<T: Copy + 'static>(value: &T) -> Self {
        Self {
            value: std::ptr::from_ref(value).cast_mut().cast(),
            size: size_of::<T>(),
        }
    }
}

/// `launch!(device, "name", grid: g, block: b, shared: bytes, [argument, …])` puts a kernel on the device's stream.
///
/// Grid and block are `u32` or tuples of two or three; an empty grid launches nothing. Arguments are passed by value
/// and must have exactly the sizes of the kernel's parameters, which the launch checks.
macro_rules! launch {
    ($device:expr, $name:expr, grid: $grid:expr, block: $block:expr, shared: $shared:expr,
     [$($argument:expr),* $(,)?] $(,)?) => {
        $device.launch(
            $name,
            $grid.into(),
            $block.into(),
            $shared,
            &[$($crate::cuda::launch::Argument::of(&{ $argument })),*],
        )
    };
}

impl Device {
    /// See [`launch!`].
    pub(crate) fn launch(
        &self,
        name: &'static str,
        grid: Extent,
        block: Extent,
        shared: u32,
        arguments: &[Argument],
    ) -> Result<(), Error> {
        if grid.x == 0 || grid.y == 0 || grid.z == 0 {
            return Ok(());
        }
        self.enter()?;
        let kernel = self.images().kernel(name)?;
        let refused = |reason: String| DeviceError::Launch { kernel: name, reason };
        if let Some(expected) = kernel.parameters {
            let found: Vec<u32> = arguments.iter().map(|argument| argument.size as u32).collect();
            if found != expected {
                return Err(refused(format!(
                    "arguments of {found:?} bytes for parameters of {expected:?}"
                ))
                .into());
            }
        }
        // the driver knows where the list ends; one that checks wants to see it
        let end = std::iter::once(std::ptr::null_mut());
        let mut pointers: Vec<*mut c_void> = arguments
            .iter()
            .map(|argument| argument.value)
            .chain(end)
            .collect();
        let mut result = kernel.permit_shared(shared);
        if result == CUresult::CUDA_SUCCESS {
            // SAFETY: a live function of the current context; one pointer per parameter, each to a value of the
            // parameter's size (checked above when the build has compiled the kernel). What the kernel does with
            // device addresses cannot reach host memory.
            result = unsafe {
                sys::cuLaunchKernel(
                    kernel.function,
                    grid.x,
                    grid.y,
                    grid.z,
                    block.x,
                    block.y,
                    block.z,
                    shared,
                    self.stream().as_inner(),
                    pointers.as_mut_ptr(),
                    std::ptr::null_mut(),
                )
            };
        }
        if result == CUresult::CUDA_SUCCESS {
            return Ok(());
        }
        let code = driver::last_code();
        Err(if status::is_sticky(code) {
            self.failed("cuLaunchKernel", name)
        } else {
            refused(driver::describe(code))
        }
        .into())
    }
}
