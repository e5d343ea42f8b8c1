//! What the tables of the benches have in common.

use std::fmt::{self, Formatter};

use crate::{fingerprint::Fingerprint, statistics::Summary, units};

/// The machine and the program.
pub fn machine(f: &mut Formatter<'_>, on: &Fingerprint) -> fmt::Result {
    let modified = if on.modified { ", modified" } else { "" };
    writeln!(
        f,
        "{} x {}, {}; {}; commit {}{modified}; load {:.1} before",
        on.cores,
        on.cpu,
        units::mebibytes(on.memory_bytes as f64),
        on.rustc,
        on.commit,
        on.load_average,
    )
}

/// A name, its figure, and what to know about it.
pub fn line(f: &mut Formatter<'_>, name: &str, figure: &str, note: &str) -> fmt::Result {
    let line = format!("  {name:<32}{figure:>12}  {note}");
    writeln!(f, "{}", line.trim_end())
}

/// The range of some figures, each shown by `show`.
pub fn range(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    format!("{} - {}", show(summary.min), show(summary.max))
}
