//! ABI-encoded `newFinalizedState`. All its arguments are static, so that the encoding is a selector and words.

use crema_light_client::{field::to_be_bytes, stake_table::StakeTableState, state::LightClientState};
use crema_plonk::Proof;

use super::case::Case;

/// `newFinalizedState((uint64,uint64,uint256), PlonkProof)`.
const SELECTOR_V1: [u8; 4] = [0x20, 0x63, 0xd4, 0xf7];
/// With the next stake table after the state.
const SELECTOR_V2: [u8; 4] = [0x75, 0x7c, 0x37, 0xad];
/// With the next stake table and the authentication root after the state.
const SELECTOR_V3: [u8; 4] = [0xaa, 0xbd, 0x5d, 0xb3];

/// The call that submits a case's state; its form follows what the case carries.
pub(super) fn encode(case: &Case, proof: &Proof) -> Vec<u8> {
    let mut data = Vec::with_capacity(4 + 32 * 44);
    match (&case.next_stake_table, &case.auth_root) {
        (None, _) => {
            data.extend(SELECTOR_V1);
            push_state(&mut data, &case.state);
        }
        (Some(next), None) => {
            data.extend(SELECTOR_V2);
            push_state(&mut data, &case.state);
            push_stake_table(&mut data, next);
        }
        (Some(next), Some(auth_root)) => {
            data.extend(SELECTOR_V3);
            push_state(&mut data, &case.state);
            push_stake_table(&mut data, next);
            data.extend(auth_root);
        }
    }
    data.extend(proof.to_solidity());
    data
}

fn push_state(data: &mut Vec<u8>, state: &LightClientState) {
    for integer in [state.view_number, state.block_height] {
        data.extend([0; 24]);
        data.extend(integer.to_be_bytes());
    }
    data.extend(to_be_bytes(&state.block_comm_root));
}

/// The struct's order: threshold first.
fn push_stake_table(data: &mut Vec<u8>, state: &StakeTableState) {
    for word in [
        &state.threshold,
        &state.bls_key_comm,
        &state.schnorr_key_comm,
        &state.amount_comm,
    ] {
        data.extend(to_be_bytes(word));
    }
}
