//! What a figure was measured on, and what was measured.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::{
    date::{rfc3339, unix_time},
    error::Error,
    memory,
};

/// Instruction sets that this project's arithmetic gains from.
const FEATURES: [&str; 5] = ["adx", "bmi2", "avx2", "avx512f", "avx512ifma"];

/// The machine, the program and the moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The moment, as RFC 3339 writes it.
    pub date: String,
    /// The moment, in seconds since 1970.
    pub unix_time: u64,
    /// The processor's name, as it gives it.
    pub cpu: String,
    /// The instruction sets among those that matter here.
    pub cpu_features: Vec<String>,
    /// Logical processors that this process may use.
    pub cores: usize,
    /// Memory of the machine.
    pub memory_bytes: u64,
    /// Kernel and its version.
    pub kernel: String,
    /// Processes that wanted to run in the last minute, before the measurement.
    pub load_average: f64,
    /// The compiler.
    pub rustc: String,
    /// What it was told beyond the profile.
    pub rustflags: String,
    /// What it compiled for.
    pub target: String,
    /// Its optimisation level.
    pub opt_level: String,
    /// The commit that the sources were at when the program was built.
    pub commit: String,
    /// Whether the sources differed from that commit.
    pub modified: bool,
}

impl Fingerprint {
    /// Of this program on this machine, now.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn take() -> Result<Self, Error> {
        let unix_time = unix_time();
        let processors = read("/proc/cpuinfo")?;
        let flags: Vec<&str> = processor_field(&processors, "flags")
            .unwrap_or_default()
            .split(' ')
            .collect();
        let memory = read("/proc/meminfo")?;
        let release = read("/proc/sys/kernel/osrelease")?;
        let load = read("/proc/loadavg")?;
        Ok(Self {
            date: rfc3339(unix_time),
            unix_time,
            cpu: processor_field(&processors, "model name")
                .unwrap_or("unknown")
                .to_owned(),
            cpu_features: FEATURES
                .iter()
                .filter(|feature| flags.contains(feature))
                .map(|feature| (*feature).to_owned())
                .collect(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: memory::field(&memory, "MemTotal").ok_or(Error::ProcField {
                path: "/proc/meminfo",
                key: "MemTotal",
            })?,
            kernel: format!("Linux {}", version_number(release.trim())),
            load_average: load_average(&load).ok_or(Error::ProcField {
                path: "/proc/loadavg",
                key: "load",
            })?,
            rustc: env!("BENCH_RUSTC").to_owned(),
            rustflags: option_env!("BENCH_RUSTFLAGS").unwrap_or_default().to_owned(),
            target: env!("BENCH_TARGET").to_owned(),
            opt_level: env!("BENCH_OPT_LEVEL").to_owned(),
            commit: env!("BENCH_COMMIT").to_owned(),
            modified: env!("BENCH_MODIFIED") != "no",
        })
    }

    /// Whether others were computing when the measurement began, so that times are too long.
    pub fn is_busy(&self) -> bool {
        self.load_average > 0.5 * self.cores as f64
    }

    /// Warns on stderr where [`Self::is_busy`].
    pub fn warn_if_busy(&self) {
        if self.is_busy() {
            eprintln!(
                "warning: the load average is {:.1} on {} processors, so times will be too long",
                self.load_average, self.cores
            );
        }
    }
}

fn read(path: &'static str) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Proc { path, source })
}

/// A field of the first processor in `/proc/cpuinfo`.
fn processor_field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim())
    })
}

/// The numbers of a kernel's release, without the name of whoever built it.
fn version_number(release: &str) -> &str {
    release.split(['-', '+', '_']).next().unwrap_or(release)
}

/// The first of the averages in `/proc/loadavg`, over one minute.
fn load_average(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_first_processor() {
        let text = "processor\t: 0\nmodel name\t: A: fast one\nflags\t\t: fpu adx\n\nmodel name\t: B\n";
        assert_eq!(processor_field(text, "model name"), Some("A: fast one"));
        assert_eq!(processor_field(text, "flags"), Some("fpu adx"));
        assert_eq!(processor_field(text, "model"), None);
    }

    #[test]
    fn kernels_are_named_by_number() {
        assert_eq!(version_number("6.8.0-45-generic"), "6.8.0");
        assert_eq!(version_number("6.1.2"), "6.1.2");
        assert_eq!(load_average("0.50 1.00 2.00 1/80 100\n"), Some(0.5));
        assert_eq!(load_average(""), None);
    }

    #[test]
    fn this_machine_has_a_fingerprint_that_goes_through_json() {
        let fingerprint = Fingerprint::take().unwrap();
        assert!(fingerprint.cores >= 1 && fingerprint.memory_bytes > 1 << 20);
        assert!(fingerprint.rustc.starts_with("rustc "), "{}", fingerprint.rustc);
        let json = serde_json::to_string(&fingerprint).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
    }
}
