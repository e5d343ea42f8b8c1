//! `bench compare A B`: what got slower from one file of results to another, beyond what repetitions differ by.

mod verdict;

use std::path::PathBuf;

use clap::Args;

use crate::{
    error::Error,
    figures::{self, Figure, Line},
};
use verdict::{Verdict, judge};

/// Which results to compare.
#[derive(Args, Clone, Debug)]
pub struct CompareOptions {
    /// Results before.
    pub before: PathBuf,
    /// Results after.
    pub after: PathBuf,
    /// Shows figures that stayed the same as well.
    #[arg(long)]
    pub all: bool,
}

/// Compares, and prints what differs.
///
/// # Errors
/// [`Error::Unreadable`]; [`Error::Regressions`] when something got worse; [`Error::NothingInCommon`].
pub fn run(options: &CompareOptions) -> Result<(), Error> {
    let (before, after) = (figures::read(&options.before)?, figures::read(&options.after)?);
    for difference in differences_of_machines(&before, &after) {
        println!("NOT THE SAME MACHINE OR CONDITIONS: {difference}");
    }
    let (before, after) = (figures::figures(&before), figures::figures(&after));
    let mut counts = [0usize; 3];
    for new in &after {
        let Some(old) = counterpart(new, &before) else {
            continue;
        };
        let verdict = judge(old, new);
        counts[verdict as usize] += 1;
        if options.all || verdict != Verdict::Same {
            println!("{}", line(old, new, verdict));
        }
    }
    let alone = |these: &[Figure], others: &[Figure]| {
        these
            .iter()
            .filter(|figure| counterpart(figure, others).is_none())
            .count()
    };
    let [same, better, worse] = counts;
    println!(
        "{same} the same, {better} better, {worse} worse; {} only before, {} only after",
        alone(&before, &after),
        alone(&after, &before)
    );
    match (same + better + worse, worse) {
        (0, _) => Err(Error::NothingInCommon),
        (_, 0) => Ok(()),
        (_, worse) => Err(Error::Regressions(worse)),
    }
}

fn counterpart<'a>(figure: &Figure, others: &'a [Figure]) -> Option<&'a Figure> {
    let same = |other: &&Figure| (&other.subject, &other.name) == (&figure.subject, &figure.name);
    others.iter().find(same)
}

/// How the machines of two files differ, where that changes times.
fn differences_of_machines(before: &[Line], after: &[Line]) -> Vec<String> {
    let describe = |line: &Line| {
        let on = &line.fingerprint;
        [
            ("processor", format!("{} x {}", on.cores, on.cpu)),
            (
                "compiler",
                format!("{} {}", on.rustc, on.rustflags).trim().to_owned(),
            ),
            ("load", if on.is_busy() { "busy" } else { "quiet" }.to_owned()),
        ]
    };
    let (Some(one), Some(other)) = (before.first(), after.first()) else {
        return Vec::new();
    };
    let pairs = describe(one).into_iter().zip(describe(other));
    pairs
        .filter(|(one, other)| one != other)
        .map(|((what, one), (_, other))| format!("{what} {one}, then {other}"))
        .collect()
}

fn line(old: &Figure, new: &Figure, verdict: Verdict) -> String {
    let [from, to] = [old, new].map(|figure| figure.show(figure.summary.median));
    let change = 100.0 * (new.summary.median / old.summary.median - 1.0);
    let [less, more] = [old, new].map(|figure| 100.0 * verdict::spread(&figure.summary));
    format!(
        "{verdict:<7} {change:+7.1} %  {from} -> {to}  (spread {less:.1} %, {more:.1} %)  {}: {}",
        new.subject, new.name
    )
}
