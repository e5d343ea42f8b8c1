//! The fee tree against a plain recomputation from all balances, and partial trees against whole ones.

use std::collections::BTreeMap;

use crema_types::merkle::{
    EMPTY, FeeAccountProof, FeeProofKind, FeeTreeError, FeeTreeSnapshot, MerkleChild, MerkleNode, ProofError,
};
use crema_types::{Address, FeeAmount, FeeInfo, FeeMerkleTree, wire};
use proptest::prelude::*;
use sha3::{Digest, Sha3_256};

/// The root of `balances`, level by level, with nothing cached.
fn naive_root(balances: &BTreeMap<Address, u64>) -> [u8; 32] {
    // keyed by what is left of the path: the address without its first bytes
    let mut level: BTreeMap<Vec<u8>, [u8; 32]> = balances
        .iter()
        .filter(|(_, balance)| **balance != 0)
        .map(|(account, balance)| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&balance.to_le_bytes());
            (account.0.to_vec(), Sha3_256::digest(bytes).into())
        })
        .collect();
    for _ in 0..20 {
        let mut branches: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (path, digest) in level {
            let branch = branches
                .entry(path[1..].to_vec())
                .or_insert_with(|| vec![0; 8192]);
            branch[32 * usize::from(path[0])..][..32].copy_from_slice(&digest);
        }
        level = branches
            .into_iter()
            .map(|(path, bytes)| (path, Sha3_256::digest(bytes).into()))
            .collect();
    }
    level.into_values().next().unwrap_or(EMPTY)
}

fn tree_of(balances: &BTreeMap<Address, u64>) -> FeeMerkleTree {
    let mut tree = FeeMerkleTree::new();
    for (account, balance) in balances {
        tree.set_balance(*account, (*balance).into()).unwrap();
    }
    tree
}

/// Addresses that share many bytes, so that branches have several children at every level.
fn address() -> impl Strategy<Value = Address> {
    (any::<[u8; 20]>(), any::<u32>()).prop_map(|(mut bytes, mask)| {
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = if mask >> at & 1 == 0 { 7 } else { *byte };
        }
        Address(bytes)
    })
}

fn balances() -> impl Strategy<Value = BTreeMap<Address, u64>> {
    prop::collection::btree_map(address(), 0u64..1000, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn roots_do_not_depend_on_history(balances in balances(), visited in balances()) {
        let mut tree = tree_of(&visited);
        for account in visited.keys() {
            tree.set_balance(*account, 0.into()).unwrap();
        }
        prop_assert_eq!(&tree, &FeeMerkleTree::new());
        for (account, balance) in &balances {
            tree.set_balance(*account, (*balance).into()).unwrap();
        }
        let commitment = tree.commitment();
        prop_assert_eq!(commitment.root, naive_root(&balances));
        let present = balances.values().filter(|balance| **balance != 0).count();
        prop_assert_eq!(commitment.num_leaves, present as u64);
    }

    #[test]
    fn a_partial_tree_does_what_the_whole_does(balances in balances(), absent in address(), amount in 1u64..1000) {
        let mut whole = tree_of(&balances);
        let mut partial = FeeMerkleTree::from_commitment(&whole.commitment()).unwrap();
        for account in balances.keys().chain([&absent]) {
            let proof = whole.prove(account).unwrap();
            let expected = whole.balance(account).unwrap();
            prop_assert_eq!(proof.verify(&whole.commitment()), Ok(expected));
            let json = serde_json::to_string(&proof).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FeeAccountProof>(&json).unwrap(), &proof);
            let binary = wire::encode_unversioned(&proof).unwrap();
            prop_assert_eq!(&wire::decode_unversioned::<FeeAccountProof>(&binary).unwrap(), &proof);
            prop_assert_eq!(partial.remember(&proof), Ok(expected));
            prop_assert_eq!(partial.balance(account), Ok(expected));
        }
        prop_assert_eq!(partial.commitment(), whole.commitment());
        for account in balances.keys().chain([&absent]) {
            let deposit = FeeInfo { account: *account, amount: amount.into() };
            whole.credit(deposit).unwrap();
            partial.credit(deposit).unwrap();
            prop_assert_eq!(partial.commitment(), whole.commitment());
        }
        for account in balances.keys() {
            whole.set_balance(*account, 0.into()).unwrap();
            partial.set_balance(*account, 0.into()).unwrap();
            prop_assert_eq!(partial.commitment(), whole.commitment());
        }
    }

    #[test]
    fn snapshots_round_trip(balances in balances(), kept: prop::sample::Index) {
        let whole = tree_of(&balances);
        let commitment = whole.commitment();
        let mut partial = FeeMerkleTree::from_commitment(&commitment).unwrap();
        let account = balances.keys().nth(kept.index(balances.len().max(1))).copied().unwrap_or_default();
        partial.remember(&whole.prove(&account).unwrap()).unwrap();
        for tree in [whole.clone(), partial] {
            let snapshot = FeeTreeSnapshot::from(tree.clone());
            let json = serde_json::to_string(&snapshot).unwrap();
            let read: FeeTreeSnapshot = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.into_tree(&commitment), Ok(tree.clone()));
            let binary = wire::encode_unversioned(&snapshot).unwrap();
            let read: FeeTreeSnapshot = wire::decode_unversioned(&binary).unwrap();
            prop_assert_eq!(read.into_tree(&commitment), Ok(tree));
        }
        let other = crema_types::MerkleCommitment { num_leaves: 77, ..commitment };
        prop_assert!(FeeTreeSnapshot::from(whole).into_tree(&other).is_err());
    }
}

fn account(byte: u8) -> Address {
    Address([byte; 20])
}

fn fee(byte: u8, amount: u64) -> FeeInfo {
    FeeInfo {
        account: account(byte),
        amount: amount.into(),
    }
}

#[test]
fn fees_move_or_nothing_does() {
    let mut tree = FeeMerkleTree::new();
    tree.credit(fee(1, 100)).unwrap();
    tree.charge(fee(1, 30), account(2)).unwrap();
    assert_eq!(tree.balance(&account(1)), Ok(70.into()));
    assert_eq!(tree.balance(&account(2)), Ok(30.into()));
    tree.charge(fee(1, 5), account(1)).unwrap();
    assert_eq!(tree.balance(&account(1)), Ok(70.into()));

    let before = tree.clone();
    assert_eq!(
        tree.charge(fee(1, 71), account(2)),
        Err(FeeTreeError::InsufficientFunds {
            account: account(1),
            balance: 70.into(),
            needed: 71.into(),
        })
    );
    tree.charge(fee(3, 0), account(2)).unwrap();
    assert_eq!(tree, before);

    let all = FeeAmount::from_le_bytes([0xff; 32]);
    tree.set_balance(account(2), all).unwrap();
    let before = tree.clone();
    assert_eq!(
        tree.charge(fee(1, 1), account(2)),
        Err(FeeTreeError::Overflow {
            account: account(2),
            amount: 1.into(),
        })
    );
    assert_eq!(tree, before, "the payer keeps what the recipient cannot take");
    tree.charge(fee(1, 70), account(4)).unwrap();
    assert_eq!(
        tree.commitment().num_leaves,
        2,
        "an empty account leaves the tree"
    );
}

#[test]
fn forgotten_balances_are_neither_read_nor_changed() {
    let mut whole = FeeMerkleTree::new();
    whole.credit(fee(1, 100)).unwrap();
    let mut tree = FeeMerkleTree::from_commitment(&whole.commitment()).unwrap();
    let error = Err(FeeTreeError::Forgotten { account: account(1) });
    assert_eq!(tree.balance(&account(1)).map(|_| ()), error);
    assert_eq!(tree.credit(fee(1, 1)), error);
    assert_eq!(tree.charge(fee(1, 1), account(2)), error);
    assert_eq!(tree.prove(&account(1)).map(|_| ()), error);
    // the payer is known, the recipient is not
    let mut both = whole.clone();
    both.credit(fee(2, 1)).unwrap();
    let mut tree = FeeMerkleTree::from_commitment(&both.commitment()).unwrap();
    tree.remember(&both.prove(&account(1)).unwrap()).unwrap();
    let before = tree.clone();
    assert_eq!(
        tree.charge(fee(1, 1), account(2)),
        Err(FeeTreeError::Forgotten { account: account(2) })
    );
    assert_eq!(tree, before);
    assert!(FeeMerkleTree::from_commitment(&crema_types::BlockMerkleTree::new().commitment()).is_err());
}

#[test]
fn false_proofs_are_named() {
    let mut tree = FeeMerkleTree::new();
    tree.credit(fee(1, 100)).unwrap();
    tree.credit(fee(2, 1)).unwrap();
    let commitment = tree.commitment();
    let honest = tree.prove(&account(1)).unwrap();
    let FeeProofKind::Presence(path) = &honest.proof else {
        panic!("a balance is present: {honest:?}")
    };
    let with = |change: &dyn Fn(&mut crema_types::MerkleProof)| {
        let mut path = path.clone();
        change(&mut path);
        FeeAccountProof {
            account: account(1),
            proof: FeeProofKind::Presence(path),
        }
        .verify(&commitment)
    };
    assert_eq!(with(&|_| ()), Ok(100.into()));
    assert_eq!(
        with(&|path| path.proof.clear()),
        Err(ProofError::Length {
            expected: 21,
            found: 0
        })
    );
    assert_eq!(
        with(&|path| path.proof[0] = MerkleNode::Empty),
        Err(ProofError::Node {
            level: 0,
            expected: "a leaf",
            found: "empty"
        })
    );
    let richer = |path: &mut crema_types::MerkleProof| {
        if let MerkleNode::Leaf { value, elem, .. } = &mut path.proof[0] {
            elem.0[0] = 101;
            *value = Sha3_256::digest(&elem.0).into();
        }
    };
    assert_eq!(with(&richer), Err(ProofError::Path { level: 1 }));
    let grafted = |path: &mut crema_types::MerkleProof| {
        if let MerkleNode::Branch { children, .. } = &mut path.proof[20] {
            children[9] = MerkleChild(Some([9; 32]));
        }
    };
    assert_eq!(with(&grafted), Err(ProofError::Root));
    let denied = FeeAccountProof {
        account: account(1),
        proof: FeeProofKind::Absence(path.clone()),
    };
    assert_eq!(
        denied.verify(&commitment),
        Err(ProofError::Node {
            level: 0,
            expected: "empty",
            found: "a leaf"
        })
    );
    let stolen = FeeAccountProof {
        account: account(2),
        ..honest.clone()
    };
    assert_eq!(stolen.verify(&commitment), Err(ProofError::Index));
    let before = tree.clone();
    assert!(tree.remember(&stolen).is_err());
    assert_eq!(tree, before);
    // nothing above nothing: the absence of everything in a tree that has something
    let nothing = FeeMerkleTree::new().prove(&account(3)).unwrap();
    assert_eq!(nothing.verify(&FeeMerkleTree::new().commitment()), Ok(0.into()));
    assert_eq!(nothing.verify(&commitment), Err(ProofError::Root));
}
