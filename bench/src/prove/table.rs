//! A record as people read it.

use std::fmt::{self, Display, Formatter};

use super::record::Record;
use crate::{statistics::Summary, units};

/// The table of a record.
pub fn render(record: &Record) -> impl Display + '_ {
    Table(record)
}

struct Table<'a>(&'a Record);

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        heading(f, self.0)?;
        key(f, self.0)?;
        proofs(f, self.0)?;
        for ratio in &self.0.ratios {
            writeln!(f, "  {ratio}")?;
        }
        Ok(())
    }
}

fn heading(f: &mut Formatter<'_>, record: &Record) -> fmt::Result {
    let (task, proving, on) = (&record.task, &record.proving, &record.fingerprint);
    writeln!(
        f,
        "capacity {}, {}: {} gates, {} rows, {} signers, key {}",
        task.capacity,
        task.circuit,
        units::thousands(proving.gates as u64),
        units::thousands(proving.domain as u64),
        proving.signers,
        proving.key_id,
    )?;
    let modified = if on.modified { ", modified" } else { "" };
    writeln!(
        f,
        "{}; {} x {}, {}; {}; commit {}{modified}; load {:.1} before",
        proving.engine,
        on.cores,
        on.cpu,
        units::mebibytes(on.memory_bytes as f64),
        on.rustc,
        on.commit,
        on.load_average,
    )
}

fn key(f: &mut Formatter<'_>, record: &Record) -> fmt::Result {
    match &record.key.made {
        Some(made) => {
            line(f, "key, made and written", &units::seconds(made.wall_s), "")?;
            for phase in &made.phases {
                line(
                    f,
                    &format!("  {}", phase.name),
                    &units::seconds(phase.seconds),
                    "",
                )?;
            }
            let peak = units::mebibytes(made.peak_anonymous_bytes as f64);
            line(f, "  peak anonymous memory", &peak, "")?;
        }
        None => line(f, "key, made and written", "-", "it was in the cache")?,
    }
    let size = format!("{} on disk", units::mebibytes(record.key.file_bytes as f64));
    line(
        f,
        "key, loaded and checked",
        &units::seconds(record.proving.load_s),
        &size,
    )
}

fn proofs(f: &mut Formatter<'_>, record: &Record) -> fmt::Result {
    let (summary, proving) = (&record.summary, &record.proving);
    let time = |f: &mut Formatter<'_>, name: &str, figure: &Summary| {
        let range = format!("{} - {}", units::seconds(figure.min), units::seconds(figure.max));
        line(f, name, &units::seconds(figure.median), &range)
    };
    let count = format!("range of {}", summary.prove_s.count);
    line(f, "", "median", &count)?;
    time(f, "witness", &summary.witness_s)?;
    for (name, figure) in &summary.rounds_s {
        time(f, &format!("  {name}"), figure)?;
    }
    time(f, "prove, wall", &summary.prove_s)?;
    time(f, "prove, processor", &summary.prove_cpu_s)?;
    time(f, "  others' processor time", &summary.others_cpu_s)?;
    time(f, "verify", &summary.verify_s)?;
    let bytes = |bytes: u64| units::mebibytes(bytes as f64);
    line(
        f,
        "peak anonymous memory",
        &bytes(proving.peak_anonymous_bytes),
        &format!("{} once the key is loaded", bytes(proving.loaded_anonymous_bytes)),
    )?;
    line(
        f,
        "peak resident memory",
        &bytes(proving.peak_resident_bytes),
        "with the mapped key's pages",
    )?;
    let size = format!("{} B", units::thousands(proving.proof_bytes as u64));
    line(f, "proof", &size, "")
}

fn line(f: &mut Formatter<'_>, name: &str, figure: &str, note: &str) -> fmt::Result {
    let line = format!("  {name:<28}{figure:>12}  {note}");
    writeln!(f, "{}", line.trim_end())
}
