//! Fee trees as peers hand them out for catch-up: nodes in full where a balance was asked for, digests elsewhere.

use std::fmt;

use serde::de::{DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::SerializeStructVariant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fee_tree::{ARITY, FEE_TREE_HEIGHT, FeeMerkleTree, FeeTreeError, Node, leaf_digest};
use super::proof::FieldBytes;
use super::{Digest, MerkleCommitment};
use crate::ethereum::Address;
use crate::fee::FeeAmount;

/// Variants of a node, in the order that binary encodings number them.
const VARIANTS: &[&str] = &["Empty", "Branch", "Leaf", "ForgettenSubtree"];

/// A fee tree from a peer. Its digests are computed anew when it is read, none is taken from the peer except those of
/// what is left out; [`Self::into_tree`] compares the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeTreeSnapshot(FeeMerkleTree);

impl From<FeeMerkleTree> for FeeTreeSnapshot {
    fn from(tree: FeeMerkleTree) -> Self {
        Self(tree)
    }
}

impl FeeTreeSnapshot {
    /// The tree, when it is the one with this commitment.
    ///
    /// # Errors
    /// When it is another.
    pub fn into_tree(self, commitment: &MerkleCommitment) -> Result<FeeMerkleTree, FeeTreeError> {
        let found = self.0.commitment();
        if found == *commitment {
            Ok(self.0)
        } else {
            Err(FeeTreeError::Snapshot {
                expected: *commitment,
                found,
            })
        }
    }
}

#[derive(Serialize)]
struct SnapshotRef<'a> {
    root: NodeRef<'a>,
    height: u64,
    num_leaves: u64,
    _phantom: (),
}

/// A node and the child numbers that lead to it, from the top.
struct NodeRef<'a> {
    node: &'a Node,
    path: Vec<u8>,
}

impl Serialize for FeeTreeSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SnapshotRef {
            root: NodeRef {
                node: &self.0.root,
                path: Vec::new(),
            },
            height: FEE_TREE_HEIGHT as u64,
            num_leaves: self.0.num_leaves,
            _phantom: (),
        }
        .serialize(serializer)
    }
}

impl Serialize for NodeRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = |digest: Digest| FieldBytes(digest.to_vec());
        match self.node {
            Node::Empty => serializer.serialize_unit_variant("MerkleNode", 0, VARIANTS[0]),
            Node::Branch(branch) => {
                let mut children: Vec<NodeRef<'_>> = (0..=u8::MAX).map(|_| NodeRef::empty()).collect();
                for (number, node) in &branch.children {
                    let mut path = self.path.clone();
                    path.push(*number);
                    children[usize::from(*number)] = NodeRef { node, path };
                }
                let mut variant = serializer.serialize_struct_variant("MerkleNode", 1, VARIANTS[1], 2)?;
                variant.serialize_field("value", &digest(self.node.digest()))?;
                variant.serialize_field("children", &children)?;
                variant.end()
            }
            Node::Leaf(value, amount) => {
                let pos = self.path.iter().rev().copied().collect();
                let mut variant = serializer.serialize_struct_variant("MerkleNode", 2, VARIANTS[2], 3)?;
                variant.serialize_field("value", &digest(*value))?;
                variant.serialize_field("pos", &FieldBytes(pos))?;
                variant.serialize_field("elem", &FieldBytes(amount.to_le_bytes().to_vec()))?;
                variant.end()
            }
            Node::Forgotten(value) => {
                let mut variant = serializer.serialize_struct_variant("MerkleNode", 3, VARIANTS[3], 1)?;
                variant.serialize_field("value", &digest(*value))?;
                variant.end()
            }
        }
    }
}

impl NodeRef<'_> {
    fn empty() -> Self {
        Self {
            node: &Node::Empty,
            path: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Snapshot {
    #[serde(deserialize_with = "root")]
    root: Node,
    height: u64,
    num_leaves: u64,
    #[serde(rename = "_phantom")]
    _phantom: (),
}

impl<'de> Deserialize<'de> for FeeTreeSnapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let snapshot = Snapshot::deserialize(deserializer)?;
        if snapshot.height != FEE_TREE_HEIGHT as u64 {
            return Err(D::Error::custom(FeeTreeError::Height {
                expected: FEE_TREE_HEIGHT as u64,
                found: snapshot.height,
            }));
        }
        Ok(Self(FeeMerkleTree {
            root: snapshot.root,
            num_leaves: snapshot.num_leaves,
        }))
    }
}

fn root<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
    NodeSeed { path: Vec::new() }.deserialize(deserializer)
}

/// Reads the node at the end of `path`. Nodes nest no deeper than the tree is high, whatever the input says.
struct NodeSeed {
    path: Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for NodeSeed {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_enum("MerkleNode", VARIANTS, self)
    }
}

#[derive(Deserialize)]
enum Variant {
    Empty,
    Branch,
    Leaf,
    ForgettenSubtree,
}

impl<'de> Visitor<'de> for NodeSeed {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node of a fee Merkle tree")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        let (variant, data) = data.variant()?;
        let at_leaf = self.path.len() == FEE_TREE_HEIGHT;
        match variant {
            Variant::Empty => data.unit_variant().map(|()| Node::Empty),
            Variant::Branch if at_leaf => {
                Err(A::Error::custom("a fee Merkle tree has 20 levels of branches"))
            }
            Variant::Branch => data.newtype_variant_seed(BranchVisitor { path: &self.path }),
            Variant::Leaf if !at_leaf => {
                Err(A::Error::custom("a fee Merkle tree has leaves on level 20 only"))
            }
            Variant::Leaf => {
                let account = Address(std::array::from_fn(|at| self.path[FEE_TREE_HEIGHT - 1 - at]));
                let leaf: LeafFields = data.newtype_variant()?;
                leaf.into_node(&account).map_err(A::Error::custom)
            }
            Variant::ForgettenSubtree => {
                let ForgottenFields { value } = data.newtype_variant()?;
                let digest = value
                    .0
                    .try_into()
                    .map_err(|_| A::Error::custom("a digest in a Merkle tree has 32 bytes"))?;
                Ok(Node::forgotten(digest))
            }
        }
    }
}

/// The fields of a branch.
const BRANCH_FIELDS: &[&str] = &["value", "children"];

/// Reads a branch, in maps and in sequences.
struct BranchVisitor<'a> {
    path: &'a [u8],
}

impl<'de> DeserializeSeed<'de> for BranchVisitor<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_struct("Branch", BRANCH_FIELDS, self)
    }
}

impl<'de> Visitor<'de> for BranchVisitor<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a branch of 256 children")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        // the digest is computed from the children
        let _: FieldBytes = seq
            .next_element()?
            .ok_or_else(|| A::Error::missing_field("value"))?;
        let children = seq.next_element_seed(ChildrenSeed { path: self.path })?;
        Ok(Node::branch(
            children.ok_or_else(|| A::Error::missing_field("children"))?,
        ))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut children = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "value" => drop(map.next_value::<FieldBytes>()?),
                "children" if children.is_none() => {
                    children = Some(map.next_value_seed(ChildrenSeed { path: self.path })?);
                }
                key => return Err(A::Error::unknown_field(key, BRANCH_FIELDS)),
            }
        }
        Ok(Node::branch(
            children.ok_or_else(|| A::Error::missing_field("children"))?,
        ))
    }
}

/// Reads a branch's children, of which it keeps those that are not empty.
struct ChildrenSeed<'a> {
    path: &'a [u8],
}

impl<'de> DeserializeSeed<'de> for ChildrenSeed<'_> {
    type Value = Vec<(u8, Node)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ChildrenSeed<'_> {
    type Value = Vec<(u8, Node)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ARITY} children")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut children = Vec::new();
        for number in 0..=u8::MAX {
            let path = [self.path, &[number]].concat();
            let node = seq
                .next_element_seed(NodeSeed { path })?
                .ok_or_else(|| A::Error::invalid_length(number.into(), &self))?;
            if node != Node::Empty {
                children.push((number, node));
            }
        }
        match seq.next_element::<serde::de::IgnoredAny>() {
            Ok(None) => Ok(children),
            _ => Err(A::Error::invalid_length(ARITY + 1, &self)),
        }
    }
}

#[derive(Deserialize)]
struct ForgottenFields {
    value: FieldBytes,
}

#[derive(Deserialize)]
struct LeafFields {
    value: FieldBytes,
    pos: FieldBytes,
    elem: FieldBytes,
}

impl LeafFields {
    fn into_node(self, account: &Address) -> Result<Node, &'static str> {
        let bytes = self
            .elem
            .0
            .try_into()
            .map_err(|_| "a balance in a fee Merkle tree has 32 bytes")?;
        let amount = FeeAmount::from_le_bytes(bytes);
        let digest = leaf_digest(&amount);
        if self.pos.0 != account.0 || self.value.0 != digest || amount.0.is_zero() {
            return Err("a leaf of a fee Merkle tree contradicts its place or its digest, or holds nothing");
        }
        Ok(Node::Leaf(digest, amount))
    }
}
