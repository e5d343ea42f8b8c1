//! What a light-client contract looks like from here: its interface, its state, its refusals.

use std::fmt;

use alloy::{
    hex,
    primitives::{Address, B256, Bytes, U256, b256},
    sol,
    sol_types::{Panic, Revert, SolError, SolInterface},
};
use ark_bn254::Fr;
use crema_light_client::{
    field::{self, FieldError},
    stake_table::StakeTableState,
    state::LightClientState,
};
use crema_plonk::{PROOF_WORDS, Proof};

/// Where a proxy keeps its implementation's address: keccak256("eip1967.proxy.implementation") − 1.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

sol! {
    /// The part of the contract that the prover uses. `ScalarField` is a uint256 in the ABI.
    #[derive(Debug)]
    interface LightClientAbi {
        function getVersion() external pure returns (uint8 major, uint8 minor, uint8 patch);
        function finalizedState() external view returns (uint64 viewNum, uint64 blockHeight, uint256 blockCommRoot);
        function genesisStakeTableState()
            external view returns (uint256 threshold, uint256 blsKeyComm, uint256 schnorrKeyComm, uint256 amountComm);
        function permissionedProver() external view returns (address prover);
        error OutdatedState();
        error InvalidProof();
        error InvalidArgs();
        error InvalidAddress();
        error ProverNotPermissioned();
        error WrongStakeTableUsed();
        error NoChangeRequired();
        error InvalidPlonkArgs();
        error WrongPlonkVK();
        error UnsupportedDegree();
        error DeprecatedApi();
        error MissingEpochRootUpdate();
        error AddressEmptyCode(address target);
        error FailedInnerCall();
    }
}

/// `newFinalizedState((uint64,uint64,uint256), PlonkProof)` of version 1.
const NEW_FINALIZED_STATE: [u8; 4] = [0x20, 0x63, 0xd4, 0xf7];

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
    state: &LightClientAbi::genesisStakeTableStateReturn,
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

/// The call that submits a state to a version 1 contract. All of it is static, so it is a selector and words.
pub fn update_call(state: &LightClientState, proof: &Proof) -> Bytes {
    let mut data = Vec::with_capacity(4 + 32 * (3 + PROOF_WORDS));
    data.extend(NEW_FINALIZED_STATE);
    for word in state.message() {
        data.extend(field::to_be_bytes(&word));
    }
    data.extend(proof.to_solidity());
    data.into()
}

/// Why a contract refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// One of the light client's errors, by name.
    Named(&'static str),
    /// `revert("…")`.
    Reason(String),
    /// An arithmetic or access fault in the contract.
    Panic(String),
    /// An error that is not the light client's, as raw data.
    Unknown(Bytes),
    /// No data: out of gas, or a bare revert.
    Silent,
}

impl CallFailure {
    /// What the data of a revert says.
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::Silent;
        }
        if let Ok(error) = LightClientAbi::LightClientAbiErrors::abi_decode(data) {
            return Self::Named(name(&error));
        }
        if let Ok(revert) = Revert::abi_decode(data) {
            return Self::Reason(revert.reason);
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return Self::Panic(panic.to_string());
        }
        Self::Unknown(Bytes::copy_from_slice(data))
    }

    /// Whether the contract has a state at least as new.
    pub fn is_outdated(&self) -> bool {
        *self == Self::Named("OutdatedState")
    }
}

fn name(error: &LightClientAbi::LightClientAbiErrors) -> &'static str {
    use LightClientAbi::LightClientAbiErrors as E;
    match error {
        E::OutdatedState(_) => "OutdatedState",
        E::InvalidProof(_) => "InvalidProof",
        E::InvalidArgs(_) => "InvalidArgs",
        E::InvalidAddress(_) => "InvalidAddress",
        E::ProverNotPermissioned(_) => "ProverNotPermissioned",
        E::WrongStakeTableUsed(_) => "WrongStakeTableUsed",
        E::NoChangeRequired(_) => "NoChangeRequired",
        E::InvalidPlonkArgs(_) => "InvalidPlonkArgs",
        E::WrongPlonkVK(_) => "WrongPlonkVK",
        E::UnsupportedDegree(_) => "UnsupportedDegree",
        E::DeprecatedApi(_) => "DeprecatedApi",
        E::MissingEpochRootUpdate(_) => "MissingEpochRootUpdate",
        E::AddressEmptyCode(_) => "AddressEmptyCode",
        E::FailedInnerCall(_) => "FailedInnerCall",
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => {
                f.write_str(name)?;
                match *name {
                    "OutdatedState" => f.write_str(" (it already has a state at least as new)"),
                    "InvalidProof" => {
                        f.write_str(" (its verification key or stake table is not the proof's)")
                    }
                    "ProverNotPermissioned" => f.write_str(" (it accepts states from another account only)"),
                    "UnsupportedDegree" => f.write_str(" (its verifier does not know a domain of this size)"),
                    _ => Ok(()),
                }
            }
            Self::Reason(reason) => write!(f, "{reason:?}"),
            Self::Panic(panic) => f.write_str(panic),
            Self::Unknown(data) => write!(
                f,
                "an error that is not the light client's: {}",
                hex::encode_prefixed(data)
            ),
            Self::Silent => f.write_str("no reason given (out of gas, or not the contract it should be)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::keccak256, sol_types::SolCall};

    use super::*;

    #[test]
    fn selectors_are_those_of_the_deployed_interface() {
        assert_eq!(
            IMPLEMENTATION_SLOT,
            B256::from(U256::from_be_bytes(keccak256("eip1967.proxy.implementation").0) - U256::from(1))
        );
        let point = "(uint256,uint256)";
        let proof = format!(
            "({}{})",
            format!("{point},").repeat(13),
            ["uint256"; 10].join(",")
        );
        let signature = format!("newFinalizedState((uint64,uint64,uint256),{proof})");
        assert_eq!(keccak256(signature)[..4], NEW_FINALIZED_STATE);
        assert_eq!(LightClientAbi::getVersionCall::SIGNATURE, "getVersion()");
    }

    #[test]
    fn every_kind_of_revert_is_told_apart() {
        let outdated = CallFailure::decode(&LightClientAbi::OutdatedState {}.abi_encode());
        assert_eq!(outdated, CallFailure::Named("OutdatedState"));
        assert!(outdated.is_outdated());
        let invalid = CallFailure::decode(&LightClientAbi::InvalidProof {}.abi_encode());
        assert!(!invalid.is_outdated() && invalid.to_string().starts_with("InvalidProof"));
        assert_eq!(
            CallFailure::decode(&Revert::from("no").abi_encode()),
            CallFailure::Reason("no".to_owned())
        );
        assert!(matches!(
            CallFailure::decode(&Panic::from(0x11).abi_encode()),
            CallFailure::Panic(_)
        ));
        assert_eq!(CallFailure::decode(&[]), CallFailure::Silent);
        let unknown = CallFailure::decode(&[1, 2, 3, 4]);
        assert!(unknown.to_string().ends_with("0x01020304"), "{unknown}");
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
