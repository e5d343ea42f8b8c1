//! A line of results: what was measured, on what, and how it compares.

use serde::{Deserialize, Serialize};

use super::{
    measure::{ProofFigures, Proving},
    prepare::Preparation,
    task::Task,
};
use crate::{
    fingerprint::Fingerprint,
    reference::{Figure, Ratio, Reference},
    statistics::Summary,
};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// The results at one capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this format.
    pub schema: u32,
    /// Which bench.
    pub bench: String,
    /// What it was measured on.
    pub fingerprint: Fingerprint,
    /// What was asked for.
    pub task: Task,
    /// The key.
    pub key: Preparation,
    /// The proofs.
    pub proving: Proving,
    /// Medians and ranges over the proofs.
    pub summary: ProofSummary,
    /// Comparison with others.
    pub ratios: Vec<Ratio>,
}

/// Medians and ranges over proofs. Times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProofSummary {
    /// Witness.
    pub witness_s: Summary,
    /// Proof, wall.
    pub prove_s: Summary,
    /// Proof, processor.
    pub prove_cpu_s: Summary,
    /// Processor time that others took during a proof.
    pub others_cpu_s: Summary,
    /// Rounds, by name.
    pub rounds_s: Vec<(String, Summary)>,
    /// Verification.
    pub verify_s: Summary,
    /// The most anonymous memory.
    pub peak_anonymous_bytes: Summary,
}

impl Record {
    /// The record of a measurement, with ratios to the figures of others at its capacity.
    ///
    /// # Panics
    /// Without proofs; a task has one at least.
    pub fn new(
        fingerprint: Fingerprint,
        task: Task,
        key: Preparation,
        proving: Proving,
        references: &[Reference],
    ) -> Self {
        let summary = ProofSummary::of(&proving.proofs);
        let mut ours = vec![
            (Figure::Prove, summary.prove_s),
            (Figure::ProveCpu, summary.prove_cpu_s),
            (Figure::CircuitAndWitness, summary.witness_s),
            (
                Figure::PeakMemory,
                Summary::single(proving.peak_anonymous_bytes as f64),
            ),
        ];
        if let Some(made) = &key.made {
            ours.push((Figure::Preprocess, Summary::single(made.preprocessing())));
        }
        let ratios = references
            .iter()
            .flat_map(|other| other.ratios(&ours, &task.circuit, proving.threads, &fingerprint))
            .collect();
        Self {
            schema: SCHEMA,
            bench: "prove".to_owned(),
            fingerprint,
            task,
            key,
            proving,
            summary,
            ratios,
        }
    }
}

impl ProofSummary {
    fn of(proofs: &[ProofFigures]) -> Self {
        let over = |value: &dyn Fn(&ProofFigures) -> f64| {
            let values: Vec<f64> = proofs.iter().map(value).collect();
            Summary::of(&values).unwrap_or_else(|| panic!("no summary of {values:?}"))
        };
        let rounds = proofs.first().map_or(&[][..], |proof| &proof.rounds);
        Self {
            witness_s: over(&|proof| proof.witness_s),
            prove_s: over(&|proof| proof.prove_s),
            prove_cpu_s: over(&|proof| proof.prove_cpu_s),
            others_cpu_s: over(&|proof| proof.others_cpu_s),
            rounds_s: rounds
                .iter()
                .enumerate()
                .map(|(i, round)| (round.name.clone(), over(&|proof| proof.rounds[i].seconds)))
                .collect(),
            verify_s: over(&|proof| proof.verify_s),
            peak_anonymous_bytes: over(&|proof| proof.peak_anonymous_bytes as f64),
        }
    }
}
