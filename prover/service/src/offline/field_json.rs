//! Field elements, points and byte strings in JSON: `0x` and hex digits, points `{x, y}` or `{infinity: true}`.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use crema_light_client::field::{Field256, parse_hex, to_hex};
use serde_json::{Value, json};

/// The member `name` of an object.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value.get(name).ok_or_else(|| format!("`{name}` is missing"))
}

/// The elements of a list.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("`{name}` is not a list"))
}

/// A canonical field element.
pub(super) fn scalar<F: Field256>(value: &Value, name: &str) -> Result<F, String> {
    let text = value
        .as_str()
        .ok_or_else(|| format!("`{name}` is not a string"))?;
    parse_hex(text).map_err(|error| format!("`{name}`: {error}"))
}

/// An integer of 64 bits.
pub(super) fn integer(value: &Value, name: &str) -> Result<u64, String> {
    value
        .as_u64()
        .ok_or_else(|| format!("`{name}` is not an integer of 64 bits"))
}

/// Bytes in hex.
pub(super) fn bytes(value: &Value, name: &str) -> Result<Vec<u8>, String> {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let text = text.ok_or_else(|| format!("`{name}` is not a string that begins with 0x"))?;
    hex::decode(text).map_err(|error| format!("`{name}`: {error}"))
}

/// A point of G1 on the curve, or infinity.
pub(super) fn point(value: &Value, name: &str) -> Result<G1Affine, String> {
    if value.get("infinity").and_then(Value::as_bool) == Some(true) {
        return Ok(G1Affine::zero());
    }
    let (x, y) = (
        scalar::<Fq>(member(value, "x")?, name)?,
        scalar::<Fq>(member(value, "y")?, name)?,
    );
    let point = G1Affine::new_unchecked(x, y);
    if point.is_on_curve() {
        Ok(point)
    } else {
        Err(format!("`{name}` is not on the curve"))
    }
}

/// A point of G2 on the curve and in the subgroup.
pub(super) fn point_g2(value: &Value, name: &str) -> Result<G2Affine, String> {
    let coordinate = |axis: &str| -> Result<Fq2, String> {
        let value = member(value, axis)?;
        Ok(Fq2::new(
            scalar(member(value, "c0")?, name)?,
            scalar(member(value, "c1")?, name)?,
        ))
    };
    let point = G2Affine::new_unchecked(coordinate("x")?, coordinate("y")?);
    if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(format!("`{name}` is not in G2"))
    }
}

/// JSON of a scalar.
pub(super) fn scalar_json<F: Field256>(value: &F) -> Value {
    Value::String(to_hex(value))
}

/// JSON of bytes.
pub(super) fn bytes_json(bytes: &[u8]) -> Value {
    Value::String(format!("0x{}", hex::encode(bytes)))
}

/// JSON of a G1 point.
pub(super) fn point_json(point: &G1Affine) -> Value {
    match point.xy() {
        Some((x, y)) => json!({ "x": scalar_json(&x), "y": scalar_json(&y) }),
        None => json!({ "infinity": true }),
    }
}

/// JSON of a finite G2 point.
pub(super) fn point_g2_json(point: &G2Affine) -> Value {
    let coordinate = |c: &Fq2| json!({ "c0": scalar_json(&c.c0), "c1": scalar_json(&c.c1) });
    json!({ "x": coordinate(&point.x), "y": coordinate(&point.y) })
}
