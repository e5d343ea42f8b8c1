//! What NVIDIA's management library (NVML) tells of a card: clocks, power, temperature, memory errors.
//!
//! The library comes with the driver. Where it is missing, or a card does not know an answer, a report says so and
//! nothing else happens.

use std::ffi::OsStr;

use nvml_wrapper::{
    Device, Nvml,
    enum_wrappers::device::{Clock, EccCounter, MemoryError, TemperatureSensor},
    error::NvmlError,
};

/// A value, or why there is none.
pub type Reading<T> = Result<T, String>;

const LIBRARY: &str = "libnvidia-ml.so.1";

/// NVML is not available.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryError {
    /// The library is missing, or does not start.
    #[error("NVML is not available ({0}): install the driver's {LIBRARY}, or go without")]
    NotAvailable(String),
    /// The library does not know the card.
    #[error("NVML does not know the card at {bus}: {reason}")]
    UnknownCard {
        /// The card's place on the PCI bus.
        bus: String,
        /// What the library says.
        reason: String,
    },
}

/// A card's state at one moment.
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Version of the driver.
    pub driver: Reading<String>,
    /// The card's name.
    pub name: Reading<String>,
    /// Clock of the multiprocessors now, in MHz.
    pub clock_mhz: Reading<u32>,
    /// The highest clock of the multiprocessors, in MHz.
    pub highest_clock_mhz: Reading<u32>,
    /// Clock of the memory now, in MHz.
    pub memory_clock_mhz: Reading<u32>,
    /// Why clocks are lower than they could be.
    pub throttled_by: Reading<String>,
    /// Power drawn now, in watts.
    pub power_w: Reading<f64>,
    /// Power that may be drawn, in watts.
    pub power_limit_w: Reading<f64>,
    /// Energy since the driver was loaded, in joules.
    pub energy_j: Reading<f64>,
    /// Temperature of the chip, in degrees Celsius.
    pub temperature_c: Reading<u32>,
    /// Bytes of memory.
    pub memory_bytes: Reading<u64>,
    /// Bytes of memory in use, by all processes.
    pub memory_used_bytes: Reading<u64>,
    /// Whether memory errors are corrected.
    pub ecc: Reading<bool>,
    /// Memory errors since the driver was loaded that were not corrected.
    pub uncorrected_errors: Reading<u64>,
    /// Whether the card is divided among several users (MIG).
    pub mig: Reading<bool>,
}

/// Reads the state of the card at a place on the PCI bus, `domain:bus:device.0` in hexadecimal.
///
/// # Errors
/// [`TelemetryError`]; a single value that the card does not tell is none.
pub fn read(bus: &str) -> Result<Telemetry, TelemetryError> {
    let nvml = Nvml::builder()
        .lib_path(OsStr::new(LIBRARY))
        .init()
        .map_err(|error| TelemetryError::NotAvailable(error.to_string()))?;
    let card = nvml
        .device_by_pci_bus_id(bus)
        .map_err(|error| TelemetryError::UnknownCard {
            bus: bus.to_owned(),
            reason: error.to_string(),
        })?;
    Ok(of(&nvml, &card))
}

fn of(nvml: &Nvml, card: &Device<'_>) -> Telemetry {
    let thousandth = |value: u32| f64::from(value) / 1e3;
    let memory = card.memory_info();
    Telemetry {
        driver: told(nvml.sys_driver_version()),
        name: told(card.name()),
        clock_mhz: told(card.clock_info(Clock::SM)),
        highest_clock_mhz: told(card.max_clock_info(Clock::SM)),
        memory_clock_mhz: told(card.clock_info(Clock::Memory)),
        throttled_by: told(card.current_throttle_reasons().map(|reasons| {
            let names: Vec<_> = reasons.iter_names().map(|(name, _)| name).collect();
            names.join(", ")
        })),
        power_w: told(card.power_usage().map(thousandth)),
        power_limit_w: told(card.enforced_power_limit().map(thousandth)),
        energy_j: told(card.total_energy_consumption().map(|value| value as f64 / 1e3)),
        temperature_c: told(card.temperature(TemperatureSensor::Gpu)),
        memory_bytes: told_of(&memory, |memory| memory.total),
        memory_used_bytes: told_of(&memory, |memory| memory.used),
        ecc: told(card.is_ecc_enabled().map(|state| state.currently_enabled)),
        uncorrected_errors: told(card.total_ecc_errors(MemoryError::Uncorrected, EccCounter::Volatile)),
        mig: told(card.mig_mode().map(|mode| mode.current != 0)),
    }
}

fn told<T>(result: Result<T, NvmlError>) -> Reading<T> {
    result.map_err(|error| error.to_string())
}

fn told_of<S, T>(result: &Result<S, NvmlError>, value: impl Fn(&S) -> T) -> Reading<T> {
    result.as_ref().map(value).map_err(ToString::to_string)
}
