//! The tree of fee balances: sparse, 256 children per branch, 20 levels, one per byte of an address. The byte next to
//! the leaves is the address's first.

use std::sync::Arc;

use crema_light_client::u256::U256;
use sha3::{Digest as _, Sha3_256};
use thiserror::Error;

use super::fee_proof::{FeeAccountProof, FeeProofKind};
use super::proof::{FieldBytes, MerkleChild, MerkleNode, MerkleProof, ProofError};
use super::{Digest, EMPTY, MerkleCommitment};
use crate::ethereum::Address;
use crate::fee::{FeeAmount, FeeInfo};

/// Levels below the root: bytes of an address.
pub const FEE_TREE_HEIGHT: usize = 20;

/// Children per branch.
pub(super) const ARITY: usize = 256;

/// All fee balances, or those that matter and digests of the rest.
///
/// Persistent: a clone shares everything, an update copies one path. So every undecided block can have its own tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeMerkleTree {
    pub(super) root: Node,
    pub(super) num_leaves: u64,
}

/// A subtree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Node {
    #[default]
    Empty,
    /// Known by its digest alone.
    Forgotten(Digest),
    Leaf(Digest, FeeAmount),
    Branch(Arc<Branch>),
}

/// An inner node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Branch {
    digest: Digest,
    /// Those that are not empty, by number, ascending.
    pub(super) children: Vec<(u8, Node)>,
}

/// Why a balance cannot be read or changed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FeeTreeError {
    /// Only the digest of this part of the tree is here.
    #[error("the balance of {account} is not in memory; fetch its proof from a peer and remember it")]
    Forgotten {
        /// The account.
        account: Address,
    },
    /// The account cannot pay.
    #[error("{account} has {balance} wei and owes {needed}")]
    InsufficientFunds {
        /// The account.
        account: Address,
        /// What it has.
        balance: FeeAmount,
        /// What it owes.
        needed: FeeAmount,
    },
    /// A balance of 2^256 wei and more.
    #[error("crediting {amount} wei to {account} overflows its balance")]
    Overflow {
        /// The account.
        account: Address,
        /// The amount.
        amount: FeeAmount,
    },
    /// Not a fee tree.
    #[error("a fee Merkle tree has height {expected}, found {found}")]
    Height {
        /// The height.
        expected: u64,
        /// The height found.
        found: u64,
    },
    /// A snapshot of another tree.
    #[error("expected the fee Merkle tree {expected}, the snapshot is {found}")]
    Snapshot {
        /// The tree asked for.
        expected: MerkleCommitment,
        /// The tree in the snapshot.
        found: MerkleCommitment,
    },
    /// A proof that does not hold in this tree.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// The digest of a balance.
pub(super) fn leaf_digest(amount: &FeeAmount) -> Digest {
    Sha3_256::digest(amount.to_le_bytes()).into()
}

/// The digest of a branch from its children that are not empty.
fn sparse_digest(children: &[(u8, Node)]) -> Digest {
    const ZEROS: [u8; 32 * ARITY] = [0; 32 * ARITY];
    let mut hasher = Sha3_256::new();
    let mut next = 0;
    for (number, node) in children {
        let number = usize::from(*number);
        hasher.update(&ZEROS[..32 * (number - next)]);
        hasher.update(node.digest());
        next = number + 1;
    }
    hasher.update(&ZEROS[..32 * (ARITY - next)]);
    hasher.finalize().into()
}

/// The digest of a branch from all its children.
pub(super) fn branch_digest(children: &[Digest]) -> Digest {
    let mut hasher = Sha3_256::new();
    for child in children {
        hasher.update(child);
    }
    hasher.finalize().into()
}

impl Node {
    pub(super) fn digest(&self) -> Digest {
        match self {
            Self::Empty => EMPTY,
            Self::Forgotten(digest) | Self::Leaf(digest, _) => *digest,
            Self::Branch(branch) => branch.digest,
        }
    }

    /// The branch with these children, ascending; empty without any.
    pub(super) fn branch(children: Vec<(u8, Self)>) -> Self {
        if children.is_empty() {
            return Self::Empty;
        }
        Self::Branch(Arc::new(Branch {
            digest: sparse_digest(&children),
            children,
        }))
    }

    /// A subtree of which only the digest is known.
    pub(super) fn forgotten(digest: Digest) -> Self {
        if digest == EMPTY {
            Self::Empty
        } else {
            Self::Forgotten(digest)
        }
    }

    fn child(&self, number: u8) -> Option<&Self> {
        match self {
            Self::Branch(branch) => branch
                .children
                .binary_search_by_key(&number, |(number, _)| *number)
                .ok()
                .map(|at| &branch.children[at].1),
            _ => None,
        }
    }

    /// This subtree with `balance` at the end of `path`, child numbers from the top.
    fn with_balance(&self, path: &[u8], balance: FeeAmount, account: Address) -> Result<Self, FeeTreeError> {
        let Some((&number, rest)) = path.split_first() else {
            return Ok(if balance.0.is_zero() {
                Self::Empty
            } else {
                Self::Leaf(leaf_digest(&balance), balance)
            });
        };
        let mut children = match self {
            Self::Branch(branch) => branch.children.clone(),
            Self::Empty => Vec::new(),
            Self::Forgotten(_) | Self::Leaf(..) => return Err(FeeTreeError::Forgotten { account }),
        };
        let at = children.binary_search_by_key(&number, |(number, _)| *number);
        let old = at.map_or(&Self::Empty, |at| &children[at].1);
        match (at, old.with_balance(rest, balance, account)?) {
            (Ok(at), Self::Empty) => {
                children.remove(at);
            }
            (Err(_), Self::Empty) => {}
            (Ok(at), new) => children[at].1 = new,
            (Err(at), new) => children.insert(at, (number, new)),
        }
        Ok(Self::branch(children))
    }

    /// This subtree with what `nodes`, a proven path from here down, says where it was forgotten.
    fn with_path(&self, path: &[u8], nodes: &[MerkleNode]) -> Self {
        let (Some((&number, rest)), Some((node, below))) = (path.split_first(), nodes.split_first()) else {
            return match (self, nodes.first()) {
                (Self::Forgotten(digest), Some(MerkleNode::Leaf { elem, .. })) => {
                    match elem.0.as_slice().try_into() {
                        Ok(bytes) => Self::Leaf(*digest, FeeAmount::from_le_bytes(bytes)),
                        Err(_) => self.clone(),
                    }
                }
                _ => self.clone(),
            };
        };
        let mut children = match (self, node) {
            (Self::Branch(branch), _) => branch.children.clone(),
            (Self::Forgotten(_), MerkleNode::Branch { children, .. }) => (0..=u8::MAX)
                .zip(children)
                .filter(|(_, child)| child.digest() != EMPTY)
                .map(|(number, child)| (number, Self::forgotten(child.digest())))
                .collect(),
            _ => return self.clone(),
        };
        if let Ok(at) = children.binary_search_by_key(&number, |(number, _)| *number) {
            children[at].1 = children[at].1.with_path(rest, below);
        }
        let digest = self.digest();
        Self::Branch(Arc::new(Branch { digest, children }))
    }
}

/// The child numbers on the path to `account`, from the top.
fn path_down(account: &Address) -> [u8; FEE_TREE_HEIGHT] {
    let mut path = account.0;
    path.reverse();
    path
}

impl FeeMerkleTree {
    /// A tree without balances.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree with this commitment, with all balances yet to be [remembered](Self::remember).
    ///
    /// # Errors
    /// When the commitment is to a tree of another height.
    pub fn from_commitment(commitment: &MerkleCommitment) -> Result<Self, FeeTreeError> {
        if commitment.height != FEE_TREE_HEIGHT as u64 {
            return Err(FeeTreeError::Height {
                expected: FEE_TREE_HEIGHT as u64,
                found: commitment.height,
            });
        }
        Ok(Self {
            root: Node::forgotten(commitment.root),
            num_leaves: commitment.num_leaves,
        })
    }

    /// Commits to all balances.
    pub fn commitment(&self) -> MerkleCommitment {
        MerkleCommitment {
            root: self.root.digest(),
            height: FEE_TREE_HEIGHT as u64,
            num_leaves: self.num_leaves,
        }
    }

    /// The node at the end of the path to `account`.
    fn lookup(&self, account: &Address) -> Result<FeeAmount, FeeTreeError> {
        let mut node = &self.root;
        for number in path_down(account) {
            node = match node {
                Node::Branch(_) => node.child(number).unwrap_or(&Node::Empty),
                Node::Empty => return Ok(FeeAmount::default()),
                Node::Forgotten(_) | Node::Leaf(..) => {
                    return Err(FeeTreeError::Forgotten { account: *account });
                }
            };
        }
        match node {
            Node::Leaf(_, amount) => Ok(*amount),
            Node::Empty => Ok(FeeAmount::default()),
            Node::Forgotten(_) | Node::Branch(_) => Err(FeeTreeError::Forgotten { account: *account }),
        }
    }

    /// The balance of `account`, 0 if it has none.
    ///
    /// # Errors
    /// [`FeeTreeError::Forgotten`].
    pub fn balance(&self, account: &Address) -> Result<FeeAmount, FeeTreeError> {
        self.lookup(account)
    }

    /// Sets the balance of `account`; nothing is left of a balance of 0.
    ///
    /// # Errors
    /// [`FeeTreeError::Forgotten`], in which case nothing changes.
    pub fn set_balance(&mut self, account: Address, balance: FeeAmount) -> Result<(), FeeTreeError> {
        let old = self.lookup(&account)?;
        self.root = self.root.with_balance(&path_down(&account), balance, account)?;
        match (old.0.is_zero(), balance.0.is_zero()) {
            (true, false) => self.num_leaves = self.num_leaves.saturating_add(1),
            (false, true) => self.num_leaves = self.num_leaves.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    /// Adds a deposit, or a fee to its recipient.
    ///
    /// # Errors
    /// [`FeeTreeError::Forgotten`] or [`FeeTreeError::Overflow`], in which case nothing changes.
    pub fn credit(&mut self, FeeInfo { account, amount }: FeeInfo) -> Result<(), FeeTreeError> {
        let sum = self
            .balance(&account)?
            .0
            .checked_add(amount.0)
            .ok_or(FeeTreeError::Overflow { account, amount })?;
        self.set_balance(account, FeeAmount(sum))
    }

    /// Moves a fee from who pays it to `recipient`. A fee of 0 changes nothing.
    ///
    /// # Errors
    /// When one of the balances is forgotten, the payer has too little or the recipient too much, in which case
    /// nothing changes.
    pub fn charge(&mut self, fee: FeeInfo, recipient: Address) -> Result<(), FeeTreeError> {
        let FeeInfo { account, amount } = fee;
        if amount.0 == U256::ZERO {
            return Ok(());
        }
        let balance = self.balance(&account)?;
        let rest = balance
            .0
            .checked_sub(amount.0)
            .ok_or(FeeTreeError::InsufficientFunds {
                account,
                balance,
                needed: amount,
            })?;
        let mut charged = self.clone();
        charged.set_balance(account, FeeAmount(rest))?;
        charged.credit(FeeInfo {
            account: recipient,
            amount,
        })?;
        *self = charged;
        Ok(())
    }

    /// The proof of the balance of `account`, or of there being none.
    ///
    /// # Errors
    /// [`FeeTreeError::Forgotten`].
    pub fn prove(&self, account: &Address) -> Result<FeeAccountProof, FeeTreeError> {
        let balance = self.balance(account)?;
        let pos = FieldBytes(account.0.to_vec());
        let mut nodes = Vec::with_capacity(FEE_TREE_HEIGHT + 1);
        let mut node = &self.root;
        for number in path_down(account) {
            if let Node::Branch(branch) = node {
                let mut children = vec![MerkleChild(None); ARITY];
                for (number, child) in &branch.children {
                    children[usize::from(*number)] = MerkleChild::from_digest(child.digest());
                }
                nodes.push(MerkleNode::Branch {
                    value: EMPTY,
                    children,
                });
            } else {
                nodes.push(MerkleNode::Empty);
            }
            node = node.child(number).unwrap_or(&Node::Empty);
        }
        let present = matches!(node, Node::Leaf(..));
        nodes.push(match node {
            Node::Leaf(digest, amount) => MerkleNode::Leaf {
                value: *digest,
                pos: pos.clone(),
                elem: FieldBytes(amount.to_le_bytes().to_vec()),
            },
            _ => MerkleNode::Empty,
        });
        nodes.reverse();
        let proof = MerkleProof { pos, proof: nodes };
        debug_assert_eq!(present, !balance.0.is_zero());
        Ok(FeeAccountProof {
            account: *account,
            proof: if present {
                FeeProofKind::Presence(proof)
            } else {
                FeeProofKind::Absence(proof)
            },
        })
    }

    /// Takes a balance into memory, from a proof sent by somebody who need not be trusted.
    ///
    /// # Errors
    /// When the proof does not hold in this tree, in which case nothing changes.
    pub fn remember(&mut self, proof: &FeeAccountProof) -> Result<FeeAmount, FeeTreeError> {
        let amount = proof.verify(&self.commitment())?;
        let from_top: Vec<_> = proof.nodes().iter().rev().cloned().collect();
        self.root = self.root.with_path(&path_down(&proof.account), &from_top);
        Ok(amount)
    }
}
