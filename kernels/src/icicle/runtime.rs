//! ICICLE as this process has opened it, and calls on one of its devices.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    ptr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ark_bn254::Fr;
use ark_ff::{FftField, PrimeField};

use super::{
    Device, Kind, backend,
    error::{IcicleError, Status},
    layout::{Code, DeviceName, DomainConfig, Number, Padded},
    library::{Functions, file_name, folder},
};

/// Two-adicity of the field.
const TWO_ADICITY: u32 = 28;

/// ICICLE's libraries, opened for as long as the process lives. Their state is the process's: which backends there are,
/// and the roots of unity of each device.
struct Runtime {
    functions: Functions,
    /// Where the libraries are.
    libraries: PathBuf,
    /// Held during every call: that ICICLE's functions can run side by side is promised nowhere, and one of them has
    /// the whole device in any case.
    domains: Mutex<Domains>,
}

/// Base-two logarithms of the largest transforms that devices are prepared for.
type Domains = HashMap<Device, u32>;

/// The folder of the one installation that this process opens, and what became of it. The loader knows libraries by
/// their names, and takes a second installation's for those of the first.
static OPENED: Mutex<Option<(PathBuf, Option<&'static Runtime>)>> = Mutex::new(None);

impl Runtime {
    /// The libraries of an installation, opened now or before.
    fn open(directory: &Path) -> Result<&'static Self, IcicleError> {
        let libraries = folder(directory)?;
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, runtime) = opened.get_or_insert_with(|| (libraries.clone(), None));
        if *first != libraries {
            return Err(IcicleError::Another {
                opened: first.clone(),
                asked: libraries,
            });
        }
        if let Some(runtime) = runtime {
            return Ok(runtime);
        }
        Ok(*runtime.insert(Self::open_libraries(libraries)?))
    }

    fn open_libraries(libraries: PathBuf) -> Result<&'static Self, IcicleError> {
        let functions = Functions::open(&libraries)?;
        let mut root: Number = [0; 4];
        // SAFETY: the function writes one number and touches no device.
        let code = unsafe { (functions.get_root_of_unity)(1 << TWO_ADICITY, &raw mut root) };
        if code != 0 || root != Fr::TWO_ADIC_ROOT_OF_UNITY.into_bigint().0 {
            return Err(IcicleError::OtherField {
                path: libraries.join(file_name("icicle_field_bn254")),
            });
        }
        Ok(Box::leak(Box::new(Self {
            functions,
            libraries,
            domains: Mutex::default(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Domains> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_available(&self, device: Device) -> bool {
        let name = name_of(device);
        // SAFETY: reads the name, and throws nothing.
        unsafe { (self.functions.is_device_available)(&raw const name) == 0 }
    }
}

/// One device of ICICLE's.
pub(super) struct Accelerator {
    runtime: &'static Runtime,
    pub(super) device: Device,
}

impl Accelerator {
    /// Opens the libraries, the device's backend, and the device.
    pub(super) fn open(directory: &Path, device: Device) -> Result<Self, IcicleError> {
        let accelerator = Self {
            runtime: Runtime::open(directory)?,
            device,
        };
        accelerator.load_backend()?;
        accelerator.check_index()?;
        Ok(accelerator)
    }

    /// Selecting a device without a backend throws a C++ exception, which would end the process.
    fn load_backend(&self) -> Result<(), IcicleError> {
        let (runtime, device) = (self.runtime, self.device);
        let _one_at_a_time = runtime.lock();
        if device.kind == Kind::Cpu {
            return if runtime.is_available(device) {
                Ok(())
            } else {
                Err(IcicleError::NoBackend {
                    device,
                    searched: runtime.libraries.display().to_string(),
                })
            };
        }
        // libraries that are open already stay as they are
        backend::load(device, &runtime.libraries)?;
        if runtime.is_available(device) {
            Ok(())
        } else {
            Err(IcicleError::NoBackend {
                device,
                searched: format!("{}, whose libraries do not offer it", runtime.libraries.display()),
            })
        }
    }

    fn check_index(&self) -> Result<(), IcicleError> {
        let first = Self {
            runtime: self.runtime,
            device: Device {
                index: 0,
                ..self.device
            },
        };
        let mut count = 0;
        first.call("icicle_get_device_count", |functions| {
            // SAFETY: a device is selected; the function writes one number.
            unsafe { (functions.get_device_count)(&raw mut count) }
        })?;
        if i64::from(self.device.index) < i64::from(count) {
            Ok(())
        } else {
            Err(IcicleError::NoSuchDevice {
                device: self.device,
                count,
            })
        }
    }

    /// Calls a function with the device selected on this thread.
    pub(super) fn call(
        &self,
        function: &'static str,
        body: impl FnOnce(&Functions) -> Code,
    ) -> Result<(), IcicleError> {
        let _one_at_a_time = self.runtime.lock();
        self.select()?;
        self.check(function, body(&self.runtime.functions))
    }

    /// The same for a function of transforms of `2^log_size`, which ICICLE answers by an exception unless it is
    /// prepared for as large ones.
    pub(super) fn call_prepared(
        &self,
        function: &'static str,
        log_size: u32,
        body: impl FnOnce(&Functions) -> Code,
    ) -> Result<(), IcicleError> {
        let mut domains = self.runtime.lock();
        self.select()?;
        self.prepare(&mut domains, log_size)?;
        self.check(function, body(&self.runtime.functions))
    }

    /// Prepares transforms of up to `2^log_size`, which are computed once unless larger ones are asked for later.
    pub(super) fn prepare_transforms(&self, log_size: u32) -> Result<(), IcicleError> {
        let mut domains = self.runtime.lock();
        self.select()?;
        self.prepare(&mut domains, log_size)
    }

    fn prepare(&self, domains: &mut Domains, log_size: u32) -> Result<(), IcicleError> {
        if domains
            .get(&self.device)
            .is_some_and(|&prepared| log_size <= prepared)
        {
            return Ok(());
        }
        let functions = &self.runtime.functions;
        if domains.remove(&self.device).is_some() {
            // SAFETY: a device is selected, and no transform runs.
            self.check("bn254_ntt_release_domain", unsafe {
                (functions.release_domain)()
            })?;
        }
        let root = Fr::get_root_of_unity(1 << log_size).ok_or(IcicleError::TooLong(1 << log_size))?;
        let root: Number = root.into_bigint().0;
        let config = Padded::new(DomainConfig {
            stream: ptr::null_mut(),
            is_async: false,
            extension: ptr::null_mut(),
        });
        // SAFETY: both pointers are valid during the call, and a device is selected.
        let code = unsafe { (functions.init_domain)(&raw const root, config.pointer()) };
        self.check("bn254_ntt_init_domain", code)?;
        domains.insert(self.device, log_size);
        Ok(())
    }

    /// The selection is the thread's, and engines are used from several.
    fn select(&self) -> Result<(), IcicleError> {
        let name = name_of(self.device);
        // SAFETY: reads the name; the kind is known to have a backend, without which this would throw.
        let code = unsafe { (self.runtime.functions.set_device)(&raw const name) };
        self.check("icicle_set_device", code)
    }

    fn check(&self, function: &'static str, code: Code) -> Result<(), IcicleError> {
        if code == 0 {
            return Ok(());
        }
        Err(IcicleError::Call {
            function,
            device: self.device,
            status: Status(code),
        })
    }
}

fn name_of(device: Device) -> DeviceName {
    let mut kind = [0; 64];
    let text = device.kind.name().as_bytes();
    kind[..text.len()].copy_from_slice(text);
    DeviceName {
        kind,
        index: i32::try_from(device.index).unwrap_or(i32::MAX),
    }
}
