//! `proof.json`: a proof in words, in jellyfish's encodings, and spelled out.

use ark_bn254::Fr;
use crema_light_client::tagged;
use crema_plonk::Proof;
use serde_json::{Value, json};

use super::field_json::{bytes, bytes_json, list, member, point, point_json, scalar, scalar_json};

/// jellyfish's tag for proofs.
const TAG: &str = "PROOF";

/// The proof spelled out, and in all its encodings.
pub(super) fn write(proof: &Proof, public_inputs: &[Fr]) -> Value {
    let points = |points: &[ark_bn254::G1Affine]| points.iter().map(point_json).collect::<Vec<_>>();
    let scalars = |values: &[Fr]| values.iter().map(scalar_json).collect::<Vec<_>>();
    json!({
        "public_inputs": scalars(public_inputs),
        "proof": {
            "wires": points(&proof.wires),
            "prod_perm": point_json(&proof.grand_product),
            "split_quot": points(&proof.quotient),
            "opening": point_json(&proof.opening),
            "shifted_opening": point_json(&proof.shifted_opening),
            "evals": {
                "wires": scalars(&proof.evaluations.wires),
                "wire_sigmas": scalars(&proof.evaluations.sigmas),
                "perm_next": scalar_json(&proof.evaluations.grand_product_next),
            },
        },
        "encodings": {
            "solidity_words_concat": bytes_json(&proof.to_solidity()),
            "jf_canonical_compressed": bytes_json(&proof.to_arkworks(true)),
            "jf_tagged_base64": tagged::encode(TAG, &proof.to_arkworks(false)),
            "jf_vec_basefield": proof.to_base_fields().iter().map(|w| bytes_json(w)).collect::<Vec<_>>(),
        },
    })
}

/// Reads a proof by its words; whatever else is there must agree.
pub(super) fn read(value: &Value) -> Result<Proof, String> {
    let encodings = value.get("encodings").unwrap_or(value);
    let words = bytes(
        member(encodings, "solidity_words_concat")?,
        "solidity_words_concat",
    )?;
    let proof = Proof::from_solidity(&words).map_err(|error| error.to_string())?;
    let agree = |same: bool, name: &str| {
        if same {
            Ok(())
        } else {
            Err(format!("`{name}` disagrees with `solidity_words_concat`"))
        }
    };
    if let Some(ark) = encodings.get("jf_canonical_compressed") {
        let name = "jf_canonical_compressed";
        agree(bytes(ark, name)? == proof.to_arkworks(true), name)?;
    }
    if let Some(text) = encodings.get("jf_tagged_base64") {
        let name = "jf_tagged_base64";
        let text = text.as_str().ok_or_else(|| format!("`{name}` is not a string"))?;
        let value = tagged::decode(TAG, text).map_err(|error| format!("`{name}`: {error}"))?;
        agree(value == proof.to_arkworks(false), name)?;
    }
    if let Some(fields) = encodings.get("jf_vec_basefield") {
        let name = "jf_vec_basefield";
        let fields = list(fields, name)?
            .iter()
            .map(|w| bytes(w, name))
            .collect::<Result<Vec<_>, _>>()?;
        agree(fields == proof.to_base_fields(), name)?;
    }
    if let Some(spelled) = value.get("proof") {
        agree(read_spelled(spelled)? == proof, "proof")?;
    }
    Ok(proof)
}

fn read_spelled(value: &Value) -> Result<Proof, String> {
    let points = |name: &str| -> Result<_, String> {
        let points = list(member(value, name)?, name)?
            .iter()
            .map(|p| point(p, name))
            .collect::<Result<Vec<_>, _>>()?;
        points
            .try_into()
            .map_err(|_| format!("`{name}` does not have five points"))
    };
    let single = |name: &str| point(member(value, name)?, name);
    let evaluations = member(value, "evals")?;
    let scalars = |name: &str| {
        list(member(evaluations, name)?, name)?
            .iter()
            .map(|s| scalar::<Fr>(s, name))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(Proof {
        wires: points("wires")?,
        grand_product: single("prod_perm")?,
        quotient: points("split_quot")?,
        opening: single("opening")?,
        shifted_opening: single("shifted_opening")?,
        evaluations: crema_plonk::Evaluations {
            wires: scalars("wires")?
                .try_into()
                .map_err(|_| "`evals.wires` does not have five scalars")?,
            sigmas: scalars("wire_sigmas")?
                .try_into()
                .map_err(|_| "`evals.wire_sigmas` does not have four scalars")?,
            grand_product_next: scalar(member(evaluations, "perm_next")?, "perm_next")?,
        },
    })
}
