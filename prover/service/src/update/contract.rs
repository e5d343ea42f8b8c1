//! What a light-client contract looks like from here: its interface, its state, its refusals.

use std::fmt;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::{SolCall, SolInterface},
};
use ark_bn254::Fr;
use crema_contracts::{LightClient, ProofError, Revert, plonk_proof};
use crema_light_client::{
    field::{self, FieldError},
    stake_table::StakeTableState,
    state::LightClientState,
};
use crema_plonk::Proof;

sol! {
    /// Errors of deployed contracts that ours do not have: the reference's verifier, and later versions.
    #[derive(Debug)]
    interface Elsewhere {
        error InvalidPlonkArgs();
        error WrongPlonkVK();
        error UnsupportedDegree();
        error DeprecatedApi();
        error MissingEpochRootUpdate();
    }
}

/// What the prover reads from a light client before it decides anything.
#[derive(Clone, Debug)]
pub struct ContractView {
    /// The address that is called.
    pub address: Address,
    /// The implementation behind it, when it is an EIP-1967 proxy.
    pub implementation: Option<Address>,
    /// The code that verifies: the implementation's, or the address's own.
    pub code: Bytes,
    /// Major version of its interface.
    pub major: u8,
    /// The newest state it has accepted.
    pub finalized: LightClientState,
    /// The stake table whose signatures it accepts.
    pub voting: StakeTableState,
    /// The only account that it accepts states from, if it is choosy.
    pub permitted: Option<Address>,
}

/// The state as the contract returns it.
///
/// # Errors
/// When the root is not below the scalar field's order.
pub fn finalized_state(view: u64, height: u64, root: U256) -> Result<LightClientState, FieldError> {
    Ok(LightClientState {
        view_number: view,
        block_height: height,
        block_comm_root: scalar(root)?,
    })
}

/// The stake table's commitments as the contract returns them.
///
/// # Errors
/// When one of them is not below the scalar field's order.
pub fn stake_table_state(
    state: &LightClient::genesisStakeTableStateReturn,
) -> Result<StakeTableState, FieldError> {
    Ok(StakeTableState {
        bls_key_comm: scalar(state.blsKeyComm)?,
        schnorr_key_comm: scalar(state.schnorrKeyComm)?,
        amount_comm: scalar(state.amountComm)?,
        threshold: scalar(state.threshold)?,
    })
}

fn scalar(word: U256) -> Result<Fr, FieldError> {
    field::from_be_bytes(word.to_be_bytes())
}

/// The call that submits a state to a version 1 contract.
///
/// # Errors
/// Never for a [`Proof`]: its words are as many as the contract wants.
pub fn update_call(state: &LightClientState, proof: &Proof) -> Result<Bytes, ProofError> {
    let call = LightClient::newFinalizedStateCall {
        newState: LightClient::LightClientState {
            viewNum: state.view_number,
            blockHeight: state.block_height,
            blockCommRoot: U256::from_be_bytes(field::to_be_bytes(&state.block_comm_root)),
        },
        proof: plonk_proof(&proof.to_solidity())?,
    };
    Ok(call.abi_encode().into())
}

/// Why a contract refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// What the revert's data says.
    Light(Revert),
    /// An error that only other contracts raise: name, and what it means here.
    Elsewhere(&'static str, &'static str),
}

impl CallFailure {
    /// Reads the data of a revert.
    pub fn decode(data: &[u8]) -> Self {
        use Elsewhere::ElsewhereErrors as E;
        let Ok(error) = Elsewhere::ElsewhereErrors::abi_decode(data) else {
            return Self::Light(Revert::decode(data));
        };
        let (name, meaning) = match error {
            E::InvalidPlonkArgs(_) => (
                "InvalidPlonkArgs",
                "the verifier was called with malformed arguments",
            ),
            E::WrongPlonkVK(_) => (
                "WrongPlonkVK",
                "the verification key has another number of public inputs",
            ),
            E::UnsupportedDegree(_) => (
                "UnsupportedDegree",
                "the verifier knows no domain of its key's size",
            ),
            E::DeprecatedApi(_) => (
                "DeprecatedApi",
                "the contract is of a later version; use a newer state-prover",
            ),
            E::MissingEpochRootUpdate(_) => (
                "MissingEpochRootUpdate",
                "the state of an epoch's root must come first",
            ),
        };
        Self::Elsewhere(name, meaning)
    }

    /// Whether the contract has a state at least as new.
    pub fn is_outdated(&self) -> bool {
        matches!(self, Self::Light(revert) if revert.name() == Some("OutdatedState"))
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Light(revert) => revert.fmt(f),
            Self::Elsewhere(name, meaning) => write!(f, "{name}: {meaning}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::keccak256,
        sol_types::{Panic, Revert as Reason, SolError},
    };

    use super::*;

    #[test]
    fn the_call_is_the_deployed_interfaces() {
        let proof = format!(
            "({}{})",
            "(uint256,uint256),".repeat(13),
            ["uint256"; 10].join(",")
        );
        let signature = format!("newFinalizedState((uint64,uint64,uint256),{proof})");
        assert_eq!(
            keccak256(signature)[..4],
            LightClient::newFinalizedStateCall::SELECTOR
        );
        assert_eq!(
            LightClient::newFinalizedStateCall::SELECTOR,
            [0x20, 0x63, 0xd4, 0xf7]
        );
    }

    #[test]
    fn every_kind_of_revert_is_told_apart() {
        let outdated = CallFailure::decode(&LightClient::OutdatedState {}.abi_encode());
        assert!(outdated.is_outdated() && outdated.to_string().starts_with("OutdatedState"));
        let invalid = CallFailure::decode(&LightClient::InvalidProof {}.abi_encode());
        assert!(!invalid.is_outdated() && invalid.to_string().starts_with("InvalidProof"));
        let degree = CallFailure::decode(&Elsewhere::UnsupportedDegree {}.abi_encode());
        assert!(degree.to_string().starts_with("UnsupportedDegree"));
        assert_eq!(
            CallFailure::decode(&Reason::from("no").abi_encode()).to_string(),
            "no"
        );
        let panic = CallFailure::decode(&Panic::from(0x11).abi_encode());
        assert!(panic.to_string().contains("0x11"), "{panic}");
        assert!(CallFailure::decode(&[]).to_string().starts_with("no reason"));
        assert!(
            CallFailure::decode(&[1, 2, 3, 4])
                .to_string()
                .contains("0x01020304")
        );
    }

    #[test]
    fn roots_beyond_the_field_are_refused() {
        assert!(finalized_state(1, 2, U256::MAX).is_err());
        assert_eq!(
            finalized_state(1, 2, U256::from(3)).unwrap().block_comm_root,
            Fr::from(3)
        );
    }
}
