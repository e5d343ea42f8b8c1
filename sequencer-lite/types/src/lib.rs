//! HotShot-shaped data, byte for byte: what a sequencer orders, commits to, votes on and hands out.
//!
//! No I/O. Every type has Espresso's JSON and, through [`wire`], its binary form (`vbs`: a version and bincode), and
//! whatever is committed to has `commit`, the Keccak-256 scheme of [`commitment`]. Decoders are strict: bounded,
//! canonical, with typed errors.
//!
//! | module | holds |
//! |---|---|
//! | [`commitment`] | 32-byte commitments with their tags, and the scheme that makes them |
//! | [`transaction`], [`namespace`], [`payload`] | what rollups submit, and how a block lays it out |
//! | [`chain_config`], [`fee`], [`l1`], [`ethereum`] | parameters, fees, and what is seen of the L1 |
//! | [`header`] | block headers 0.1 to 0.3, their commitment, and the checks of a proposal that need no I/O |
//! | [`vote`], [`leaf`] | what is signed, certificates, and the chain's links |
//! | [`merkle`] | the tree of all headers and the tree of fee balances |
//! | [`state`] | the state after a block |
//! | [`genesis`], [`network_config`] | the file that a network starts from, and who takes part in it |
//! | [`wire`], [`base64_bytes`] | versioned binary encoding, byte strings in both encodings |
//! | [`duration`] | lengths of time as operators write them |

pub mod base64_bytes;
mod bounded_list;
pub mod chain_config;
pub mod commitment;
pub mod duration;
pub mod ethereum;
pub mod fee;
pub mod genesis;
pub mod header;
pub mod l1;
pub mod leaf;
pub mod merkle;
pub mod namespace;
pub mod network_config;
pub mod number;
pub mod payload;
pub mod state;
pub mod transaction;
pub mod version;
pub mod vote;
pub mod wire;

pub use chain_config::{BlockSize, ChainConfig, ChainId, ResolvableChainConfig};
pub use commitment::{
    BlockHash, BuilderCommitment, ChainConfigCommitment, Commitment, TransactionHash, VidCommitment,
};
pub use ethereum::{Address, EthereumSignature};
pub use fee::{FeeAmount, FeeInfo};
pub use genesis::Genesis;
pub use header::Header;
pub use l1::{L1BlockInfo, L1Snapshot};
pub use leaf::{Leaf, Leaf2};
pub use merkle::{BlockMerkleTree, FeeMerkleTree, MerkleCommitment, MerkleProof};
pub use namespace::{NamespaceId, NamespaceTable};
pub use payload::Payload;
pub use state::ValidatedState;
pub use transaction::Transaction;
pub use version::Version;
pub use vote::{
    DaCertificate, QuorumCertificate, QuorumCertificate2, TimeoutCertificate, UpgradeCertificate, ViewNumber,
};
