//! `verify-namespace`: a namespace's transactions in one block, checked against the root in the light-client contract.
//!
//! The contract is believed, the sequencer is not: every header up to the contract's height is hashed into the block
//! Merkle tree again, the tree's root must be the contract's, and the namespace proof must fit the header that is in the
//! tree at the height asked for.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use crema_light_client::field;
use crema_light_client::state::block_comm_root_from_merkle;
use crema_types::{Address, BlockMerkleTree, Header, NamespaceId, Transaction};
use crema_vid::{Common, NamespaceProof, Verifier};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use thiserror::Error;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the longest answer read.
const MAX_ANSWER: usize = 1 << 28;
/// Selector of `finalizedState()`, which answers view, height and root, a word each.
const FINALIZED_STATE: &str = "0x9fdb54a7";

/// Check a namespace of a block against the root that the light-client contract has accepted.
#[derive(Clone, Debug, Parser)]
#[command(name = "verify-namespace", version)]
struct Options {
    /// Where headers and proofs come from.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_URL",
        default_value = "http://localhost:24000"
    )]
    sequencer_url: Url,
    /// JSON-RPC endpoint of the L1.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_L1_PROVIDER",
        default_value = "http://localhost:8545"
    )]
    l1_provider: Url,
    /// The light-client contract: the proxy's address.
    #[arg(long, env = "ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS")]
    light_client_address: Address,
    /// Height of the block.
    #[arg(long)]
    height: u64,
    /// The namespace.
    #[arg(long)]
    namespace: u32,
}

/// Why a namespace is not verified.
#[derive(Debug, Error)]
enum Failure {
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
    #[error("{url}: {reason}")]
    Http { url: String, reason: String },
    #[error("the contract answers {0}, which is no finalized state")]
    Contract(String),
    #[error(
        "block {height} is not below the contract's height {finalized}; wait for the next update, or ask for an earlier block"
    )]
    NotFinal { height: u64, finalized: u64 },
    #[error("the headers that the sequencer serves do not hash to the contract's root of height {height}")]
    Root { height: u64 },
    #[error("the sequencer serves a header of height {found} as that of height {expected}")]
    Height { expected: u64, found: u64 },
    #[error("the namespace proof does not fit the header: {0}")]
    Proof(#[from] crema_vid::Error),
    #[error("the transactions beside the proof are not those that it proves")]
    Transactions,
}

#[derive(Deserialize)]
struct NamespaceProofQueryData {
    proof: Option<NamespaceProof>,
    transactions: Vec<Transaction>,
}

#[derive(Deserialize)]
struct VidCommonQueryData {
    common: Common,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<String, Failure> {
    // the first call in this process chooses
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(PATIENCE).build();
    let questions = Questions {
        client: client.map_err(Failure::Client)?,
        options,
    };
    let (finalized, root) = questions.finalized().await?;
    let height = options.height;
    if height >= finalized {
        return Err(Failure::NotFinal { height, finalized });
    }
    // the root of height h is over all headers below it
    let mut tree = BlockMerkleTree::new();
    let mut header = None;
    for number in 0..finalized {
        let one = questions.header(number).await?;
        tree.push(one.commit());
        if number == height {
            header = Some(one);
        }
    }
    let served = block_comm_root_from_merkle(&tree.commitment().to_bytes());
    let (Some(header), true) = (header, field::to_be_bytes(&served) == root) else {
        return Err(Failure::Root { height: finalized });
    };

    let namespace = NamespaceId(options.namespace);
    let path = format!("v0/availability/block/{height}/namespace/{}", options.namespace);
    let answer: NamespaceProofQueryData = questions.sequencer(&path).await?;
    let path = format!("v0/availability/vid/common/{height}");
    let common: VidCommonQueryData = questions.sequencer(&path).await?;
    let verifier = Verifier::new(header.payload_commitment, common.common)?;
    let transactions = verifier.verify_namespace(&header.ns_table, namespace, answer.proof.as_ref())?;
    if transactions != answer.transactions {
        return Err(Failure::Transactions);
    }
    Ok(format!(
        "{} transactions of namespace {} in block {height} verified against the root on the L1 at height {finalized}",
        transactions.len(),
        options.namespace
    ))
}

struct Questions<'a> {
    client: Client,
    options: &'a Options,
}

impl Questions<'_> {
    /// Height and root that the contract has accepted, the root big-endian.
    async fn finalized(&self) -> Result<(u64, [u8; 32]), Failure> {
        #[derive(Deserialize)]
        struct Answer {
            result: String,
        }
        let call = json!([{"to": self.options.light_client_address, "data": FINALIZED_STATE}, "latest"]);
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": call});
        let url = self.options.l1_provider.clone();
        let Answer { result } = self.ask(self.client.post(url).json(&request)).await?;
        let wrong = || Failure::Contract(result.chars().take(200).collect());
        let digits = result.strip_prefix("0x").ok_or_else(wrong)?;
        let words = hex::decode(digits).map_err(|_| wrong())?;
        let (Some(height), Some(root), 96) = (words.get(56..64), words.get(64..96), words.len()) else {
            return Err(wrong());
        };
        let height = u64::from_be_bytes(height.try_into().map_err(|_| wrong())?);
        Ok((height, root.try_into().map_err(|_| wrong())?))
    }

    async fn header(&self, height: u64) -> Result<Header, Failure> {
        let header: Header = self
            .sequencer(&format!("v0/availability/header/{height}"))
            .await?;
        if header.height != height {
            return Err(Failure::Height {
                expected: height,
                found: header.height,
            });
        }
        Ok(header)
    }

    async fn sequencer<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let mut url = self.options.sequencer_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        self.ask(self.client.get(url)).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Failure> {
        let request = request.header("accept", "application/json");
        let request = request.build().map_err(Failure::Client)?;
        let url = request.url().path().to_owned();
        let failed = |reason: String| Failure::Http {
            url: url.clone(),
            reason,
        };
        let said = |error: reqwest::Error| failed(error.without_url().to_string());
        let answer = self.client.execute(request).await;
        let mut answer = answer
            .and_then(reqwest::Response::error_for_status)
            .map_err(said)?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(said)? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                return Err(failed("the answer is too long".to_owned()));
            }
        }
        serde_json::from_slice(&body).map_err(|error| failed(error.to_string()))
    }
}
