//! Fresh proofs, with blinders nobody chose, in the deployed verifier's code.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

use std::{env, path::PathBuf};

use alloy::{
    node_bindings::Anvil,
    primitives::U256,
    providers::{Provider, ProviderBuilder},
    sol_types::SolType,
};
use ark_bn254::Fr;
use ark_ff::Field;
use crema_contracts::transfer_verifier::{
    IPlonkVerifier::PlonkProof,
    TransferVerifierInsecure::{self, TransferVerifierInsecureInstance},
};
use crema_light_client::{field, schnorr::SigningKey};
use crema_plonk::Proof;
use crema_rollup::{
    Batch, Prover, Source,
    batch::domain,
    circuit::PUBLIC_INPUTS,
    token::{Account, Ledger, Transfer},
};

/// The binary of the contracts' npm packages, or the one that CREMA_ANVIL names.
fn anvil() -> PathBuf {
    if let Some(path) = env::var_os("CREMA_ANVIL") {
        return path.into();
    }
    let platform = match (env::consts::OS, env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", _) => "darwin-amd64",
        (_, "aarch64") => "linux-arm64",
        _ => "linux-amd64",
    };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../node_modules/@foundry-rs/anvil-{platform}/bin/anvil"));
    assert!(
        path.exists(),
        "{} is missing: run `npm ci --prefix contracts --ignore-scripts`, or name an anvil in CREMA_ANVIL",
        path.display()
    );
    path
}

async fn accepts<P: Provider>(
    verifier: &TransferVerifierInsecureInstance<P>,
    inputs: &[Fr; PUBLIC_INPUTS],
    proof: &Proof,
) -> bool {
    let words = inputs.map(|input| U256::from_be_bytes(field::to_be_bytes(&input)));
    let proof = PlonkProof::abi_decode(&proof.to_solidity()).unwrap();
    verifier.verify(words, proof).call().await.unwrap()
}

#[tokio::test]
async fn a_fresh_proof_passes_and_no_altered_statement_does() {
    let anvil = Anvil::at(anvil()).prague().try_spawn().unwrap();
    let wallet = anvil.wallet().unwrap();
    let provider = ProviderBuilder::new()
        .wallet(wallet)
        .connect_http(anvil.endpoint_url());
    let verifier = TransferVerifierInsecure::deploy(provider).await.unwrap();

    let keys = [1, 2].map(|seed| SigningKey::from_seed(&[seed; 32]));
    let domain = domain(11_155_111, 9);
    let accounts = [(0, 10), (1, 20)].map(|(i, balance)| Account::new(&keys[i].verifying_key(), balance));
    let mut ledger = Ledger::new(domain, &accounts).unwrap();
    let transfers = [
        Transfer::sign(&keys[0], domain, [0, 1], 7, 0),
        Transfer::sign(&keys[1], domain, [1, 0], 27, 0),
    ];
    let source = Source {
        commitment: Fr::from(77),
        height: 1234,
        first: 3,
    };
    let batch = Batch::execute(&mut ledger, &source, &transfers).unwrap();
    assert_eq!(batch.valid, [true; 2]);
    let prover = Prover::insecure().unwrap();
    let inputs = batch.statement.public_inputs;
    let proofs = [0; 2].map(|_| prover.prove(&batch.statement).unwrap());
    assert_ne!(proofs[0], proofs[1], "blinders");
    for proof in &proofs {
        assert!(accepts(&verifier, &inputs, proof).await);
    }
    for input in 0..PUBLIC_INPUTS {
        let mut altered = inputs;
        altered[input] += Fr::ONE;
        assert!(!accepts(&verifier, &altered, &proofs[0]).await, "input {input}");
    }
    // a lie has no proof
    let mut lie = batch.statement;
    lie.public_inputs[1] += Fr::ONE;
    assert!(prover.prove(&lie).is_err());
}
