//! Tiny circuits against jellyfish's keys, challenges and proofs, with a known secret and with the Aztec powers.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

mod checked;
mod vectors;

use ark_bn254::Fr;
use crema_kernels::{Engine, cpu::CpuEngine};
use crema_kzg::{Origin, Srs};
use crema_plonk::{
    Blinders, Circuit, Proof, ProvingKey, Transcript, VerifyError, VerifyingKey,
    key::{KeyWriter, MemorySink, load, preprocess},
    prove, verify,
};
use serde_json::Value;
use vectors::{bytes, circuit, fr, frs, g2, mini, point, points};

fn srs(vectors: &Value, run: &Value, count: usize) -> Srs {
    let all = &vectors["srs"];
    if run["srs"] == "known tau" {
        return Srs::insecure(fr(&all["known tau"]["tau"]), count).unwrap();
    }
    let aztec = &all["aztec"];
    Srs {
        powers_of_g: points(&aztec["powers_of_g"])
            .into_iter()
            .map(Into::into)
            .collect::<Vec<_>>()
            .into(),
        h: g2(&aztec["h"]),
        beta_h: g2(&aztec["beta_h"]),
        origin: Origin::Aztec,
    }
}

fn key(circuit: &Circuit, srs: &Srs, with_lagrange: bool) -> ProvingKey<CpuEngine> {
    let engine = CpuEngine::default();
    let mut sink = MemorySink::default();
    let info = preprocess(&engine, circuit, srs, "mini", with_lagrange, &mut sink, &()).unwrap();
    ProvingKey::new(&engine, &sink.finish(info)).unwrap()
}

/// Runs `check` on every circuit, reference string and way of committing.
fn for_each_run(check: impl Fn(&Circuit, &Value, &Value, &ProvingKey<CpuEngine>)) {
    let vectors = mini();
    for description in vectors["circuits"].as_array().unwrap() {
        let circuit = circuit(description);
        for run in description["runs"].as_array().unwrap() {
            let srs = srs(&vectors, run, circuit.domain.size + 3);
            srs.check().unwrap();
            for with_lagrange in [false, true] {
                check(&circuit, description, run, &key(&circuit, &srs, with_lagrange));
            }
        }
    }
}

fn blinders(proof: &Value) -> Blinders {
    Blinders::insecure(frs(&proof["blinders_in_draw_order"]).try_into().unwrap())
}

fn make(key: &ProvingKey<CpuEngine>, description: &Value, proof: &Value) -> Proof {
    let witness = frs(&description["witness"]);
    let inputs = frs(&description["public_inputs"]);
    prove(
        &CpuEngine::default(),
        key,
        witness,
        &inputs,
        &blinders(proof),
        &(),
    )
    .unwrap()
}

#[test]
fn keys_equal_the_reference() {
    for_each_run(|_, _, run, key| {
        let expected = &run["verifying_key"];
        let found = &key.info.verifying_key;
        for (selector, comm) in found
            .selectors
            .iter()
            .zip(expected["selector_comms"].as_array().unwrap())
        {
            assert_eq!(*selector, point(&comm["point"]), "{}", comm["name"]);
        }
        assert_eq!(found.sigmas.to_vec(), points(&expected["sigma_comms"]));
        assert_eq!(found.to_solidity(), bytes(&expected["solidity_words_concat"]));
        assert_eq!(
            VerifyingKey::from_solidity(&found.to_solidity()).as_ref(),
            Ok(found)
        );
    });
}

#[test]
fn proofs_equal_the_reference_byte_for_byte() {
    for_each_run(|_, description, run, key| {
        for expected in run["proofs"].as_array().unwrap() {
            let proof = make(key, description, expected);
            let encodings = &expected["encodings"];
            assert_eq!(
                proof.to_solidity(),
                bytes(&encodings["solidity_words_concat"]),
                "{}",
                expected["name"]
            );
            assert_eq!(
                proof.to_arkworks(true),
                bytes(&encodings["jf_canonical_compressed"])
            );
            assert_eq!(
                Proof::from_arkworks(&proof.to_arkworks(true)).as_ref(),
                Ok(&proof)
            );
            assert_eq!(Proof::from_solidity(&proof.to_solidity()).as_ref(), Ok(&proof));
            let words: Vec<Vec<u8>> = encodings["jf_vec_basefield"]
                .as_array()
                .unwrap()
                .iter()
                .map(bytes)
                .collect();
            assert_eq!(
                proof
                    .to_base_fields()
                    .iter()
                    .map(|w| w.to_vec())
                    .collect::<Vec<_>>(),
                words
            );
            verify(
                &key.info.verifying_key,
                &frs(&description["public_inputs"]),
                &proof,
            )
            .unwrap();
        }
    });
}

#[test]
fn transcripts_equal_the_reference() {
    for_each_run(|_, description, run, key| {
        for expected in run["proofs"].as_array().unwrap() {
            let inputs = frs(&description["public_inputs"]);
            let proof = make(key, description, expected);
            let mut transcript = Transcript::new(&key.info.verifying_key, &inputs, &[]);
            transcript.append_points(&proof.wires);
            let challenge = |transcript: &mut Transcript, name: &str| {
                assert_eq!(
                    transcript.challenge(),
                    fr(&expected["challenges"][name]),
                    "{name}"
                );
            };
            challenge(&mut transcript, "beta");
            challenge(&mut transcript, "gamma");
            transcript.append_points(&[proof.grand_product]);
            challenge(&mut transcript, "alpha");
            transcript.append_points(&proof.quotient);
            challenge(&mut transcript, "zeta");
            transcript.append_evaluations(&proof.evaluations);
            challenge(&mut transcript, "v");
        }
    });
}

#[test]
fn a_key_survives_its_file_and_corruption_is_named() {
    let vectors = mini();
    let description = &vectors["circuits"][0];
    let circuit = circuit(description);
    let run = &description["runs"][0];
    let srs = srs(&vectors, run, circuit.domain.size + 3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys").join("mini.key");
    let engine = CpuEngine::default();
    let mut writer = KeyWriter::create(&path).unwrap();
    let info = preprocess(&engine, &circuit, &srs, "mini", true, &mut writer, &()).unwrap();
    assert!(
        !path.exists(),
        "nothing stands under the final name before the key is whole"
    );
    writer.finish(&info).unwrap();

    let material = load(&path).unwrap();
    assert_eq!(material.info, info);
    let key = ProvingKey::new(&engine, &material).unwrap();
    let expected = &run["proofs"][0];
    assert_eq!(
        make(&key, description, expected).to_solidity(),
        bytes(&expected["encodings"]["solidity_words_concat"])
    );

    let good = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.key");
    for at in (0..good.len()).step_by(4099) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&damaged, &bad).unwrap();
        // padding between sections carries nothing, so that a flip there may pass; the data must then be the same
        if let Ok(material) = load(&damaged) {
            let key = ProvingKey::new(&engine, &material).unwrap();
            assert_eq!(
                make(&key, description, expected),
                make(&key, description, expected),
                "byte {at}"
            );
            assert_eq!(material.info, info);
        }
    }
    for length in [0, 7, 100, 1 << 14, good.len() / 2, good.len() - 1] {
        std::fs::write(&damaged, &good[..length]).unwrap();
        assert!(load(&damaged).is_err(), "a file of {length} bytes was accepted");
    }
    drop(KeyWriter::create(&damaged).unwrap());
    let leftovers = std::fs::read_dir(folder.path()).unwrap().filter_map(Result::ok);
    assert!(
        leftovers
            .into_iter()
            .all(|e| !e.file_name().to_string_lossy().contains("partial"))
    );
}

#[test]
fn every_tampered_word_is_rejected() {
    let vectors = mini();
    let description = &vectors["circuits"][0];
    let circuit = circuit(description);
    let run = &description["runs"][0];
    let key = key(&circuit, &srs(&vectors, run, circuit.domain.size + 3), true);
    let inputs = frs(&description["public_inputs"]);
    let proof = make(&key, description, &run["proofs"][0]);
    let good = proof.to_solidity();
    for word in 0..good.len() / 32 {
        let mut bad = good.clone();
        bad[32 * word + 31] ^= 1;
        if let Ok(proof) = Proof::from_solidity(&bad) {
            assert_eq!(
                verify(&key.info.verifying_key, &inputs, &proof),
                Err(VerifyError::Pairing),
                "word {word}"
            );
        }
    }
    for i in 0..inputs.len() {
        let mut bad = inputs.clone();
        bad[i] += Fr::from(1);
        assert_eq!(
            verify(&key.info.verifying_key, &bad, &proof),
            Err(VerifyError::Pairing),
            "input {i}"
        );
    }
    let wrong_count = verify(&key.info.verifying_key, &inputs[1..], &proof);
    assert_eq!(
        wrong_count,
        Err(VerifyError::PublicInputs {
            expected: 7,
            found: 6
        })
    );
}

#[test]
fn an_unsatisfying_witness_is_refused() {
    let vectors = mini();
    let description = &vectors["circuits"][1];
    let circuit = circuit(description);
    let run = &description["runs"][0];
    let key = key(&circuit, &srs(&vectors, run, circuit.domain.size + 3), true);
    let witness = frs(&description["witness"]);
    let inputs = frs(&description["public_inputs"]);
    circuit.check(&witness, &inputs).unwrap();
    let engine = CpuEngine::default();
    for i in 0..witness.len() {
        let mut bad = witness.clone();
        bad[i] += Fr::from(1);
        let used = circuit.wires.iter().flatten().any(|v| *v as usize == i);
        if !used || circuit.check(&bad, &inputs).is_ok() {
            continue;
        }
        let result = prove(&engine, &key, bad, &inputs, &Blinders::random().unwrap(), &());
        assert!(
            matches!(result, Err(crema_plonk::ProveError::Unsatisfied)),
            "variable {i}"
        );
    }
}

#[test]
fn blinders_are_fresh_and_hide() {
    let vectors = mini();
    let description = &vectors["circuits"][0];
    let circuit = circuit(description);
    let key = key(
        &circuit,
        &srs(&vectors, &description["runs"][0], circuit.domain.size + 3),
        true,
    );
    let inputs = frs(&description["public_inputs"]);
    let engine = CpuEngine::default();
    let make = || {
        prove(
            &engine,
            &key,
            frs(&description["witness"]),
            &inputs,
            &Blinders::random().unwrap(),
            &(),
        )
        .unwrap()
    };
    let (a, b) = (make(), make());
    verify(&key.info.verifying_key, &inputs, &a).unwrap();
    verify(&key.info.verifying_key, &inputs, &b).unwrap();
    for (x, y) in a
        .to_solidity()
        .chunks(64)
        .zip(b.to_solidity().chunks(64))
        .take(13)
    {
        assert_ne!(x, y, "a commitment repeats between two proofs of one witness");
    }
    let _ = engine.name();
}
