use crema_light_client::field::{self, Fr};
use crema_light_client::rescue::{
    HALF_ROUNDS, STATE_WIDTH, fifth_power, fifth_root, hash, mds, mix, permute, round_keys, sponge,
};

use crate::vectors::{RESCUE, element, elements, json, list};

fn state(value: &serde_json::Value) -> [Fr; STATE_WIDTH] {
    elements(value).try_into().expect("four elements")
}

#[test]
fn parameters() {
    let params = &json(RESCUE)["params"];
    assert_eq!(params["state_width"], STATE_WIDTH);
    assert_eq!(params["half_rounds"], HALF_ROUNDS);
    assert!(list(&params["mds_rows"]).iter().map(state).eq(*mds()));
    assert!(list(&params["round_keys"]).iter().map(state).eq(*round_keys()));
}

#[test]
fn round_keys_follow_the_schedule() {
    let params = &json(RESCUE)["params"];
    let injections = list(&params["key_injection"]);
    assert_eq!(injections.len(), HALF_ROUNDS);
    let mut key = state(&params["init_vec"]);
    assert_eq!(key, round_keys()[0]);
    for (i, injection) in injections.iter().enumerate() {
        let powers = if i % 2 == 0 {
            key.map(fifth_root)
        } else {
            key.map(fifth_power)
        };
        key = mix(&powers, &state(injection));
        assert_eq!(key, round_keys()[i + 1], "after half round {i}");
    }
}

#[test]
fn permutation() {
    let vectors = json(RESCUE);
    let pairs = list(&vectors["permutation"]);
    assert_eq!(pairs.len(), 16);
    for pair in pairs {
        assert_eq!(permute(state(&pair["input"])), state(&pair["output"]));
    }
}

#[test]
fn sponge_of_every_length() {
    let vectors = json(RESCUE);
    let cases = list(&vectors["sponge_with_padding"]);
    assert_eq!(cases.len(), 39);
    for case in cases {
        let input = elements(&case["input"]);
        assert_eq!(case["length"], input.len());
        assert_eq!(hash(&input), element(&case["output"]));
        assert_eq!(sponge::<5>(&input).as_slice(), elements(&case["output_len5"]));
    }
}

#[test]
fn the_root_is_the_inverse_power() {
    use ark_ff::{BigInt, Field};
    let alpha_inverse: Fr = element(&json(RESCUE)["params"]["alpha_inv"]);
    let exponent: BigInt<4> = alpha_inverse.into();
    let x = field::parse_decimal::<Fr>("31415926535").unwrap();
    assert_eq!(fifth_root(x), x.pow(exponent));
}
