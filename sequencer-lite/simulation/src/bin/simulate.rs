//! Plays as many seeds as asked for.

use std::ops::Range;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use crema_simulation::{Scenario, Tally, Theme, run};

/// Simulates networks of validators and checks that nothing is ever wrong.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Seeds, as FROM..TO.
    #[arg(long, value_parser = seeds)]
    seeds: Range<u64>,
    /// Members, from 4 to 100; drawn from the seed if not given.
    #[arg(long, value_parser = clap::value_parser!(u16).range(4..=100), requires = "scenario")]
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
    let start = Instant::now();
    let mut total = Tally::default();
    let mut failed: u64 = 0;
    for seed in arguments.seeds.clone() {
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
        let report = run(&scenario);
        total += report.tally;
        if let Err(verdict) = report.verdict() {
            failed += 1;
            println!("seed {seed}: {verdict}");
        }
        if arguments.verbose {
            println!(
                "seed {seed}: {}, {} nodes: {}; hash {}",
                scenario.theme, scenario.nodes, report.tally, report.hash
            );
        }
    }
    let seeds = arguments.seeds.end - arguments.seeds.start;
    let seconds = start.elapsed().as_secs_f64();
    println!("{seeds} seeds in {seconds:.0} s: {total}; {failed} failed");
    if failed > 0 {
        bail!("{failed} of {seeds} seeds broke an invariant");
    }
    Ok(())
}
