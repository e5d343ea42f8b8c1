//! The four commands.

use std::path::{Path, PathBuf};

use ark_bn254::{Fr, G1Affine};
use clap::Args;
use crema_circuit::Version;
use crema_plonk::{BLINDERS, Blinders, key::Section};
use serde_json::{Value, json};

use super::{
    OfflineError, calldata::encode, case::Case, field_json, key_json, output, proof_json, read_json,
    unreadable,
};
use crate::{
    cli::KeyOptions,
    keys::{KeyCache, SetupError},
    prover::Prover,
    terminal::Bars,
};

/// `state-prover vk`.
#[derive(Args, Clone, Debug)]
pub struct VkOptions {
    #[command(flatten)]
    key: KeyOptions,
    /// Where to write the key; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// `state-prover prove`.
#[derive(Args, Clone, Debug)]
pub struct ProveOptions {
    #[command(flatten)]
    key: KeyOptions,
    /// The stake table with its signatures, and the state that was signed.
    #[arg(long, value_name = "FILE")]
    case: PathBuf,
    /// Seventeen blinders in draw order, to reproduce a proof. Insecure: whoever knows them can undo the hiding.
    #[arg(long, value_name = "FILE")]
    insecure_blinders: Option<PathBuf>,
    /// Where to write the proof.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// `state-prover verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyOptions {
    /// The verification key.
    #[arg(long, value_name = "FILE")]
    vk: PathBuf,
    /// The public inputs, a list of field elements.
    #[arg(long, value_name = "FILE")]
    public_inputs: PathBuf,
    /// The proof.
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
}

/// `state-prover calldata`.
#[derive(Args, Clone, Debug)]
pub struct CalldataOptions {
    /// The proof.
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// The case that it proves.
    #[arg(long, value_name = "FILE")]
    case: PathBuf,
    /// Where to write the call; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn warn_if_unsound(version: Version) {
    if !version.is_sound() {
        eprintln!(
            "warning: {version} is the circuit as deployed, whose `unpack` is unsound: a contract with its key is only \
             as safe as its permissioned prover (use {version}-canonical for deployments of your own)"
        );
    }
}

/// Prints a circuit's verification key.
///
/// # Errors
/// [`OfflineError`].
pub fn vk(options: &VkOptions) -> Result<(), OfflineError> {
    let request = options.key.request();
    warn_if_unsound(request.version);
    let bars = Bars::new();
    let cache = KeyCache::new(options.key.key_cache.clone())?;
    let engine = options.key.engine.open().map_err(SetupError::from)?;
    let material = cache.open(&engine, &request, &bars)?;
    bars.clear();
    let beta_g = G1Affine::from(material.points[&Section::Powers][1]);
    let (circuit, srs) = (request.version.to_string(), request.srs.to_string());
    let value = key_json::write(
        &material.info.verifying_key,
        beta_g,
        &circuit,
        request.capacity,
        &srs,
    );
    eprintln!("{request}: key {}", material.info.verifying_key.id());
    output::write(options.out.as_deref(), &value)
}

/// Proves a case.
///
/// # Errors
/// [`OfflineError::FalseStatement`] when the case does not satisfy the circuit; others when something is unreadable.
pub fn prove(options: &ProveOptions) -> Result<(), OfflineError> {
    let request = options.key.request();
    let reason = unreadable(&options.case);
    let case = Case::read(&read_json(&options.case)?).map_err(&reason)?;
    if let Some(capacity) = case.capacity.filter(|capacity| *capacity != request.capacity) {
        let asked = request.capacity;
        return Err(OfflineError::Mismatch(format!(
            "the case has capacity {capacity}, --capacity says {asked}"
        )));
    }
    let statement = case.statement(request.version).map_err(&reason)?;
    if statement.entries.len() > request.capacity {
        let (found, capacity) = (statement.entries.len(), request.capacity);
        return Err(OfflineError::Mismatch(format!(
            "{found} entries do not fit a capacity of {capacity}"
        )));
    }
    let blinders = options
        .insecure_blinders
        .as_deref()
        .map(read_blinders)
        .transpose()?;
    warn_if_unsound(request.version);
    let bars = Bars::new();
    let cache = KeyCache::new(options.key.key_cache.clone())?;
    let prover = Prover::open(&request, options.key.engine, &cache, &bars)?;
    let proved = match &blinders {
        Some(blinders) => prover.prove_with(&statement, blinders, &bars),
        None => prover.prove(&statement, &bars),
    };
    bars.clear();
    let proved = proved.map_err(|error| {
        if error.is_false_statement() {
            OfflineError::FalseStatement(error)
        } else {
            OfflineError::Prove(error)
        }
    })?;
    if let Some(failure) = &proved.failure {
        eprintln!("{failure:#}\n{} made the proof instead", proved.engine);
    }
    let mut value = proof_json::write(&proved.proof, &proved.public_inputs);
    value["circuit"] = json!(request.version.to_string());
    value["capacity"] = json!(request.capacity);
    value["verifying_key_id"] = json!(prover.verifying_key().id());
    output::write(Some(&options.out), &value)?;
    eprintln!(
        "{request}: proof for key {} in {:.2} s (witness {:.2} s), verified in {:.1} ms, {}",
        prover.verifying_key().id(),
        proved.proving.as_secs_f64(),
        proved.witness.as_secs_f64(),
        proved.verifying.as_secs_f64() * 1e3,
        prover.engine(),
    );
    Ok(())
}

fn read_blinders(path: &Path) -> Result<Blinders, OfflineError> {
    let reason = unreadable(path);
    let value = read_json(path)?;
    let scalars = field_json::list(&value, "blinders")
        .and_then(|list| {
            list.iter()
                .map(|blinder| field_json::scalar(blinder.get("value").unwrap_or(blinder), "blinder"))
                .collect::<Result<Vec<Fr>, String>>()
        })
        .map_err(&reason)?;
    let count = scalars.len();
    let scalars = scalars
        .try_into()
        .map_err(|_| reason(format!("{count} blinders, a proof has {BLINDERS}")))?;
    Ok(Blinders::insecure(scalars))
}

/// Checks a proof.
///
/// # Errors
/// [`OfflineError::Rejected`] when it does not verify; others when something is unreadable.
pub fn verify(options: &VerifyOptions) -> Result<(), OfflineError> {
    let key = key_json::read(&read_json(&options.vk)?).map_err(unreadable(&options.vk))?;
    let proof = proof_json::read(&read_json(&options.proof)?).map_err(unreadable(&options.proof))?;
    let inputs =
        public_inputs(&read_json(&options.public_inputs)?).map_err(unreadable(&options.public_inputs))?;
    crema_plonk::verify(&key, &inputs, &proof).map_err(OfflineError::Rejected)?;
    eprintln!("accepted by key {}", key.id());
    Ok(())
}

fn public_inputs(value: &Value) -> Result<Vec<Fr>, String> {
    let value = value.get("public_inputs").unwrap_or(value);
    field_json::list(value, "public_inputs")?
        .iter()
        .map(|v| field_json::scalar(v, "public input"))
        .collect()
}

/// Prints the call that submits a proof.
///
/// # Errors
/// [`OfflineError`] when something is unreadable.
pub fn calldata(options: &CalldataOptions) -> Result<(), OfflineError> {
    let proof = proof_json::read(&read_json(&options.proof)?).map_err(unreadable(&options.proof))?;
    let case = Case::read(&read_json(&options.case)?).map_err(unreadable(&options.case))?;
    let data = field_json::bytes_json(&encode(&case, &proof));
    output::write(options.out.as_deref(), &json!({ "data": data }))
}
