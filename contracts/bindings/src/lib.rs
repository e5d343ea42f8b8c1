//! Rust bindings of the contracts.
//!
//! Generated at compile time from `contracts/abi` and `contracts/bytecode`, which are committed: building this crate takes no
//! Solidity compiler. After a change of the contracts run `contracts/tools/gen-bindings`; CI fails when that was forgotten.
//!
//! - [`LightClient`]: calls, events, errors and structs of the light client, version 1, and `LightClient::new(address, provider)`;
//! - [`v2`], [`v3`]: the same of versions 2 and 3; [`HotShotOutage`] is what the mocks add; [`compact`] is the layout of our own;
//! - [`fee_contract`], [`stake_table`], [`permissioned_stake_table`], [`example_token`]: the contracts beside it, with their code;
//! - [`optimistic_rollup`], [`zk_rollup`], [`transfer_verifier`]: the example rollups;
//! - [`Variant`]: the implementations by verification key, and [`proxy_creation_code`] for the [`ERC1967Proxy`] in front of one;
//! - [`plonk_proof`] and [`newFinalizedState`](LightClient::newFinalizedStateCall): from the prover's words to calldata;
//! - [`Revert`]: what a revert's data says, in words.

mod abi;
mod proof;
mod revert;
mod variant;

pub use abi::{
    BN254, ERC1967Proxy, HotShotOutage, IPlonkVerifier, LightClient, compact, example_token, fee_contract,
    optimistic_rollup, permissioned_stake_table, stake_table, transfer_verifier, v2, v3, zk_rollup,
};
pub use proof::{PROOF_BYTES, ProofError, plonk_proof};
pub use revert::Revert;
pub use variant::{Kind, Variant, compact_creation_code, initialize_call, proxy_creation_code};

use alloy::primitives::{B256, b256};

/// Storage slot in which a proxy keeps its implementation's address (ERC-1967).
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
