//! What the modules ask a node, beside its store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::{
    Address, ChainConfig, ChainConfigCommitment, FeeAmount, Transaction, TransactionHash, ValidatedState,
};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::broadcast;

/// An answer that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How consensus is doing.
pub trait Status: Send + Sync + 'static {
    /// The newest decided height and one.
    fn block_height(&self) -> u64;

    /// Views that were decided, of all that have passed.
    fn success_rate(&self) -> f64;

    /// Time since the last decision.
    fn time_since_last_decide(&self) -> Duration;

    /// Prometheus text.
    fn metrics(&self) -> String;
}

/// Why a transaction is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SubmitError {
    /// Larger than a block.
    #[error("the transaction has {found} bytes, a block holds at most {max}")]
    TooLarge {
        /// Bytes in a block.
        max: u64,
        /// Bytes of the transaction.
        found: u64,
    },
    /// Here already.
    #[error("the transaction is known already")]
    Known,
    /// No room.
    #[error("the mempool is full; submit again later")]
    Full,
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// Takes transactions.
pub trait Submit: Send + Sync + 'static {
    /// Hands in a transaction: it is on its way to the network.
    ///
    /// # Errors
    /// [`SubmitError`].
    fn submit(&self, transaction: Transaction) -> Result<TransactionHash, SubmitError>;

    /// Bytes that a transaction has at most.
    fn max_size(&self) -> u64;
}

/// The node's signatures on light-client states.
pub trait Signatures: Send + Sync + 'static {
    /// The signature on the state of a height, if it is among the last hundred.
    fn signature(&self, height: u64) -> Later<'_, Option<StateSignatureRequestBody>>;
}

/// States after decided blocks, as far as they are in memory.
pub trait States: Send + Sync + 'static {
    /// The state after the block of a height.
    fn at(&self, height: u64) -> Later<'_, Option<Arc<ValidatedState>>>;

    /// The newest balance of an account.
    fn newest_balance(&self, account: Address) -> Later<'_, Option<FeeAmount>>;

    /// The parameters that have this commitment.
    fn chain_config(&self, commitment: ChainConfigCommitment) -> Later<'_, Option<ChainConfig>>;
}

/// How the network is set up.
pub trait Config: Send + Sync + 'static {
    /// The configuration, in Espresso's JSON. None until the node has it.
    fn hotshot(&self) -> Option<Value>;

    /// Environment variables that may be shown, as `NAME=value`.
    fn env(&self) -> Vec<String>;
}

/// What the light-client contract on the L1 knows.
pub trait LightClient: Send + Sync + 'static {
    /// The height of the newest state that it has accepted, if the L1 can be asked.
    fn finalized_height(&self) -> Later<'_, Option<u64>>;
}

/// What happens in consensus.
pub trait Events: Send + Sync + 'static {
    /// Events from now on, each in Espresso's JSON. Readers that are slow lose the oldest.
    fn subscribe(&self) -> broadcast::Receiver<Arc<Value>>;

    /// The stake table, in Espresso's JSON.
    fn stake_table(&self) -> Value;
}
