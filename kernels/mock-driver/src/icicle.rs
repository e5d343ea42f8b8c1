//! Compiles a mock of ICICLE (`kernels/icicle`) into a directory that looks like an installation of it.

use std::{
    env::consts::DLL_SUFFIX,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use crate::{compiler, contents, files, hash, make, target_directory};

/// How an installation differs from a good one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// In nothing.
    #[default]
    Good,
    /// No library for the curve.
    NoCurve,
    /// The curve's library is no library.
    Damaged,
    /// The curve's library has no `bn254_msm`.
    NoMsm,
    /// The library named after the field is for another curve.
    OtherCurve,
    /// The library is for a field with other roots of unity.
    OtherField,
    /// Configurations of transforms start with another member.
    OtherTransforms,
    /// Configurations of sums do.
    OtherSums,
    /// No backend for CUDA.
    NoBackend,
    /// The backend lacks its part for the curve.
    NoBackendCurve,
    /// The backend's part for the field needs a function that no library has.
    OtherBackend,
}

const OPTIONS: [&str; 12] = [
    "-x",
    "c++",
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wno-unknown-pragmas",
    "-Werror",
    "-Wl,--allow-shlib-undefined",
];

/// The installation's directory.
///
/// # Panics
/// When it cannot be compiled: the message is the compiler's.
pub fn directory(variant: Variant) -> PathBuf {
    // tests of one process ask for the same files at once
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    build(variant).unwrap_or_else(|message| panic!("the mock of ICICLE does not build: {message}"))
}

fn build(variant: Variant) -> Result<PathBuf, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../icicle");
    let cuda = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cuda");
    let all = [
        files(&sources, "cpp")?,
        files(&sources, "h")?,
        files(&cuda, "cuh")?,
        files(&cuda.join("host"), "h")?,
    ];
    let key = hash(&(OPTIONS, contents(&all.concat())?));
    let kept = target_directory()?.join("mock-icicle");
    let directory = kept.join(format!("{variant:?}-{key:016x}"));
    let lib = directory.join("lib");
    let backend = lib.join("backend/bn254/cuda");
    let create = |folder: &Path| fs::create_dir_all(folder).map_err(|error| error.to_string());
    create(&lib)?;
    let compile = |folder: &Path, name: &str, source: &str, defines: &[&str]| {
        let name = format!("lib{name}{DLL_SUFFIX}");
        // most libraries are the same in most installations
        let compiled = kept.join(format!("{:016x}-{name}", hash(&(key, source, defines))));
        make(&compiled, |output| {
            let mut command = Command::new(compiler());
            command.args(OPTIONS).args(defines).arg("-o").arg(output);
            command
                .arg(format!("-Wl,-soname,{name}"))
                .arg(sources.join(source));
            command
        })?;
        make(&folder.join(&name), |output| {
            let mut command = Command::new("cp");
            command.arg(&compiled).arg(output);
            command
        })
    };
    let only = |condition: bool, define: &'static str| if condition { vec![define] } else { vec![] };
    let mut field = only(variant == Variant::OtherCurve, "-DCURVE=bls12_381");
    field.extend(only(variant == Variant::OtherField, "-DOTHER_FIELD"));
    field.extend(only(variant == Variant::OtherTransforms, "-DOTHER_LAYOUT"));
    let mut curve = only(variant == Variant::NoMsm, "-DWITHOUT_MSM");
    curve.extend(only(variant == Variant::OtherSums, "-DOTHER_LAYOUT"));
    compile(&lib, "icicle_device", "device.cpp", &[])?;
    compile(&lib, "icicle_field_bn254", "field.cpp", &field)?;
    match variant {
        Variant::NoCurve => {}
        Variant::Damaged => {
            let path = lib.join(format!("libicicle_curve_bn254{DLL_SUFFIX}"));
            fs::write(path, "no library").map_err(|error| error.to_string())?;
        }
        _ => compile(&lib, "icicle_curve_bn254", "curve.cpp", &curve)?,
    }
    if variant == Variant::NoBackend {
        return Ok(directory);
    }
    create(&backend)?;
    let needs = only(
        variant == Variant::OtherBackend,
        "-DNEEDS=icicle_of_another_version",
    );
    for (part, name, extra) in [
        ("device", "icicle_backend_cuda_device", &[][..]),
        ("field", "icicle_backend_cuda_field_bn254", &needs),
        ("curve", "icicle_backend_cuda_curve_bn254", &[]),
    ] {
        if part != "curve" || variant != Variant::NoBackendCurve {
            let define = format!("-DPART=\"{part}\"");
            let defines: Vec<&str> = [define.as_str()].iter().chain(extra).copied().collect();
            compile(&backend, name, "backend.cpp", &defines)?;
        }
    }
    Ok(directory)
}
