//! The verification key as `contracts/tools/gen-vk` reads it.

use ark_bn254::{Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use crema_light_client::field::{to_be_bytes, to_hex};
use crema_plonk::VerifyingKey;
use crema_rollup::{CIRCUIT, circuit::BATCH};
use serde_json::{Value, json};

/// Selectors in the order of [`VerifyingKey::selectors`].
const SELECTORS: [&str; 13] = [
    "q_lc0", "q_lc1", "q_lc2", "q_lc3", "q_mul0", "q_mul1", "q_hash0", "q_hash1", "q_hash2", "q_hash3",
    "q_o", "q_c", "q_ecc",
];

/// The key spelled out.
pub fn json(key: &VerifyingKey) -> Value {
    let selectors: Vec<Value> = SELECTORS
        .iter()
        .zip(&key.selectors)
        .map(|(name, commitment)| json!({ "name": name, "point": point(commitment) }))
        .collect();
    json!({
        "id": key.id(),
        "circuit": CIRCUIT,
        "capacity": BATCH,
        "domain_size": key.domain_size,
        "num_inputs": key.public_inputs,
        "k": key.k.iter().map(to_hex).collect::<Vec<_>>(),
        "selector_comms": selectors,
        "sigma_comms": key.sigmas.iter().map(point).collect::<Vec<_>>(),
        "open_key": { "g": point(&G1Affine::generator()), "h": point_g2(&key.h), "beta_h": point_g2(&key.beta_h) },
        "solidity_words_concat": format!("0x{}", hex::encode(key.to_solidity())),
    })
}

fn point(point: &G1Affine) -> Value {
    match point.xy() {
        None => json!({ "infinity": true }),
        Some((x, y)) => json!({ "x": base_hex(x), "y": base_hex(y) }),
    }
}

fn point_g2(point: &G2Affine) -> Value {
    let element = |e: &Fq2| json!({ "c0": base_hex(e.c0), "c1": base_hex(e.c1) });
    json!({ "x": element(&point.x), "y": element(&point.y) })
}

fn base_hex(coordinate: ark_bn254::Fq) -> String {
    format!("0x{}", hex::encode(to_be_bytes(&coordinate)))
}
