//! What goes wrong with a card is a typed error, the process lives, and the CPU engine gives the result.
//!
//! The mock driver takes its faults from the environment, so each test runs its body in a process of its own.
#![cfg(feature = "cuda")]

use std::{env, process::Command, time::Duration};

use crema_kernels::{
    DeviceError, Engine, Error, Fr, Shared,
    cpu::CpuEngine,
    cuda::{CudaEngine, DRIVER_VARIABLE, Options},
    select::{EngineChoice, Request, SelectError},
};

const INNER: &str = "CREMA_TEST_INNER";

/// Runs `body` in this test's own process with these variables set and the mock driver in place.
fn with(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(INNER).is_some() {
        return body();
    }
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(DRIVER_VARIABLE, crema_mock_driver::library())
        .env(INNER, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("run this program");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{}\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

fn open() -> CudaEngine {
    CudaEngine::open(options()).expect("a card")
}

fn options() -> Options {
    Options {
        exact: true,
        ..Options::default()
    }
}

fn failure<T>(result: Result<T, Error>) -> DeviceError {
    match result.map(drop) {
        Err(Error::Device(error)) => error,
        other => panic!("{other:?} instead of a device's error"),
    }
}

/// Something of several launches.
fn interpolate(engine: &impl Engine) -> Result<Vec<Fr>, Error> {
    let values: Vec<Fr> = (1..=64u64).map(Fr::from).collect();
    let vector = engine.upload(Shared::from(values))?;
    let coefficients = engine.interpolate(&vector)?;
    engine.download(&coefficients, 0..64)
}

fn expected() -> Vec<Fr> {
    interpolate(&CpuEngine::default()).expect("the CPU engine")
}

#[test]
fn a_short_lack_of_memory_is_survived() {
    with(
        "a_short_lack_of_memory_is_survived",
        &[("CREMA_MOCK_FAULT", "memory:2,memory:5,memory:6")],
        || assert_eq!(interpolate(&open()).expect("tried again"), expected()),
    );
}

#[test]
fn no_memory_is_an_error_after_which_the_engine_works() {
    let faults = "memory:2,memory:3,memory:4,memory:5";
    with(
        "no_memory_is_an_error_after_which_the_engine_works",
        &[("CREMA_MOCK_FAULT", faults)],
        || {
            let engine = open();
            let error = failure(interpolate(&engine));
            assert!(
                matches!(error, DeviceError::OutOfMemory { asked, free, .. } if asked > 0 && free > asked),
                "{error:?}"
            );
            assert!(!error.is_fatal());
            assert_eq!(interpolate(&engine).expect("memory is back"), expected());
        },
    );
}

#[test]
fn a_refused_launch_names_the_kernel_and_harms_nothing() {
    with(
        "a_refused_launch_names_the_kernel_and_harms_nothing",
        &[("CREMA_MOCK_FAULT", "launch:1")],
        || {
            let engine = open();
            let error = failure(interpolate(&engine));
            assert!(
                matches!(&error, DeviceError::Launch { kernel, reason }
                    if kernel.starts_with("ntt_") && reason.contains("CUDA_ERROR_INVALID_VALUE")),
                "{error:?}"
            );
            assert_eq!(interpolate(&engine).expect("nothing is lost"), expected());
        },
    );
}

#[test]
fn a_fault_of_a_kernel_loses_the_card_and_not_the_process() {
    with(
        "a_fault_of_a_kernel_loses_the_card_and_not_the_process",
        &[("CREMA_MOCK_FAULT", "address:2")],
        || {
            let engine = open();
            let before = engine
                .upload(Shared::from(vec![Fr::from(1u64)]))
                .expect("still well");
            let error = failure(interpolate(&engine));
            let DeviceError::Lost { device, reason, .. } = &error else {
                panic!("{error:?}");
            };
            assert_eq!(device, "emulated card 0");
            assert!(reason.contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)"), "{reason}");
            assert!(error.is_fatal());
            // every later call says the same, and nothing crashes when what was made is dropped
            assert_eq!(failure(engine.download(&before, 0..1)), error);
            assert_eq!(failure(engine.upload(Shared::from(vec![Fr::from(1u64)]))), error);
            assert_eq!(failure(interpolate(&engine)), error);
            drop((before, engine));
            assert_eq!(interpolate(&CpuEngine::default()).expect("goes on"), expected());
        },
    );
}

#[test]
fn a_kernel_that_never_ends_loses_the_card() {
    with(
        "a_kernel_that_never_ends_loses_the_card",
        &[("CREMA_MOCK_FAULT", "hang:1")],
        || {
            let options = Options {
                patience: Some(Duration::from_millis(300)),
                ..options()
            };
            let engine = CudaEngine::open(options).expect("a card");
            let error = failure(interpolate(&engine));
            assert!(
                matches!(&error, DeviceError::Lost { reason, .. } if reason.contains("no answer")),
                "{error:?}"
            );
            drop(engine);
        },
    );
}

/// What only a check of the result can find.
#[test]
fn a_flipped_bit_is_a_wrong_result() {
    with(
        "a_flipped_bit_is_a_wrong_result",
        &[("CREMA_MOCK_FAULT", "flip:1")],
        || {
            let engine = open();
            let wrong = interpolate(&engine).expect("no error");
            assert_ne!(wrong, expected());
        },
    );
}

#[test]
fn an_old_driver_is_named_with_what_the_kernels_need() {
    with(
        "an_old_driver_is_named_with_what_the_kernels_need",
        &[("CREMA_MOCK_DRIVER", "12040")],
        || {
            let error = CudaEngine::open(options()).map(drop).expect_err("too old");
            assert!(matches!(error, DeviceError::DriverTooOld { .. }), "{error:?}");
            let text = error.to_string();
            assert!(
                text.contains("CUDA 12.4") && text.contains("CUDA 13.0") && text.contains("update"),
                "{text}"
            );
        },
    );
}

#[test]
fn no_card_is_named() {
    let name = "no_card_is_named";
    with(name, &[("CREMA_MOCK_CARDS", "0")], || {
        assert_eq!(CudaEngine::open(options()).map(drop), Err(DeviceError::NoDevice));
    });
}

#[test]
fn a_card_without_code_for_it_is_named() {
    with(
        "a_card_without_code_for_it_is_named",
        &[("CREMA_MOCK_CAPABILITY", "75")],
        || {
            let error = CudaEngine::open(options()).map(drop).expect_err("no code");
            assert!(matches!(error, DeviceError::NoKernelImage { .. }), "{error:?}");
            let text = error.to_string();
            assert!(
                text.contains("compute capability 7.5") && text.contains("CREMA_CUDA_ARCHS=75"),
                "{text}"
            );
        },
    );
}

#[test]
fn cards_are_chosen_by_index() {
    with("cards_are_chosen_by_index", &[("CREMA_MOCK_CARDS", "2")], || {
        let open = |text: &str| {
            Request {
                engine: text.parse().expect("a choice"),
                ..Request::default()
            }
            .open()
        };
        let (first, second) = (open("cuda:0").expect("a card"), open("cuda:1").expect("a card"));
        assert!(
            first.engine.name().starts_with("cuda:0 (emulated card 0,"),
            "{first}"
        );
        assert!(
            second.engine.name().starts_with("cuda:1 (emulated card 1,"),
            "{second}"
        );
        for engine in [&first.engine, &second.engine] {
            assert_eq!(interpolate(engine).expect("both work"), expected());
        }
        assert_eq!(
            open("cuda:2").map(drop),
            Err(SelectError::Device(DeviceError::NoSuchDevice {
                index: 2,
                count: 2
            }))
        );
        assert!(open("auto").expect("a card").engine.name().starts_with("cuda:0"));
    });
}

#[test]
fn without_a_driver_the_choice_falls_on_the_processors_and_says_why() {
    with(
        "without_a_driver_the_choice_falls_on_the_processors_and_says_why",
        &[(DRIVER_VARIABLE, "/nonexistent/libcuda.so.1")],
        || {
            let auto = Request::default().open().expect("processors");
            let text = auto.to_string();
            assert!(
                text.starts_with("cpu (") && text.contains("/nonexistent/libcuda.so.1"),
                "{text}"
            );
            assert_eq!(interpolate(&auto.engine).expect("works"), expected());
            let asked = Request {
                engine: EngineChoice::Cuda { index: 0 },
                ..Request::default()
            };
            assert!(matches!(
                asked.open().map(drop),
                Err(SelectError::Device(DeviceError::NoDriver { .. }))
            ));
        },
    );
}
