//! A sequencer's routes.

use crema_types::{Address, FeeAmount, Header, MerkleProof, NamespaceId, Transaction, TransactionHash};

use crate::answer::{
    BlockQueryData, HeaderWindow, LeafQueryData, NamespaceProofQueryData, VidCommonQueryData,
};
use crate::stream::Follow;
use crate::{Client, ClientError};

/// A sequencer.
impl Client {
    /// Hands in a transaction: the sequencer passes it on, and promises nothing.
    ///
    /// # Errors
    /// When the sequencer does not take it.
    pub async fn submit(&self, transaction: &Transaction) -> Result<TransactionHash, ClientError> {
        self.post("v0/submit/submit", transaction).await
    }

    /// Number of blocks: one more than the newest height.
    ///
    /// # Errors
    /// As [`ClientError`] lists; the same holds for all below.
    pub async fn block_height(&self) -> Result<u64, ClientError> {
        self.get("v0/node/block-height").await
    }

    /// Number of transactions in all blocks.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn transaction_count(&self) -> Result<u64, ClientError> {
        self.get("v0/node/transactions/count").await
    }

    /// The header of a height.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn header(&self, height: u64) -> Result<Header, ClientError> {
        self.get(&format!("v0/availability/header/{height}")).await
    }

    /// The headers of heights from `from` on and below `until`.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn headers(&self, from: u64, until: u64) -> Result<Vec<Header>, ClientError> {
        self.get(&format!("v0/availability/header/{from}/{until}")).await
    }

    /// The block of a height.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn block(&self, height: u64) -> Result<BlockQueryData, ClientError> {
        self.get(&format!("v0/availability/block/{height}")).await
    }

    /// The leaf of a height.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn leaf(&self, height: u64) -> Result<LeafQueryData, ClientError> {
        self.get(&format!("v0/availability/leaf/{height}")).await
    }

    /// What the shares of a height's payload have in common.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn vid_common(&self, height: u64) -> Result<VidCommonQueryData, ClientError> {
        self.get(&format!("v0/availability/vid/common/{height}")).await
    }

    /// A namespace's transactions at a height, with their proof.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn namespace(
        &self,
        height: u64,
        namespace: NamespaceId,
    ) -> Result<NamespaceProofQueryData, ClientError> {
        let namespace = u64::from(namespace);
        self.get(&format!("v0/availability/block/{height}/namespace/{namespace}"))
            .await
    }

    /// Headers from the second `start` on and before `end`, at most five hundred.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn header_window(&self, start: u64, end: u64) -> Result<HeaderWindow, ClientError> {
        self.get(&format!("v0/node/header/window/{start}/{end}")).await
    }

    /// Proves that the header of height `leaf` is in the tree that the header of height `snapshot` commits to.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn block_proof(&self, snapshot: u64, leaf: u64) -> Result<MerkleProof, ClientError> {
        self.get(&format!("v0/block-state/{snapshot}/{leaf}")).await
    }

    /// An account's newest balance; none for accounts without one.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn fee_balance(&self, account: Address) -> Result<Option<FeeAmount>, ClientError> {
        self.get(&format!("v0/fee-state/fee-balance/latest/{account}"))
            .await
    }

    /// The network's configuration, as JSON whatever the encoding.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn hotshot_config(&self) -> Result<serde_json::Value, ClientError> {
        let json = self.clone().encoding(crate::Encoding::Json);
        json.get("v0/config/hotshot").await
    }

    /// Headers from a height on, for ever.
    pub fn follow_headers(&self, from: u64) -> Follow<Header> {
        Follow::new(self.clone(), "v0/availability/stream/headers", from)
    }

    /// Blocks from a height on, for ever.
    pub fn follow_blocks(&self, from: u64) -> Follow<BlockQueryData> {
        Follow::new(self.clone(), "v0/availability/stream/blocks", from)
    }
}
