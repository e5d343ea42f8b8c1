//! Merkle proofs as they are exchanged: the path from a leaf to the root, every branch with all its children.

use std::fmt;

use crema_light_client::codec::DecodeError;
use crema_light_client::tagged::Tagged;
use crema_light_client::tagged_text;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::{Digest, EMPTY};
use crate::bounded_list;

/// Most children of a branch that is read: those of the fee tree.
const MAX_CHILDREN: usize = 256;
/// Most nodes of a proof that is read: twice those of the block tree.
const MAX_NODES: usize = 65;

/// Bytes under the tag `FIELD`: digests, indices and elements inside proofs.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldBytes(pub Vec<u8>);

impl Tagged for FieldBytes {
    const TAG: &'static str = "FIELD";

    fn to_value(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(value.to_vec()))
    }
}

tagged_text!(FieldBytes);

impl fmt::Debug for FieldBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A digest under the tag `FIELD`, for `serde(with)`.
mod digest {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Digest, FieldBytes};

    pub fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        FieldBytes(digest.to_vec()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let bytes = FieldBytes::deserialize(deserializer)?.0;
        let found = bytes.len();
        bytes.try_into().map_err(|_| {
            serde::de::Error::custom(format_args!(
                "a digest in a Merkle proof has 32 bytes, found {found}"
            ))
        })
    }
}

/// A node on the path of a [`MerkleProof`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MerkleNode {
    /// No node: the path ends in nothing.
    Empty,
    /// An inner node with all its children, that on the path included.
    Branch {
        /// Not used: zeros.
        #[serde(with = "digest")]
        value: Digest,
        /// As many as the tree's arity.
        #[serde(deserialize_with = "bounded_list::deserialize::<MAX_CHILDREN, _, _>")]
        children: Vec<MerkleChild>,
    },
    /// The leaf.
    Leaf {
        /// Its digest.
        #[serde(with = "digest")]
        value: Digest,
        /// Its index.
        pos: FieldBytes,
        /// What it holds.
        elem: FieldBytes,
    },
    /// A node of which only the digest is known. Its name is spelled like this on the wire.
    #[serde(rename = "ForgettenSubtree")]
    Forgotten {
        /// Its digest.
        #[serde(with = "digest")]
        value: Digest,
    },
}

/// A child of a branch in a [`MerkleProof`]: nothing, or a digest. Children with more in them do not occur in proofs
/// and are refused, so that no input can nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "ChildForm", from = "ChildForm")]
pub struct MerkleChild(pub Option<Digest>);

/// [`MerkleChild`] among the variants of a node.
#[derive(Clone, Serialize, Deserialize)]
enum ChildForm {
    Empty,
    Branch(Refused),
    Leaf(Refused),
    #[serde(rename = "ForgettenSubtree")]
    Forgotten {
        #[serde(with = "digest")]
        value: Digest,
    },
}

/// Has no value.
#[derive(Clone, Serialize)]
enum Refused {}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(
            "a branch in a Merkle proof has only empty and forgotten children",
        ))
    }
}

impl From<MerkleChild> for ChildForm {
    fn from(child: MerkleChild) -> Self {
        match child.0 {
            None => Self::Empty,
            Some(value) => Self::Forgotten { value },
        }
    }
}

impl From<ChildForm> for MerkleChild {
    fn from(form: ChildForm) -> Self {
        match form {
            ChildForm::Empty => Self(None),
            ChildForm::Forgotten { value } => Self(Some(value)),
            ChildForm::Branch(never) | ChildForm::Leaf(never) => match never {},
        }
    }
}

impl MerkleChild {
    /// The child with this digest.
    pub fn from_digest(digest: Digest) -> Self {
        Self((digest != EMPTY).then_some(digest))
    }

    /// The child's digest.
    pub fn digest(&self) -> Digest {
        self.0.unwrap_or(EMPTY)
    }
}

/// A path from a leaf, or from where a leaf would be, to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerkleProof {
    /// The leaf's index.
    pub pos: FieldBytes,
    /// One node per level, the leaf first.
    #[serde(deserialize_with = "bounded_list::deserialize::<MAX_NODES, _, _>")]
    pub proof: Vec<MerkleNode>,
}

/// Why a Merkle proof proves nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProofError {
    /// Not a path through a tree of this height.
    #[error("a proof in this tree has {expected} nodes, found {found}")]
    Length {
        /// Nodes in a proof.
        expected: usize,
        /// Nodes found.
        found: usize,
    },
    /// The index is not the one asked for, or not one at all.
    #[error("the proof is about another index than asked for")]
    Index,
    /// The leaf is not the element asked for.
    #[error("the proof is about another element than asked for")]
    Element,
    /// A node that cannot stand at its level.
    #[error("node {level} of the proof is {found}, expected {expected}")]
    Node {
        /// Counted from the leaf.
        level: usize,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A branch with another number of children.
    #[error("node {level} of the proof has {found} children, expected {expected}")]
    Arity {
        /// Counted from the leaf.
        level: usize,
        /// The tree's arity.
        expected: usize,
        /// Children found.
        found: usize,
    },
    /// A branch that claims another child on the path than the one below it.
    #[error("node {level} of the proof does not contain the node below it")]
    Path {
        /// Counted from the leaf.
        level: usize,
    },
    /// All fits, but in another tree.
    #[error("the proof leads to another root")]
    Root,
}

impl MerkleNode {
    /// The variant's name, for error messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Branch { .. } => "a branch",
            Self::Leaf { .. } => "a leaf",
            Self::Forgotten { .. } => "forgotten",
        }
    }
}

impl MerkleProof {
    /// The root that `leaf` gives when it stands at `path`, one child number per level from the bottom. `hash` takes a
    /// branch's children.
    ///
    /// # Errors
    /// When a node is missing, is no branch, or does not contain the one below it.
    pub fn root_from(
        &self,
        leaf: Digest,
        path: impl ExactSizeIterator<Item = usize>,
        arity: usize,
        hash: impl Fn(&[Digest]) -> Digest,
    ) -> Result<Digest, ProofError> {
        if self.proof.len() != path.len() + 1 {
            return Err(ProofError::Length {
                expected: path.len() + 1,
                found: self.proof.len(),
            });
        }
        let mut digest = leaf;
        let mut digests = vec![EMPTY; arity];
        for ((level, node), child) in self.proof.iter().enumerate().skip(1).zip(path) {
            let children = match node {
                MerkleNode::Branch { children, .. } => children,
                // above nothing there may be nothing
                MerkleNode::Empty if digest == EMPTY => continue,
                node => {
                    return Err(ProofError::Node {
                        level,
                        expected: "a branch",
                        found: node.kind(),
                    });
                }
            };
            if children.len() != arity {
                return Err(ProofError::Arity {
                    level,
                    expected: arity,
                    found: children.len(),
                });
            }
            for (digest, child) in digests.iter_mut().zip(children) {
                *digest = child.digest();
            }
            if digests.get(child) != Some(&digest) {
                return Err(ProofError::Path { level });
            }
            digest = hash(&digests);
        }
        Ok(digest)
    }
}
