//! The two Merkle trees of a header: all earlier headers, and all fee balances. Both hash with SHA3-256, and an empty
//! subtree has the digest of 32 zero bytes, which nothing hashes to.

mod block_archive;
mod block_tree;
mod commitment;
mod fee_proof;
mod fee_snapshot;
mod fee_tree;
mod proof;

pub use block_archive::BlockMerkleArchive;
pub use block_tree::{BLOCK_TREE_HEIGHT, BlockMerkleTree, FrontierError, verify_block_proof};
pub use commitment::MerkleCommitment;
pub use fee_proof::{FeeAccountProof, FeeProofKind};
pub use fee_snapshot::FeeTreeSnapshot;
pub use fee_tree::{FEE_TREE_HEIGHT, FeeMerkleTree, FeeTreeError};
pub use proof::{FieldBytes, MerkleChild, MerkleNode, MerkleProof, ProofError};

/// A SHA3-256 digest, or zeros for nothing.
pub type Digest = [u8; 32];

/// The digest of an empty subtree.
pub const EMPTY: Digest = [0; 32];
