//! A node's share and its encoding.

use ark_bn254::{Fr, G1Affine};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    encoding::{Digest, Points, Position, Scalars},
    tree::{self, ARITY, Level, Node},
};

/// Most branches on a path: three to the seventh power is above [`MAX_NODES`](crate::MAX_NODES).
const MAX_HEIGHT: usize = 7;

/// The values of all polynomials at one node's point, with the proofs that they are those committed to.
///
/// A decoded share is well-formed: whatever its encoding says twice agrees. Whether it belongs to a dispersal is for
/// [`Verifier::verify_share`](crate::Verifier::verify_share) to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub(crate) index: u32,
    pub(crate) evaluations: Vec<Fr>,
    /// Opens the aggregate polynomial at the node's point.
    pub(crate) opening: G1Affine,
    /// From the leaf to the root.
    pub(crate) path: Vec<Level>,
}

impl Share {
    /// The node that the share is for, as its index in the stake table.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The root of the tree that the share claims to be in, if its own branches agree.
    pub(crate) fn root(&self) -> Option<Node> {
        let index = u64::from(self.index);
        tree::climb(index, tree::leaf(index, &self.evaluations), &self.path)
    }
}

/// Why an encoded share is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Malformed {
    #[error("a share has one aggregate proof, found {0}")]
    Proofs(usize),
    #[error("a path has a leaf and at most {MAX_HEIGHT} branches, found {0} nodes")]
    Height(usize),
    #[error("node {0} of the path has another kind or form than its place needs")]
    Node(usize),
    #[error("the share's index is not the position in its path")]
    Position,
    #[error("the share's evaluations are not the leaf of its path")]
    Evaluations,
    #[error("the leaf's digest is not the hash of its evaluations")]
    LeafDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "AdvzShare")]
struct EncodedShare {
    index: u32,
    evals: Scalars,
    aggregate_proofs: Points,
    evals_proof: EncodedPath,
}

#[derive(Serialize, Deserialize)]
struct EncodedPath {
    pos: Position,
    proof: Vec<EncodedNode>,
}

/// A node of a path, in jellyfish's order and spelling.
#[derive(Serialize, Deserialize)]
enum EncodedNode {
    Empty,
    Branch {
        value: Digest,
        children: Vec<EncodedChild>,
    },
    Leaf {
        value: Digest,
        pos: Position,
        elem: Scalars,
    },
    ForgettenSubtree {
        value: Digest,
    },
}

/// A branch's child. A type of its own, so that no encoding nests deeper than this.
#[derive(Serialize, Deserialize)]
enum EncodedChild {
    Empty,
    Branch(Nested),
    Leaf(Nested),
    ForgettenSubtree { value: Digest },
}

/// What a path's branch never holds: a child with its contents.
enum Nested {}

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(
            "a path's branches hold digests of their children, not the children",
        ))
    }
}

impl From<&Share> for EncodedShare {
    fn from(share: &Share) -> Self {
        let position = Position(u64::from(share.index));
        let evals = Scalars(share.evaluations.clone());
        let leaf = EncodedNode::Leaf {
            value: Digest(tree::leaf(position.0, &share.evaluations)),
            pos: position,
            elem: evals.clone(),
        };
        let branches = share.path.iter().map(|level| EncodedNode::Branch {
            value: Digest(Node::default()),
            children: level
                .iter()
                .map(|child| {
                    child.map_or(EncodedChild::Empty, |node| EncodedChild::ForgettenSubtree {
                        value: Digest(node),
                    })
                })
                .collect(),
        });
        Self {
            index: share.index,
            evals,
            aggregate_proofs: Points(vec![share.opening]),
            evals_proof: EncodedPath {
                pos: position,
                proof: std::iter::once(leaf).chain(branches).collect(),
            },
        }
    }
}

impl TryFrom<EncodedShare> for Share {
    type Error = Malformed;

    fn try_from(encoded: EncodedShare) -> Result<Self, Malformed> {
        let EncodedShare {
            index,
            evals,
            aggregate_proofs,
            evals_proof,
        } = encoded;
        let &[opening] = &aggregate_proofs.0[..] else {
            return Err(Malformed::Proofs(aggregate_proofs.0.len()));
        };
        let position = Position(u64::from(index));
        let nodes = evals_proof.proof.len();
        if !(1..=MAX_HEIGHT + 1).contains(&nodes) {
            return Err(Malformed::Height(nodes));
        }
        let mut nodes = evals_proof.proof.into_iter();
        let Some(EncodedNode::Leaf { value, pos, elem }) = nodes.next() else {
            return Err(Malformed::Node(0));
        };
        if evals_proof.pos != position || pos != position {
            return Err(Malformed::Position);
        }
        if elem != evals {
            return Err(Malformed::Evaluations);
        }
        if value.0 != tree::leaf(position.0, &evals.0) {
            return Err(Malformed::LeafDigest);
        }
        let path = nodes
            .zip(1..)
            .map(|(node, place)| decode_branch(node).ok_or(Malformed::Node(place)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            index,
            evaluations: evals.0,
            opening,
            path,
        })
    }
}

/// A branch in the one form that honest encoders give it: no digest of its own, three children, and a child whose
/// digest would be zeros left out.
fn decode_branch(node: EncodedNode) -> Option<Level> {
    let EncodedNode::Branch { value, children } = node else {
        return None;
    };
    let children: [EncodedChild; ARITY] = children.try_into().ok()?;
    if value.0 != Node::default() {
        return None;
    }
    let mut level = Level::default();
    for (slot, child) in level.iter_mut().zip(children) {
        *slot = match child {
            EncodedChild::Empty => None,
            EncodedChild::ForgettenSubtree { value } if value.0 != Node::default() => Some(value.0),
            EncodedChild::ForgettenSubtree { .. } => return None,
            EncodedChild::Branch(nested) | EncodedChild::Leaf(nested) => match nested {},
        };
    }
    Some(level)
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EncodedShare::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        EncodedShare::deserialize(deserializer)?
            .try_into()
            .map_err(D::Error::custom)
    }
}
