//! Runs nvcc, for what has changed.

use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    env, fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    resources::{self, Usage},
    toolkit::Toolkit,
    write,
};

/// The instruction set that all code is generated from. Integer kernels gain nothing from a newer one (the code that
/// ptxas makes for sm_90 is the same), every card that crema supports runs it, and one translation serves all
/// architectures, which makes the build several times faster.
const VIRTUAL_ARCHITECTURE: &str = "compute_80";

/// A compiled file of device code.
pub struct Module {
    /// Path of the fatbin.
    pub fatbin: PathBuf,
    /// Sizes of every kernel's parameters, in bytes.
    pub parameters: Vec<(String, Vec<u32>)>,
    /// What every kernel needs on every architecture.
    pub usage: Vec<Usage>,
}

/// How files are compiled.
pub struct Plan<'a> {
    toolkit: &'a Toolkit,
    options: Vec<String>,
    out: &'a Path,
}

impl<'a> Plan<'a> {
    pub fn new(toolkit: &'a Toolkit, architectures: &[&str], out: &'a Path) -> Self {
        let code: Vec<String> = architectures.iter().map(|name| format!("sm_{name}")).collect();
        let generate = format!(
            "arch={VIRTUAL_ARCHITECTURE},code=[{},{VIRTUAL_ARCHITECTURE}]",
            code.join(",")
        );
        let options = [
            "-std=c++17",
            "-O3",
            "--fatbin",
            "-Xptxas",
            "-v",
            "-gencode",
            &generate,
        ];
        Self {
            toolkit,
            options: options.map(str::to_owned).to_vec(),
            out,
        }
    }

    /// Compiles the files, at most `NUM_JOBS` at a time.
    pub fn compile(&self, sources: &[PathBuf]) -> Result<Vec<Module>, String> {
        let jobs = env::var("NUM_JOBS")
            .ok()
            .and_then(|jobs| jobs.parse().ok())
            .unwrap_or(1);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push((source, self.module(source)));
            }
            done
        };
        let mut modules = thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs.min(sources.len())).map(|_| scope.spawn(work)).collect();
            let mut modules = Vec::new();
            for worker in workers {
                modules.extend(worker.join().map_err(|_| "a thread of the build panicked")?);
            }
            Ok::<_, String>(modules)
        })?;
        modules.sort_by_key(|(source, _)| *source);
        modules.into_iter().map(|(_, module)| module).collect()
    }

    /// Compiles a file, unless it and all that it includes are as they were.
    fn module(&self, source: &Path) -> Result<Module, String> {
        let inputs = inputs(source)?;
        let mut hasher = DefaultHasher::new();
        (&self.toolkit.identity, &self.options).hash(&mut hasher);
        for (path, text) in &inputs {
            println!("cargo::rerun-if-changed={}", path.display());
            (path, text).hash(&mut hasher);
        }
        let hash = format!("{:016x}", hasher.finish());
        let stem = source.file_stem().ok_or("a source has a name")?;
        let target = |extension: &str| self.out.join(stem).with_extension(extension);
        if fs::read_to_string(target("stamp")).is_ok_and(|stamp| stamp == hash) {
            return read(&target);
        }
        let _ = fs::remove_file(target("stamp"));
        let kept = self.out.join("kept").join(stem);
        fs::create_dir_all(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
        let output = Command::new(&self.toolkit.nvcc)
            .args(&self.options)
            .arg("--keep")
            .arg("--keep-dir")
            .arg(&kept)
            .arg("-o")
            .arg(target("fatbin"))
            .arg(source)
            .output()
            .map_err(|error| format!("{}: {error}", self.toolkit.nvcc.display()))?;
        let messages = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!(
                "nvcc failed for {}:\n{messages}\n(CREMA_CUDA_ARCHS=none builds the rest without device code)",
                source.display()
            ));
        }
        for warning in messages.lines().filter(|line| line.contains("warning")) {
            println!("cargo::warning={warning}");
        }
        write(&target("ptxas"), &messages)?;
        let ptx = kept.join(stem).with_extension("ptx");
        fs::rename(&ptx, target("ptx")).map_err(|error| format!("{}: {error}", ptx.display()))?;
        let _ = fs::remove_dir_all(&kept);
        let module = read(&target)?;
        write(&target("stamp"), &hash)?;
        Ok(module)
    }
}

/// What an earlier run of the compiler left.
fn read(target: &dyn Fn(&str) -> PathBuf) -> Result<Module, String> {
    let text = |extension| {
        let path = target(extension);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    Ok(Module {
        fatbin: target("fatbin"),
        parameters: resources::parameters(&text("ptx")?)?,
        usage: resources::usage(&text("ptxas")?)?,
    })
}

/// A file and everything that it includes by `#include "…"`, with their contents.
fn inputs(source: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![source.to_owned()];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        for line in text.lines() {
            let Some(rest) = line.trim_start().strip_prefix('#') else {
                continue;
            };
            if let Some(rest) = rest.trim_start().strip_prefix("include")
                && let Some((name, _)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'))
                // headers of the host build are behind a condition
                && !name.starts_with("host/")
            {
                waiting.push(directory.join(name));
            }
        }
        found.push((path, text));
    }
    Ok(found)
}
