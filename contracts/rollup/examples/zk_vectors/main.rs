//! What the contracts' tests of the ZK rollup read, made anew:
//! `cargo run --release -p crema-rollup --example zk_vectors -- key` prints the verification key for `tools/gen-vk`,
//! `… -- chain > contracts/test/fixtures/zk_rollup.json` blocks with transfers and the proofs that settle them,
//! `… -- namespace > contracts/test/fixtures/namespace_proof.json` namespaces of a dispersed payload.

mod chain;
mod key;
mod namespace;

use crema_rollup::Prover;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let json = match std::env::args().nth(1).as_deref() {
        Some("key") => key::json(Prover::insecure()?.verifying_key()),
        Some("chain") => chain::json()?,
        Some("namespace") => namespace::json()?,
        _ => return Err("say what to print: key, chain or namespace".into()),
    };
    println!("{}", serde_json::to_string_pretty(&json)?);
    Ok(())
}
