//! Compiles the device code for the feature `cuda` and embeds it.
//!
//! One fatbin per `cuda/*.cu`: machine code for every architecture in `CREMA_CUDA_ARCHS` (default `80,86,89,90`) and
//! PTX, which drivers compile for cards that came later. Beside each fatbin stand its PTX and what the compiler says
//! of registers and shared memory, for tests. Without the feature this program does nothing.

mod compile;
mod resources;
mod toolkit;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use compile::{Module, Plan};
use toolkit::Toolkit;

/// The architectures that a release is built for: A100, RTX 30, RTX 40 and L40, H100 and H200.
const ARCHITECTURES: &str = "80,86,89,90";
const ARCHITECTURES_VARIABLE: &str = "CREMA_CUDA_ARCHS";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build");
    if env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return ExitCode::SUCCESS;
    }
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed={ARCHITECTURES_VARIABLE}");
    // a file of device code that is new comes with a line in this one
    println!("cargo::rerun-if-changed=src/cuda/mod.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let architectures = env::var(ARCHITECTURES_VARIABLE).unwrap_or_else(|_| ARCHITECTURES.to_owned());
    if architectures == "none" {
        return embed(&out, toolkit::PINNED, "no card (CREMA_CUDA_ARCHS=none)", &[]);
    }
    let names = parse_architectures(&architectures)?;
    let toolkit = Toolkit::find()?;
    let plan = Plan::new(&toolkit, &names, &out);
    let modules = plan.compile(&sources()?)?;
    embed(&out, toolkit.version, &architectures, &modules)
}

/// `80,86` to `["80", "86"]`.
fn parse_architectures(text: &str) -> Result<Vec<&str>, String> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let fits = |name: &&str| {
        name.parse::<u32>()
            .is_ok_and(|number| (80..1000).contains(&number))
    };
    if names.iter().all(fits) {
        Ok(names)
    } else {
        Err(format!(
            "{ARCHITECTURES_VARIABLE}={text}: expected compute capabilities from 80 on, for instance {ARCHITECTURES}, or none"
        ))
    }
}

/// Every file of device code, in the order of their names.
fn sources() -> Result<Vec<PathBuf>, String> {
    let directory = Path::new("cuda");
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "cu"))
        .collect();
    paths.sort();
    Ok(paths)
}

/// Writes the Rust source with the images and their kernels' parameters, and the table of resources.
fn embed(out: &Path, version: (u32, u32), architectures: &str, modules: &[Module]) -> Result<(), String> {
    let mut images: Vec<String> = Vec::with_capacity(modules.len());
    for module in modules {
        let fatbin = module
            .fatbin
            .to_str()
            .ok_or("the target directory's path is not UTF-8")?;
        images.push(format!("    include_bytes!({fatbin:?}),\n"));
    }
    if images.is_empty() {
        images.push("    b\"no device code\",\n".to_owned());
    }
    let parameters = modules.iter().flat_map(|module| &module.parameters);
    let parameters = parameters.map(|(kernel, sizes)| format!("    ({kernel:?}, &{sizes:?}),\n"));
    let source = format!(
        "const TOOLKIT: (u32, u32) = ({}, {});\nconst ARCHITECTURES: &str = {architectures:?};\n\
         static IMAGES: &[&[u8]] = &[\n{}];\nstatic PARAMETERS: &[(&str, &[u32])] = &[\n{}];\n",
        version.0,
        version.1,
        images.concat(),
        parameters.collect::<String>(),
    );
    write(&out.join("images.rs"), &source)?;
    let usage: Vec<_> = modules.iter().flat_map(|module| module.usage.clone()).collect();
    write(&out.join("resources.txt"), &resources::table(&usage))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
