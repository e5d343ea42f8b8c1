//! The device code in this program, loaded onto a card.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use cust::{
    module::Module,
    sys::{self, CUfunction, CUfunction_attribute, CUresult},
};

use super::{driver, status};
use crate::device_error::{DeviceError, Version};

include!(concat!(env!("OUT_DIR"), "/images.rs"));

/// Dynamic shared memory that a kernel may use without asking for more.
const DEFAULT_SHARED: u32 = 48 * 1024;

/// CUDA version of the compiler that built the kernels.
pub const RUNTIME: Version = Version {
    major: TOOLKIT.0,
    minor: TOOLKIT.1,
};

/// A kernel on a card.
pub struct Kernel {
    pub function: CUfunction,
    /// Sizes of the parameters in bytes, where the build knows them.
    pub parameters: Option<&'static [u32]>,
    shared: AtomicU32,
}

// SAFETY: a function handle of the driver may be used from any thread on which its context is current.
unsafe impl Send for Kernel {}
// SAFETY: as above.
unsafe impl Sync for Kernel {}

impl Kernel {
    /// Lets the kernel use `bytes` of dynamic shared memory, which above 48 KiB must be asked for.
    pub fn permit_shared(&self, bytes: u32) -> CUresult {
        if bytes <= self.shared.load(Ordering::Relaxed) {
            return CUresult::CUDA_SUCCESS;
        }
        let attribute = CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        // SAFETY: a live function handle; its context is current, as for the launch that follows.
        let result = unsafe { sys::cuFuncSetAttribute(self.function, attribute, bytes.cast_signed()) };
        if result == CUresult::CUDA_SUCCESS {
            self.shared.fetch_max(bytes, Ordering::Relaxed);
        }
        result
    }
}

/// All modules of this program on one card, and the kernels found in them so far.
pub struct Images {
    modules: Vec<Module>,
    kernels: Mutex<HashMap<&'static str, Arc<Kernel>>>,
}

// SAFETY: module handles may be used from any thread on which their context is current.
unsafe impl Send for Images {}
// SAFETY: as above; the map is behind a mutex.
unsafe impl Sync for Images {}

impl Images {
    /// Loads every module on the card whose context is current.
    pub fn load(device: &str, capability: Version) -> Result<Self, DeviceError> {
        let mut modules = Vec::with_capacity(IMAGES.len());
        for image in IMAGES {
            let module = Module::from_fatbin(image, &[]).map_err(|_| match driver::last_code() {
                // no binary for this card and no PTX that its driver compiles, or no device code at all
                200 | 209 | 218 | 221..=223 | 300 => DeviceError::NoKernelImage {
                    device: device.to_owned(),
                    capability,
                    built_for: ARCHITECTURES.to_owned(),
                },
                _ => status::failure("cuModuleLoadDataEx"),
            })?;
            modules.push(module);
        }
        Ok(Self {
            modules,
            kernels: Mutex::default(),
        })
    }

    /// The kernel of this name, looked up once.
    pub fn kernel(&self, name: &'static str) -> Result<Arc<Kernel>, DeviceError> {
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kernel) = kernels.get(name) {
            return Ok(Arc::clone(kernel));
        }
        let function = self
            .modules
            .iter()
            .find_map(|module| module.get_function(name).ok())
            .ok_or_else(|| DeviceError::UnknownKernel(name.to_owned()))?;
        let parameters = PARAMETERS.iter().find(|(kernel, _)| *kernel == name);
        let kernel = Arc::new(Kernel {
            function: function.to_raw(),
            parameters: parameters.map(|(_, sizes)| *sizes),
            shared: AtomicU32::new(DEFAULT_SHARED),
        });
        kernels.insert(name, Arc::clone(&kernel));
        Ok(kernel)
    }
}
