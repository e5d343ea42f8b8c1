//! Reading of the golden vectors.

use std::io::Read;

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ff::PrimeField;
use crema_kernels::{Domain, quotient::Selector};
use crema_plonk::{Circuit, constraint_system::Gate};
use serde_json::Value;

pub fn mini() -> Value {
    let compressed = &include_bytes!("plonk_mini.json.gz")[..];
    let mut text = String::new();
    flate2::read::GzDecoder::new(compressed)
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

pub fn fr(value: &Value) -> Fr {
    Fr::from_be_bytes_mod_order(&bytes(value))
}

pub fn frs(value: &Value) -> Vec<Fr> {
    // blinders come as {what, value}, everything else as plain strings
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| fr(v.get("value").unwrap_or(v)))
        .collect()
}

fn fq(value: &Value) -> Fq {
    Fq::from_be_bytes_mod_order(&bytes(value))
}

pub fn point(value: &Value) -> G1Affine {
    if value.get("infinity").is_some() {
        return G1Affine::identity();
    }
    G1Affine::new(fq(&value["x"]), fq(&value["y"]))
}

pub fn points(value: &Value) -> Vec<G1Affine> {
    value.as_array().unwrap().iter().map(point).collect()
}

pub fn g2(value: &Value) -> G2Affine {
    let coordinate = |v: &Value| Fq2::new(fq(&v["c0"]), fq(&v["c1"]));
    G2Affine::new(coordinate(&value["x"]), coordinate(&value["y"]))
}

/// A circuit whose structure is spelled out in the vector.
pub fn circuit(description: &Value) -> Circuit {
    let n = description["domain_size"].as_u64().unwrap() as usize;
    let mut rows = vec![Gate::NOTHING; n];
    if let Some(selectors) = description["selectors"].as_array() {
        for (selector, values) in selectors.iter().enumerate() {
            for (row, value) in rows.iter_mut().zip(frs(&values["values"])) {
                row.0[selector] = value;
            }
        }
    } else {
        // the largest circuit is given by its gates' names; a constant gate's constant is what its wire holds
        let witness = frs(&description["witness"]);
        for (i, row) in rows.iter_mut().enumerate() {
            let output = description["wire_variables"][4][i].as_u64().unwrap() as usize;
            *row = named_gate(description["gate_names"][i].as_str().unwrap(), witness[output]);
        }
    }
    let wires = std::array::from_fn(|w| {
        description["wire_variables"][w]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_u64().unwrap() as u32)
            .collect()
    });
    Circuit {
        gates: description["num_gates"].as_u64().unwrap() as usize,
        variables: description["num_vars"].as_u64().unwrap() as usize,
        public_inputs: description["public_inputs"].as_array().unwrap().len(),
        domain: Domain::new(n).unwrap(),
        wires,
        rows,
        row_index: (0..n as u32).collect(),
    }
}

fn named_gate(name: &str, constant: Fr) -> Gate {
    let one = Fr::from(1);
    match name {
        "Padding Gate" => Gate::NOTHING,
        "Public I/O Gate" => Gate::new(&[(Selector::Output, one)]),
        "Constant Gate" => Gate::new(&[(Selector::Output, one), (Selector::Constant, constant)]),
        "Addition Gate" => Gate::with_output(Selector::Lc0, &[one, one]),
        "Subtraction Gate" | "Check Equality Gate" => Gate::with_output(Selector::Lc0, &[one, -one]),
        "Multiplication Gate" => Gate::with_output(Selector::Mul0, &[one]),
        other => panic!("unknown gate {other}"),
    }
}
