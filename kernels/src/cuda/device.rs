//! One card: its context, its stream, its modules and its memory.

use std::{
    fmt,
    mem::ManuallyDrop,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use cust::{
    CudaApiVersion, CudaFlags,
    context::{Context, CurrentContext},
    device::{Device as Card, DeviceAttribute},
    event::{Event, EventFlags, EventStatus},
    stream::{Stream, StreamFlags},
    sys::{self, CUdevice_attribute, CUresult},
};

use super::{
    arena::{self, Arena, Block},
    buffer::Buffer,
    driver,
    image::{Images, RUNTIME},
    status::{checked, checked_raw},
    transfer::Staging,
};
use crate::{
    Error,
    device_error::{DeviceError, Version},
    shared::Plain,
};

/// Segments that the arena takes from the driver: this part of the card's memory, within bounds.
const SEGMENT_PART: u64 = 64;
const SEGMENT_BOUNDS: (u64, u64) = (32 << 20, 1 << 30);

/// How long to wait for the card without a pause, which saves the time that waking up takes; then, how long to pause.
const SPIN: Duration = Duration::from_millis(2);
const PAUSE: Duration = Duration::from_micros(50);
/// The longest that a card may take for what it was given at once: many times what the largest sum takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// What to open, and how much of it to use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Which card, in the driver's order.
    pub index: u32,
    /// The most bytes of device memory to use; all that is free by default.
    pub memory_limit: Option<u64>,
    /// Makes every buffer an allocation of its own, exactly as long as asked for: slow, but a driver that checks
    /// addresses sees each buffer's end.
    pub exact: bool,
    /// How long to wait for an answer before the card counts as lost; two minutes by default.
    pub patience: Option<Duration>,
}

/// What is known of a card.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Its place in the driver's order.
    pub index: u32,
    /// Its compute capability.
    pub capability: Version,
    /// The CUDA version that the driver speaks.
    pub driver: Version,
    /// The CUDA version of the compiler that built the kernels.
    pub runtime: Version,
    /// Number of multiprocessors.
    pub multiprocessors: u32,
    /// The most shared memory that a block can have, in bytes.
    pub shared_memory_per_block: u32,
    /// Memory of the card in bytes.
    pub memory: u64,
}

/// Device memory of an engine, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryUse {
    /// In buffers.
    pub in_use: u64,
    /// The most that was in buffers at once.
    pub peak: u64,
    /// Taken from the driver.
    pub reserved: u64,
    /// The most that may be taken.
    pub limit: u64,
}

impl fmt::Display for MemoryUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        write!(
            f,
            "{} MiB in use, {} MiB at most so far, {} MiB taken, limit {} MiB",
            mib(self.in_use),
            mib(self.peak),
            mib(self.reserved),
            mib(self.limit)
        )
    }
}

/// A card opened for computing. Clones are the same card; any thread may use it.
///
/// Everything runs on one stream in the order of the calls, so that memory given back by one call is safe to use in
/// the next. After a fault the device is lost: every call returns the first [`DeviceError::Lost`].
#[derive(Clone)]
pub struct Device(Arc<Inner>);

struct Inner {
    arena: Mutex<Arena>,
    facts: Facts,
    limit: u64,
    segment: u64,
    exact: bool,
    patience: Duration,
    lost: OnceLock<DeviceError>,
    handles: ManuallyDrop<Handles>,
}

/// What the driver holds for us, in the order in which it is given back.
struct Handles {
    staging: Mutex<Option<Staging>>,
    images: Images,
    stream: Stream,
    context: Context,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").field(&self.0.facts).finish()
    }
}

/// Makes the driver ready.
fn initialize() -> Result<Version, DeviceError> {
    driver::open()?;
    let version = checked("cuDriverGetVersion", CudaApiVersion::get())?;
    let version = Version {
        major: version.major().cast_unsigned(),
        minor: version.minor().cast_unsigned(),
    };
    // device code of one major version runs on every driver of that version, however old; PTX is checked on loading
    if version.major < RUNTIME.major {
        return Err(DeviceError::DriverTooOld {
            driver: version,
            runtime: RUNTIME,
        });
    }
    cust::init(CudaFlags::empty()).map_err(|_| match driver::last_code() {
        100 => DeviceError::NoDevice,
        // the kernel module and the library disagree: an update without a restart
        803 | 804 => DeviceError::NoDriver {
            reason: driver::describe(driver::last_code()),
        },
        _ => super::status::failure("cuInit"),
    })?;
    Ok(version)
}

fn attribute(card: Card, attribute: DeviceAttribute) -> Result<u32, DeviceError> {
    let value = checked("cuDeviceGetAttribute", card.get_attribute(attribute))?;
    Ok(value.cast_unsigned())
}

/// An attribute that the safe layer does not name.
fn shared_memory_opt_in(card: Card) -> Result<u32, DeviceError> {
    let mut value = 0;
    let attribute = CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
    // SAFETY: writes one integer; the handle is the driver's.
    let result = unsafe { sys::cuDeviceGetAttribute(&raw mut value, attribute, card.as_raw()) };
    checked_raw("cuDeviceGetAttribute", result)?;
    Ok(value.cast_unsigned())
}

impl Facts {
    fn of(card: Card, index: u32, driver: Version) -> Result<Self, DeviceError> {
        Ok(Self {
            name: checked("cuDeviceGetName", card.name())?,
            index,
            capability: Version {
                major: attribute(card, DeviceAttribute::ComputeCapabilityMajor)?,
                minor: attribute(card, DeviceAttribute::ComputeCapabilityMinor)?,
            },
            driver,
            runtime: RUNTIME,
            multiprocessors: attribute(card, DeviceAttribute::MultiprocessorCount)?,
            shared_memory_per_block: shared_memory_opt_in(card)?,
            memory: checked("cuDeviceTotalMem", card.total_memory())? as u64,
        })
    }
}

/// What the driver finds, in its order.
///
/// # Errors
/// [`DeviceError::NoDriver`], [`DeviceError::DriverTooOld`], [`DeviceError::NoDevice`].
pub fn cards() -> Result<Vec<Facts>, DeviceError> {
    let version = initialize()?;
    let count = checked("cuDeviceGetCount", Card::num_devices())?;
    (0..count)
        .map(|index| Facts::of(checked("cuDeviceGet", Card::get_device(index))?, index, version))
        .collect()
}

impl Device {
    /// Opens a card.
    ///
    /// # Errors
    /// What is missing, in the order of looking: [`DeviceError::NoDriver`], [`DeviceError::DriverTooOld`],
    /// [`DeviceError::NoDevice`], [`DeviceError::NoSuchDevice`], [`DeviceError::NoKernelImage`].
    pub fn open(options: Options) -> Result<Self, DeviceError> {
        let version = initialize()?;
        let count = checked("cuDeviceGetCount", Card::num_devices())?;
        if count == 0 {
            return Err(DeviceError::NoDevice);
        }
        if options.index >= count {
            return Err(DeviceError::NoSuchDevice {
                index: options.index,
                count,
            });
        }
        let card = checked("cuDeviceGet", Card::get_device(options.index))?;
        let facts = Facts::of(card, options.index, version)?;
        let context = checked("cuDevicePrimaryCtxRetain", Context::new(card))?;
        checked("cuCtxSetCurrent", CurrentContext::set_current(&context))?;
        let images = Images::load(&facts.name, facts.capability)?;
        let stream = checked("cuStreamCreate", Stream::new(StreamFlags::DEFAULT, None))?;
        let free = driver_free_memory()?;
        let (smallest, largest) = SEGMENT_BOUNDS;
        Ok(Self(Arc::new(Inner {
            arena: Mutex::default(),
            limit: options.memory_limit.map_or(free, |limit| limit.min(facts.memory)),
            segment: (facts.memory / SEGMENT_PART).clamp(smallest, largest),
            exact: options.exact,
            patience: options.patience.unwrap_or(PATIENCE),
            facts,
            lost: OnceLock::new(),
            handles: ManuallyDrop::new(Handles {
                staging: Mutex::default(),
                images,
                stream,
                context,
            }),
        })))
    }

    /// What is known of the card.
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }

    pub(super) fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// Number of multiprocessors.
    pub(crate) fn multiprocessors(&self) -> u32 {
        self.0.facts.multiprocessors
    }

    /// Bytes that can still be allocated: what is free on the card and in the arena, within the limit.
    pub(crate) fn free_memory(&self) -> usize {
        let memory = self.memory();
        let card = self.enter().and_then(|()| driver_free_memory()).unwrap_or(0);
        let slack = memory.reserved - memory.in_use;
        card.saturating_add(slack)
            .min(memory.limit.saturating_sub(memory.in_use)) as usize
    }

    /// What is used of the card's memory.
    pub fn memory(&self) -> MemoryUse {
        let arena = self.arena();
        MemoryUse {
            in_use: arena.in_use(),
            peak: arena.peak(),
            reserved: arena.reserved(),
            limit: self.0.limit,
        }
    }

    /// Waits until everything that was asked for is done.
    ///
    /// # Errors
    /// [`DeviceError::Lost`] when a kernel failed.
    pub fn synchronize(&self) -> Result<(), Error> {
        self.enter()?;
        let end = self.check("cuEventCreate", Event::new(EventFlags::DISABLE_TIMING))?;
        self.check("cuEventRecord", end.record(self.stream()))?;
        Ok(self.wait(&end)?)
    }

    /// Waits for an event, but not for ever: the driver's own waiting functions never return when a kernel hangs.
    pub(super) fn wait(&self, event: &Event) -> Result<(), DeviceError> {
        let start = Instant::now();
        while self.check("cuEventQuery", event.query())? == EventStatus::NotReady {
            let waited = start.elapsed();
            if waited > self.0.patience {
                return Err(self.lose(DeviceError::Lost {
                    device: self.name().to_owned(),
                    call: "cuEventQuery".to_owned(),
                    reason: format!("no answer for {} s", waited.as_secs()),
                }));
            }
            if waited < SPIN {
                std::hint::spin_loop();
            } else {
                thread::sleep(PAUSE);
            }
        }
        Ok(())
    }

    /// Resident memory with unspecified contents.
    pub(crate) fn allocate<T: Plain>(&self, len: usize) -> Result<Buffer<T>, Error> {
        let bytes = (len as u64).saturating_mul(size_of::<T>() as u64);
        let block = if bytes == 0 {
            None
        } else {
            Some(self.block(bytes)?)
        };
        Ok(Buffer::new(self.clone(), block, len))
    }

    /// Takes memory from the driver now, for `bytes` of buffers to come.
    ///
    /// # Errors
    /// [`DeviceError::OutOfMemory`].
    pub fn reserve(&self, bytes: u64) -> Result<(), Error> {
        self.enter()?;
        let mut arena = self.arena();
        let missing = bytes.saturating_sub(arena.reserved() - arena.in_use());
        if missing > 0 {
            self.grow(&mut arena, missing, missing)?;
        }
        Ok(())
    }

    /// Gives memory in which nothing is in use back to the driver.
    pub fn trim(&self) {
        if self.enter().is_ok() {
            let mut arena = self.arena();
            give_back(&mut arena);
        }
    }

    fn block(&self, bytes: u64) -> Result<Block, DeviceError> {
        self.enter()?;
        let mut arena = self.arena();
        let wanted = if self.0.exact {
            bytes
        } else {
            arena::rounded(bytes).ok_or_else(|| self.out_of_memory(&arena, bytes))?
        };
        if let Some(block) = arena.allocate(wanted) {
            return Ok(block);
        }
        self.grow(
            &mut arena,
            wanted,
            if self.0.exact { wanted } else { self.0.segment },
        )?;
        arena
            .allocate(wanted)
            .ok_or_else(|| self.out_of_memory(&arena, bytes))
    }

    /// Adds a segment of at least `wanted` bytes, `preferred` if there is room.
    fn grow(&self, arena: &mut Arena, wanted: u64, preferred: u64) -> Result<(), DeviceError> {
        let room = |arena: &Arena| self.0.limit.saturating_sub(arena.reserved());
        if room(arena) < wanted {
            give_back(arena);
        }
        if room(arena) < wanted {
            return Err(self.out_of_memory(arena, wanted));
        }
        let preferred = preferred.max(wanted).min(room(arena));
        for bytes in [preferred, wanted] {
            let mut address = 0;
            // SAFETY: writes one address; the context is current.
            let result = unsafe { sys::cuMemAlloc_v2(&raw mut address, bytes as usize) };
            match result {
                CUresult::CUDA_SUCCESS => {
                    arena.add_segment(address, bytes);
                    return Ok(());
                }
                CUresult::CUDA_ERROR_OUT_OF_MEMORY => give_back(arena),
                _ => return Err(self.failed("cuMemAlloc", "cuMemAlloc")),
            }
        }
        Err(self.out_of_memory(arena, wanted))
    }

    fn out_of_memory(&self, arena: &Arena, asked: u64) -> DeviceError {
        DeviceError::OutOfMemory {
            asked,
            in_use: arena.in_use(),
            free: driver_free_memory().unwrap_or(0),
            limit: self.0.limit,
        }
    }

    /// Takes a buffer's memory back.
    pub(super) fn release(&self, block: Block) {
        let mut arena = self.arena();
        arena.free(block);
        if self.0.exact && self.enter().is_ok() {
            give_back(&mut arena);
        }
    }

    /// Makes the calling thread ready for driver calls on this card.
    pub(super) fn enter(&self) -> Result<(), DeviceError> {
        if let Some(error) = self.0.lost.get() {
            return Err(error.clone());
        }
        self.check(
            "cuCtxSetCurrent",
            CurrentContext::set_current(&self.0.handles.context),
        )
    }

    /// Marks the device as lost; the first reason stays.
    pub(super) fn lose(&self, error: DeviceError) -> DeviceError {
        self.0.lost.get_or_init(|| error).clone()
    }

    pub(super) fn images(&self) -> &Images {
        &self.0.handles.images
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.0.handles.stream
    }

    pub(super) fn staging(&self) -> MutexGuard<'_, Option<Staging>> {
        self.0
            .handles
            .staging
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn arena(&self) -> MutexGuard<'_, Arena> {
        self.0.arena.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns segments in which nothing is in use to the driver, on a thread where the context is current.
fn give_back(arena: &mut Arena) {
    for address in arena.take_empty_segments() {
        // SAFETY: a segment from cuMemAlloc in which nothing is in use; the call waits for the work before it. A
        // failure means that the context is lost, which the next call that matters reports.
        let _ = unsafe { sys::cuMemFree_v2(address) };
    }
}

/// Memory that the driver reports free on the card whose context is current.
fn driver_free_memory() -> Result<u64, DeviceError> {
    let (mut free, mut total) = (0, 0);
    // SAFETY: writes two integers.
    let result = unsafe { sys::cuMemGetInfo_v2(&raw mut free, &raw mut total) };
    checked_raw("cuMemGetInfo", result)?;
    Ok(free as u64)
}

impl Drop for Inner {
    fn drop(&mut self) {
        // giving back waits for the card, which a lost one never answers: the driver cleans up when the process ends
        if self.lost.get().is_some() || CurrentContext::set_current(&self.handles.context).is_err() {
            return;
        }
        let arena = self.arena.get_mut().unwrap_or_else(PoisonError::into_inner);
        for address in arena.take_all_segments() {
            // SAFETY: a segment from cuMemAlloc; every buffer kept this struct alive, so none is left.
            let _ = unsafe { sys::cuMemFree_v2(address) };
        }
        // SAFETY: dropped here and nowhere else, and not used any more.
        unsafe { ManuallyDrop::drop(&mut self.handles) };
    }
}
