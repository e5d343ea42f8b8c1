//! Loads a key and makes proofs with it.

use std::{collections::HashSet, time::Instant};

use crema_circuit::witness;
use crema_kernels::Engine;
use crema_plonk::{Blinders, Progress, ProveError, ProvingKey, prove, verify};
use crema_service::terminal::Bars;
use serde::{Deserialize, Serialize};

use super::{
    prepare::makes_a_key,
    task::{Order, Task},
    workload::{signers, statement},
};
use crate::{
    clock::{OthersClock, Phase, PhaseClock, ProcessorClock},
    error::Error,
    memory::{Sampler, anonymous, peak_resident},
};

/// What loading and proving took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proving {
    /// The engine's own name.
    pub engine: String,
    /// Threads that it computes with.
    pub threads: usize,
    /// Gates before padding.
    pub gates: usize,
    /// Variables.
    pub variables: usize,
    /// Rows.
    pub domain: usize,
    /// Lines of the stake table that sign.
    pub signers: usize,
    /// Id of the verification key.
    pub key_id: String,
    /// Wall time in seconds to map the key's file and check it, and to make it resident.
    pub load_s: f64,
    /// Anonymous memory with the key resident, before any proof.
    pub loaded_anonymous_bytes: u64,
    /// The proofs that count.
    pub proofs: Vec<ProofFigures>,
    /// The most anonymous memory seen from loading on.
    pub peak_anonymous_bytes: u64,
    /// The most resident memory, pages of the mapped key included.
    pub peak_resident_bytes: u64,
    /// Bytes of a proof as the contract takes it.
    pub proof_bytes: usize,
}

/// What one proof took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProofFigures {
    /// Wall time in seconds to compute the witness from the statement.
    pub witness_s: f64,
    /// Wall time in seconds from the witness to the proof.
    pub prove_s: f64,
    /// Processor time in seconds of the same.
    pub prove_cpu_s: f64,
    /// Processor time in seconds that others took meanwhile.
    pub others_cpu_s: f64,
    /// Its rounds.
    pub rounds: Vec<Phase>,
    /// Wall time in seconds to verify it.
    pub verify_s: f64,
    /// The most anonymous memory seen from the witness on.
    pub peak_anonymous_bytes: u64,
}

/// Loads the key and proves, as often as asked for.
///
/// # Errors
/// [`Error`].
pub fn measure(order: &Order) -> Result<Proving, Error> {
    let task = &order.task;
    let sampler = Sampler::start()?;
    let engine = task.engine()?;
    let bars = Bars::new();
    let clock = PhaseClock::new(&bars);
    let start = Instant::now();
    let material = order.keys()?.open(&engine, &task.request()?, &clock)?;
    if let Some(plan) = engine
        .divide_memory(&material.workload())
        .map_err(ProveError::from)?
    {
        eprint!("{plan}");
    }
    let key = ProvingKey::new(&engine, &material)?;
    let load = start.elapsed();
    drop(material);
    if makes_a_key(&clock.finish()) {
        return Err(Error::KeyVanished);
    }
    let loaded_anonymous_bytes = anonymous()?;
    let mut peak = sampler.take_peak()?;

    let mut seen = HashSet::new();
    let mut proofs = Vec::new();
    let mut proof_bytes = 0;
    for index in 0..task.warm_up + task.repeat {
        let (figures, proof) = one_proof(&engine, &key, task, index, &sampler, &bars)?;
        proof_bytes = proof.len();
        if !seen.insert(proof) {
            return Err(Error::Repeated { index });
        }
        peak = peak.max(figures.peak_anonymous_bytes);
        if index >= task.warm_up {
            proofs.push(figures);
        }
    }
    Ok(Proving {
        engine: engine.name(),
        threads: rayon::current_num_threads(),
        gates: key.info.gates,
        variables: key.info.variables,
        domain: key.info.verifying_key.domain_size as usize,
        signers: signers(task.capacity),
        key_id: key.info.verifying_key.id(),
        load_s: load.as_secs_f64(),
        loaded_anonymous_bytes,
        proofs,
        peak_anonymous_bytes: peak,
        peak_resident_bytes: peak_resident()?,
        proof_bytes,
    })
}

/// Makes and verifies proof number `index`, of a statement and with blinders that no other has.
fn one_proof<E: Engine>(
    engine: &E,
    key: &ProvingKey<E>,
    task: &Task,
    index: usize,
    sampler: &Sampler,
    shown: &dyn Progress,
) -> Result<(ProofFigures, Vec<u8>), Error> {
    let version = task.version()?;
    shown.report("signing", 0.0);
    let statement = statement(version, task.capacity, task.seed, index)?;
    let blinders = Blinders::random()?;
    sampler.take_peak()?;

    shown.report("witness", 0.0);
    let start = Instant::now();
    let computed = witness(version, task.capacity, &statement)?;
    let witness = start.elapsed();

    let clock = PhaseClock::new(shown);
    let others = OthersClock::start()?;
    let (start, cpu) = (Instant::now(), ProcessorClock::start());
    let proof = prove(
        engine,
        key,
        computed.values,
        &computed.public_inputs,
        &blinders,
        &clock,
    )?;
    let rounds = clock.finish();
    let (proving, cpu) = (start.elapsed(), cpu.elapsed());
    let others_cpu_s = others.elapsed()?;
    let peak_anonymous_bytes = sampler.take_peak()?;

    let start = Instant::now();
    verify(&key.info.verifying_key, &computed.public_inputs, &proof)
        .map_err(|source| Error::Verify { index, source })?;
    let figures = ProofFigures {
        witness_s: witness.as_secs_f64(),
        prove_s: proving.as_secs_f64(),
        prove_cpu_s: cpu.as_secs_f64(),
        others_cpu_s,
        rounds,
        verify_s: start.elapsed().as_secs_f64(),
        peak_anonymous_bytes,
    };
    Ok((figures, proof.to_solidity()))
}
