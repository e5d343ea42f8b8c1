//! The offline commands against jellyfish's keys and proofs, as a user runs them.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

mod command;

use command::{Scratch, vectors};
use serde_json::{Value, json};

/// Exit codes that the commands promise.
const DONE: i32 = 0;
const REJECTED: i32 = 1;
const UNREADABLE: i32 = 2;

/// The vector files with the circuit whose keys and proofs they hold.
const FILES: [(&str, &str); 6] = [
    ("plonk_2", "v1"),
    ("plonk_10", "v1"),
    ("plonk_v2_2", "v2"),
    ("plonk_v2_10", "v2"),
    ("plonk_v3_2", "v3"),
    ("plonk_v3_10", "v3"),
];

/// The `--circuit`, `--capacity` and `--srs` of a vector file.
fn key_arguments(file: &Value, circuit: &str) -> Vec<String> {
    let tau = file["srs"]["tau"].as_str().unwrap();
    [
        "--circuit",
        circuit,
        "--capacity",
        &file["capacity"].to_string(),
        "--srs",
        &format!("insecure-tau:{tau}"),
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn keys_equal_the_reference() {
    let scratch = Scratch::new();
    for (name, circuit) in FILES {
        let file = vectors(name);
        let mut arguments = vec!["vk".to_owned()];
        arguments.extend(key_arguments(&file, circuit));
        arguments.extend(["--out".to_owned(), scratch.path("vk.json")]);
        scratch.expect(&arguments, DONE);
        let (found, expected) = (scratch.read("vk.json"), &file["verifying_key"]);
        for member in [
            "domain_size",
            "num_inputs",
            "k",
            "selector_comms",
            "sigma_comms",
            "solidity_words_concat",
        ] {
            assert_eq!(found[member], expected[member], "{name}: {member}");
        }
        assert_eq!(
            found["jf_canonical_compressed"], expected["jf_canonical_compressed"],
            "{name}"
        );
        assert_eq!(found["open_key"], expected["open_key"], "{name}");
    }
}

#[test]
fn proofs_equal_the_reference_and_are_accepted() {
    let scratch = Scratch::new();
    let mut proofs = 0;
    for (name, circuit) in FILES {
        let file = vectors(name);
        let vk = scratch.write("vk.json", &file["verifying_key"]);
        // every proof at capacity two, one of each kind at capacity ten
        let limit = if file["capacity"] == 2 { usize::MAX } else { 2 };
        for proof in file["proofs"].as_array().unwrap().iter().take(limit) {
            let case = file["cases"]
                .as_array()
                .unwrap()
                .iter()
                .find(|c| c["name"] == proof["case"])
                .unwrap();
            let inputs = scratch.write("inputs.json", &proof["public_inputs"]);
            let given = scratch.write("given.json", proof);
            let verify = [
                "verify",
                "--vk",
                &vk,
                "--public-inputs",
                &inputs,
                "--proof",
                &given,
            ]
            .map(str::to_owned);
            if !proof["extra_transcript_init_msg"].is_null() && proof["extra_transcript_init_msg"] != "None" {
                // its transcript begins with a message that no contract expects
                scratch.expect(&verify, REJECTED);
                continue;
            }
            scratch.expect(&verify, DONE);
            let mut arguments = vec!["prove".to_owned()];
            arguments.extend(key_arguments(&file, circuit));
            arguments.extend(["--case".to_owned(), scratch.write("case.json", case)]);
            let blinders = scratch.write("blinders.json", &proof["blinders_in_draw_order"]);
            arguments.extend(["--insecure-blinders".to_owned(), blinders]);
            arguments.extend(["--out".to_owned(), scratch.path("proof.json")]);
            scratch.expect(&arguments, DONE);
            let found = scratch.read("proof.json");
            assert_eq!(found["public_inputs"], proof["public_inputs"], "{name}");
            assert_eq!(found["encodings"], proof["encodings"], "{name} {}", proof["name"]);
            assert_eq!(found["proof"], proof["proof"], "{name} {}", proof["name"]);
            proofs += 1;
        }
    }
    assert!(proofs >= 15, "only {proofs} proofs were compared");
}

/// Runs `verify` on a proof given by its words.
fn verify(scratch: &Scratch, vk: &str, statement: [&Value; 2], expected: i32, name: &Value) {
    let [inputs, words] = statement;
    let proof = json!({ "encodings": { "solidity_words_concat": words } });
    let (inputs, proof) = (
        scratch.write("inputs.json", inputs),
        scratch.write("proof.json", &proof),
    );
    let arguments = [
        "verify",
        "--vk",
        vk,
        "--public-inputs",
        &inputs,
        "--proof",
        &proof,
    ]
    .map(str::to_owned);
    assert_eq!(scratch.run(&arguments), expected, "{name}");
}

#[test]
fn altered_proofs_and_inputs_are_not_accepted() {
    let scratch = Scratch::new();
    let (file, invalid) = (vectors("plonk_10"), vectors("invalid"));
    let vk = scratch.write("vk.json", &file["verifying_key"]);
    for case in invalid["positive_controls"].as_array().unwrap() {
        verify(
            &scratch,
            &vk,
            [&case["public_inputs"], &case["solidity_words_concat"]],
            DONE,
            &case["name"],
        );
    }
    for case in invalid["proofs"].as_array().unwrap() {
        // points off the curve do not decode; all else decodes and is rejected
        let expected = if case["kind"] == "not on curve" {
            UNREADABLE
        } else {
            REJECTED
        };
        if case["name"] != "extra transcript message not used by the prover" {
            verify(
                &scratch,
                &vk,
                [&case["public_inputs"], &case["solidity_words_concat"]],
                expected,
                &case["name"],
            );
        }
    }
    for case in invalid["raw_encoding_proof"].as_array().unwrap() {
        verify(
            &scratch,
            &vk,
            [&case["public_inputs"], &case["solidity_words_concat"]],
            UNREADABLE,
            &case["name"],
        );
    }
    for case in invalid["raw_encoding_public_inputs"].as_array().unwrap() {
        verify(
            &scratch,
            &vk,
            [&case["public_inputs_raw"], &case["solidity_words_concat"]],
            UNREADABLE,
            &case["name"],
        );
    }
}

#[test]
fn altered_keys_do_not_accept() {
    let scratch = Scratch::new();
    let (file, invalid) = (vectors("plonk_10"), vectors("invalid"));
    // keys with one element replaced by another of its kind
    let good = &invalid["positive_controls"][0];
    let words = file["verifying_key"]["solidity_words_concat"].as_str().unwrap();
    let words = hex::decode(words.strip_prefix("0x").unwrap()).unwrap();
    for point in 0..18 {
        let mut altered = words.clone();
        let other = (point + 1) % 18;
        altered[64 + 64 * point..][..64].copy_from_slice(&words[64 + 64 * other..][..64]);
        let key = json!({ "solidity_words_concat": format!("0x{}", hex::encode(altered)) });
        let vk = scratch.write("altered.json", &key);
        verify(
            &scratch,
            &vk,
            [&good["public_inputs"], &good["solidity_words_concat"]],
            REJECTED,
            &json!(format!("point {point}")),
        );
    }
    let mut other_k = file["verifying_key"].clone();
    other_k["k"][2] = other_k["k"][3].clone();
    let vk = scratch.write("altered.json", &other_k);
    verify(
        &scratch,
        &vk,
        [&good["public_inputs"], &good["solidity_words_concat"]],
        REJECTED,
        &json!("k"),
    );
    let mut disagreeing = file["verifying_key"].clone();
    disagreeing["selector_comms"][0] = disagreeing["selector_comms"][1].clone();
    let vk = scratch.write("altered.json", &disagreeing);
    verify(
        &scratch,
        &vk,
        [&good["public_inputs"], &good["solidity_words_concat"]],
        UNREADABLE,
        &json!("encodings disagree"),
    );
}

#[test]
fn false_statements_are_refused_and_leave_no_file() {
    let scratch = Scratch::new();
    let (file, invalid) = (vectors("plonk_10"), vectors("invalid"));
    for statement in invalid["false_statements"].as_array().unwrap() {
        let mut case = statement["case"].clone();
        case["bits"] = statement["bits"].clone();
        let mut arguments = vec!["prove".to_owned()];
        arguments.extend(key_arguments(&file, "v1"));
        arguments.extend(["--case".to_owned(), scratch.write("case.json", &case)]);
        arguments.extend(["--out".to_owned(), scratch.path("false.json")]);
        assert_eq!(scratch.run(&arguments), REJECTED, "{}", statement["name"]);
        assert!(
            !scratch.exists("false.json"),
            "{}: a proof file appeared",
            statement["name"]
        );
    }
}

#[test]
fn the_call_carries_state_and_proof() {
    let scratch = Scratch::new();
    for (name, selector, words) in [
        ("plonk_2", "2063d4f7", 39),
        ("plonk_v2_2", "757c37ad", 43),
        ("plonk_v3_2", "aabd5db3", 44),
    ] {
        let file = vectors(name);
        let proof = &file["proofs"][0];
        let case = file["cases"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["name"] == proof["case"])
            .unwrap();
        let (proof_file, case_file) = (
            scratch.write("proof.json", proof),
            scratch.write("case.json", case),
        );
        let out = scratch.path("call.json");
        let arguments = [
            "calldata",
            "--proof",
            &proof_file,
            "--case",
            &case_file,
            "--out",
            &out,
        ]
        .map(str::to_owned);
        scratch.expect(&arguments, DONE);
        let call = scratch.read("call.json");
        let data = call["data"].as_str().unwrap();
        assert!(data.starts_with(&format!("0x{selector}")), "{name}");
        assert_eq!(data.len(), 2 + 8 + 64 * words, "{name}");
        assert!(
            data.ends_with(&proof["encodings"]["solidity_words_concat"].as_str().unwrap()[2..]),
            "{name}"
        );
        let view = case["light_client_state"]["view_number"].as_u64().unwrap();
        assert_eq!(&data[10..74], format!("{view:064x}"), "{name}");
    }
}

#[test]
fn unreadable_input_ends_with_code_two_and_no_file() {
    let scratch = Scratch::new();
    let file = vectors("plonk_2");
    let key = key_arguments(&file, "v1");
    let case = file["cases"][0].clone();
    let prove = |case: &str, expected: i32, why: &str| {
        let mut arguments = vec!["prove".to_owned()];
        arguments.extend(key.clone());
        arguments.extend([
            "--case".to_owned(),
            case.to_owned(),
            "--out".to_owned(),
            scratch.path("out.json"),
        ]);
        assert_eq!(scratch.run(&arguments), expected, "{why}");
        assert!(!scratch.exists("out.json"), "{why}: an output file appeared");
    };
    let altered = |change: &dyn Fn(&mut Value)| {
        let mut case = case.clone();
        change(&mut case);
        scratch.write("case.json", &case)
    };
    let modulus = "0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
    prove("/nonexistent/case.json", UNREADABLE, "missing file");
    prove(
        &scratch.write_text("case.json", "{"),
        UNREADABLE,
        "truncated JSON",
    );
    prove(&scratch.write_text("case.json", "[[[["), UNREADABLE, "not JSON");
    prove(
        &scratch.write_text("case.json", &"[".repeat(100_000)),
        UNREADABLE,
        "deep nesting",
    );
    prove(
        &altered(&|c| c["capacity"] = json!(3)),
        UNREADABLE,
        "wrong capacity",
    );
    prove(
        &altered(&|c| c["entries"][0]["amount"] = json!(modulus)),
        UNREADABLE,
        "amount not canonical",
    );
    prove(
        &altered(&|c| c["entries"][0]["schnorr_vk"]["x"] = json!("0x01")),
        UNREADABLE,
        "short field element",
    );
    let one = format!("0x{:064x}", 1);
    prove(
        &altered(&|c| c["entries"][0]["schnorr_vk"]["x"] = json!(one)),
        UNREADABLE,
        "key off the curve",
    );
    prove(
        &altered(&|c| c["entries"][0]["signature"]["R"]["y"] = json!(one)),
        UNREADABLE,
        "R off the curve",
    );
    prove(
        &altered(&|c| c["light_client_state"]["view_number"] = json!(-1)),
        UNREADABLE,
        "negative view",
    );
    prove(
        &altered(&|c| c["light_client_state"]["block_comm_root"] = json!(modulus)),
        UNREADABLE,
        "root not canonical",
    );
    prove(&altered(&|c| c["bits"] = json!([])), UNREADABLE, "too few bits");
    prove(
        &altered(&|c| drop(c.as_object_mut().unwrap().remove("entries"))),
        UNREADABLE,
        "no entries",
    );
    let mut crowded = case.clone();
    for _ in 0..3 {
        let entry = crowded["entries"][0].clone();
        crowded["entries"].as_array_mut().unwrap().push(entry);
    }
    prove(
        &scratch.write("case.json", &crowded),
        UNREADABLE,
        "more entries than the capacity",
    );
}

#[test]
fn unusable_options_end_with_code_two() {
    let scratch = Scratch::new();
    for arguments in [
        vec!["vk", "--circuit", "v9", "--capacity", "2", "--srs", "aztec"],
        vec![
            "vk",
            "--circuit",
            "v1",
            "--capacity",
            "0",
            "--srs",
            "insecure-tau:0x01",
        ],
        vec![
            "vk",
            "--circuit",
            "v1",
            "--capacity",
            "2",
            "--srs",
            "insecure-tau:0x00",
        ],
        vec!["vk", "--circuit", "v1", "--capacity", "2", "--srs", "aztec"],
        vec![
            "vk",
            "--circuit",
            "v1",
            "--capacity",
            "2",
            "--srs",
            "file:/nonexistent.bin",
        ],
        vec![
            "verify",
            "--vk",
            "/nonexistent",
            "--public-inputs",
            "/nonexistent",
            "--proof",
            "/nonexistent",
        ],
    ] {
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        assert_eq!(scratch.run(&arguments), UNREADABLE, "{arguments:?}");
    }
    let truncated = scratch.write_text("short.bin", "\u{5}\0\0\0\0\0\0\0abc");
    let file = format!("file:{truncated}");
    let arguments = ["vk", "--circuit", "v1", "--capacity", "2", "--srs", &file].map(str::to_owned);
    assert_eq!(scratch.run(&arguments), UNREADABLE, "truncated SRS");
}
