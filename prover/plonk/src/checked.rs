//! Proofs that are verified before they leave, and made again elsewhere when an engine failed or was wrong.

use std::{
    fmt,
    time::{Duration, Instant},
};

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use crema_kernels::{Engine, Shared, shared::bytes_of};

use crate::{
    Blinders, KeyInfo, KeyMaterial, Progress, Proof, ProveError, ProvingKey, VerifyError, prove_with_message,
    verify_with_message,
};

/// What is to be proved.
#[derive(Clone)]
pub struct Claim<'a> {
    /// Values of the circuit's variables.
    pub witness: Shared<Fr>,
    /// Values of its public inputs.
    pub public_inputs: &'a [Fr],
    /// What the transcript absorbs before anything else; may be empty.
    pub message: &'a [u8],
}

/// A proof that verifies.
#[derive(Debug)]
pub struct Checked {
    /// The proof.
    pub proof: Proof,
    /// The engine that made it.
    pub engine: String,
    /// Time to make it, failed attempts included.
    pub proving: Duration,
    /// Time to verify it.
    pub verifying: Duration,
    /// The attempt that came before, if that failed.
    pub failure: Option<Box<Failure>>,
}

/// An attempt that gave no proof that verifies, with everything beside the witness that is needed to repeat it.
///
/// Its blinders are in none of the proofs that left, so that showing them reveals nothing about those. The default
/// display hides them; the alternate one (`{:#}`) is the whole record.
#[derive(Debug)]
pub struct Failure {
    /// The engine, as it calls itself.
    pub engine: String,
    /// The key's label and the id of its public half.
    pub key: String,
    /// The public inputs.
    pub public_inputs: Vec<Fr>,
    /// What the transcript absorbed first.
    pub message: Vec<u8>,
    /// BLAKE3 digest of the witness, its values as Montgomery limbs, least significant first.
    pub witness_digest: [u8; 32],
    /// The blinders.
    pub blinders: Blinders,
    /// What went wrong.
    pub cause: Cause,
}

/// How an attempt failed.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The engine reported an error, or took the statement for false.
    #[error(transparent)]
    Engine(#[from] ProveError),
    /// The engine reported nothing and its proof is wrong.
    #[error("its proof is wrong: {error}")]
    Wrong {
        /// The proof.
        proof: Box<Proof>,
        /// Why it is rejected.
        error: VerifyError,
    },
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum CheckedError {
    /// The claim cannot be proved by any engine: it is false, or does not fit the key.
    #[error(transparent)]
    Refused(#[from] ProveError),
    /// Both engines failed.
    #[error("no engine gives a proof that verifies: {first}; then {second}")]
    Both {
        /// The first attempt.
        first: Box<Failure>,
        /// The second attempt.
        second: Box<Failure>,
    },
}

/// Makes a proof and verifies it. When the engine fails, or its proof does, the same is done on `fallback` with the key in
/// `material`, and the failure comes with the proof. A claim that an engine takes for false is false only if the other
/// one agrees.
///
/// `blinders` is called once for each attempt.
///
/// # Errors
/// [`CheckedError`].
pub fn prove_checked<E: Engine, F: Engine>(
    (engine, key): (&E, &ProvingKey<E>),
    (fallback, material): (&F, &KeyMaterial),
    claim: &Claim<'_>,
    blinders: &dyn Fn() -> Result<Blinders, ProveError>,
    progress: &dyn Progress,
) -> Result<Checked, CheckedError> {
    let start = Instant::now();
    let first = match attempt(engine, key, claim, blinders()?, progress) {
        Ok((proof, verifying)) => {
            return Ok(Checked {
                proof,
                engine: engine.name(),
                proving: start.elapsed().saturating_sub(verifying),
                verifying,
                failure: None,
            });
        }
        Err(failure) => failure.unless_misfit()?,
    };
    // bases and polynomials are mapped: on an engine of the host this costs next to nothing
    let second = match ProvingKey::new(fallback, material) {
        Ok(key) => attempt(fallback, &key, claim, blinders()?, progress),
        Err(error) => Err(Failure::new(
            fallback.name(),
            &material.info,
            claim,
            blinders()?,
            Cause::Engine(error),
        )),
    };
    match second {
        Ok((proof, verifying)) => Ok(Checked {
            proof,
            engine: fallback.name(),
            proving: start.elapsed().saturating_sub(verifying),
            verifying,
            failure: Some(first),
        }),
        Err(second) if second.says_unsatisfied() => Err(ProveError::Unsatisfied.into()),
        Err(second) => Err(CheckedError::Both { first, second }),
    }
}

/// One attempt: the proof and the time it took to verify.
fn attempt<E: Engine>(
    engine: &E,
    key: &ProvingKey<E>,
    claim: &Claim<'_>,
    blinders: Blinders,
    progress: &dyn Progress,
) -> Result<(Proof, Duration), Box<Failure>> {
    let Claim {
        witness,
        public_inputs,
        message,
    } = claim;
    let made = prove_with_message(
        engine,
        key,
        witness.clone(),
        public_inputs,
        &blinders,
        message,
        progress,
    );
    let cause = match made {
        Ok(proof) => {
            let start = Instant::now();
            progress.report("verification", 0.0);
            match verify_with_message(&key.info.verifying_key, public_inputs, &proof, message) {
                Ok(()) => return Ok((proof, start.elapsed())),
                Err(error) => Cause::Wrong {
                    proof: Box::new(proof),
                    error,
                },
            }
        }
        Err(error) => Cause::Engine(error),
    };
    Err(Failure::new(engine.name(), &key.info, claim, blinders, cause))
}

impl Failure {
    fn new(engine: String, key: &KeyInfo, claim: &Claim<'_>, blinders: Blinders, cause: Cause) -> Box<Self> {
        Box::new(Self {
            engine,
            key: format!("{} ({})", key.label, key.verifying_key.id()),
            public_inputs: claim.public_inputs.to_vec(),
            message: claim.message.to_vec(),
            witness_digest: *blake3::hash(bytes_of(&claim.witness)).as_bytes(),
            blinders,
            cause,
        })
    }

    /// An error that no other engine can mend.
    fn unless_misfit(self: Box<Self>) -> Result<Box<Self>, ProveError> {
        match self.cause {
            Cause::Engine(
                error @ (ProveError::Witness { .. }
                | ProveError::PublicInputs { .. }
                | ProveError::Randomness),
            ) => Err(error),
            _ => Ok(self),
        }
    }

    fn says_unsatisfied(&self) -> bool {
        matches!(self.cause, Cause::Engine(ProveError::Unsatisfied))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "engine {} failed: {}", self.engine, self.cause)?;
        if !f.alternate() {
            return Ok(());
        }
        let scalar = |f: &mut fmt::Formatter<'_>, name: &str, value: &Fr| {
            write!(f, "\n{name} 0x")?;
            hexadecimal(f, &value.into_bigint().to_bytes_be())
        };
        write!(f, "\nkey {}", self.key)?;
        for input in &self.public_inputs {
            scalar(f, "public_input", input)?;
        }
        for blinder in self.blinders.in_draw_order() {
            scalar(f, "blinder", &blinder)?;
        }
        for (name, bytes) in [
            ("message", &self.message[..]),
            ("witness_blake3", &self.witness_digest),
        ] {
            write!(f, "\n{name} 0x")?;
            hexadecimal(f, bytes)?;
        }
        if let Cause::Wrong { proof, .. } = &self.cause {
            f.write_str("\nproof 0x")?;
            hexadecimal(f, &proof.to_solidity())?;
        }
        Ok(())
    }
}

fn hexadecimal(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
