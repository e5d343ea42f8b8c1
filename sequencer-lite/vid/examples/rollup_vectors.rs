//! A small chain for the contracts' tests of what rollups derive from a block, made by the code that nodes run:
//! `cargo run --release -p crema-vid --example rollup_vectors > contracts/test/fixtures/rollup.json`
//!
//! Six blocks; the light client knows the tree of the first five. Block 2 has transfers of the toy token in namespace
//! [`TOKEN`] between another's transactions, block 3 only the other's, block 4 one more transfer.

mod siblings;

use ark_ff::{BigInteger, PrimeField};
use ark_serialize::CanonicalSerialize;
use crema_types::{
    Address, ChainConfig, FeeInfo, FeeMerkleTree, Header, L1BlockInfo, NamespaceId, Payload, Transaction,
    ViewNumber,
    ethereum::EthereumSigningKey,
    header::HeaderVersion,
    l1::L1BlockHash,
    merkle::{BlockMerkleArchive, MerkleCommitment},
};
use crema_vid::{NamespaceProof, Scheme, Verifier};
use serde_json::{Value, json};
use siblings::siblings;

type Failure = Box<dyn std::error::Error>;

/// The demo network's.
const NODES: u32 = 5;
/// The toy token's namespace, and that of somebody before and behind it.
const TOKEN: NamespaceId = NamespaceId(0x746f_6b65);
const BEFORE: NamespaceId = NamespaceId(17);
const BEHIND: NamespaceId = NamespaceId(0xffff_fff0);
/// Bytes that are an element of the payload.
const ELEMENT: usize = 31;
/// Elements that are a polynomial, for five nodes.
const THRESHOLD: usize = 4;

/// Keys that everybody knows.
struct Accounts {
    alice: EthereumSigningKey,
    bob: EthereumSigningKey,
    carol: Address,
}

impl Accounts {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            alice: EthereumSigningKey::from_be_bytes(&[1; 32])?,
            bob: EthereumSigningKey::from_be_bytes(&[2; 32])?,
            carol: EthereumSigningKey::from_be_bytes(&[3; 32])?.address(),
        })
    }

    /// Namespaces and bytes of the transactions of each block.
    fn blocks(&self) -> Result<Vec<Vec<Transaction>>, Failure> {
        let bob = self.bob.address();
        let foreign = |namespace, length: usize| Transaction {
            namespace,
            payload: (0..length).map(|i| (i % 251) as u8).collect(),
        };
        let token = |payload| Transaction {
            namespace: TOKEN,
            payload,
        };
        let first = transfer(&self.alice, bob, 300, 0)?;
        Ok(vec![
            vec![],
            vec![foreign(BEFORE, 40)],
            vec![
                foreign(BEFORE, 170),
                foreign(BEHIND, 333),
                token(first.clone()),
                // seen before, more than there is, not a transfer at all: these change nothing
                token(first),
                token(transfer(&self.bob, self.carol, 351, 0)?),
                token(vec![0xab; 50]),
                // to an account that is new
                token(transfer(&self.bob, self.carol, 120, 0)?),
            ],
            vec![foreign(BEFORE, 90), foreign(BEHIND, 10)],
            vec![token(transfer(&self.alice, self.carol, 5, 1)?)],
            vec![],
        ])
    }
}

/// A transfer as the toy token has it: recipient, amount, nonce, and the sender's signature on these and the namespace.
fn transfer(from: &EthereumSigningKey, to: Address, amount: u128, nonce: u64) -> Result<Vec<u8>, Failure> {
    let body = [&to.0[..], &amount.to_be_bytes(), &nonce.to_be_bytes()].concat();
    let signature = from.sign(&[&TOKEN.0.to_be_bytes(), &body[..]].concat())?;
    let numbers = [signature.r.to_be_bytes(), signature.s.to_be_bytes()].concat();
    Ok([&body[..], &numbers, &[signature.v as u8]].concat())
}

/// The block at the tree's next height.
fn header(tree: &BlockMerkleArchive, payload: &Payload, scheme: &Scheme) -> Result<Header, Failure> {
    let height = tree.num_leaves();
    let mut fees = FeeMerkleTree::new();
    fees.set_balance(Address([height as u8; 20]), (height + 1).into())?;
    Ok(Header {
        // the last blocks are of the next version
        version: if height < 4 {
            HeaderVersion::V0_2
        } else {
            HeaderVersion::V0_3
        },
        chain_config: ChainConfig::default().into(),
        height,
        timestamp: 1_700_000_000 + 2 * height,
        l1_head: 1000 + height,
        l1_finalized: (height > 1).then(|| L1BlockInfo {
            number: 900 + height,
            timestamp: 1_699_999_000.into(),
            hash: L1BlockHash([0x5a; 32]),
        }),
        payload_commitment: scheme.disperse(payload.as_bytes())?.commitment,
        builder_commitment: payload.builder_commitment(),
        ns_table: payload.ns_table().clone(),
        block_merkle_tree_root: tree.commitment_at(height).ok_or("a tree of its own size")?,
        fee_merkle_tree_root: fees.commitment(),
        fee_info: FeeInfo {
            account: Address([0x11; 20]),
            amount: (7 * height).into(),
        },
        builder_signature: None,
    })
}

/// A header's fields as the contracts' struct has them, a word each; the namespace table stands elsewhere.
fn header_words(header: &Header) -> String {
    let version = match header.version {
        HeaderVersion::V0_3 => 3,
        _ => 2,
    };
    let tree = |commitment: &MerkleCommitment| {
        let bytes = commitment.to_bytes();
        let mut rest = [0; 32];
        rest[..16].copy_from_slice(&bytes[32..]);
        [commitment.root, rest].concat()
    };
    let words = [
        number(version).to_vec(),
        header.chain_config.commit().0.to_vec(),
        number(header.height).to_vec(),
        number(header.timestamp).to_vec(),
        number(header.l1_head).to_vec(),
        header
            .l1_finalized
            .map_or([0; 32], |block| block.commit().0)
            .to_vec(),
        header.payload_commitment.0.to_vec(),
        header.builder_commitment.0.to_vec(),
        tree(&header.block_merkle_tree_root),
        tree(&header.fee_merkle_tree_root),
        header.fee_info.commit().0.to_vec(),
    ];
    hex(words.concat())
}

/// What the contract takes for the token's namespace in a payload: the dispersal's points, and what surrounds the
/// namespace in the polynomials that it touches.
fn namespace(scheme: &Scheme, payload: &Payload) -> Result<Value, Failure> {
    let bytes = payload.as_bytes();
    let dispersed = scheme.disperse(bytes)?;
    let proof = NamespaceProof::new(scheme.parameters(), payload, TOKEN)?;
    let verifier = Verifier::new(dispersed.commitment, dispersed.common.clone())?;
    verifier.verify_namespace(payload.ns_table(), TOKEN, proof.as_ref())?;
    let mut points = Vec::new();
    for point in dispersed.common.polynomial_commitments() {
        point.serialize_uncompressed(&mut points)?;
    }
    let table = payload.ns_table();
    let range = match table.find(TOKEN) {
        Some(index) => table.range(index, bytes.len()).ok_or("an entry of the table")?,
        None => 0..0,
    };
    let (first, end) = (range.start / ELEMENT, range.end.div_ceil(ELEMENT));
    let touched = first / THRESHOLD * THRESHOLD
        ..(end.div_ceil(THRESHOLD) * THRESHOLD).min(bytes.len().div_ceil(ELEMENT));
    let behind = if range.is_empty() { 0..0 } else { end..touched.end };
    Ok(json!({
        "length": hex(number(bytes.len() as u64)),
        "points": hex(points),
        "payload": hex(&bytes[range.clone()]),
        "prefixBytes": hex(&bytes[first * ELEMENT..range.start]),
        "suffixBytes": hex(&bytes[range.end..(end * ELEMENT).min(bytes.len())]),
        "prefixElements": elements(bytes, touched.start..first),
        "suffixElements": elements(bytes, behind),
    }))
}

/// Elements of a payload, 32 bytes each, highest first.
fn elements(payload: &[u8], range: std::ops::Range<usize>) -> String {
    let word = |i: usize| {
        let mut word = [0; 32];
        for (byte, from) in word
            .iter_mut()
            .rev()
            .zip(payload.iter().skip(i * ELEMENT).take(ELEMENT))
        {
            *byte = *from;
        }
        word
    };
    hex(range.flat_map(word).collect::<Vec<u8>>())
}

fn main() -> Result<(), Failure> {
    let scheme = Scheme::new(NODES)?;
    let accounts = Accounts::new()?;
    let mut tree = BlockMerkleArchive::new();
    let mut payloads = Vec::new();
    let mut headers = Vec::new();
    for transactions in accounts.blocks()? {
        let payload = Payload::from_transactions(&transactions, 30_720).payload;
        let header = header(&tree, &payload, &scheme)?;
        tree.push(header.commit());
        payloads.push(payload);
        headers.push(header);
    }
    let newest = headers.last().ok_or("a chain")?;
    let states: Vec<_> = headers
        .iter()
        .map(|header| header.light_client_state(ViewNumber(9)))
        .collect();
    let mut paths = Vec::new();
    for index in 0..newest.height {
        let proof = tree.prove(index, newest.height).ok_or("a proof of a leaf")?;
        paths.push(hex(siblings(&proof, index).concat()));
    }
    let namespaces = payloads
        .iter()
        .map(|payload| namespace(&scheme, payload))
        .collect::<Result<Vec<_>, _>>()?;
    let column = |name: &str| {
        namespaces
            .iter()
            .map(|namespace| namespace[name].clone())
            .collect::<Vec<_>>()
    };
    let json = json!({
        "headers": headers.iter().map(header_words).collect::<Vec<_>>(),
        "tables": headers.iter().map(|header| hex(header.ns_table.as_bytes())).collect::<Vec<_>>(),
        "hashes": headers.iter().map(|header| hex(header.commit().0)).collect::<Vec<_>>(),
        "treeRoots": headers.iter().map(|header| hex(header.block_merkle_tree_root.root)).collect::<Vec<_>>(),
        "blockCommRoots": states
            .iter()
            .map(|state| hex(state.block_comm_root.into_bigint().to_bytes_be()))
            .collect::<Vec<_>>(),
        "siblings": paths,
        "payloadLengths": column("length"),
        "points": column("points"),
        "payloads": column("payload"),
        "prefixBytes": column("prefixBytes"),
        "suffixBytes": column("suffixBytes"),
        "prefixElements": column("prefixElements"),
        "suffixElements": column("suffixElements"),
    });
    println!("{}", serde_json::to_string_pretty(&json)?);
    Ok(())
}

/// A number as the ABI has it.
fn number(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}
