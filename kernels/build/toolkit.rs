//! Finds nvcc.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The CUDA version that the kernels are built, measured and tested with.
pub const PINNED: (u32, u32) = (13, 0);

/// A CUDA compiler.
pub struct Toolkit {
    /// Its path, without symbolic links: nvcc looks for its parts beside the name it is called by.
    pub nvcc: PathBuf,
    /// Its CUDA version.
    pub version: (u32, u32),
    /// All that it says of its version.
    pub identity: String,
}

impl Toolkit {
    /// The first nvcc that runs: `NVCC`, the toolkit in `CUDA_HOME` and its other names, `.cuda` in this project or
    /// above it, an active virtual environment, `PATH`, the usual place.
    pub fn find() -> Result<Self, String> {
        for variable in [
            "NVCC",
            "CUDA_HOME",
            "CUDA_PATH",
            "CUDA_ROOT",
            "VIRTUAL_ENV",
            "PATH",
        ] {
            println!("cargo::rerun-if-env-changed={variable}");
        }
        let asked = env::var_os("NVCC").map(PathBuf::from);
        if let Some(path) = &asked
            && Self::at(path).is_none()
        {
            return Err(format!("NVCC={} does not run", path.display()));
        }
        let toolkit = asked
            .into_iter()
            .chain(candidates())
            .find_map(|path| Self::at(&path))
            .ok_or(
                "the feature `cuda` needs nvcc, the CUDA compiler, which is not found.\n\
                 Run kernels/tools/install-nvcc, which puts it into .cuda/ of this project; or set CUDA_HOME to a \
                 CUDA 13.0 that is installed; or build without the feature.",
            )?;
        println!("cargo::rerun-if-changed={}", toolkit.nvcc.display());
        if toolkit.version != PINNED {
            println!(
                "cargo::warning=nvcc is of CUDA {}.{}: the kernels are tested with {}.{}; drivers older than the \
                 compiler refuse its code",
                toolkit.version.0, toolkit.version.1, PINNED.0, PINNED.1
            );
        }
        Ok(toolkit)
    }

    fn at(path: &Path) -> Option<Self> {
        let nvcc = fs::canonicalize(path).ok()?;
        let output = Command::new(&nvcc).arg("--version").output().ok()?;
        let identity = String::from_utf8(output.stdout).ok()?;
        let (_, rest) = identity.split_once("release ")?;
        let (major, rest) = rest.split_once('.')?;
        let (minor, _) = rest.split_once(',')?;
        Some(Self {
            version: (major.parse().ok()?, minor.parse().ok()?),
            nvcc,
            identity,
        })
    }
}

fn candidates() -> Vec<PathBuf> {
    const WHEEL: &str = "nvidia/cu13/bin/nvcc";
    let variable = |name| env::var_os(name).map(PathBuf::from);
    let mut paths: Vec<PathBuf> = ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"]
        .into_iter()
        .filter_map(variable)
        .map(|root| root.join("bin/nvcc"))
        .collect();
    if let Ok(here) = env::current_dir() {
        paths.extend(
            here.ancestors()
                .map(|directory| directory.join(".cuda").join(WHEEL)),
        );
    }
    if let Some(environment) = variable("VIRTUAL_ENV")
        && let Ok(interpreters) = fs::read_dir(environment.join("lib"))
    {
        paths.extend(
            interpreters
                .filter_map(Result::ok)
                .map(|entry| entry.path().join("site-packages").join(WHEEL)),
        );
    }
    if let Some(path) = env::var_os("PATH") {
        paths.extend(env::split_paths(&path).map(|directory| directory.join("nvcc")));
    }
    paths.push("/usr/local/cuda/bin/nvcc".into());
    paths
}
