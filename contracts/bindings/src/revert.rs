//! What a revert says.

use std::fmt;

use alloy::{
    primitives::{Bytes, U256},
    sol_types::{Panic, Revert as Reason, SolError, SolInterface},
};

// every version's errors: each has those of the ones before
use crate::v3::LightClientV3::{LightClientV3Errors, LightClientV3Errors as E};

/// Decoded revert data of a light client or its proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revert {
    /// A custom error of the contracts, with what its name means for the caller.
    Error {
        /// Name in the ABI.
        name: &'static str,
        /// Why it was raised.
        meaning: &'static str,
    },
    /// `require` with a text.
    Reason(String),
    /// A compiler's check: assertion, arithmetic, index.
    Panic(U256),
    /// No data: calldata that does not decode, a precompile, or no gas left.
    Empty,
    /// Data that belongs to none of these contracts.
    Unknown(Bytes),
}

impl Revert {
    /// Reads the data that came with a revert.
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::Empty;
        }
        if let Ok(error) = LightClientV3Errors::abi_decode(data) {
            let (name, meaning) = describe(&error);
            return Self::Error { name, meaning };
        }
        if let Ok(Reason { reason }) = Reason::abi_decode(data) {
            return Self::Reason(reason);
        }
        if let Ok(Panic { code }) = Panic::abi_decode(data) {
            return Self::Panic(code);
        }
        Self::Unknown(Bytes::copy_from_slice(data))
    }

    /// Name of the custom error, if it is one.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Error { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error { name, meaning } => write!(f, "{name}: {meaning}"),
            Self::Reason(reason) => write!(f, "{reason}"),
            Self::Panic(code) => write!(f, "panic {code:#04x} in the contract"),
            Self::Empty => f.write_str("no reason given (calldata does not decode, or the gas ran out)"),
            Self::Unknown(data) => write!(f, "unknown error {data}"),
        }
    }
}

fn describe(error: &LightClientV3Errors) -> (&'static str, &'static str) {
    match error {
        E::OutdatedState(_) => (
            "OutdatedState",
            "the contract already has a state of this view or height, or a newer one",
        ),
        E::InvalidProof(_) => (
            "InvalidProof",
            "the proof does not hold for this state with the contract's stake table and verification key",
        ),
        E::InvalidArgs(_) => (
            "InvalidArgs",
            "genesis not at view and height 0, a zero in the stake table, or a retention period out of bounds",
        ),
        E::ProverNotPermissioned(_) => (
            "ProverNotPermissioned",
            "the contract takes updates from its permissioned prover only",
        ),
        E::InvalidAddress(_) => (
            "InvalidAddress",
            "the zero address cannot be the permissioned prover",
        ),
        E::NoChangeRequired(_) => (
            "NoChangeRequired",
            "the prover or the mode is already as asked for",
        ),
        E::InsufficientSnapshotHistory(_) => (
            "InsufficientSnapshotHistory",
            "the contract's history does not reach this L1 block",
        ),
        E::InvalidHotShotBlockForCommitmentCheck(_) => (
            "InvalidHotShotBlockForCommitmentCheck",
            "no root in the contract's history is above this HotShot height yet",
        ),
        E::InvalidMaxStateHistory(_) => (
            "InvalidMaxStateHistory",
            "the retention period can only grow, between an hour and 365 days",
        ),
        E::MissingEpochRootUpdate(_) => (
            "MissingEpochRootUpdate",
            "an epoch's root must be proven before any state after it: submit the root of the contract's epoch first",
        ),
        E::DeprecatedApi(_) => (
            "DeprecatedApi",
            "the call belongs to an older version of the contract; ask getVersion() which one it is",
        ),
        E::WrongStakeTableUsed(_) => ("WrongStakeTableUsed", "never raised by this version"),
        E::OwnableUnauthorizedAccount(_) => (
            "OwnableUnauthorizedAccount",
            "only the contract's owner may do this",
        ),
        E::OwnableInvalidOwner(_) => ("OwnableInvalidOwner", "the zero address cannot be the owner"),
        E::InvalidInitialization(_) => (
            "InvalidInitialization",
            "the contract has been initialized before, or is an implementation",
        ),
        E::NotInitializing(_) => ("NotInitializing", "only possible during initialization"),
        E::AddressEmptyCode(_) => ("AddressEmptyCode", "there is no code at the new implementation"),
        E::ERC1967InvalidImplementation(_) => (
            "ERC1967InvalidImplementation",
            "the new implementation is no UUPS contract",
        ),
        E::ERC1967NonPayable(_) => (
            "ERC1967NonPayable",
            "value was sent with an upgrade that calls nothing",
        ),
        E::FailedInnerCall(_) => (
            "FailedInnerCall",
            "the call made with the upgrade reverted without a reason",
        ),
        E::UUPSUnauthorizedCallContext(_) => (
            "UUPSUnauthorizedCallContext",
            "to be called through the proxy, not on the implementation",
        ),
        E::UUPSUnsupportedProxiableUUID(_) => (
            "UUPSUnsupportedProxiableUUID",
            "the new implementation is not for an ERC-1967 proxy",
        ),
    }
}
