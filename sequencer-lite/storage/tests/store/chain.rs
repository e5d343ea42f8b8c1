//! Chains to store. Nobody signed them: the store trusts whoever feeds it.

use crema_storage::StoredBlock;
use crema_types::payload::PayloadBuilder;
use crema_types::vote::{QuorumData, vote_commitment};
use crema_types::{
    Genesis, Header, Leaf, NamespaceId, Payload, QuorumCertificate, Transaction, VidCommitment, ViewNumber,
};

const GENESIS: &str = r#"
base_version = "0.2"
upgrade_version = "0.2"
[stake_table]
capacity = 10
[chain_config]
chain_id = 35353
base_fee = 0
max_block_size = 1000000
fee_recipient = "0x0000000000000000000000000000000000000000"
[header]
timestamp = "1970-01-01T00:16:40Z"
"#;

/// The second in which the chain begins. Two blocks are proposed in each.
pub const START: u64 = 1000;

/// Two namespaces with two transactions each, that no other block has.
pub fn payload(height: u64) -> Payload {
    let mut builder = PayloadBuilder::new(1_000_000);
    for (namespace, number) in [(1, 0), (1, 1), (7, 2), (7, 3)] {
        builder
            .push(&Transaction {
                namespace: NamespaceId(namespace),
                payload: format!("transaction {number} of block {height}").into_bytes(),
            })
            .unwrap();
    }
    builder.finish()
}

pub fn certificate(leaf: &Leaf) -> QuorumCertificate {
    let data = QuorumData {
        leaf_commit: leaf.commit(),
    };
    let vote = vote_commitment(&data, leaf.view_number);
    QuorumCertificate::unsigned(data, leaf.view_number, vote)
}

/// A chain without end. Odd heights have transactions, even ones have none. Dispersals are those of the genesis block:
/// the store does not look into them.
pub fn endless() -> impl Iterator<Item = StoredBlock> {
    let genesis = Genesis::from_toml(GENESIS).unwrap();
    let mut first = StoredBlock::genesis(Leaf::genesis(genesis.header(None).unwrap())).unwrap();
    first.leaf.block_payload = None;
    std::iter::successors(Some(first), |parent| {
        let height = parent.leaf.block_header.height + 1;
        let payload = if height % 2 == 1 {
            payload(height)
        } else {
            Payload::default()
        };
        // even blocks share a payload
        let commitment = VidCommitment([if height % 2 == 1 { height as u8 } else { 0 }; 32]);
        let leaf = Leaf {
            view_number: ViewNumber(height + 3),
            justify_qc: parent.certificate.clone(),
            parent_commitment: parent.leaf.commit(),
            block_header: Header {
                height,
                timestamp: START + height / 2,
                ns_table: payload.ns_table().clone(),
                payload_commitment: commitment,
                ..parent.leaf.block_header.clone()
            },
            upgrade_certificate: None,
            block_payload: None,
        };
        Some(StoredBlock {
            certificate: certificate(&leaf),
            payload: Some(payload),
            common: parent.common.clone(),
            share: parent.share.clone(),
            leaf,
        })
    })
}

/// The first `length` blocks of it.
pub fn chain(length: usize) -> Vec<StoredBlock> {
    endless().take(length).collect()
}

/// `block` with nothing but its leaf.
pub fn bare(block: &StoredBlock) -> StoredBlock {
    StoredBlock {
        payload: None,
        common: None,
        share: None,
        ..block.clone()
    }
}
