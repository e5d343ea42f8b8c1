//! Key and proofs.

use ark_bn254::Fr;
use crema_kernels::cpu::CpuEngine;
use crema_kzg::Srs;
use crema_plonk::{
    Blinders, Proof, ProveError, ProvingKey, VerifyError, VerifyingKey,
    key::{EXTRA_POWERS, MemorySink, PreprocessError, preprocess},
    prove, verify,
};

use crate::circuit::{Statement, structure, witness};

/// Name of the circuit in keys.
pub const CIRCUIT: &str = "toy-token";
/// The secret behind the development key, which is none: whoever reads this can prove anything.
const INSECURE_TAU: u64 = 0x70_6f74_6174_6f65;

/// The proving key on the CPU.
pub struct Prover {
    engine: CpuEngine,
    key: ProvingKey<CpuEngine>,
}

/// Why there is no key or proof.
#[derive(Debug, thiserror::Error)]
pub enum ProverError {
    /// The reference string does not serve.
    #[error(transparent)]
    Srs(#[from] crema_kzg::Error),
    /// The statement is not true, or the machine gave out.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The proof that was made does not verify.
    #[error("the proof that was made does not verify: {0}")]
    Verify(#[from] VerifyError),
}

impl Prover {
    /// The key for development, whose secret is public.
    ///
    /// # Errors
    /// [`ProverError`].
    pub fn insecure() -> Result<Self, ProverError> {
        let powers = structure().domain.size + EXTRA_POWERS;
        Self::new(&Srs::insecure(Fr::from(INSECURE_TAU), powers)?)
    }

    /// The key over a reference string of at least the circuit's size and [`EXTRA_POWERS`].
    ///
    /// # Errors
    /// [`ProverError`].
    pub fn new(srs: &Srs) -> Result<Self, ProverError> {
        let engine = CpuEngine::default();
        let mut sink = MemorySink::default();
        let info = match preprocess(&engine, &structure(), srs, CIRCUIT, false, &mut sink, &()) {
            Ok(info) => info,
            Err(PreprocessError::Prove(error)) => return Err(error.into()),
            Err(PreprocessError::Sink(never)) => match never {},
        };
        let key = ProvingKey::new(&engine, &sink.finish(info))?;
        Ok(Self { engine, key })
    }

    /// What the contract has in its code.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key.info.verifying_key
    }

    /// Proves a statement and checks the proof.
    ///
    /// # Errors
    /// [`ProverError`].
    pub fn prove(&self, statement: &Statement) -> Result<Proof, ProverError> {
        self.prove_with(statement, &Blinders::random()?)
    }

    /// As [`Prover::prove`], with blinders of the caller's: the same ones give the same proof.
    ///
    /// # Errors
    /// [`ProverError`].
    pub fn prove_with(&self, statement: &Statement, blinders: &Blinders) -> Result<Proof, ProverError> {
        let inputs = &statement.public_inputs;
        let proof = prove(&self.engine, &self.key, witness(statement), inputs, blinders, &())?;
        verify(self.verifying_key(), inputs, &proof)?;
        Ok(proof)
    }
}
