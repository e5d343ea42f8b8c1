//! Runs the conformance tests; one that fails does not stop the rest.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
    time::Instant,
};

use crema_kernels::{conformance, cuda::CudaEngine};
use serde::Serialize;

/// How a test ended.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The test.
    pub test: &'static str,
    /// Whether it passed.
    pub passed: bool,
    /// What it said when it failed.
    pub message: Option<String>,
    /// Seconds.
    pub seconds: f64,
}

static MESSAGE: Mutex<Option<String>> = Mutex::new(None);

/// Every test whose name contains one of `wanted`, all without any; `each` hears of every outcome at once.
pub fn run(engine: &CudaEngine, wanted: &[String], mut each: impl FnMut(&Outcome)) -> Vec<Outcome> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        if let Ok(mut message) = MESSAGE.lock() {
            // the first of several threads' is the cause
            message.get_or_insert_with(|| info.to_string());
        }
    }));
    let chosen = conformance::all::<CudaEngine>()
        .into_iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|text| name.contains(text)));
    let outcomes = chosen
        .map(|(test, function)| {
            let start = Instant::now();
            let passed = panic::catch_unwind(AssertUnwindSafe(|| function(engine))).is_ok();
            let said = MESSAGE.lock().ok().and_then(|mut message| message.take());
            let outcome = Outcome {
                test,
                passed,
                message: said.filter(|_| !passed),
                seconds: start.elapsed().as_secs_f64(),
            };
            each(&outcome);
            outcome
        })
        .collect();
    panic::set_hook(hook);
    outcomes
}
