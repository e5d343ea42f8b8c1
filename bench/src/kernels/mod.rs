//! `bench kernels`: the arithmetic under the proofs, operation by operation, on every engine that this machine has.
//!
//! Each repetition makes inputs that no other has. arkworks computes the same from them, in the same repetition, and
//! every engine's result must equal its result, all of it, before any time counts. Beside the times stands a floor: what
//! the multiplications and the memory traffic would take alone, at rates measured on this machine in the same run.

mod arkworks;
mod engines;
mod error;
mod inputs;
mod measure;
mod operation;
pub mod record;
mod roofline;

use std::path::PathBuf;

use clap::Args;
use crema_kernels::select::{Bytes, EngineChoice};
use crema_plonk::Progress;
use crema_service::terminal::Bars;

pub use error::KernelsError;

use crate::{fingerprint::Fingerprint, results};
use inputs::{Kind, Pattern};
use operation::Operation;
use record::{Record, Task};

/// What to compute, where, and how often.
#[derive(Args, Clone, Debug)]
pub struct KernelsOptions {
    /// Base-two logarithms of the sizes, several separated by commas; a range is written 10..=20.
    #[arg(long, value_delimiter = ',', default_value = "10,12,14,16,18,20", value_parser = sizes)]
    pub sizes: Vec<Sizes>,
    /// Operations, several separated by commas; all when absent.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub operation: Vec<Operation>,
    /// Scalars of multi-scalar multiplications. Everything else takes the same time whatever its values are, and gets
    /// random ones.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Kind::Random, Kind::WitnessLike])]
    pub inputs: Vec<Kind>,
    /// Engines, several separated by commas, named as state-prover names them; when absent all that are present: the
    /// processor with its vector instructions and without, cards, and ICICLE where CREMA_ICICLE_DIR names it.
    #[arg(long, value_delimiter = ',', value_name = "ENGINE")]
    pub engine: Vec<EngineChoice>,
    /// The most of a card's memory to use, for instance 24GiB; all that is free by default.
    #[arg(long, value_name = "SIZE")]
    pub device_memory_limit: Option<Bytes>,
    /// Repetitions that count, at least. Short operations are repeated more often.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,
    /// Repetitions before those that count.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub warm_up: u16,
    /// Threads; RAYON_NUM_THREADS or all processors when absent.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What inputs are derived from.
    #[arg(long, default_value = "1")]
    pub seed: u64,
    /// A file to which the results of each operation and size are appended as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// A size or a range of sizes, as logarithms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes(std::ops::RangeInclusive<u32>);

/// The largest size: 2^24 points and their scalars take 3 GiB.
const LARGEST: u32 = 24;

fn sizes(text: &str) -> Result<Sizes, String> {
    let one = |text: &str| {
        let size = text.trim().parse().map_err(|_| format!("{text:?} is no size"))?;
        if (4..=LARGEST).contains(&size) {
            Ok(size)
        } else {
            Err(format!(
                "{size} is not in 4..={LARGEST}; sizes are logarithms to base two"
            ))
        }
    };
    let (first, last) = match text.split_once("..=") {
        Some((first, last)) => (one(first)?, one(last)?),
        None => (one(text)?, one(text)?),
    };
    if first > last {
        return Err(format!("{text} holds no size"));
    }
    Ok(Sizes(first..=last))
}

/// Measures each operation at each size, prints its table and keeps its results.
///
/// # Errors
/// [`KernelsError`].
pub fn run(options: &KernelsOptions) -> Result<(), KernelsError> {
    if let Some(threads) = options.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()?;
    }
    Fingerprint::take()?.warn_if_busy();
    let engines = engines::open(&options.engine, options.device_memory_limit)?;
    let bars = Bars::new();
    bars.report("measuring the machine", 0.0);
    let machine = roofline::Machine::measure();
    bars.clear();
    println!("{machine}\n");
    let pattern = Pattern::of_a_witness(options.seed)?;
    let every = Operation::ALL;
    let operations = if options.operation.is_empty() {
        &every[..]
    } else {
        &options.operation[..]
    };
    for &operation in operations {
        let random = [Kind::Random];
        let kinds = if operation == Operation::Msm {
            &options.inputs[..]
        } else {
            &random[..]
        };
        for log_size in options.sizes.iter().flat_map(|sizes| sizes.0.clone()) {
            for &kind in kinds {
                let task = Task {
                    operation,
                    log_size,
                    inputs: kind,
                    repeat: options.repeat.into(),
                    warm_up: options.warm_up.into(),
                    threads: rayon::current_num_threads(),
                    seed: options.seed,
                };
                let fingerprint = Fingerprint::take()?;
                let measured = measure::measure(&task, &engines, &pattern)?;
                let record = Record::new(fingerprint, task, &measured, &engines, &machine);
                println!("{record}");
                if let Some(path) = &options.json {
                    results::append(path, &record)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_and_ranges() {
        assert_eq!(sizes("12"), Ok(Sizes(12..=12)));
        assert_eq!(sizes("10..=12"), Ok(Sizes(10..=12)));
        for text in ["", "3", "25", "12..=10", "10..12", "x", "10..=25"] {
            assert!(sizes(text).is_err(), "{text}");
        }
    }
}
