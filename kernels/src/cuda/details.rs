//! What a card tells of itself beyond what the engine needs.

use cust::device::{Device as Card, DeviceAttribute};

use super::Device;

/// What a report wants to know of a card. `None` is what the driver does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The card's place on the PCI bus, `domain:bus:device.0` in hexadecimal.
    pub bus: Option<String>,
    /// The highest clock of the multiprocessors, in MHz.
    pub clock_mhz: Option<u32>,
    /// The highest clock of the memory, in MHz.
    pub memory_clock_mhz: Option<u32>,
    /// Lines of the memory's bus.
    pub memory_bus_bits: Option<u32>,
    /// Bytes of the second-level cache.
    pub cache_bytes: Option<u32>,
}

impl Device {
    /// Asks the driver.
    pub fn details(&self) -> Details {
        let card = Card::get_device(self.facts().index).ok();
        let attribute = |attribute| {
            let value = card?.get_attribute(attribute).ok()?;
            u32::try_from(value).ok()
        };
        let bus = || {
            let domain = attribute(DeviceAttribute::PciDomainId)?;
            let bus = attribute(DeviceAttribute::PciBusId)?;
            let device = attribute(DeviceAttribute::PciDeviceId)?;
            Some(format!("{domain:08x}:{bus:02x}:{device:02x}.0"))
        };
        Details {
            bus: bus(),
            clock_mhz: attribute(DeviceAttribute::ClockRate).map(|khz| khz / 1000),
            memory_clock_mhz: attribute(DeviceAttribute::MemoryClockRate).map(|khz| khz / 1000),
            memory_bus_bits: attribute(DeviceAttribute::GlobalMemoryBusWidth),
            cache_bytes: attribute(DeviceAttribute::L2CacheSize),
        }
    }
}
