//! A key resident in an engine, ready to prove statements of one circuit.

use std::time::{Duration, Instant};

use ark_bn254::Fr;
use crema_circuit::{Statement, Version, witness};
use crema_kernels::{AnyEngine, Engine};
use crema_plonk::{
    Blinders, Progress, Proof, ProveError, ProvingKey, VerifyError, VerifyingKey, prove, verify,
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
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveFailure {
    /// The statement does not fit the circuit.
    #[error(transparent)]
    Circuit(#[from] crema_circuit::Error),
    /// The statement is false, or an engine failed.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The engine made a wrong proof: nothing was sent.
    #[error("the proof that was just made does not verify ({0}): a fault of the machine or of this program")]
    SelfCheck(VerifyError),
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

    /// Makes a proof with fresh blinders and verifies it.
    ///
    /// # Errors
    /// [`ProveFailure`].
    pub fn prove(&self, statement: &Statement, progress: &dyn Progress) -> Result<Proved, ProveFailure> {
        self.prove_with(statement, &Blinders::random()?, progress)
    }

    /// Makes a proof with the given blinders and verifies it.
    ///
    /// # Errors
    /// [`ProveFailure`].
    pub fn prove_with(
        &self,
        statement: &Statement,
        blinders: &Blinders,
        progress: &dyn Progress,
    ) -> Result<Proved, ProveFailure> {
        let start = Instant::now();
        progress.report("witness", 0.0);
        let computed = witness(self.request.version, self.request.capacity, statement)?;
        let witness = start.elapsed();
        let start = Instant::now();
        let public_inputs = computed.public_inputs;
        let proof = prove(
            &self.engine,
            &self.key,
            computed.values,
            &public_inputs,
            blinders,
            progress,
        )?;
        let proving = start.elapsed();
        let start = Instant::now();
        progress.report("verification", 0.0);
        verify(self.verifying_key(), &public_inputs, &proof).map_err(ProveFailure::SelfCheck)?;
        Ok(Proved {
            public_inputs,
            proof,
            witness,
            proving,
            verifying: start.elapsed(),
        })
    }
}
