//! What is asked of the L1.

use std::ops::RangeInclusive;
use std::time::Duration;

use alloy::consensus::BlockHeader as _;
use alloy::eips::BlockNumberOrTag;
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{Filter, Log};
use alloy::sol_types::SolEvent as _;
use alloy::transports::{RpcError, TransportError, TransportErrorKind};
use crema_contracts::fee_contract::FeeContract::Deposit;
use crema_light_client::u256::U256;
use crema_types::genesis::{Genesis, L1Finalized};
use crema_types::l1::L1BlockHash;
use crema_types::{Address, FeeAmount, FeeInfo, L1BlockInfo};
use thiserror::Error;

use crate::options::L1Options;
use crate::provider::Endpoints;

/// Most characters of a provider's error that are shown.
const SHOWN: usize = 300;

/// Why the L1 does not say what it was asked.
#[derive(Debug, Error)]
pub enum L1Error {
    /// No provider is named.
    #[error("no L1 provider is named; pass --l1-provider-url")]
    NoProvider,
    /// The HTTP client.
    #[error("no HTTP client for the L1: {0}")]
    Setup(#[from] reqwest::Error),
    /// The provider does not answer.
    #[error("the L1 provider does not answer: {reason}")]
    Unreachable {
        /// What happened.
        reason: String,
    },
    /// The provider is asked too often.
    #[error("the L1 provider is asked too often; raise --l1-polling-interval")]
    RateLimited,
    /// The provider answers with an error.
    #[error("the L1 provider refuses {action}: {reason}")]
    Refused {
        /// What was asked.
        action: &'static str,
        /// What it says, shortened.
        reason: String,
    },
    /// A block that should be there.
    #[error("the L1 provider does not have block {number}, which is final; it is behind the others")]
    Missing {
        /// The block's number.
        number: u64,
    },
    /// Blocks that were final are not any more.
    #[error("the L1 provider has block {found} at height {number}, where {expected} was final before")]
    Contradiction {
        /// The height.
        number: u64,
        /// The block that was final.
        expected: L1BlockHash,
        /// The block now there.
        found: L1BlockHash,
    },
    /// Another provider was asked in between.
    #[error("the L1 provider changed between two questions that belong together")]
    Changed,
    /// A log that is no deposit.
    #[error("the fee contract's log {index:?} of block {block:?} is no deposit")]
    Log {
        /// The block.
        block: Option<u64>,
        /// The log's place.
        index: Option<u64>,
    },
}

fn failed(action: &'static str) -> impl Fn(TransportError) -> L1Error {
    move |error| {
        let shorten = |text: &str| text.chars().take(SHOWN).collect();
        match error {
            RpcError::Transport(TransportErrorKind::HttpError(error)) if error.status == 429 => {
                L1Error::RateLimited
            }
            RpcError::Transport(error) => L1Error::Unreachable {
                reason: error.to_string(),
            },
            RpcError::ErrorResp(payload) => L1Error::Refused {
                action,
                reason: shorten(&format!("{} (code {})", payload.message, payload.code)),
            },
            other => L1Error::Refused {
                action,
                reason: shorten(&other.to_string()),
            },
        }
    }
}

/// The deposits of one block, in the order of their logs.
pub type BlockDeposits = (u64, Vec<FeeInfo>);

/// Asks the L1.
#[derive(Clone, Debug)]
pub struct Reader {
    provider: RootProvider,
    endpoints: Endpoints,
}

impl Reader {
    /// Asks the providers that the options name, when it has to.
    ///
    /// # Errors
    /// When there are none, or no HTTP client.
    pub fn new(options: &L1Options) -> Result<Self, L1Error> {
        if options.providers.is_empty() {
            return Err(L1Error::NoProvider);
        }
        // whoever was first in this process has chosen the same one
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoints = Endpoints::new(reqwest::Client::builder().build()?, options);
        Ok(Self {
            provider: RootProvider::new(RpcClient::new(endpoints.clone(), false)),
            endpoints,
        })
    }

    /// Which provider answers, see [`Endpoints::turn`].
    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The newest block's number.
    ///
    /// # Errors
    /// As [`L1Error`] lists; the same holds for all below.
    pub async fn head(&self) -> Result<u64, L1Error> {
        self.provider
            .get_block_number()
            .await
            .map_err(failed("the newest block's number"))
    }

    /// The newest finalized block, if there is one yet.
    ///
    /// # Errors
    /// As [`L1Error`] lists.
    pub async fn finalized(&self) -> Result<Option<L1BlockInfo>, L1Error> {
        self.block_by(BlockNumberOrTag::Finalized).await
    }

    /// The block of a number, if there is one.
    ///
    /// # Errors
    /// As [`L1Error`] lists.
    pub async fn block(&self, number: u64) -> Result<Option<L1BlockInfo>, L1Error> {
        self.block_by(number.into()).await
    }

    async fn block_by(&self, number: BlockNumberOrTag) -> Result<Option<L1BlockInfo>, L1Error> {
        let block = self
            .provider
            .get_block_by_number(number)
            .await
            .map_err(failed("a block"))?;
        Ok(block.map(|block| L1BlockInfo {
            number: block.header.number(),
            timestamp: U256::from(block.header.timestamp()),
            hash: L1BlockHash(block.header.hash.0),
        }))
    }

    /// The deposits in blocks that are final, `last` being the last of them. The provider shows that it has `last`, as
    /// one that is behind answers for blocks that it does not have as if they were empty.
    ///
    /// # Errors
    /// As [`L1Error`] lists.
    pub async fn deposits(
        &self,
        contract: Address,
        blocks: RangeInclusive<u64>,
    ) -> Result<Vec<BlockDeposits>, L1Error> {
        let turn = self.endpoints.turn();
        let number = *blocks.end();
        self.block(number).await?.ok_or(L1Error::Missing { number })?;
        let filter = Filter::new()
            .address(alloy::primitives::Address::from(contract.0))
            .event_signature(Deposit::SIGNATURE_HASH)
            .from_block(*blocks.start())
            .to_block(number);
        let mut logs = self
            .provider
            .get_logs(&filter)
            .await
            .map_err(failed("the fee contract's deposits"))?;
        if self.endpoints.turn() != turn {
            return Err(L1Error::Changed);
        }
        logs.sort_by_key(|log| (log.block_number, log.log_index));
        let mut deposits: Vec<BlockDeposits> = Vec::new();
        for log in &logs {
            let (block, deposit) = read(log, &blocks)?;
            match deposits.last_mut() {
                Some((last, of_block)) if *last == block => of_block.push(deposit),
                _ => deposits.push((block, vec![deposit])),
            }
        }
        Ok(deposits)
    }

    /// The L1 block that a genesis file names without describing it; waits until it is final.
    ///
    /// # Errors
    /// As [`L1Error`] lists.
    pub async fn genesis_block(
        &self,
        genesis: &Genesis,
        pause: Duration,
    ) -> Result<Option<L1BlockInfo>, L1Error> {
        let number = match genesis.l1_finalized {
            None | Some(L1Finalized::Block(_)) => return Ok(None),
            Some(L1Finalized::Number(number)) => number,
            Some(L1Finalized::Timestamp(time)) => self.first_from(U256::from(time.0), pause).await?,
        };
        loop {
            if self
                .finalized()
                .await?
                .is_some_and(|block| block.number >= number)
                && let Some(block) = self.block(number).await?
            {
                return Ok(Some(block));
            }
            tracing::info!(number, "waiting for the genesis file's L1 block to be final");
            tokio::time::sleep(pause).await;
        }
    }

    /// The number of the first block at or after a time, once there is one that is final.
    async fn first_from(&self, time: U256, pause: Duration) -> Result<u64, L1Error> {
        let mut high = loop {
            match self.finalized().await? {
                Some(block) if block.timestamp >= time => break block.number,
                _ => tokio::time::sleep(pause).await,
            }
        };
        // blocks' times never go back: halve [low, high], where `high` is at or after the time
        let mut low = 0;
        while low < high {
            let number = u64::midpoint(low, high);
            let block = self.block(number).await?.ok_or(L1Error::Missing { number })?;
            if block.timestamp >= time {
                high = number;
            } else {
                low = number + 1;
            }
        }
        Ok(high)
    }
}

fn read(log: &Log, blocks: &RangeInclusive<u64>) -> Result<(u64, FeeInfo), L1Error> {
    let wrong = || L1Error::Log {
        block: log.block_number,
        index: log.log_index,
    };
    let block = log
        .block_number
        .filter(|block| blocks.contains(block) && !log.removed);
    let block = block.ok_or_else(wrong)?;
    let deposit = Deposit::decode_log(&log.inner).map_err(|_| wrong())?;
    let info = FeeInfo {
        account: Address(deposit.user.0.0),
        amount: FeeAmount(U256::from_be_bytes(deposit.amount.to_be_bytes())),
    };
    Ok((block, info))
}
