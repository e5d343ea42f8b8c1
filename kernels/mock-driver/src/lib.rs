//! Compiles the mock CUDA driver (`kernels/cuda/host/driver.cpp`) together with all device code, for tests; and a mock of
//! ICICLE's libraries.
//!
//! What is compiled is kept in the target directory under the hash of everything that it is made of.

pub mod icicle;

use std::{
    collections::hash_map::DefaultHasher,
    env,
    ffi::OsString,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

const OPTIONS: [&str; 11] = [
    "-x",
    "c++",
    "-std=c++17",
    "-O2",
    "-g1",
    "-fPIC",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wno-unknown-pragmas",
    "-Werror",
];

/// Sources of the driver itself, beside the device code.
const DRIVER: [&str; 4] = ["driver.cpp", "memory.cpp", "settings.cpp", "simt.cpp"];

/// Path of the compiled driver, to be set as `CREMA_CUDA_DRIVER`.
///
/// # Panics
/// When it cannot be compiled: the message is the compiler's.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| match build() {
        Ok(path) => path,
        Err(message) => panic!("the mock CUDA driver does not build: {message}"),
    })
}

fn build() -> Result<PathBuf, String> {
    let cuda = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cuda");
    let directory = target_directory()?.join("mock-driver");
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let headers = [files(&cuda, "cuh")?, files(&cuda.join("host"), "h")?].concat();
    let mut sources = files(&cuda, "cu")?;
    sources.extend(DRIVER.iter().map(|name| cuda.join("host").join(name)));
    let compiler = compiler();
    let version = Command::new(&compiler)
        .arg("--version")
        .output()
        .map_err(|error| format!("{}: {error} (Debian: apt install g++)", compiler.display()))?
        .stdout;
    let common = hash(&(&version, OPTIONS, contents(&headers)?));

    let next = AtomicUsize::new(0);
    let compile_some = || -> Result<Vec<PathBuf>, String> {
        let mut objects = Vec::new();
        while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            let key = hash(&(common, contents(std::slice::from_ref(source))?));
            let stem = source.file_stem().unwrap_or_default().to_string_lossy();
            let object = directory.join(format!("{stem}-{key:016x}.o"));
            make(&object, |output| {
                let mut command = Command::new(&compiler);
                command.args(OPTIONS).arg("-c").arg("-o").arg(output).arg(source);
                command
            })?;
            objects.push(object);
        }
        Ok(objects)
    };
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let mut objects = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(compile_some)).collect();
        let mut objects = Vec::new();
        for worker in workers {
            objects.extend(worker.join().map_err(|_| "a thread panicked")??);
        }
        Ok::<_, String>(objects)
    })?;
    objects.sort();
    let library = directory.join(format!("libcuda-{:016x}.so", hash(&objects)));
    make(&library, |output| {
        let mut command = Command::new(&compiler);
        // the library's own functions are its own, whatever names the program has
        command
            .args(["-shared", "-Wl,-Bsymbolic", "-o"])
            .arg(output)
            .args(&objects);
        command
    })?;
    Ok(library)
}

fn compiler() -> OsString {
    env::var_os("CXX").unwrap_or_else(|| "g++".into())
}

/// Makes a file by a command, unless it is there; several processes may do so at once.
fn make(path: &Path, command: impl FnOnce(&Path) -> Command) -> Result<(), String> {
    if path.exists() {
        return Ok(());
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let mut command = command(&partial);
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error} (Debian: apt install g++)"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    fs::rename(&partial, path).map_err(|error| format!("{}: {error}", path.display()))
}

/// `target` of the test that runs, which is `target/release/deps/test-…`.
fn target_directory() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let deps = program.ancestors().find(|path| path.ends_with("deps"));
    deps.and_then(|path| path.ancestors().nth(2))
        .map(Path::to_owned)
        .ok_or_else(|| format!("{} is not in cargo's target directory", program.display()))
}

fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    Ok(paths)
}

fn contents(paths: &[PathBuf]) -> Result<Vec<(&Path, Vec<u8>)>, String> {
    paths
        .iter()
        .map(|path| {
            let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok((path.as_path(), text))
        })
        .collect()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
