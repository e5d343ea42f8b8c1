//! Plays as many seeds as asked for, or lets power fail at every change of a disk.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use crema_simulation::{CrashPoint, Cut, Scenario, Tally, Theme, run};

/// Simulates networks of validators and checks that nothing is ever wrong.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Seeds, as FROM..TO.
    #[arg(long, value_parser = seeds, required_unless_present = "crash_points")]
    seeds: Option<Range<u64>>,
    /// Members, from 4 to 200; drawn from the seed if not given.
    #[arg(long, value_parser = clap::value_parser!(u16).range(4..=200), requires = "scenario")]
    nodes: Option<u16>,
    /// Kind of trouble; drawn from the seed if not given.
    #[arg(long)]
    scenario: Option<Theme>,
    /// Check signatures by pairings.
    #[arg(long)]
    real_crypto: bool,
    /// One line per seed.
    #[arg(long)]
    verbose: bool,
    /// Lets the power of one node fail at every change of its disk, before, in the middle and after it: one run each.
    #[arg(long, conflicts_with_all = ["seeds", "scenario"])]
    crash_points: bool,
    /// Only this failure of power, as member:life:change:moment; two for one that comes while the node starts again.
    #[arg(long, requires = "crash_points")]
    cut: Vec<Cut>,
    /// Only every so manieth crash point.
    #[arg(long, requires = "crash_points", default_value_t = 1)]
    every: usize,
}

fn seeds(text: &str) -> Result<Range<u64>> {
    let (from, to) = text.split_once("..").context("seeds are given as FROM..TO")?;
    let (from, to) = (from.parse()?, to.parse()?);
    if from >= to {
        bail!("no seed is between {from} and {to}");
    }
    Ok(from..to)
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.seeds {
        Some(seeds) => play(&arguments, seeds.clone()),
        None if arguments.cut.is_empty() => crash(&arguments),
        None => {
            let report = run(&CrashPoint::network(arguments.cut));
            println!("{}; hash {}", report.tally, report.hash);
            report.verdict().map_err(anyhow::Error::msg)
        }
    }
}

fn play(arguments: &Arguments, seeds: Range<u64>) -> Result<()> {
    let start = Instant::now();
    let mut total = Tally::default();
    let mut failed: u64 = 0;
    for seed in seeds.clone() {
        let mut scenario = match arguments.scenario {
            None => Scenario::of_seed(seed),
            Some(theme) => {
                let nodes = arguments
                    .nodes
                    .map_or_else(|| Scenario::of_seed(seed).nodes, usize::from);
                Scenario::new(seed, theme, nodes)
            }
        };
        scenario.real_crypto = arguments.real_crypto;
        let before = Instant::now();
        let report = run(&scenario);
        total += report.tally;
        if let Err(verdict) = report.verdict() {
            failed += 1;
            println!("seed {seed}: {verdict}");
        }
        if arguments.verbose {
            let seconds = before.elapsed().as_secs_f64();
            println!(
                "seed {seed}: {}, {} nodes, {seconds:.1} s: {}; hash {}",
                scenario.theme, scenario.nodes, report.tally, report.hash
            );
        }
    }
    let number = seeds.end - seeds.start;
    let seconds = start.elapsed().as_secs_f64();
    println!("{number} seeds in {seconds:.0} s: {total}; {failed} failed");
    if failed > 0 {
        bail!("{failed} of {number} seeds broke an invariant");
    }
    Ok(())
}

fn crash(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let points = CrashPoint::all().map_err(|report| {
        let verdict = report.verdict().err().unwrap_or_default();
        anyhow::anyhow!("without any crash: {verdict}")
    })?;
    let mut kinds = BTreeMap::new();
    for point in &points {
        *kinds.entry(&point.change).or_insert(0) += 1;
    }
    for (change, number) in kinds {
        println!("{number:5} points: {change}");
    }
    let (mut total, mut played, mut failed) = (Tally::default(), 0_u64, 0_u64);
    for point in points.iter().step_by(arguments.every.max(1)) {
        played += 1;
        match point.play() {
            Ok(report) => total += report.tally,
            Err(verdict) => {
                failed += 1;
                println!("{verdict}");
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{played} of {} crash points in {seconds:.0} s: {total}; {failed} failed",
        points.len()
    );
    if failed > 0 {
        bail!("{failed} of {played} crash points broke an invariant");
    }
    Ok(())
}
