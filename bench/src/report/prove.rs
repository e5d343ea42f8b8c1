//! The table of proofs.

use std::collections::BTreeMap;

use crate::{
    figures::Line,
    prove::record::Record,
    reference::{Figure, Ratio},
    statistics::Summary,
    units,
};

use super::store::Store;

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Wall time of a proof.
    Prove,
    /// Processor time of a proof.
    ProveCpu,
    /// Memory.
    Memory,
    /// Making the key.
    KeyMade,
    /// Loading the key.
    KeyLoaded,
}

/// What a reader wants to know.
pub const SHORT: [Row; 3] = [Row::Prove, Row::Memory, Row::KeyLoaded];
/// All of it.
pub const FULL: [Row; 5] = [
    Row::Prove,
    Row::ProveCpu,
    Row::Memory,
    Row::KeyMade,
    Row::KeyLoaded,
];

/// Records of one capacity.
pub struct Case {
    /// Lines of the stake table.
    pub capacity: usize,
    /// All of the same circuit, engine and machine.
    pub records: Vec<Record>,
}

/// The newest records of the circuit that other provers are measured on, by the processor, by capacity.
pub fn cases(store: &Store) -> Vec<Case> {
    const CIRCUIT: &str = "v1";
    const ENGINE: &str = "cpu";
    let decode = |line: &Line| {
        let record: Record = serde_json::from_value(line.value.clone()).ok()?;
        (record.task.circuit == CIRCUIT && record.task.engine == ENGINE).then_some(record)
    };
    let mut cases = BTreeMap::new();
    for record in store.newest("prove", decode) {
        cases
            .entry(record.task.capacity)
            .or_insert_with(Vec::new)
            .push(record);
    }
    cases
        .into_iter()
        .map(|(capacity, records)| Case { capacity, records })
        .collect()
}

impl Case {
    fn first(&self) -> &Record {
        &self.records[0]
    }

    /// A figure over all repetitions of all records; `None` where no record has it.
    fn figure(&self, row: Row) -> Option<Summary> {
        let values: Vec<f64> = self
            .records
            .iter()
            .flat_map(|record| values(record, row))
            .collect();
        Summary::of(&values)
    }

    /// What other programs took.
    fn ratios(&self, row: Row, store: &Store) -> Vec<Ratio> {
        let (Some(figure), Some(ours)) = (row.figure(), self.figure(row)) else {
            return Vec::new();
        };
        let record = self.first();
        let same = store
            .references
            .iter()
            .filter(|other| other.capacity == self.capacity);
        same.flat_map(|other| {
            other.ratios(
                &[(figure, ours)],
                &record.task.circuit,
                record.proving.threads,
                &record.fingerprint,
            )
        })
        .collect()
    }
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Self::Prove => "prove, wall",
            Self::ProveCpu => "prove, processor",
            Self::Memory => "peak anonymous memory",
            Self::KeyMade => "key made and written, once",
            Self::KeyLoaded => "key loaded and checked",
        }
    }

    /// What it is compared by.
    fn figure(self) -> Option<Figure> {
        match self {
            Self::Prove => Some(Figure::Prove),
            Self::ProveCpu => Some(Figure::ProveCpu),
            Self::Memory => Some(Figure::PeakMemory),
            // others make theirs in memory, again in every process
            Self::KeyMade | Self::KeyLoaded => None,
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::Memory => units::memory(value),
            _ => units::seconds(value),
        }
    }
}

fn values(record: &Record, row: Row) -> Vec<f64> {
    let proofs = &record.proving.proofs;
    match row {
        Row::Prove => proofs.iter().map(|proof| proof.prove_s).collect(),
        Row::ProveCpu => proofs.iter().map(|proof| proof.prove_cpu_s).collect(),
        Row::Memory => vec![record.proving.peak_anonymous_bytes as f64],
        Row::KeyMade => record.key.made.iter().map(|made| made.wall_s).collect(),
        Row::KeyLoaded => vec![record.proving.load_s],
    }
}

/// What was measured, on what, and a line for each figure.
///
/// # Errors
/// Where there are no results.
pub fn table(store: &Store, rows: &[Row]) -> Result<String, String> {
    let cases = cases(store);
    let Some(case) = cases.first() else {
        return Err("no results of bench prove with circuit v1 and the engine cpu".to_owned());
    };
    let record = case.first();
    let on = &record.fingerprint;
    let threads = record.proving.threads;
    let date = on.date.split('T').next().unwrap_or_default();
    let mut text = format!(
        "{} x {}, {}, {}; {threads} threads; {date}, commit {}. Medians, with the range where there are several.\n",
        on.cores,
        on.cpu,
        on.cpu_features.join(" "),
        units::memory(on.memory_bytes as f64),
        on.commit,
    );
    let mut labels: Vec<String> = Vec::new();
    for ratio in cases.iter().flat_map(|case| case.ratios(Row::Prove, store)) {
        let label = ratio.label().to_owned();
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    if !labels.is_empty() {
        text += &format!("Compared with {}.\n", labels.join("; with "));
    }
    text += "\n| |";
    for case in &cases {
        let gates = units::thousands(case.first().proving.gates as u64);
        text += &format!(" capacity {}, {gates} gates |", case.capacity);
    }
    text += "\n|---|";
    text += &"---|".repeat(cases.len());
    for row in rows {
        text += &format!("\n| {} |", row.name());
        for case in &cases {
            text += &format!(" {} |", cell(case, *row, store));
        }
    }
    let capacities: Vec<String> = cases.iter().map(|case| case.capacity.to_string()).collect();
    text += &format!(
        "\n\n```\ncargo run --release -p crema-bench -- prove --circuit {} --capacity {} --engine {} --threads {threads}\n```\n",
        record.task.circuit,
        capacities.join(","),
        record.task.engine,
    );
    Ok(text)
}

fn cell(case: &Case, row: Row, store: &Store) -> String {
    let Some(ours) = case.figure(row) else {
        return String::new();
    };
    let mut text = row.show(ours.median);
    if ours.count > 1 {
        text += &format!(" ({} - {})", row.show(ours.min), row.show(ours.max));
    }
    for ratio in case.ratios(row, store) {
        text += &format!(
            ", {} of {}",
            units::ratio(ratio.value()),
            row.show(ratio.theirs())
        );
    }
    text
}
