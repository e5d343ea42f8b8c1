//! A key resident in an engine, ready to prove statements of one circuit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ark_bn254::Fr;
use crema_circuit::{Statement, TableTraces, Version, witness_with};
use crema_kernels::{AnyEngine, Engine, cpu::CpuEngine};
use crema_plonk::{
    Blinders, CheckedError, Claim, Failure, KeyMaterial, Progress, Proof, ProveError, ProvingKey,
    VerifyingKey, prove_checked,
};

use crate::{
    engine::EngineOptions,
    keys::{KeyCache, KeyRequest, SetupError},
};

/// Makes proofs with one resident key.
pub struct Prover {
    engine: AnyEngine,
    request: KeyRequest,
    key: ProvingKey<AnyEngine>,
    /// What the key was made of, for the engine that stands in when this one fails.
    material: KeyMaterial,
    /// The stake tables of the last proofs.
    tables: TableTraces,
}

/// A verified proof and what it took.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The public inputs, in the contract's order.
    pub public_inputs: Vec<Fr>,
    /// The proof.
    pub proof: Proof,
    /// Time to compute the witness.
    pub witness: Duration,
    /// Time to prove.
    pub proving: Duration,
    /// Time to verify.
    pub verifying: Duration,
    /// The engine that made it.
    pub engine: String,
    /// The attempt that failed before, if one did.
    pub failure: Option<Arc<Failure>>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveFailure {
    /// The statement does not fit the circuit.
    #[error(transparent)]
    Circuit(#[from] crema_circuit::Error),
    /// The statement is false.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The engine failed, and so did the processors in its place: nothing was sent.
    #[error(
        "{first}; then {second}: a fault of the machine or of this program. To repeat them:\n{first:#}\n{second:#}"
    )]
    NoEngine {
        /// The engine's attempt.
        first: Box<Failure>,
        /// The processors'.
        second: Box<Failure>,
    },
}

impl From<CheckedError> for ProveFailure {
    fn from(error: CheckedError) -> Self {
        match error {
            CheckedError::Both { first, second } => Self::NoEngine { first, second },
            CheckedError::Refused(error) => Self::Prove(error),
        }
    }
}

impl ProveFailure {
    /// Whether the statement is false, as opposed to something being broken.
    pub fn is_false_statement(&self) -> bool {
        matches!(self, Self::Prove(ProveError::Unsatisfied))
    }
}

impl Prover {
    /// Opens the engine, loads or makes the key, and makes it resident.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn open(
        request: &KeyRequest,
        engine: EngineOptions,
        cache: &KeyCache,
        progress: &dyn Progress,
    ) -> Result<Self, SetupError> {
        let engine = engine.open()?;
        let material = cache.open(&engine, request, progress)?;
        if let Some(plan) = engine
            .divide_memory(&material.workload())
            .map_err(ProveError::from)?
        {
            eprint!("{plan}");
        }
        let key = ProvingKey::new(&engine, &material)?;
        Ok(Self {
            engine,
            request: request.clone(),
            key,
            material,
            tables: TableTraces::default(),
        })
    }

    /// The key's public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key.info.verifying_key
    }

    /// The circuit.
    pub fn version(&self) -> Version {
        self.request.version
    }

    /// Lines of the stake table.
    pub fn capacity(&self) -> usize {
        self.request.capacity
    }

    /// The engine's name.
    pub fn engine(&self) -> String {
        self.engine.name()
    }

    /// Whether a proof that was made before is one for these public inputs.
    pub fn accepts(&self, public_inputs: &[Fr], proof: &Proof) -> bool {
        crema_plonk::verify(self.verifying_key(), public_inputs, proof).is_ok()
    }

    /// Makes a proof with fresh blinders and verifies it. Where the engine fails or its proof is wrong, the processors
    /// make it.
    ///
    /// # Errors
    /// [`ProveFailure`].
    pub fn prove(&self, statement: &Statement, progress: &dyn Progress) -> Result<Proved, ProveFailure> {
        self.make(statement, &Blinders::random, progress)
    }

    /// As [`Prover::prove`], with the given blinders.
    ///
    /// # Errors
    /// [`ProveFailure`].
    pub fn prove_with(
        &self,
        statement: &Statement,
        blinders: &Blinders,
        progress: &dyn Progress,
    ) -> Result<Proved, ProveFailure> {
        self.make(statement, &|| Ok(blinders.clone()), progress)
    }

    fn make(
        &self,
        statement: &Statement,
        blinders: &dyn Fn() -> Result<Blinders, ProveError>,
        progress: &dyn Progress,
    ) -> Result<Proved, ProveFailure> {
        let start = Instant::now();
        progress.report("witness", 0.0);
        let computed = witness_with(
            self.request.version,
            self.request.capacity,
            statement,
            &self.tables,
        )?;
        let witness = start.elapsed();
        let public_inputs = computed.public_inputs;
        // after the processors come the processors with other instructions
        let processors = if matches!(self.engine, AnyEngine::Cpu(_)) {
            CpuEngine::portable()
        } else {
            CpuEngine::default()
        };
        let checked = prove_checked(
            (&self.engine, &self.key),
            (&processors, &self.material),
            &Claim {
                witness: computed.values.into(),
                public_inputs: &public_inputs,
                message: &[],
            },
            blinders,
            progress,
        )?;
        Ok(Proved {
            public_inputs,
            proof: checked.proof,
            witness,
            proving: checked.proving,
            verifying: checked.verifying,
            engine: checked.engine,
            failure: checked.failure.map(Arc::from),
        })
    }
}
