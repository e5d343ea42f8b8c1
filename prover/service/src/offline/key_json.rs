//! `vk.json`: a verification key in words, and the same spelled out.

use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use crema_plonk::VerifyingKey;
use serde_json::{Map, Value, json};

use super::field_json::{
    bytes, bytes_json, integer, list, member, point, point_g2, point_g2_json, point_json, scalar, scalar_json,
};

const WORD_ORDER: &str = "domainSize numInputs sigma0..4 q1..q4 qM12 qM34 qO qC qH1..qH4 qEcc g2LSB g2MSB (qO, qC before the hash selectors)";

const SELECTOR_NAMES: [&str; 13] = [
    "q_lc0", "q_lc1", "q_lc2", "q_lc3", "q_mul0", "q_mul1", "q_hash0", "q_hash1", "q_hash2", "q_hash3",
    "q_o", "q_c", "q_ecc",
];

/// The key spelled out, with its words and its short id. `beta_g` is the reference string's second power.
pub(super) fn write(
    key: &VerifyingKey,
    beta_g: G1Affine,
    circuit: &str,
    capacity: usize,
    srs: &str,
) -> Value {
    let selectors: Vec<Value> = SELECTOR_NAMES
        .iter()
        .zip(&key.selectors)
        .map(|(name, comm)| json!({ "name": name, "point": point_json(comm) }))
        .collect();
    json!({
        "id": key.id(),
        "circuit": circuit,
        "capacity": capacity,
        "srs": srs,
        "domain_size": key.domain_size,
        "num_inputs": key.public_inputs,
        "k": key.k.iter().map(scalar_json).collect::<Vec<_>>(),
        "selector_comms": selectors,
        "sigma_comms": key.sigmas.iter().map(point_json).collect::<Vec<_>>(),
        "open_key": {
            "g": point_json(&G1Affine::generator()),
            "h": point_g2_json(&key.h),
            "beta_h": point_g2_json(&key.beta_h),
        },
        "beta_h_compressed_64_bytes": bytes_json(&key.beta_h_bytes()),
        "jf_canonical_compressed": bytes_json(&key.to_arkworks(beta_g)),
        "solidity_words_concat": bytes_json(&key.to_solidity()),
        "solidity_word_order": WORD_ORDER,
    })
}

/// Reads a key by its words; whatever else is spelled out must agree, except that other coset representatives make
/// another (and for any honest proof wrong) key.
pub(super) fn read(value: &Value) -> Result<VerifyingKey, String> {
    let value = value.get("verifying_key").unwrap_or(value);
    let object = value.as_object().ok_or("not an object")?;
    let words = bytes(words_of(object)?, "solidity_words_concat")?;
    let mut key = VerifyingKey::from_solidity(&words).map_err(|error| error.to_string())?;
    let agree = |same: bool, name: &str| {
        if same {
            Ok(())
        } else {
            Err(format!("`{name}` disagrees with `solidity_words_concat`"))
        }
    };
    if let Some(size) = object.get("domain_size") {
        agree(integer(size, "domain_size")? == key.domain_size, "domain_size")?;
    }
    if let Some(inputs) = object.get("num_inputs") {
        agree(integer(inputs, "num_inputs")? == key.public_inputs, "num_inputs")?;
    }
    if let Some(comms) = object.get("selector_comms") {
        let points = list(comms, "selector_comms")?
            .iter()
            .map(|comm| point(comm.get("point").unwrap_or(comm), "selector_comms"))
            .collect::<Result<Vec<_>, _>>()?;
        agree(points == key.selectors, "selector_comms")?;
    }
    if let Some(comms) = object.get("sigma_comms") {
        let comms = list(comms, "sigma_comms")?;
        let points = comms
            .iter()
            .map(|comm| point(comm, "sigma_comms"))
            .collect::<Result<Vec<_>, _>>()?;
        agree(points == key.sigmas, "sigma_comms")?;
    }
    if let Some(open_key) = object.get("open_key") {
        agree(
            point(member(open_key, "g")?, "open_key.g")? == G1Affine::generator(),
            "open_key.g",
        )?;
        agree(
            point_g2(member(open_key, "h")?, "open_key.h")? == key.h,
            "open_key.h",
        )?;
        agree(
            point_g2(member(open_key, "beta_h")?, "open_key.beta_h")? == key.beta_h,
            "open_key.beta_h",
        )?;
    }
    if let Some(compressed) = object.get("beta_h_compressed_64_bytes") {
        let name = "beta_h_compressed_64_bytes";
        agree(bytes(compressed, name)? == key.beta_h_bytes(), name)?;
    }
    if let Some(ark) = object.get("jf_canonical_compressed") {
        // beyond our key it holds only the reference string's second power, which verification does not use
        let name = "jf_canonical_compressed";
        let (ark, ours) = (bytes(ark, name)?, key.to_arkworks(G1Affine::identity()));
        let tail = ours.len() - 34;
        agree(ark.len() == ours.len() && ark[..tail] == ours[..tail], name)?;
    }
    if let Some(k) = object.get("k") {
        let k = list(k, "k")?
            .iter()
            .map(|k| scalar::<Fr>(k, "k"))
            .collect::<Result<Vec<_>, _>>()?;
        key.k = k
            .try_into()
            .map_err(|_| "`k` does not have five elements".to_owned())?;
    }
    Ok(key)
}

fn words_of(object: &Map<String, Value>) -> Result<&Value, String> {
    object
        .get("solidity_words_concat")
        .or_else(|| {
            object
                .get("encodings")
                .and_then(|encodings| encodings.get("solidity_words_concat"))
        })
        .ok_or_else(|| "`solidity_words_concat` is missing".to_owned())
}
