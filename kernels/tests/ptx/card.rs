//! A card whose kernels are interpreted: the mock driver, told to run launches here.

use std::{
    collections::BTreeMap,
    ffi::{CStr, CString, c_char, c_void},
    ops::Range,
    os::unix::ffi::OsStrExt,
    ptr,
    sync::OnceLock,
};

use crema_kernels::cuda::{CudaEngine, Options, use_driver};

use crate::{
    decode::{Program, decode},
    launch::{self, Launch},
    program::{self, Kernel},
};

type Executor =
    extern "C" fn(*const c_char, *const u32, *const u32, usize, *const *const c_void) -> *const c_char;
type Allocation = unsafe extern "C" fn(u64, *mut u64, *mut usize) -> bool;

static ALLOCATION: OnceLock<Allocation> = OnceLock::new();

/// The kernels of this build.
pub fn kernels() -> &'static BTreeMap<String, Kernel> {
    static KERNELS: OnceLock<BTreeMap<String, Kernel>> = OnceLock::new();
    KERNELS.get_or_init(program::kernels)
}

/// A kernel of this build, decoded when it is first asked for.
pub fn program(name: &str) -> Result<&'static Program, String> {
    static PROGRAMS: OnceLock<BTreeMap<&str, OnceLock<Result<Program, String>>>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        kernels()
            .keys()
            .map(|name| (name.as_str(), OnceLock::new()))
            .collect()
    });
    let (name, slot) = programs
        .get_key_value(name)
        .ok_or_else(|| format!("{name} is in no PTX file"))?;
    slot.get_or_init(|| decode(&kernels()[*name]))
        .as_ref()
        .map_err(Clone::clone)
}

/// An engine on such a card. Its buffers are allocations of their own.
pub fn engine() -> CudaEngine {
    let library = crema_mock_driver::library();
    use_driver(library);
    ALLOCATION.get_or_init(|| {
        kernels();
        let path = CString::new(library.as_os_str().as_bytes()).expect("a path");
        // SAFETY: a NUL-terminated path, of a library without initialisers that do anything.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null(), "{} does not load", library.display());
        let symbol = |name: &CStr| {
            // SAFETY: a live handle and a NUL-terminated name.
            let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
            assert!(!address.is_null(), "the mock driver has no {name:?}");
            address
        };
        // SAFETY: the mock driver's function has this signature.
        let execute_by = unsafe {
            std::mem::transmute::<*mut c_void, unsafe extern "C" fn(Executor)>(symbol(c"mock_execute_by"))
        };
        // SAFETY: the executor keeps to what the driver says of it.
        unsafe { execute_by(execute) };
        // SAFETY: as for the other.
        unsafe { std::mem::transmute::<*mut c_void, Allocation>(symbol(c"mock_allocation")) }
    });
    let options = Options {
        exact: true,
        ..Options::default()
    };
    CudaEngine::open(options).expect("the mock driver has a card")
}

/// The allocation that an address lies in, of the card that launches on this thread.
fn find(address: u64) -> Option<Range<u64>> {
    let (mut first, mut bytes) = (0, 0);
    let allocation = ALLOCATION.get()?;
    // SAFETY: called during a launch, as the driver wants it, with two places for results.
    let found = unsafe { allocation(address, &raw mut first, &raw mut bytes) };
    found.then(|| first..first + bytes as u64)
}

extern "C" fn execute(
    name: *const c_char,
    grid: *const u32,
    block: *const u32,
    shared: usize,
    slots: *const *const c_void,
) -> *const c_char {
    // SAFETY: the driver's promises: a NUL-terminated name, three numbers each.
    let (name, grid, block) = unsafe {
        (
            CStr::from_ptr(name),
            grid.cast::<[u32; 3]>().read(),
            block.cast::<[u32; 3]>().read(),
        )
    };
    let name = name.to_string_lossy();
    let program = match program(&name) {
        Ok(program) => program,
        Err(message) => return failure(&message),
    };
    let end = program
        .parameters
        .last()
        .map_or(0, |(offset, size)| offset + size);
    let mut arguments = vec![0u8; end as usize];
    for (i, (offset, size)) in program.parameters.iter().enumerate() {
        // SAFETY: the engine has checked the number and sizes of the arguments against the same PTX.
        unsafe {
            let target = arguments.as_mut_ptr().add(*offset as usize);
            ptr::copy_nonoverlapping((*slots.add(i)).cast::<u8>(), target, *size as usize);
        }
    }
    let launch = Launch {
        grid,
        block,
        shared: shared as u64,
    };
    match launch::run(program, &launch, &arguments, &find) {
        Ok(()) => ptr::null(),
        Err(message) => failure(&message),
    }
}

/// A message that stays: tests do not fail often.
fn failure(message: &str) -> *const c_char {
    let text = CString::new(message.replace('\0', "")).unwrap_or_default();
    text.into_raw()
}
