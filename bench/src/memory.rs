//! Memory of this process, as Linux counts it.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::error::Error;

const STATUS: &str = "/proc/self/status";

/// Often enough for what is held while a kernel runs, seldom enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(20);

/// Samples the process's anonymous memory: what it allocated, without files that it maps, which the system can drop
/// when memory is short.
pub struct Sampler {
    peak: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    /// Starts sampling.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn start() -> Result<Self, Error> {
        let peak = Arc::new(AtomicU64::new(anonymous()?));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (peak, stop) = (Arc::clone(&peak), Arc::clone(&stop));
            move || {
                while !stop.load(Ordering::Relaxed) {
                    if let Ok(bytes) = anonymous() {
                        peak.fetch_max(bytes, Ordering::Relaxed);
                    }
                    thread::sleep(INTERVAL);
                }
            }
        });
        Ok(Self {
            peak,
            stop,
            thread: Some(thread),
        })
    }

    /// The most bytes seen since the last call, or the start.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn take_peak(&self) -> Result<u64, Error> {
        let now = anonymous()?;
        Ok(self.peak.swap(now, Ordering::Relaxed).max(now))
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // a sampler that panicked has nothing to tell a destructor
            let _ = thread.join();
        }
    }
}

/// Anonymous memory in use, in bytes.
///
/// # Errors
/// Where the system does not tell.
pub fn anonymous() -> Result<u64, Error> {
    read("RssAnon")
}

/// The most resident memory so far, mapped files included, in bytes.
///
/// # Errors
/// Where the system does not tell.
pub fn peak_resident() -> Result<u64, Error> {
    read("VmHWM")
}

fn read(key: &'static str) -> Result<u64, Error> {
    let status = fs::read_to_string(STATUS).map_err(|source| Error::Proc { path: STATUS, source })?;
    field(&status, key).ok_or(Error::ProcField { path: STATUS, key })
}

/// A field of the form `Key:   123 kB`, in bytes.
pub fn field(text: &str, key: &str) -> Option<u64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let kibibytes = rest.trim().strip_suffix("kB")?.trim_end();
    kibibytes.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_their_whole_name() {
        let text = "VmHWMx:\t 1 kB\nVmHWM:\t   2048 kB\nRssAnon:\t 5 pages\nThreads:\t3\n";
        assert_eq!(field(text, "VmHWM"), Some(2 << 20));
        for absent in ["RssAnon", "Threads", "VmH", "Nothing"] {
            assert_eq!(field(text, absent), None, "{absent}");
        }
    }

    #[test]
    fn an_allocation_shows_in_the_peak_and_no_longer_than_it_lasts() {
        let size = 256 << 20;
        let sampler = Sampler::start().unwrap();
        let before = sampler.take_peak().unwrap();
        let block = vec![1u8; size];
        thread::sleep(4 * INTERVAL);
        assert_eq!(
            block.iter().map(|&byte| u64::from(byte)).sum::<u64>(),
            size as u64
        );
        drop(block);
        let with = sampler.take_peak().unwrap();
        assert!(with >= before + size as u64 / 2, "{before} {with}");
        let after = sampler.take_peak().unwrap();
        assert!(after < with - size as u64 / 2, "{with} {after}");
        assert!(peak_resident().unwrap() >= with);
    }
}
