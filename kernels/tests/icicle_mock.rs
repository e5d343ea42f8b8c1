//! The ICICLE engine over a mock of ICICLE's libraries: every conformance test, and everything that can be wrong with an
//! installation or a device, each a typed error after which the process lives.
//!
//! The mock takes its faults from the environment, and libraries stay open, so each of those runs in a process of its own.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crema_kernels::{
    Engine, Error, Fr, G1Affine, G1Projective, IcicleError, Point, Shared,
    conformance::limit_sums,
    cpu::CpuEngine,
    icicle::{DIRECTORY_VARIABLE, Device, IcicleEngine, Options, Status},
    select::{EngineChoice, Request, SelectError},
};
use crema_mock_driver::icicle::{Variant, directory};

const INNER: &str = "CREMA_TEST_INNER";
const FAULTS: &str = "CREMA_MOCK_ICICLE";

/// Points per sum: the mock adds them one by one.
const POINTS: usize = 300;

fn device(text: &str) -> Device {
    text.parse().expect("a device")
}

fn options(directory: PathBuf, on: &str) -> Options {
    Options {
        directory,
        device: device(on),
        log_size: 12,
    }
}

fn open(variant: Variant, on: &str) -> Result<IcicleEngine, Error> {
    IcicleEngine::open(&options(directory(variant), on))
}

fn failure<T>(result: Result<T, Error>) -> IcicleError {
    match result.map(drop) {
        Err(Error::Icicle(error)) => error,
        other => panic!("{other:?} instead of an error of ICICLE's"),
    }
}

/// Runs `body` in this test's own process with these faults.
fn with(test: &str, faults: &str, body: impl FnOnce()) {
    if env::var_os(INNER).is_some() {
        return body();
    }
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env_remove(DIRECTORY_VARIABLE)
        .env_remove("ICICLE_BACKEND_INSTALL_DIR")
        .env(FAULTS, faults)
        .env(INNER, "1")
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

mod conformance {
    use crema_kernels::icicle::IcicleEngine;

    fn engine() -> IcicleEngine {
        super::limit_sums(super::POINTS);
        super::open(super::Variant::Good, "cuda").expect("the mock has a device")
    }

    crema_kernels::conformance_tests!(engine());
}

/// Points at infinity, batches, and transforms that are prepared for when they come.
fn work(engine: &impl Engine, seed: u64) -> Result<(Vec<Fr>, Vec<G1Projective>), Error> {
    let values: Vec<Fr> = (0..1 << 13).map(|i: u64| Fr::from(i * i + seed)).collect();
    let vector = engine.upload(Shared::from(values))?;
    let coefficients = engine.interpolate(&vector)?;
    let points: Vec<Point> = (0..64u64)
        .map(|i| {
            if i % 5 == 0 {
                Point::INFINITY
            } else {
                G1Affine::from(
                    G1Projective::from(G1Affine::new_unchecked(1u64.into(), 2u64.into()))
                        * Fr::from(i + seed),
                )
                .into()
            }
        })
        .collect();
    let bases = engine.prepare_bases(Shared::from(points))?;
    let (first, second) = (engine.slice(&vector, 0..64)?, engine.slice(&coefficients, 0..64)?);
    let third = engine.slice(&coefficients, 64..104)?;
    let sums = engine.msm(&bases, &[&first, &second, &third])?;
    Ok((engine.download(&coefficients, 0..1 << 13)?, sums))
}

#[test]
fn threads_share_an_engine() {
    let (engine, cpu) = (
        open(Variant::Good, "cpu").expect("a device"),
        CpuEngine::default(),
    );
    let other = open(Variant::Good, "cuda").expect("a device");
    std::thread::scope(|scope| {
        for seed in 1..=4 {
            let (engine, cpu) = (if seed % 2 == 0 { &engine } else { &other }, &cpu);
            scope.spawn(move || {
                let expected = work(cpu, seed).expect("the CPU engine");
                assert_eq!(work(engine, seed).expect("the mock"), expected);
            });
        }
    });
    let name = engine.name();
    assert!(
        name.starts_with("icicle:cpu (") && name.contains("the rest by cpu ("),
        "{name}"
    );
}

#[test]
fn a_directory_of_nothing() {
    with("a_directory_of_nothing", "", || {
        let error = failure(IcicleEngine::open(&options("/nonexistent/icicle".into(), "cpu")));
        let text = error.to_string();
        assert!(
            matches!(error, IcicleError::NoLibrary { .. })
                && text.contains("libicicle_device")
                && text.contains("/nonexistent/icicle")
                && text.contains("v3.9"),
            "{text}"
        );
        let lib = directory(Variant::Good).join("lib");
        assert!(
            IcicleEngine::open(&options(lib, "cpu")).is_ok(),
            "the folder of the libraries"
        );
    });
}

#[test]
fn no_library_for_the_curve() {
    with("no_library_for_the_curve", "", || {
        let IcicleError::NoLibrary { library, .. } = failure(open(Variant::NoCurve, "cpu")) else {
            panic!("another error");
        };
        assert!(library.contains("icicle_curve_bn254"), "{library}");
    });
}

#[test]
fn a_damaged_library() {
    with("a_damaged_library", "", || {
        let IcicleError::Load { path, reason } = failure(open(Variant::Damaged, "cpu")) else {
            panic!("another error");
        };
        assert!(path.ends_with(Path::new("lib/libicicle_curve_bn254.so")) && !reason.is_empty());
    });
}

fn lacks(test: &str, variant: Variant, library: &str, function: &str) {
    with(test, "", || {
        let error = failure(open(variant, "cpu"));
        let text = error.to_string();
        let IcicleError::MissingSymbol { path, symbol } = error else {
            panic!("{error:?}");
        };
        assert!(path.ends_with(library) && symbol == function, "{text}");
        assert!(text.contains("v3.9 to v4.0"), "{text}");
    });
}

#[test]
fn a_library_without_sums() {
    lacks(
        "a_library_without_sums",
        Variant::NoMsm,
        "libicicle_curve_bn254.so",
        "bn254_msm",
    );
}

#[test]
fn a_library_for_another_curve() {
    let (name, symbol) = ("a_library_for_another_curve", "bn254_get_root_of_unity");
    lacks(name, Variant::OtherCurve, "libicicle_field_bn254.so", symbol);
}

#[test]
fn a_library_for_another_field() {
    with("a_library_for_another_field", "", || {
        assert!(matches!(
            failure(open(Variant::OtherField, "cpu")),
            IcicleError::OtherField { .. }
        ));
    });
}

/// The check at opening finds that what is read is not what was written.
fn is_misread(test: &str, variant: Variant, function: &str) {
    with(test, "", || {
        let error = failure(open(variant, "cpu"));
        assert!(
            matches!(error, IcicleError::WrongResult { .. })
                || matches!(error, IcicleError::Call { function: called, .. } if called == function),
            "{error:?}"
        );
    });
}

#[test]
fn another_version_of_transforms() {
    is_misread(
        "another_version_of_transforms",
        Variant::OtherTransforms,
        "bn254_ntt",
    );
}

#[test]
fn another_version_of_sums() {
    is_misread("another_version_of_sums", Variant::OtherSums, "bn254_msm");
}

#[test]
fn two_installations_do_not_mix() {
    with("two_installations_do_not_mix", "", || {
        assert!(open(Variant::Good, "cpu").is_ok());
        let error = failure(open(Variant::NoBackend, "cpu"));
        assert!(matches!(error, IcicleError::Another { .. }), "{error:?}");
        assert!(open(Variant::Good, "cuda").is_ok());
    });
}

#[test]
fn no_backend() {
    with("no_backend", "", || {
        let error = failure(open(Variant::NoBackend, "cuda"));
        let text = error.to_string();
        assert!(
            matches!(error, IcicleError::NoBackend { .. }) && text.contains("lib/backend"),
            "{text}"
        );
        assert!(
            open(Variant::NoBackend, "cpu").is_ok(),
            "the processors need none"
        );
    });
}

/// Without this error the first sum would end the process.
#[test]
fn half_a_backend() {
    with("half_a_backend", "", || {
        assert!(matches!(
            failure(open(Variant::NoBackendCurve, "cuda")),
            IcicleError::IncompleteBackend { part: "curve", .. }
        ));
    });
}

/// Bound lazily, it would open, and end the process later.
#[test]
fn a_backend_of_another_version() {
    with("a_backend_of_another_version", "", || {
        let IcicleError::Backend { path, reason } = failure(open(Variant::OtherBackend, "cuda")) else {
            panic!("another error");
        };
        assert!(path.to_string_lossy().contains("icicle_backend_cuda_field"));
        assert!(reason.contains("icicle_of_another_version"), "{reason}");
    });
}

#[test]
fn a_backend_from_elsewhere() {
    let name = "a_backend_from_elsewhere";
    if env::var_os(INNER).is_none() {
        let backend = directory(Variant::Good).join("lib/backend");
        let status = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", name])
            .env("ICICLE_BACKEND_INSTALL_DIR", backend)
            .env(INNER, "1")
            .status()
            .expect("run this program");
        return assert!(status.success());
    }
    assert!(open(Variant::NoBackend, "cuda").is_ok());
}

#[test]
fn devices_that_are_not_there() {
    with("devices_that_are_not_there", "CPU=absent,devices=2", || {
        assert!(matches!(
            failure(open(Variant::Good, "cpu")),
            IcicleError::NoBackend { .. }
        ));
        assert!(open(Variant::Good, "cuda:1").is_ok());
        for index in ["cuda:2", "cuda:4294967295"] {
            assert_eq!(
                failure(open(Variant::Good, index)),
                IcicleError::NoSuchDevice {
                    device: device(index),
                    count: 2
                }
            );
        }
    });
}

#[test]
fn a_machine_without_cards() {
    with("a_machine_without_cards", "devices=0", || {
        assert!(matches!(
            failure(open(Variant::Good, "cuda")),
            IcicleError::NoSuchDevice { count: 0, .. }
        ));
    });
}

#[test]
fn a_backend_that_offers_nothing() {
    with("a_backend_that_offers_nothing", "CUDA=absent", || {
        let error = failure(open(Variant::Good, "cuda"));
        assert!(matches!(error, IcicleError::NoBackend { .. }), "{error:?}");
    });
}

fn is_wrong(test: &str, fault: &str, what: &'static str) {
    with(test, fault, || {
        let device = Device::default();
        assert_eq!(
            failure(open(Variant::Good, "cuda")),
            IcicleError::WrongResult { device, what }
        );
    });
}

#[test]
fn wrong_small_transforms_are_found_when_opening() {
    let name = "wrong_small_transforms_are_found_when_opening";
    is_wrong(name, "bn254_ntt=wrong:2", "transform");
}

#[test]
fn wrong_large_transforms_are_found_when_opening() {
    let name = "wrong_large_transforms_are_found_when_opening";
    is_wrong(name, "bn254_ntt=wrong:2048", "transform");
}

#[test]
fn wrong_batches_are_found_when_opening() {
    let name = "wrong_batches_are_found_when_opening";
    is_wrong(name, "bn254_msm=wrong:48", "multi-scalar multiplication");
}

#[test]
fn failed_calls_are_named_and_harm_nothing() {
    let faults = "bn254_ntt=2:8192,bn254_msm=13:40";
    with("failed_calls_are_named_and_harm_nothing", faults, || {
        let (engine, cpu) = (open(Variant::Good, "cuda").expect("opens"), CpuEngine::default());
        let error = failure(work(&engine, 1));
        assert_eq!(
            error,
            IcicleError::Call {
                function: "bn254_ntt",
                device: Device::default(),
                status: Status(2)
            }
        );
        assert_eq!(
            error.to_string(),
            "ICICLE's bn254_ntt on cuda failed: OUT_OF_MEMORY (2)"
        );
        let error = failure(ones(&engine, 40));
        assert!(error.to_string().ends_with("LICENSE_CHECK_ERROR (13)"), "{error}");
        assert_eq!(
            ones(&engine, 41).expect("works"),
            ones(&cpu, 41).expect("the CPU engine")
        );
    });
}

/// The sum of so many points.
fn ones(engine: &impl Engine, length: usize) -> Result<Vec<G1Projective>, Error> {
    let generator = G1Affine::new_unchecked(1u64.into(), 2u64.into());
    let bases = engine.prepare_bases(Shared::from(vec![Point::from(generator); length]))?;
    let vector = engine.upload(Shared::from(vec![Fr::from(1u64); length]))?;
    engine.msm(&bases, &[&vector])
}

#[test]
fn a_failed_preparation_is_tried_again() {
    let name = "a_failed_preparation_is_tried_again";
    with(name, "bn254_ntt_init_domain=4:8192", || {
        let engine = open(Variant::Good, "cuda").expect("opens");
        for _ in 0..2 {
            let error = failure(work(&engine, 1));
            assert!(
                matches!(
                    error,
                    IcicleError::Call {
                        function: "bn254_ntt_init_domain",
                        status: Status(4),
                        ..
                    }
                ),
                "{error:?}"
            );
        }
        // smaller ones are prepared again
        let vector = engine
            .upload(Shared::from(vec![Fr::from(1u64); 1 << 10]))
            .expect("upload");
        assert!(engine.interpolate(&vector).is_ok());
    });
}

#[test]
fn nonsense_is_no_result() {
    let faults = "not_reduced=wrong:8192,off_curve=wrong:40";
    with("nonsense_is_no_result", faults, || {
        let engine = open(Variant::Good, "cuda").expect("opens");
        assert!(matches!(failure(work(&engine, 1)), IcicleError::Nonsense { .. }));
        assert!(matches!(failure(ones(&engine, 40)), IcicleError::Nonsense { .. }));
    });
}

#[test]
fn it_is_chosen_by_name() {
    let name = "it_is_chosen_by_name";
    let request = |text: &str| Request {
        engine: text.parse::<EngineChoice>().expect("a choice"),
        ..Request::default()
    };
    if env::var_os(INNER).is_none() {
        let status = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", name])
            .env(DIRECTORY_VARIABLE, directory(Variant::Good))
            .env(FAULTS, "devices=2")
            .env(INNER, "1")
            .status()
            .expect("run this program");
        assert!(status.success());
        return;
    }
    for (text, start) in [
        ("icicle", "icicle:cuda ("),
        ("icicle:cpu", "icicle:cpu ("),
        ("icicle:cuda:1", "icicle:cuda:1 ("),
    ] {
        let selected = request(text).open().expect("opens");
        assert!(selected.to_string().starts_with(start), "{selected}");
        let expected = work(&CpuEngine::default(), 3).expect("the CPU engine");
        assert_eq!(work(&selected.engine, 3).expect("works"), expected);
    }
    assert!(matches!(
        request("icicle:cpu:1").open().map(drop),
        Err(SelectError::Icicle(IcicleError::NoSuchDevice { count: 1, .. }))
    ));
}

#[test]
fn nobody_said_where_it_is() {
    with("nobody_said_where_it_is", "", || {
        let request = Request {
            engine: "icicle".parse().expect("a choice"),
            ..Request::default()
        };
        let error = request.open().map(drop).expect_err("no directory");
        assert_eq!(error, SelectError::Icicle(IcicleError::NoDirectory));
        assert!(error.to_string().contains(DIRECTORY_VARIABLE));
    });
}
