//! What the contracts' library `Derivation` takes: that bytes are a namespace's in the block at a height.

use std::ops::Range;

use alloy::primitives::{B256, FixedBytes, U256};
use ark_serialize::{CanonicalSerialize, SerializationError};
use crema_contracts::zk_rollup::{
    BlockHeader::{Header as HeaderArgument, TreeCommitment},
    Derivation::Proof,
    NamespaceProof::{Dispersal, Surroundings},
};
use crema_types::{
    Header, MerkleCommitment, MerkleProof, NamespaceId, Payload, header::HeaderVersion, merkle::MerkleNode,
};
use crema_vid::Common;

/// Bytes of the payload that are an element.
const ELEMENT: usize = 31;
/// Elements that are a polynomial, on networks of four to seven storage nodes.
const THRESHOLD: usize = 4;
/// Levels of the block tree that the contract walks.
const HEIGHT: usize = 32;

/// A block that the contract cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DerivationError {
    /// The contract hashes headers of versions 0.2 and 0.3.
    #[error(
        "block {height} has a header of version 0.1, whose hash the contract does not know; take a later block"
    )]
    Version {
        /// The block.
        height: u64,
    },
    /// The contract checks namespaces of payloads that were dispersed to four to seven nodes.
    #[error("the payload was dispersed to {found} nodes, the contract checks networks of four to seven")]
    Nodes {
        /// Nodes of the dispersal.
        found: u32,
    },
    /// The Merkle proof is none of a block's.
    #[error("the Merkle proof has {found} branches, a block's has {HEIGHT}")]
    Branches {
        /// Branches given.
        found: usize,
    },
    /// The payload is shorter than its namespace table says.
    #[error("the namespace table speaks of bytes that the payload does not have")]
    Table,
    /// A point of the dispersal.
    #[error("a commitment of the dispersal: {0}")]
    Point(#[from] SerializationError),
}

/// A block with all that its place in the chain is shown by.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The block's header.
    pub header: &'a Header,
    /// Its payload.
    pub payload: &'a Payload,
    /// The payload's dispersal.
    pub dispersal: &'a Common,
    /// The header's path in the block tree that the light client's commitment for its height is to.
    pub path: &'a MerkleProof,
    /// That tree.
    pub tree: &'a MerkleCommitment,
}

/// The namespace's bytes, none where the block has none of it; and the argument that shows that they are.
///
/// # Errors
/// [`DerivationError`].
pub fn derive(evidence: &Evidence<'_>, namespace: NamespaceId) -> Result<(Vec<u8>, Proof), DerivationError> {
    let header = evidence.header;
    let table = header.ns_table.as_bytes();
    let bytes = evidence.payload.as_bytes();
    let range = match evidence.payload.ns_table().find(namespace) {
        Some(index) => evidence
            .payload
            .ns_table()
            .range(index, bytes.len())
            .ok_or(DerivationError::Table)?,
        None => 0..0,
    };
    let proof = Proof {
        header: header_argument(header)?,
        namespaceTable: table.to_vec().into(),
        treeRoot: B256::from(evidence.tree.root),
        siblings: siblings(evidence.path, header.height)?,
        dispersal: dispersal(evidence.dispersal)?,
        around: surroundings(bytes, &range),
    };
    let transactions = bytes.get(range).ok_or(DerivationError::Table)?.to_vec();
    Ok((transactions, proof))
}

/// The header's fields as the contract hashes them.
fn header_argument(header: &Header) -> Result<HeaderArgument, DerivationError> {
    let minor = match header.version {
        HeaderVersion::V0_3 => 3,
        HeaderVersion::V0_2 => 2,
        HeaderVersion::V0_1 => {
            return Err(DerivationError::Version {
                height: header.height,
            });
        }
    };
    let tree = |commitment: &MerkleCommitment| {
        let bytes = commitment.to_bytes();
        TreeCommitment {
            root: B256::from(commitment.root),
            heightAndLeaves: FixedBytes::from_slice(&bytes[32..]),
        }
    };
    Ok(HeaderArgument {
        minorVersion: minor,
        chainConfig: header.chain_config.commit().0.into(),
        height: header.height,
        timestamp: header.timestamp,
        l1Head: header.l1_head,
        l1Finalized: header
            .l1_finalized
            .map_or(B256::ZERO, |block| block.commit().0.into()),
        payloadCommitment: header.payload_commitment.0.into(),
        builderCommitment: header.builder_commitment.0.into(),
        blockMerkleTree: tree(&header.block_merkle_tree_root),
        feeMerkleTree: tree(&header.fee_merkle_tree_root),
        feeInfo: header.fee_info.commit().0.into(),
    })
}

/// The digests beside the path, two for each branch.
fn siblings(path: &MerkleProof, index: u64) -> Result<[[B256; 2]; HEIGHT], DerivationError> {
    let mut rest = index;
    let mut siblings = Vec::with_capacity(HEIGHT);
    for node in path.proof.iter().skip(1) {
        if let MerkleNode::Branch { children, .. } = node {
            let on_path = (rest % 3) as usize;
            let mut beside = children.iter().enumerate().filter(|(i, _)| *i != on_path);
            siblings.push(std::array::from_fn(|_| {
                beside
                    .next()
                    .map_or(B256::ZERO, |(_, child)| child.digest().into())
            }));
        }
        rest /= 3;
    }
    let found = siblings.len();
    siblings
        .try_into()
        .map_err(|_| DerivationError::Branches { found })
}

/// What the payload commitment is a hash of, as the contract hashes it.
///
/// # Errors
/// [`DerivationError::Nodes`] and [`DerivationError::Point`].
pub fn dispersal(common: &Common) -> Result<Dispersal, DerivationError> {
    let nodes = common.nodes();
    if !(4..8).contains(&nodes) {
        return Err(DerivationError::Nodes { found: nodes });
    }
    let mut points = Vec::new();
    for point in common.polynomial_commitments() {
        point.serialize_uncompressed(&mut points)?;
    }
    Ok(Dispersal {
        payloadLength: common.payload_length(),
        nodes,
        points: points.into(),
    })
}

/// What lies around a range of a payload in the polynomials that it touches.
pub fn surroundings(payload: &[u8], range: &Range<usize>) -> Surroundings {
    let (first, end) = (range.start / ELEMENT, range.end.div_ceil(ELEMENT));
    let all = payload.len().div_ceil(ELEMENT);
    let touched = first / THRESHOLD * THRESHOLD..(end.div_ceil(THRESHOLD) * THRESHOLD).min(all);
    let behind = if range.is_empty() { 0..0 } else { end..touched.end };
    let slice = |range: Range<usize>| payload.get(range).unwrap_or_default().to_vec();
    Surroundings {
        prefixBytes: slice(first * ELEMENT..range.start).into(),
        suffixBytes: slice(range.end..(end * ELEMENT).min(payload.len())).into(),
        prefixElements: (touched.start..first).map(|i| element(payload, i)).collect(),
        suffixElements: behind.map(|i| element(payload, i)).collect(),
    }
}

/// An element of a payload, lowest byte first.
fn element(payload: &[u8], index: usize) -> U256 {
    let bytes = payload.get(index * ELEMENT..).unwrap_or_default();
    U256::from_le_slice(&bytes[..bytes.len().min(ELEMENT)])
}
