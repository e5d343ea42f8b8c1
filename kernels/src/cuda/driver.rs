//! The driver's functions, resolved when they are first called.
//!
//! Linking `libcuda.so.1` would make every program that can use a card refuse to start where there is no driver. So
//! the symbols that `cust` declares are defined here: each looks its namesake up in the driver that [`open`] loaded.
//! Without a driver they return `CUDA_ERROR_STUB_LIBRARY`, which nobody sees, because [`open`] comes first and says
//! why.
//!
//! The definitions also guard an edge: `cust` declares results as a Rust enum that ends with CUDA 11.4, and a newer
//! driver's error code would be a value that the enum does not have, which is undefined behaviour. Codes outside the
//! enum become `CUDA_ERROR_UNKNOWN` here; [`last_code`] keeps the driver's own.

use std::{
    cell::Cell,
    ffi::{CStr, CString, c_char, c_int, c_uchar, c_uint, c_void},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    ptr::{self, NonNull},
    sync::OnceLock,
};

use cust::sys::{
    self, CUcontext, CUdevice, CUdevice_attribute, CUdeviceptr, CUevent, CUfunction, CUfunction_attribute,
    CUjit_option, CUmodule, CUresult, CUstream,
};

use crate::device_error::DeviceError;

/// Environment variable with the path of the driver library to use instead of the system's.
pub const DRIVER_VARIABLE: &str = "CREMA_CUDA_DRIVER";
const DRIVER: &str = "libcuda.so.1";

struct Library(NonNull<c_void>);

// SAFETY: a handle of dlopen, which any thread may pass to dlsym; it is never closed.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

thread_local! {
    static LAST_CODE: Cell<u32> = const { Cell::new(0) };
}

fn library() -> Result<&'static Library, &'static str> {
    LIBRARY
        .get_or_init(|| {
            let named = || std::env::var_os(DRIVER_VARIABLE).map(PathBuf::from);
            let path = CHOSEN
                .get()
                .cloned()
                .or_else(named)
                .unwrap_or_else(|| DRIVER.into());
            let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
            // SAFETY: a NUL-terminated path; running the library's initialisers is what the operator asks for.
            let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
            NonNull::new(handle).map(Library).ok_or_else(last_loader_error)
        })
        .as_ref()
        .map_err(String::as_str)
}

/// What the dynamic loader says of its last failure on this thread.
fn last_loader_error() -> String {
    // SAFETY: dlerror returns null or a string that lives until the next call on this thread.
    unsafe {
        let message = libc::dlerror();
        if message.is_null() {
            "unknown reason".to_owned()
        } else {
            CStr::from_ptr(message).to_string_lossy().into_owned()
        }
    }
}

/// Makes the process use another driver library than `CREMA_CUDA_DRIVER` and the system say. Has no effect once a
/// driver is loaded or chosen.
pub fn use_driver(path: &Path) {
    let _ = CHOSEN.set(path.to_owned());
}

/// Loads the driver library.
///
/// # Errors
/// [`DeviceError::NoDriver`].
pub fn open() -> Result<(), DeviceError> {
    library().map(drop).map_err(|reason| DeviceError::NoDriver {
        reason: reason.to_owned(),
    })
}

/// The code of the last driver call that failed on this thread.
pub fn last_code() -> u32 {
    LAST_CODE.get()
}

/// A code with the name and the sentence that the driver has for it.
///
/// `cust`'s own `Display` is never used: it fails, and so panics in `format!`, when the driver cannot be asked.
pub fn describe(code: u32) -> String {
    type Describe = unsafe extern "C" fn(u32, *mut *const c_char) -> u32;
    let ask = |symbol: &CStr| {
        let address = resolve(symbol)?;
        // SAFETY: both functions that are asked for have this signature, with the code as a plain integer.
        let function = unsafe { std::mem::transmute::<NonNull<c_void>, Describe>(address) };
        let mut text = ptr::null();
        // SAFETY: the function writes a pointer to a static string, or fails.
        let found = unsafe { function(code, &raw mut text) } == 0 && !text.is_null();
        // SAFETY: checked to be there; the driver's strings are static and NUL-terminated.
        found.then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    };
    match (ask(c"cuGetErrorName"), ask(c"cuGetErrorString")) {
        (Some(name), Some(text)) => format!("{name} ({code}): {text}"),
        (Some(name), None) => format!("{name} ({code})"),
        _ => format!("driver error {code}"),
    }
}

fn resolve(symbol: &CStr) -> Option<NonNull<c_void>> {
    let library = library().ok()?;
    // SAFETY: a live handle and a NUL-terminated name.
    NonNull::new(unsafe { libc::dlsym(library.0.as_ptr(), symbol.as_ptr()) })
}

/// Remembers a failure's code, and hands on one that `cust`'s enum has.
fn result(code: u32) -> CUresult {
    if code != 0 {
        LAST_CODE.set(code);
    }
    if !matches!(
        code,
        0..=8 | 34 | 100..=102 | 200..=202 | 205..=224 | 300..=304 | 400 | 401 | 500 | 600 | 700..=705
            | 708..=720 | 800..=809 | 900..=911 | 999
    ) {
        return CUresult::CUDA_ERROR_UNKNOWN;
    }
    // SAFETY: `repr(u32)`, and the codes above are those of its variants (bindings of CUDA 11.4).
    unsafe { std::mem::transmute::<u32, CUresult>(code) }
}

macro_rules! functions {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => { $(
        // the bindings' declaration and this definition are the same function to the linker
        const _: unsafe extern "C" fn($($kind),*) -> CUresult = sys::$name;

        // SAFETY: the bindings declare exactly this symbol (checked above), and nothing else defines it.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $kind),*) -> CUresult {
            struct Address(Option<NonNull<c_void>>);
            // SAFETY: the address of a function in a library that is never unloaded.
            unsafe impl Send for Address {}
            // SAFETY: as above.
            unsafe impl Sync for Address {}
            static ADDRESS: OnceLock<Address> = OnceLock::new();

            let symbol = const {
                match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                    Ok(symbol) => symbol,
                    Err(_) => panic!("an identifier has no zero byte"),
                }
            };
            let Some(address) = ADDRESS.get_or_init(|| Address(resolve(symbol))).0 else {
                return result(CUresult::CUDA_ERROR_STUB_LIBRARY as u32);
            };
            // SAFETY: the driver's function of this name has this signature, its result being a plain integer.
            let function = unsafe {
                std::mem::transmute::<NonNull<c_void>, unsafe extern "C" fn($($kind),*) -> u32>(address)
            };
            // SAFETY: the caller's duty, which is the driver's contract for this function.
            result(unsafe { function($($argument),*) })
        }
    )* };
}

#[allow(non_snake_case)] // the driver's names
mod symbols {
    use super::{
        CStr, CUcontext, CUdevice, CUdevice_attribute, CUdeviceptr, CUevent, CUfunction,
        CUfunction_attribute, CUjit_option, CUmodule, CUresult, CUstream, NonNull, OnceLock, c_char, c_int,
        c_uchar, c_uint, c_void, resolve, result, sys,
    };

    functions! {
        cuInit(flags: c_uint);
        cuDriverGetVersion(version: *mut c_int);
        cuGetErrorString(code: CUresult, text: *mut *const c_char);
        cuDeviceGetCount(count: *mut c_int);
        cuDeviceGet(device: *mut CUdevice, ordinal: c_int);
        cuDeviceGetName(name: *mut c_char, length: c_int, device: CUdevice);
        cuDeviceTotalMem_v2(bytes: *mut usize, device: CUdevice);
        cuDeviceGetAttribute(value: *mut c_int, attribute: CUdevice_attribute, device: CUdevice);
        cuDevicePrimaryCtxRetain(context: *mut CUcontext, device: CUdevice);
        cuDevicePrimaryCtxRelease_v2(device: CUdevice);
        cuCtxSetCurrent(context: CUcontext);
        cuModuleLoadDataEx(
            module: *mut CUmodule, image: *const c_void, count: c_uint, options: *mut CUjit_option,
            values: *mut *mut c_void
        );
        cuModuleUnload(module: CUmodule);
        cuModuleGetFunction(function: *mut CUfunction, module: CUmodule, name: *const c_char);
        cuFuncSetAttribute(function: CUfunction, attribute: CUfunction_attribute, value: c_int);
        cuMemAlloc_v2(address: *mut CUdeviceptr, bytes: usize);
        cuMemFree_v2(address: CUdeviceptr);
        cuMemGetInfo_v2(free: *mut usize, total: *mut usize);
        cuMemAllocHost_v2(address: *mut *mut c_void, bytes: usize);
        cuMemFreeHost(address: *mut c_void);
        cuMemcpyHtoDAsync_v2(to: CUdeviceptr, from: *const c_void, bytes: usize, stream: CUstream);
        cuMemcpyDtoHAsync_v2(to: *mut c_void, from: CUdeviceptr, bytes: usize, stream: CUstream);
        cuMemcpyDtoDAsync_v2(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: CUstream);
        cuMemsetD8Async(to: CUdeviceptr, value: c_uchar, bytes: usize, stream: CUstream);
        cuStreamCreateWithPriority(stream: *mut CUstream, flags: c_uint, priority: c_int);
        cuStreamDestroy_v2(stream: CUstream);
        cuEventCreate(event: *mut CUevent, flags: c_uint);
        cuEventDestroy_v2(event: CUevent);
        cuEventRecord(event: CUevent, stream: CUstream);
        cuEventQuery(event: CUevent);
        cuEventElapsedTime(milliseconds: *mut f32, start: CUevent, end: CUevent);
        cuLaunchKernel(
            function: CUfunction, grid_x: c_uint, grid_y: c_uint, grid_z: c_uint, block_x: c_uint, block_y: c_uint,
            block_z: c_uint, shared: c_uint, stream: CUstream, arguments: *mut *mut c_void, extra: *mut *mut c_void
        );
    }
}
