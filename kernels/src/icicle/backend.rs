//! Backends: what computes for a kind of device, in libraries of its own unless it is the CPU's.
//!
//! `icicle_load_backend` is not used. It returns success whatever happens, and binds lazily: in a backend of another
//! version, the first call of a function that is not there ends the process.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{Device, error::IcicleError, library::File};

/// Where ICICLE's own programs look for backends.
const VARIABLE: &str = "ICICLE_BACKEND_INSTALL_DIR";
const DEFAULT: &str = "/opt/icicle/lib/backend";

/// Opens the libraries for a device in the first of the usual places that has any.
///
/// # Errors
/// [`IcicleError::NoBackend`], [`IcicleError::IncompleteBackend`], and [`IcicleError::Backend`] when one of them cannot
/// be opened.
pub(super) fn load(device: Device, libraries: &Path) -> Result<(), IcicleError> {
    let mut places: Vec<PathBuf> = env::var_os(VARIABLE).map(PathBuf::from).into_iter().collect();
    places.extend([libraries.join("backend"), DEFAULT.into()]);
    let searched = || {
        let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        places.join(", ")
    };
    let prefix = format!("icicle_backend_{}_", device.kind.lower_case());
    let found = places.iter().map(|place| Found::in_folder(place, &prefix));
    let Some(found) = found.into_iter().find(|found| !found.is_empty()) else {
        return Err(IcicleError::NoBackend {
            device,
            searched: searched(),
        });
    };
    let incomplete = |part| IcicleError::IncompleteBackend {
        device,
        part,
        searched: searched(),
    };
    // a call for which no backend is registered throws a C++ exception, which would end the process
    let field = found.field.ok_or_else(|| incomplete("field"))?;
    let curve = found.curve.ok_or_else(|| incomplete("curve"))?;
    let device = found.device.ok_or_else(|| incomplete("device"))?;
    // the others use what the device's offers
    for path in [device, field, curve] {
        File::open(path).map_err(|error| match error {
            IcicleError::Load { path, reason } => IcicleError::Backend { path, reason },
            error => error,
        })?;
    }
    Ok(())
}

/// The libraries of a backend.
#[derive(Default)]
struct Found {
    device: Option<PathBuf>,
    field: Option<PathBuf>,
    curve: Option<PathBuf>,
}

impl Found {
    /// Those in a folder and its folders.
    fn in_folder(folder: &Path, prefix: &str) -> Self {
        let mut found = Self::default();
        found.add_folder(folder, prefix, 0);
        found
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str, depth: u32) {
        // installations are two deep: bn254/cuda
        const DEEPEST: u32 = 4;
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.is_dir() && depth < DEEPEST {
                self.add_folder(&path, prefix, depth + 1);
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            for (part, slot) in [
                ("device", &mut self.device),
                ("field_bn254", &mut self.field),
                ("curve_bn254", &mut self.curve),
            ] {
                if name == super::library::file_name(&format!("{prefix}{part}")) {
                    slot.get_or_insert_with(|| path.clone());
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.device.is_none() && self.field.is_none() && self.curve.is_none()
    }
}
