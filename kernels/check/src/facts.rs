//! What the driver and NVML say of the card.

use std::collections::BTreeMap;

use crema_kernels::{
    cuda::Device,
    telemetry::{self, Reading},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::report::Report;

/// Names of NVML's values, for the case that there are none.
const READINGS: [&str; 15] = [
    "nvml_driver",
    "nvml_name",
    "clock_mhz",
    "highest_clock_mhz",
    "memory_clock_mhz",
    "throttled_by",
    "power_w",
    "power_limit_w",
    "energy_j",
    "temperature_c",
    "memory_bytes",
    "memory_used_bytes",
    "ecc",
    "uncorrected_errors",
    "mig",
];

/// Collects facts; those that are missing are `null`, and why stands beside them.
struct Facts<'a> {
    known: BTreeMap<&'static str, Value>,
    missing: &'a mut BTreeMap<String, String>,
}

impl Facts<'_> {
    fn absent(&mut self, name: &'static str, reason: &str) {
        self.known.insert(name, Value::Null);
        self.missing.insert(name.to_owned(), reason.to_owned());
    }

    fn told(&mut self, name: &'static str, value: Option<impl Serialize>) {
        match value {
            Some(value) => {
                self.known.insert(name, json!(value));
            }
            None => self.absent(name, "the driver does not tell"),
        }
    }

    fn read(&mut self, name: &'static str, reading: Reading<impl Serialize>) {
        match reading {
            Ok(value) => {
                self.known.insert(name, json!(value));
            }
            Err(reason) => self.absent(name, &format!("NVML: {reason}")),
        }
    }
}

/// Whether the driver is the mock one: only it names its cards so.
pub fn is_emulated(device: &Device) -> bool {
    device.facts().name.starts_with("emulated card")
}

/// Facts that do not change.
pub fn of_card(device: &Device, report: &mut Report) {
    let (facts, details) = (device.facts(), device.details());
    let mut found = Facts {
        known: BTreeMap::new(),
        missing: &mut report.missing,
    };
    found.told("card", Some(&facts.name));
    found.told("capability", Some(facts.capability.to_string()));
    found.told("driver_cuda", Some(facts.driver.to_string()));
    found.told("kernels_cuda", Some(facts.runtime.to_string()));
    found.told("multiprocessors", Some(facts.multiprocessors));
    found.told("shared_memory_per_block", Some(facts.shared_memory_per_block));
    found.told("device_memory_bytes", Some(facts.memory));
    found.told("bus", details.bus);
    found.told("card_clock_mhz", details.clock_mhz);
    found.told("card_memory_clock_mhz", details.memory_clock_mhz);
    found.told("memory_bus_bits", details.memory_bus_bits);
    found.told("cache_bytes", details.cache_bytes);
    report.facts = found.known;
}

/// What NVML says now.
pub fn now(
    device: &Device,
    emulated: bool,
    missing: &mut BTreeMap<String, String>,
) -> BTreeMap<&'static str, Value> {
    let mut found = Facts {
        known: BTreeMap::new(),
        missing,
    };
    let telemetry = if emulated {
        Err("the card is emulated".to_owned())
    } else if let Some(bus) = device.details().bus {
        telemetry::read(&bus).map_err(|error| error.to_string())
    } else {
        Err("the driver does not tell the card's place on the bus".to_owned())
    };
    let telemetry = match telemetry {
        Ok(telemetry) => telemetry,
        Err(reason) => {
            for name in READINGS {
                found.absent(name, &reason);
            }
            return found.known;
        }
    };
    found.read("nvml_driver", telemetry.driver);
    found.read("nvml_name", telemetry.name);
    found.read("clock_mhz", telemetry.clock_mhz);
    found.read("highest_clock_mhz", telemetry.highest_clock_mhz);
    found.read("memory_clock_mhz", telemetry.memory_clock_mhz);
    found.read("throttled_by", telemetry.throttled_by);
    found.read("power_w", telemetry.power_w);
    found.read("power_limit_w", telemetry.power_limit_w);
    found.read("energy_j", telemetry.energy_j);
    found.read("temperature_c", telemetry.temperature_c);
    found.read("memory_bytes", telemetry.memory_bytes);
    found.read("memory_used_bytes", telemetry.memory_used_bytes);
    found.read("ecc", telemetry.ecc);
    found.read("uncorrected_errors", telemetry.uncorrected_errors);
    found.read("mig", telemetry.mig);
    found.known
}
