//! Calls, events and errors as bytes: what the bindings say is what the contracts understand.

#![allow(clippy::unwrap_used)]

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    sol_types::{Revert as Reason, SolCall, SolError, SolEvent},
};
use crema_contracts::{
    IMPLEMENTATION_SLOT, Kind, LightClient, PROOF_BYTES, ProofError, Revert, Variant, compact_creation_code,
    example_token, fee_contract, initialize_call, permissioned_stake_table, plonk_proof, proxy_creation_code,
    stake_table, v2, v3,
};
use serde_json::Value;

/// Inputs and proof of the golden proofs that the Solidity tests read too.
fn golden() -> Vec<(Vec<u8>, Vec<u8>)> {
    let file: Value = serde_json::from_str(include_str!("../../test/fixtures/golden_v1_10.json")).unwrap();
    let bytes = |key: &str, i: usize| hex::decode(file["accepted"][key][i].as_str().unwrap()).unwrap();
    let count = file["accepted"]["names"].as_array().unwrap().len();
    (0..count)
        .map(|i| (bytes("inputs", i), bytes("proofs", i)))
        .collect()
}

fn word(bytes: &[u8], index: usize) -> U256 {
    U256::from_be_slice(&bytes[32 * index..32 * (index + 1)])
}

#[test]
fn an_update_is_the_deployed_call() {
    let golden = golden();
    assert_eq!(golden.len(), 5);
    for (inputs, proof) in golden {
        let call = LightClient::newFinalizedStateCall {
            newState: LightClient::LightClientState {
                viewNum: word(&inputs, 0).to(),
                blockHeight: word(&inputs, 1).to(),
                blockCommRoot: word(&inputs, 2),
            },
            proof: plonk_proof(&proof).unwrap(),
        };
        let expected = [&hex!("2063d4f7")[..], &inputs[..96], &proof].concat();
        assert_eq!(call.abi_encode(), expected);
    }
}

#[test]
fn a_proof_has_thirty_six_words() {
    for length in [0, 1, PROOF_BYTES - 1, PROOF_BYTES + 1] {
        let refused = plonk_proof(&vec![0; length]).unwrap_err();
        assert!(matches!(refused, ProofError::Length { found } if found == length));
    }
}

#[test]
fn initialize_is_ten_words() {
    let word_of = |n: u64| U256::from(n);
    let data = initialize_call(
        LightClient::LightClientState {
            viewNum: 1,
            blockHeight: 2,
            blockCommRoot: word_of(3),
        },
        LightClient::StakeTableState {
            threshold: word_of(4),
            blsKeyComm: word_of(5),
            schnorrKeyComm: word_of(6),
            amountComm: word_of(7),
        },
        8,
        Address::with_last_byte(9),
    );
    let signature = "initialize((uint64,uint64,uint256),(uint256,uint256,uint256,uint256),uint32,address)";
    assert_eq!(data[..4], keccak256(signature)[..4]);
    let words: Vec<U256> = (0..9).map(|i| word(&data[4..], i)).collect();
    assert_eq!(words, (1..=9).map(word_of).collect::<Vec<_>>());
}

#[test]
fn creation_codes_are_whole() {
    for variant in Variant::ALL {
        let code = variant.creation_code();
        // EIP-3860 bounds what can be sent; the runtime code is nearly all of it
        assert!(code.len() > 10_000 && code.len() <= 49_152, "{}", variant.name());
        assert!(
            variant
                .name()
                .ends_with(&format!("{}Insecure", variant.capacity()))
        );
    }
    let implementation = Address::repeat_byte(0xab);
    let code = proxy_creation_code(implementation, Bytes::from_static(&[1, 2, 3]));
    let arguments = &code[code.len() - 4 * 32..];
    assert_eq!(
        Address::from_word(B256::from_slice(&arguments[..32])),
        implementation
    );
    assert_eq!(word(arguments, 1), U256::from(64));
    assert_eq!(word(arguments, 2), U256::from(3));
    assert_eq!(arguments[96..99], [1, 2, 3]);
}

#[test]
fn the_compact_light_client_carries_genesis_and_stake_table() {
    let genesis = LightClient::LightClientState {
        viewNum: 0,
        blockHeight: 0,
        blockCommRoot: U256::from(1),
    };
    let stake_table = LightClient::StakeTableState {
        threshold: U256::from(2),
        blsKeyComm: U256::from(3),
        schnorrKeyComm: U256::from(4),
        amountComm: U256::from(5),
    };
    let code = compact_creation_code(genesis, stake_table, 6);
    let (_, arguments) = code.split_at(code.len() - 8 * 32);
    let words: Vec<U256> = (0..8).map(|i| word(arguments, i)).collect();
    assert_eq!(words, [0, 0, 1, 2, 3, 4, 5, 6].map(U256::from));
    assert!(code.len() > 10_000, "creation code in front");
}

#[test]
fn variants_say_what_they_are() {
    for variant in Variant::ALL {
        let kind = match variant.kind() {
            Kind::Plain => "",
            Kind::Arbitrum => "Arbitrum",
            Kind::Mock => "Mock",
        };
        let expected = format!(
            "LightClient{kind}V{}Canonical{}Insecure",
            variant.version(),
            variant.capacity()
        );
        assert_eq!(variant.name(), expected);
    }
}

#[test]
fn later_versions_are_called_as_deployed() {
    assert_eq!(
        v2::LightClientV2::newFinalizedState_1Call::SELECTOR,
        hex!("757c37ad")
    );
    assert_eq!(
        v3::LightClientV3::newFinalizedState_2Call::SELECTOR,
        hex!("aabd5db3")
    );
    assert_eq!(
        Revert::decode(&v3::LightClientV3::MissingEpochRootUpdate {}.abi_encode()).name(),
        Some("MissingEpochRootUpdate")
    );
}

#[test]
fn the_contracts_beside_the_light_client_bring_their_code() {
    for code in [
        &fee_contract::FeeContract::BYTECODE,
        &stake_table::StakeTable::BYTECODE,
        &permissioned_stake_table::PermissionedStakeTable::BYTECODE,
        &example_token::ExampleToken::BYTECODE,
    ] {
        assert!(code.len() > 3_000 && code.len() <= 49_152, "{}", code.len());
    }
    let deposit = fee_contract::FeeContract::depositCall {
        user: Address::with_last_byte(1),
    };
    assert_eq!(deposit.abi_encode()[..4], keccak256("deposit(address)")[..4]);
}

#[test]
fn the_implementation_slot_is_erc_1967s() {
    let hash = U256::from_be_bytes(keccak256("eip1967.proxy.implementation").0);
    assert_eq!(IMPLEMENTATION_SLOT, B256::from(hash - U256::from(1)));
}

#[test]
fn a_new_state_event_decodes() {
    let topics = [
        keccak256("NewState(uint64,uint64,uint256)"),
        B256::from(U256::from(100)),
        B256::from(U256::from(73)),
    ];
    let event = LightClient::NewState::decode_raw_log(topics, &U256::from(5).to_be_bytes::<32>()).unwrap();
    assert_eq!(
        (event.viewNum, event.blockHeight, event.blockCommRoot),
        (100, 73, U256::from(5))
    );
}

#[test]
fn every_error_of_the_abi_has_a_name() {
    let abi: Value = serde_json::from_str(include_str!("../../abi/LightClientV3.json")).unwrap();
    let errors: Vec<&Value> = abi["abi"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["type"] == "error")
        .collect();
    assert!(errors.len() >= 22);
    for error in errors {
        let name = error["name"].as_str().unwrap();
        let inputs = error["inputs"].as_array().unwrap();
        let types: Vec<&str> = inputs
            .iter()
            .map(|input| input["type"].as_str().unwrap())
            .collect();
        let mut data = keccak256(format!("{name}({})", types.join(",")))[..4].to_vec();
        data.resize(4 + 32 * types.len(), 0);
        let revert = Revert::decode(&data);
        assert_eq!(revert.name(), Some(name));
        assert!(revert.to_string().starts_with(&format!("{name}: ")));
    }
}

#[test]
fn other_reverts_say_what_they_are() {
    assert_eq!(Revert::decode(&[]), Revert::Empty);
    let reason = Reason::from("Bn254: invalid scalar field").abi_encode();
    assert_eq!(Revert::decode(&reason).to_string(), "Bn254: invalid scalar field");
    let mut panic = hex!("4e487b71").to_vec();
    panic.extend(U256::from(0x11).to_be_bytes::<32>());
    assert_eq!(Revert::decode(&panic), Revert::Panic(U256::from(0x11)));
    // an error's selector without its arguments, and a selector of nobody
    for data in [&hex!("118cdaa7")[..], &hex!("01020304"), &hex!("01")] {
        assert_eq!(
            Revert::decode(data),
            Revert::Unknown(Bytes::copy_from_slice(data))
        );
        assert_eq!(Revert::decode(data).name(), None);
    }
    assert_eq!(
        Revert::decode(&LightClient::OutdatedState {}.abi_encode()).name(),
        Some("OutdatedState")
    );
}
