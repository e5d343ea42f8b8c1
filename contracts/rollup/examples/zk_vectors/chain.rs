//! Seven blocks, of which the light client knows the first six, and the proofs that settle these.

use alloy::{primitives::U256, sol_types::SolValue};
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_contracts::zk_rollup::{Derivation, ZkRollup};
use crema_light_client::{field::to_be_bytes, rescue, schnorr::SigningKey};
use crema_plonk::{BLINDERS, Blinders};
use crema_rollup::{
    Evidence, Prover, Source,
    batch::domain,
    derive, settle,
    token::{Account, Ledger, Transfer, transfers},
};
use crema_types::{
    Address, ChainConfig, FeeInfo, FeeMerkleTree, Header, NamespaceId, Payload, Transaction, ViewNumber,
    header::HeaderVersion, merkle::BlockMerkleArchive,
};
use crema_vid::{Common, Scheme};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// The demo network's.
const NODES: u32 = 5;
/// anvil's, and that of forge's tests.
const CHAIN_ID: u64 = 31337;
/// The ZK token's namespace, and those of somebody before and behind it.
const TOKEN: NamespaceId = NamespaceId(0x7a6b_746f);
const BEFORE: NamespaceId = NamespaceId(17);
const BEHIND: NamespaceId = NamespaceId(0xffff_fff0);
/// Blocks that the light client knows.
const KNOWN: usize = 6;

/// Keys that everybody knows.
fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn signed(seed: u8, indices: [u32; 2], amount: u64, nonce: u64) -> Transfer {
    Transfer::sign(&key(seed), domain(CHAIN_ID, TOKEN.0), indices, amount, nonce)
}

/// Alice, Bob and Carol, at indices 0 to 2.
fn genesis() -> Result<Ledger, Failure> {
    let accounts =
        [(1, 1000), (2, 50), (3, 0)].map(|(seed, balance)| Account::new(&key(seed).verifying_key(), balance));
    Ok(Ledger::new(domain(CHAIN_ID, TOKEN.0), &accounts)?)
}

/// Namespaces and bytes of the transactions of each block.
fn blocks() -> Vec<Vec<Transaction>> {
    let foreign = |namespace, length: usize| Transaction {
        namespace,
        payload: (0..length).map(|i| (i % 251) as u8).collect(),
    };
    let token = |payload: &[u8]| Transaction {
        namespace: TOKEN,
        payload: payload.to_vec(),
    };
    let first = signed(1, [0, 1], 300, 0);
    let mut unsigned = signed(1, [0, 2], 1, 1);
    unsigned.signature.s += ark_ed_on_bn254::Fr::from(1);
    let mut no_account = signed(1, [0, 1], 1, 1).to_bytes();
    no_account[7] = 81;
    let mut beyond = signed(1, [0, 1], 1, 1).to_bytes();
    beyond[88..].fill(0xff);
    vec![
        vec![],
        vec![foreign(BEFORE, 40)],
        vec![
            foreign(BEFORE, 170),
            foreign(BEHIND, 333),
            token(&[0xab; 50]),
            token(&first.to_bytes()),
            // seen before, more than there is, not signed: transfers, but none that does anything
            token(&first.to_bytes()),
            token(&signed(2, [1, 2], 351, 0).to_bytes()),
            token(&unsigned.to_bytes()),
            // the next batch: bytes that are no transfer, and two that count
            token(&no_account),
            token(&signed(2, [1, 2], 120, 0).to_bytes()),
            token(&beyond),
            token(&signed(3, [2, 0], 20, 0).to_bytes()),
            token(&[]),
        ],
        vec![foreign(BEFORE, 90), foreign(BEHIND, 10)],
        vec![token(&signed(1, [0, 2], 5, 1).to_bytes())],
        // the same namespace as the optimistic token's bytes would be: nothing here is a transfer
        vec![token(&[1; 109]), token(&no_account)],
        vec![],
    ]
}

/// The block at the tree's next height.
fn header(tree: &BlockMerkleArchive, payload: &Payload, scheme: &Scheme) -> Result<Header, Failure> {
    let height = tree.num_leaves();
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
        l1_finalized: None,
        payload_commitment: scheme.disperse(payload.as_bytes())?.commitment,
        builder_commitment: payload.builder_commitment(),
        ns_table: payload.ns_table().clone(),
        block_merkle_tree_root: tree.commitment_at(height).ok_or("a tree of its own size")?,
        fee_merkle_tree_root: FeeMerkleTree::new().commitment(),
        fee_info: FeeInfo {
            account: Address([0x11; 20]),
            amount: (7 * height).into(),
        },
        builder_signature: None,
    })
}

/// A chain, as its nodes have it.
struct Chain {
    tree: BlockMerkleArchive,
    headers: Vec<Header>,
    payloads: Vec<Payload>,
    dispersals: Vec<Common>,
}

impl Chain {
    fn new() -> Result<Self, Failure> {
        let scheme = Scheme::new(NODES)?;
        let mut chain = Self {
            tree: BlockMerkleArchive::new(),
            headers: Vec::new(),
            payloads: Vec::new(),
            dispersals: Vec::new(),
        };
        for transactions in blocks() {
            let payload = Payload::from_transactions(&transactions, 30_720).payload;
            let header = header(&chain.tree, &payload, &scheme)?;
            chain.tree.push(header.commit());
            chain.headers.push(header);
            chain.dispersals.push(scheme.disperse(payload.as_bytes())?.common);
            chain.payloads.push(payload);
        }
        Ok(chain)
    }

    fn derive(&self, height: usize) -> Result<(Vec<u8>, Derivation::Proof), Failure> {
        let newest = &self.headers[KNOWN];
        let path = self
            .tree
            .prove(height as u64, KNOWN as u64)
            .ok_or("a block of the tree")?;
        let evidence = Evidence {
            header: &self.headers[height],
            payload: &self.payloads[height],
            dispersal: &self.dispersals[height],
            path: &path,
            tree: &newest.block_merkle_tree_root,
        };
        Ok(derive(&evidence, TOKEN)?)
    }

    /// What the light client has of the last block: it commits to the tree of those before.
    fn commitment(&self) -> Fr {
        self.headers[KNOWN]
            .light_client_state(ViewNumber(9))
            .block_comm_root
    }
}

/// Blinders that everybody can compute, so that a proof is the same each time.
fn blinders(challenge: Fr) -> Blinders {
    Blinders::insecure(std::array::from_fn::<_, BLINDERS, _>(|i| {
        rescue::hash(&[challenge, Fr::from(i as u64)])
    }))
}

fn word(element: &Fr) -> U256 {
    U256::from_be_bytes(to_be_bytes(element))
}

/// Proves all transfers of a namespace's bytes, the same way each time.
fn prove(
    prover: &Prover,
    ledger: &mut Ledger,
    payload: &[u8],
    source: Source,
) -> Result<Vec<ZkRollup::Batch>, Failure> {
    let batches = settle(ledger, payload, source, |statement| {
        let [.., challenge, _] = statement.public_inputs;
        prover.prove_with(statement, &blinders(challenge))
    })?;
    Ok(batches)
}

/// The fixture.
pub fn json() -> Result<Value, Failure> {
    let prover = Prover::insecure()?;
    let chain = Chain::new()?;
    let mut ledger = genesis()?;
    let commitment = chain.commitment();
    let mut states = vec![hex(word(&ledger.root()).abi_encode())];
    let (mut payloads, mut derivations, mut batches) = (Vec::new(), Vec::new(), Vec::new());
    for height in 0..KNOWN {
        let (payload, derivation) = chain.derive(height)?;
        let source = Source {
            commitment,
            height: height as u64,
            first: 0,
        };
        batches.push(hex(prove(&prover, &mut ledger, &payload, source)?.abi_encode()));
        states.push(hex(word(&ledger.root()).abi_encode()));
        payloads.push(hex(payload));
        derivations.push(hex(derivation.abi_encode()));
    }
    // forced through the hatch on the state that block 2 leaves, with block 4's bytes
    let mut ledger = genesis()?;
    for (_, transfer) in transfers(&chain.derive(2)?.0) {
        ledger.apply(&transfer);
    }
    let source = Source {
        commitment: Fr::ZERO,
        height: 3,
        first: 0,
    };
    let forced = prove(&prover, &mut ledger, &chain.derive(4)?.0, source)?;
    Ok(json!({
        "namespace": hex(U256::from(TOKEN.0).abi_encode()),
        "blockCommRoot": hex(word(&commitment).abi_encode()),
        "states": states,
        "payloads": payloads,
        "derivations": derivations,
        "batches": batches,
        "forced": hex(forced.abi_encode()),
        "forcedState": hex(word(&ledger.root()).abi_encode()),
    }))
}

/// Bytes as JSON has them here.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}
