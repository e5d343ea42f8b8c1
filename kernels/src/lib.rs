//! Arithmetic on vectors of BN254 scalars and points, behind one trait ([`Engine`]) with several implementations.
//!
//! The crate knows no protocol, no network and no files. One exception is deliberate: [`quotient`] knows the
//! TurboPlonk gate equation, because fusing it into a single pass is what makes a prover fast.
//!
//! Every engine gives the same bytes as [`cpu::CpuEngine`], the reference; [`conformance`] holds the generic tests
//! that each of them passes.

pub mod any;
pub mod conformance;
pub mod cpu;
#[cfg(feature = "cuda")]
pub mod cuda;
pub mod device_error;
pub mod domain;
pub mod engine;
pub mod error;
pub mod faulty;
pub mod icicle;
pub mod plan;
pub mod point;
pub mod quotient;
pub mod select;
pub mod shared;
#[cfg(all(feature = "telemetry", target_os = "linux"))]
pub mod telemetry;

pub use any::AnyEngine;
pub use ark_bn254::{Fq, Fr, G1Affine, G1Projective};
pub use device_error::DeviceError;
pub use domain::Domain;
pub use engine::Engine;
pub use error::Error;
pub use icicle::IcicleError;
pub use plan::{MemoryPlan, Workload};
pub use point::Point;
pub use shared::Shared;
