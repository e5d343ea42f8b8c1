//! What threads can address. Every access must lie in one variable's space or one allocation, and be aligned.

use std::{cell::RefCell, ops::Range, ptr};

use crate::program::Space;

/// Where shared memory lies among generic addresses. No program has memory there.
pub const SHARED_WINDOW: u64 = 1 << 60;
/// Bytes of shared memory that a block may have.
const SHARED_LIMIT: u64 = 227 * 1024;
/// What memory holds before it is written.
const POISON: u64 = 0xCDCD_CDCD_CDCD_CDCD;

/// The allocation in which an address of global memory lies.
pub type Find<'a> = &'a dyn Fn(u64) -> Option<Range<u64>>;

/// Memory of one block at a time.
pub struct Memory<'a> {
    find: Find<'a>,
    /// Allocations that were found before, the latest first.
    recent: RefCell<Vec<Range<u64>>>,
    shared: Space16,
    arguments: Space16,
    local: Space16,
    local_bytes: u64,
}

/// Bytes, aligned like every variable of a kernel.
struct Space16 {
    words: Vec<u128>,
    bytes: u64,
}

impl Space16 {
    fn new(bytes: u64) -> Self {
        let poison = u128::from(POISON) << 64 | u128::from(POISON);
        Self {
            words: vec![poison; bytes.div_ceil(16) as usize],
            bytes,
        }
    }

    fn pointer(&mut self, offset: u64, bytes: u64) -> Option<*mut u8> {
        let inside = offset.checked_add(bytes).is_some_and(|end| end <= self.bytes);
        inside.then(|| self.words.as_mut_ptr().cast::<u8>().wrapping_add(offset as usize))
    }
}

impl<'a> Memory<'a> {
    /// For a block with so many bytes of shared memory and so many of local memory in each of its threads.
    pub fn new(
        find: Find<'a>,
        arguments: &[u8],
        shared: u64,
        local: u64,
        threads: u64,
    ) -> Result<Self, String> {
        if shared > SHARED_LIMIT {
            return Err(format!("{shared} bytes of shared memory, more than a card has"));
        }
        let local_bytes = local.next_multiple_of(16);
        let mut memory = Self {
            find,
            recent: RefCell::default(),
            shared: Space16::new(shared),
            arguments: Space16::new(arguments.len() as u64),
            local: Space16::new(local_bytes * threads),
            local_bytes,
        };
        // SAFETY: the space was made as large as the arguments, of which it is no part.
        unsafe {
            let target = memory.arguments.words.as_mut_ptr().cast();
            ptr::copy_nonoverlapping(arguments.as_ptr(), target, arguments.len());
        }
        Ok(memory)
    }

    /// Where `bytes` bytes stand that a thread addresses.
    pub fn resolve(
        &mut self,
        space: Space,
        address: u64,
        bytes: u64,
        thread: u32,
    ) -> Result<*mut u8, String> {
        if !address.is_multiple_of(bytes) {
            return Err(format!("misaligned access to {bytes} bytes at {address:#x}"));
        }
        let pointer = match space {
            Space::Generic if address >= SHARED_WINDOW => self.shared.pointer(address - SHARED_WINDOW, bytes),
            Space::Generic | Space::Global => self.global(address, bytes),
            Space::Shared => self.shared.pointer(address, bytes),
            Space::Parameter => self.arguments.pointer(address, bytes),
            Space::Local if address.saturating_add(bytes) <= self.local_bytes => self
                .local
                .pointer(self.local_bytes * u64::from(thread) + address, bytes),
            Space::Local => None,
        };
        pointer.ok_or_else(|| {
            format!("access to {bytes} bytes at {address:#x}, outside of the memory it names ({space:?})")
        })
    }

    fn global(&self, address: u64, bytes: u64) -> Option<*mut u8> {
        let end = address.checked_add(bytes)?;
        let holds = |range: &Range<u64>| range.start <= address && end <= range.end;
        let mut recent = self.recent.borrow_mut();
        if !recent.iter().any(holds) {
            let range = (self.find)(address).filter(holds)?;
            recent.insert(0, range);
            recent.truncate(16);
        }
        Some(ptr::with_exposed_provenance_mut(address as usize))
    }
}

/// Reads a value of 1, 2, 4 or 8 bytes.
///
/// # Safety
/// The bytes must be readable.
pub unsafe fn read(pointer: *const u8, bytes: u64) -> u64 {
    let mut value = [0; 8];
    // SAFETY: the caller's duty; no value has more than eight bytes.
    unsafe { ptr::copy_nonoverlapping(pointer, value.as_mut_ptr(), bytes.min(8) as usize) };
    u64::from_le_bytes(value)
}

/// Writes the lower 1, 2, 4 or 8 bytes of a value.
///
/// # Safety
/// The bytes must be writable, and borrowed by nobody.
pub unsafe fn write(pointer: *mut u8, value: u64, bytes: u64) {
    // SAFETY: the caller's duty; no value has more than eight bytes.
    unsafe { ptr::copy_nonoverlapping(value.to_le_bytes().as_ptr(), pointer, bytes.min(8) as usize) };
}
