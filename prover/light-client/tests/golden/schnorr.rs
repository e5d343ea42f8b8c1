use ark_ec::twisted_edwards::{Affine, TECurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig};
use crema_light_client::field::{self, Fr, Fs};
use crema_light_client::rescue;
use crema_light_client::schnorr::{
    Error, KEY_PAIR_TAG, Signature, SigningKey, VerifyingKey, challenge, challenge_preimage, domain_separator,
};
use crema_light_client::tagged::{Tagged, encode};
use serde_json::Value;

use crate::vectors::{SCHNORR, bytes, element, elements, json, list, text};

fn point(value: &Value) -> EdwardsAffine {
    Affine::new_unchecked(element(&value["x"]), element(&value["y"]))
}

fn signature(value: &Value) -> Signature {
    Signature {
        s: element(&value["s"]),
        r: point(&value["R"]),
    }
}

#[test]
fn curve_and_domain() {
    let vectors = json(SCHNORR);
    let curve = &vectors["curve"];
    assert_eq!(EdwardsConfig::COEFF_A, element(&curve["a"]));
    assert_eq!(EdwardsConfig::COEFF_D, element(&curve["d"]));
    assert_eq!(EdwardsAffine::generator(), point(&curve["generator"]));
    assert_eq!(domain_separator(), element(&vectors["cs_id_field"]));
    let tags = &vectors["tags"];
    assert_eq!(
        [SigningKey::TAG, VerifyingKey::TAG, Signature::TAG, KEY_PAIR_TAG],
        [
            &tags["signing_key"],
            &tags["ver_key"],
            &tags["signature"],
            &tags["key_pair"]
        ]
        .map(text)
    );
}

#[test]
fn padding_entries() {
    let defaults = &json(SCHNORR)["defaults"];
    let (key, signature) = (&defaults["ver_key"], &defaults["signature"]);
    assert_eq!(
        text(&key["tagged"]).parse::<VerifyingKey>().unwrap(),
        VerifyingKey::default()
    );
    assert_eq!(VerifyingKey::default().to_string(), text(&key["tagged"]));
    assert_eq!(
        VerifyingKey::default().to_compressed_bytes(),
        bytes(&key["compressed"])
    );
    assert_eq!(
        text(&signature["tagged"]).parse::<Signature>().unwrap(),
        Signature::default()
    );
    assert_eq!(Signature::default().to_string(), text(&signature["tagged"]));
    assert_eq!(
        Signature::default().to_compressed_bytes(),
        bytes(&signature["compressed"])
    );
    assert_eq!(
        VerifyingKey::default().verify(&[], &Signature::default()),
        Err(Error::IdentityKey)
    );
}

#[test]
fn signing_step_by_step() {
    let vectors = json(SCHNORR);
    let cases = list(&vectors["cases"]);
    assert_eq!(cases.len(), 10);
    for case in cases {
        let message = elements(&case["msg"]);
        let key = SigningKey::from_scalar(element(&case["sk"])).unwrap();
        assert_eq!(key.verifying_key(), VerifyingKey(point(&case["pk"])));

        let expected = signature(&case["signature"]);
        let nonce: Fs = element(&case["nonce_r"]);
        assert_eq!(
            rescue::hash(&elements(&case["nonce_hash_input"])),
            element(&case["nonce_hash_fq"])
        );
        assert_eq!((EdwardsAffine::generator() * nonce).into_affine(), expected.r);
        let preimage = challenge_preimage(&key.verifying_key(), &expected.r, &message);
        assert_eq!(preimage, elements(&case["challenge_hash_input"]));
        assert_eq!(rescue::hash(&preimage), element::<Fr>(&case["challenge_hash_fq"]));
        assert_eq!(
            challenge(&key.verifying_key(), &expected.r, &message),
            element(&case["challenge_c"])
        );

        assert_eq!(key.sign(&message), expected);
        assert_eq!(key.verifying_key().verify(&message, &expected), Ok(()));
    }
}

#[test]
fn encodings() {
    for case in list(&json(SCHNORR)["cases"]) {
        let encodings = &case["encodings"];
        let key = SigningKey::from_scalar(element(&case["sk"])).unwrap();
        let verifying_key = key.verifying_key();
        let signature = signature(&case["signature"]);

        assert_eq!(key.to_value(), bytes(&encodings["sk_bytes_le"]));
        assert_eq!(*key.to_text(), text(&encodings["sk_tagged"]));
        assert_eq!(*key.to_key_pair_text(), text(&encodings["keypair_tagged"]));
        assert_eq!(
            verifying_key.to_compressed_bytes(),
            bytes(&encodings["pk_compressed"])
        );
        assert_eq!(verifying_key.to_value(), bytes(&encodings["pk_uncompressed"]));
        assert_eq!(verifying_key.to_string(), text(&encodings["pk_tagged"]));
        assert_eq!(
            signature.to_compressed_bytes(),
            bytes(&encodings["sig_compressed"])
        );
        assert_eq!(signature.to_value(), bytes(&encodings["sig_uncompressed"]));
        assert_eq!(signature.to_string(), text(&encodings["sig_tagged"]));

        let read: SigningKey = text(&encodings["sk_tagged"]).parse().unwrap();
        assert_eq!(read.verifying_key(), verifying_key);
        let read = SigningKey::from_key_pair_text(text(&encodings["keypair_tagged"])).unwrap();
        assert_eq!(read.verifying_key(), verifying_key);
        assert_eq!(
            text(&encodings["pk_tagged"]).parse::<VerifyingKey>().unwrap(),
            verifying_key
        );
        assert_eq!(
            text(&encodings["sig_tagged"]).parse::<Signature>().unwrap(),
            signature
        );
    }
}

#[test]
fn altered_signatures_are_rejected() {
    let mut rejected = 0;
    for case in list(&json(SCHNORR)["cases"]) {
        for negative in list(&case["negative"]) {
            assert_eq!(negative["valid"], false);
            let key = VerifyingKey(point(&negative["vk"]));
            let outcome = key.verify(&elements(&negative["msg"]), &signature(negative));
            let expected = if key == VerifyingKey::default() {
                Error::IdentityKey
            } else {
                Error::Invalid
            };
            assert_eq!(outcome, Err(expected), "{}", negative["name"]);
            rejected += 1;
        }
    }
    assert_eq!(rejected, 50);
}

/// Each way in which 64 bytes can fail to be a key, made from a valid one.
#[test]
fn malformed_keys_are_rejected() {
    use crema_light_client::codec::DecodeError;
    let what = "Schnorr verifying key";
    let valid = SigningKey::from_seed(&[1; 32]).verifying_key();
    let coordinates = |x: [u8; 32], y: [u8; 32]| VerifyingKey::from_value(&[x, y].concat());
    let (x, y) = (field::to_le_bytes(&valid.0.x), field::to_le_bytes(&valid.0.y));
    assert_eq!(coordinates(x, y), Ok(valid));

    assert_eq!(
        VerifyingKey::from_value(&x),
        Err(DecodeError::Length {
            what,
            expected: 64,
            found: 32
        })
    );
    assert_eq!(coordinates(x, x), Err(DecodeError::NotOnCurve { what }));
    // (0, -1) has order two, and added to any key it gives a point of the curve outside the subgroup
    let order_two = EdwardsAffine::new_unchecked(Fr::from(0), -Fr::from(1));
    let outside = (valid.0 + order_two).into_affine();
    for point in [order_two, outside] {
        let bytes = [field::to_le_bytes(&point.x), field::to_le_bytes(&point.y)].concat();
        let error = VerifyingKey::from_value(&bytes).unwrap_err();
        assert_eq!(error, DecodeError::WrongSubgroup { what });
    }
    // y + r, the same residue in a second spelling
    let small = VerifyingKey::default();
    let mut order = bytes(&json(SCHNORR)["defaults"]["ver_key"]["compressed"]);
    order.copy_from_slice(&modulus_plus(1));
    let error = VerifyingKey::from_value(&[[0; 32].as_slice(), &order].concat()).unwrap_err();
    assert_eq!(error, DecodeError::NonCanonical { what });
    assert_eq!(coordinates([0; 32], field::to_le_bytes(&small.0.y)), Ok(small));

    assert_eq!(encode(VerifyingKey::TAG, &valid.to_value()), valid.to_string());
}

/// The order of the coordinates' field plus `offset`, as 32 little-endian bytes.
fn modulus_plus(offset: u8) -> [u8; 32] {
    let mut bytes = field::to_le_bytes(&-Fr::from(1));
    // the order ends in ...01, so its predecessor ends in ...00 and nothing carries
    bytes[0] += 1 + offset;
    bytes
}
