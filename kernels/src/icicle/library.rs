//! Opening shared libraries and finding functions in them.

use std::{
    env::consts::{DLL_PREFIX, DLL_SUFFIX},
    error::Error as _,
    mem::ManuallyDrop,
    path::{Path, PathBuf},
};

use libloading::Library;

use super::{
    error::IcicleError,
    layout::{GetDeviceCount, InitDomain, Msm, Ntt, OnDevice, ReleaseDomain, RootOfUnity},
};

/// The functions that the engine calls.
pub(super) struct Functions {
    pub(super) is_device_available: OnDevice,
    pub(super) set_device: OnDevice,
    pub(super) get_device_count: GetDeviceCount,
    pub(super) get_root_of_unity: RootOfUnity,
    pub(super) init_domain: InitDomain,
    pub(super) release_domain: ReleaseDomain,
    pub(super) ntt: Ntt,
    pub(super) msm: Msm,
}

/// The folder with ICICLE's libraries: `directory` or its folder `lib`.
pub(super) fn folder(directory: &Path) -> Result<PathBuf, IcicleError> {
    [directory.join("lib"), directory.to_owned()]
        .into_iter()
        .find(|folder| folder.join(file_name("icicle_device")).is_file())
        .and_then(|folder| folder.canonicalize().ok())
        .ok_or_else(|| missing("icicle_device", directory))
}

impl Functions {
    /// Opens ICICLE's three libraries in a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, IcicleError> {
        let find = |name: &str| {
            let path = folder.join(file_name(name));
            path.is_file()
                .then_some(path)
                .ok_or_else(|| missing(name, folder))
        };
        // the others need the first, which the loader then finds by name wherever the installation was moved
        let paths = [
            find("icicle_device")?,
            find("icicle_field_bn254")?,
            find("icicle_curve_bn254")?,
        ];
        let [device, field, curve] = paths.map(File::open);
        let (device, field, curve) = (device?, field?, curve?);
        // SAFETY: the types are those of ICICLE's headers; that the libraries are ICICLE's is the operator's word, and
        // as far as it can be checked, `Runtime::open` and the self-check do.
        unsafe {
            Ok(Self {
                is_device_available: device.function("icicle_is_device_available")?,
                set_device: device.function("icicle_set_device")?,
                get_device_count: device.function("icicle_get_device_count")?,
                get_root_of_unity: field.function("bn254_get_root_of_unity")?,
                init_domain: field.function("bn254_ntt_init_domain")?,
                release_domain: field.function("bn254_ntt_release_domain")?,
                ntt: field.function("bn254_ntt")?,
                msm: curve.function("bn254_msm")?,
            })
        }
    }
}

fn missing(name: &str, directory: &Path) -> IcicleError {
    IcicleError::NoLibrary {
        library: file_name(name),
        directory: directory.to_owned(),
    }
}

/// `libicicle_device.so`.
pub(super) fn file_name(name: &str) -> String {
    format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")
}

/// A library, open for as long as the process lives: function pointers into it are kept, and libraries with thread-local
/// and registered objects do not survive to be unloaded.
pub(super) struct File {
    path: PathBuf,
    library: ManuallyDrop<Library>,
}

impl File {
    pub(super) fn open(path: PathBuf) -> Result<Self, IcicleError> {
        match open(&path) {
            Ok(library) => Ok(Self {
                path,
                library: ManuallyDrop::new(library),
            }),
            Err(error) => Err(IcicleError::Load {
                path,
                // what the loader says is in the source
                reason: error.source().unwrap_or(&error).to_string(),
            }),
        }
    }

    /// # Safety
    /// `F` is the type of a function pointer, and that of the function of this name.
    unsafe fn function<F: Copy>(&self, symbol: &'static str) -> Result<F, IcicleError> {
        // SAFETY: the caller's promise.
        let found = unsafe { self.library.get::<F>(symbol.as_bytes()) };
        found
            .map(|function| *function)
            .map_err(|_| IcicleError::MissingSymbol {
                path: self.path.clone(),
                symbol,
            })
    }
}

/// Resolves every symbol at once: one that is missing is an error here, where later it would end the process. What the
/// library offers, libraries opened later can use.
#[cfg(unix)]
fn open(path: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::unix;
    // SAFETY: runs the library's initialisers, which is what the operator asked for.
    unsafe { unix::Library::open(Some(path), unix::RTLD_NOW | unix::RTLD_GLOBAL) }.map(Library::from)
}

#[cfg(not(unix))]
fn open(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: runs the library's initialisers, which is what the operator asked for.
    unsafe { Library::new(path) }
}
