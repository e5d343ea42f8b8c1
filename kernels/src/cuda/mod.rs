//! The CUDA engine: kernels of our own on an NVIDIA card, driven through `cust`.
//!
//! A program with this engine starts on any machine; opening a [`Device`](device::Device) says what is missing.

// the feature is for Linux: its driver library, its loader
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
compile_error!("the feature `cuda` needs 64-bit Linux");

mod arena;
mod budget;
mod buffer;
mod details;
mod device;
mod driver;
mod engine;
mod image;
#[macro_use]
mod launch;
mod msm;
mod ntt;
mod permutation;
mod pipes;
mod polynomial;
mod ratio;
mod status;
mod timing;
mod transfer;
mod vector;

pub(crate) use buffer::{Buffer, View};
pub use details::Details;
pub use device::{Device, Facts, MemoryUse, Options, cards};
pub use driver::{DRIVER_VARIABLE, use_driver};
pub use engine::{CudaBases, CudaEngine};
pub use msm::SumPlan;
pub use pipes::{Pipe, PipeRate};
pub use vector::{CudaIndex, CudaVector};

#[cfg(test)]
mod tests;
