//! Arbitrary values of every type.

use crema_light_client::{bls, u256::U256};
use crema_types::ethereum::EthereumSignature;
use crema_types::header::HeaderVersion;
use crema_types::l1::L1BlockHash;
use crema_types::vote::{Certificate, QuorumData, Signers, TimeoutData2, UpgradeData, ViewChangeEvidence};
use crema_types::{
    Address, BlockSize, BuilderCommitment, ChainConfig, ChainConfigCommitment, ChainId, Commitment,
    FeeAmount, FeeInfo, Header, L1BlockInfo, Leaf, Leaf2, MerkleCommitment, NamespaceTable, Payload,
    ResolvableChainConfig, Transaction, Version, VidCommitment, ViewNumber,
};
use proptest::prelude::*;

pub fn u256() -> impl Strategy<Value = U256> {
    prop_oneof![
        any::<u64>().prop_map(U256::from),
        any::<[u64; 4]>().prop_map(U256::from_limbs)
    ]
}

pub fn transaction() -> impl Strategy<Value = Transaction> {
    let namespace = prop_oneof![0u32..4, any::<u32>()];
    (namespace, prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(namespace, payload)| Transaction {
        namespace: namespace.into(),
        payload,
    })
}

pub fn payload() -> impl Strategy<Value = Payload> {
    prop::collection::vec(transaction(), 0..12)
        .prop_map(|transactions| Payload::from_transactions(&transactions, 1 << 20).payload)
}

fn chain_config() -> impl Strategy<Value = ChainConfig> {
    let address = || any::<[u8; 20]>().prop_map(Address);
    (
        u256(),
        any::<u64>(),
        u256(),
        proptest::option::of(address()),
        address(),
    )
        .prop_map(|(id, size, base_fee, fee_contract, fee_recipient)| ChainConfig {
            chain_id: ChainId(id),
            max_block_size: BlockSize(size),
            base_fee: FeeAmount(base_fee),
            fee_contract,
            fee_recipient,
            ..ChainConfig::default()
        })
}

fn l1_block() -> impl Strategy<Value = L1BlockInfo> {
    (any::<u64>(), u256(), any::<[u8; 32]>()).prop_map(|(number, timestamp, hash)| L1BlockInfo {
        number,
        timestamp,
        hash: L1BlockHash(hash),
    })
}

fn merkle_commitment() -> impl Strategy<Value = MerkleCommitment> {
    (any::<[u8; 32]>(), any::<u64>(), any::<u64>()).prop_map(|(root, height, num_leaves)| MerkleCommitment {
        root,
        height,
        num_leaves,
    })
}

/// Headers of every version, with fields that need not fit each other.
pub fn header() -> impl Strategy<Value = Header> {
    let version = prop_oneof![
        Just(HeaderVersion::V0_1),
        Just(HeaderVersion::V0_2),
        Just(HeaderVersion::V0_3)
    ];
    let config = prop_oneof![
        chain_config().prop_map(ResolvableChainConfig::Full),
        any::<[u8; 32]>().prop_map(|bytes| ResolvableChainConfig::Commitment(ChainConfigCommitment(bytes)))
    ];
    let stake_table = proptest::option::of(any::<[u8; 20]>().prop_map(Address));
    let numbers = any::<[u64; 3]>();
    let digests = any::<[[u8; 32]; 2]>();
    let table = prop_oneof![
        payload().prop_map(|payload| payload.ns_table().clone()),
        prop::collection::vec(any::<u8>(), 0..30).prop_map(NamespaceTable::from_bytes)
    ];
    let fee = (any::<[u8; 20]>(), u256()).prop_map(|(account, amount)| FeeInfo {
        account: Address(account),
        amount: FeeAmount(amount),
    });
    let signature = proptest::option::of(
        (u256(), u256(), any::<u64>()).prop_map(|(r, s, v)| EthereumSignature { r, s, v }),
    );
    (
        (version, config, stake_table),
        (numbers, digests, table),
        (proptest::option::of(l1_block()), fee, signature),
        (merkle_commitment(), merkle_commitment()),
    )
        .prop_map(
            |((version, mut config, stake_table), (numbers, digests, ns_table), rest, roots)| {
                if let (HeaderVersion::V0_3, ResolvableChainConfig::Full(config)) = (version, &mut config) {
                    config.stake_table_contract = stake_table;
                }
                let (l1_finalized, fee_info, builder_signature) = rest;
                Header {
                    version,
                    chain_config: config,
                    height: numbers[0],
                    timestamp: numbers[1],
                    l1_head: numbers[2],
                    l1_finalized,
                    payload_commitment: VidCommitment(digests[0]),
                    builder_commitment: BuilderCommitment(digests[1]),
                    ns_table,
                    block_merkle_tree_root: roots.0,
                    fee_merkle_tree_root: roots.1,
                    fee_info,
                    builder_signature,
                }
            },
        )
}

/// Some valid signature, with any signers: encodings do not care whether they belong together.
fn certificate<D: crema_types::vote::VoteData>(data: D, view: u64, signers: &[bool]) -> Certificate<D> {
    let signature = bls::SigningKey::from_seed(&[7; 32]).sign(b"message");
    Certificate::new(
        data,
        ViewNumber(view),
        signature,
        signers.iter().copied().collect::<Signers>(),
    )
}

/// Leaves with and without an upgrade under way and a payload.
pub fn leaf() -> impl Strategy<Value = Leaf> {
    (
        header(),
        any::<[u64; 3]>(),
        any::<[u8; 32]>(),
        prop::collection::vec(any::<bool>(), 1..80),
        proptest::option::of(payload()),
        proptest::option::of(prop::collection::vec(any::<u8>(), 0..8)),
    )
        .prop_map(|(block_header, views, parent, signers, block_payload, upgrade)| {
            let data = QuorumData {
                leaf_commit: Commitment(parent),
            };
            let upgrade = upgrade.map(|new_version_hash| UpgradeData {
                old_version: Version::V0_1,
                new_version: Version::V0_2,
                decide_by: ViewNumber(views[2]),
                new_version_hash,
                old_version_last_view: ViewNumber(1),
                new_version_first_view: ViewNumber(2),
            });
            Leaf {
                view_number: ViewNumber(views[0]),
                justify_qc: certificate(data, views[1], &signers),
                parent_commitment: Commitment(parent),
                block_header,
                upgrade_certificate: upgrade.map(|data| certificate(data, views[2], &signers)),
                block_payload,
            }
        })
}

/// Leaves in the later shape, with everything that only it has.
pub fn leaf2() -> impl Strategy<Value = Leaf2> {
    (leaf(), any::<bool>(), proptest::option::of(any::<[u8; 32]>())).prop_map(|(leaf, with_epoch, drb)| {
        let view = leaf.view_number;
        let timeout = TimeoutData2 { view, epoch: None };
        Leaf2 {
            view_change_evidence: with_epoch
                .then(|| ViewChangeEvidence::Timeout(certificate(timeout, view.0, &[true]))),
            next_drb_result: drb,
            with_epoch,
            ..Leaf2::from(leaf)
        }
    })
}
