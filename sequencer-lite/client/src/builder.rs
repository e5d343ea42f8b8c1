//! A builder's routes: what a view's leader asks, what a builder answers, and what both sign.

use std::marker::PhantomData;

use crema_light_client::bls;
use crema_types::ethereum::{EthereumSigningKey, SignatureError};
use crema_types::{
    Address, BuilderCommitment, EthereumSignature, NamespaceTable, Payload, Transaction, TransactionHash,
    VidCommitment,
};
use serde::{Deserialize, Serialize};

use crate::{Client, ClientError};

/// A block that a builder offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailableBlock {
    /// Its name.
    pub block_hash: BuilderCommitment,
    /// Bytes of its payload.
    pub block_size: u64,
    /// What the builder pays for it, in wei.
    pub offered_fee: u64,
    /// The builder's signature on [`offer_message`].
    pub signature: EthereumSignature,
    /// The builder's account.
    pub sender: Address,
    /// Nothing, as the reference has it.
    #[serde(default, rename = "_phantom")]
    nothing: PhantomData<()>,
}

/// A block that a leader has claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedBlock {
    /// Its payload.
    pub block_payload: Payload,
    /// The payload's namespace table once more.
    pub metadata: NamespaceTable,
    /// The builder's signature on the block's name.
    pub signature: EthereumSignature,
    /// The builder's account.
    pub sender: Address,
}

/// The builder's part of a claimed block's header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderInput {
    /// The builder's signature on the fee, see [`crema_types::fee::fee_message`].
    pub fee_signature: EthereumSignature,
    /// The builder's account.
    pub sender: Address,
}

/// What has become of a transaction, as far as a builder knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransactionStatus {
    /// Waits for a block.
    Pending,
    /// Is in a decided block.
    Sequenced {
        /// The height of that block.
        leaf: u64,
    },
    /// Will not be in a block.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Never seen, or forgotten.
    Unknown,
}

/// What a builder signs to offer a block: size and fee as big-endian `u64`, and the block's name.
pub fn offer_message(block_size: u64, offered_fee: u64, block: &BuilderCommitment) -> [u8; 48] {
    let mut message = [0; 48];
    message[..8].copy_from_slice(&block_size.to_be_bytes());
    message[8..16].copy_from_slice(&offered_fee.to_be_bytes());
    message[16..].copy_from_slice(&block.0);
    message
}

impl AvailableBlock {
    /// An offer, signed.
    ///
    /// # Errors
    /// As [`EthereumSigningKey::sign`].
    pub fn sign(
        key: &EthereumSigningKey,
        block_hash: BuilderCommitment,
        block_size: u64,
        offered_fee: u64,
    ) -> Result<Self, SignatureError> {
        let message = offer_message(block_size, offered_fee, &block_hash);
        Ok(Self {
            block_hash,
            block_size,
            offered_fee,
            signature: key.sign(&message)?,
            sender: key.address(),
            nothing: PhantomData,
        })
    }

    /// Who signed this offer.
    ///
    /// # Errors
    /// When nobody can have signed it.
    pub fn signer(&self) -> Result<Address, SignatureError> {
        self.signature.recover(&offer_message(
            self.block_size,
            self.offered_fee,
            &self.block_hash,
        ))
    }
}

impl ClaimedBlock {
    /// A block, signed.
    ///
    /// # Errors
    /// As [`EthereumSigningKey::sign`].
    pub fn sign(key: &EthereumSigningKey, payload: Payload) -> Result<Self, SignatureError> {
        Ok(Self {
            metadata: payload.ns_table().clone(),
            signature: key.sign(&payload.builder_commitment().0)?,
            sender: key.address(),
            block_payload: payload,
        })
    }
}

/// A builder.
impl Client {
    /// The blocks that a builder offers to the leader with `key`, to follow the block with this payload, of `parent_view`.
    ///
    /// # Errors
    /// As [`ClientError`] lists; the same holds for all below.
    pub async fn available_blocks(
        &self,
        parent: &VidCommitment,
        parent_view: u64,
        key: &bls::SigningKey,
    ) -> Result<Vec<AvailableBlock>, ClientError> {
        let who = signed(key, &parent.0);
        self.get(&format!(
            "block_info/availableblocks/{parent}/{parent_view}/{who}"
        ))
        .await
    }

    /// The block that was offered under this name. `nodes` is the number of nodes that will store shares of it.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn claim_block(
        &self,
        block: &BuilderCommitment,
        parent_view: u64,
        key: &bls::SigningKey,
        nodes: usize,
    ) -> Result<ClaimedBlock, ClientError> {
        let who = signed(key, &block.0);
        let path = format!("block_info/claimblockwithnumnodes/{block}/{parent_view}/{who}/{nodes}");
        self.get(&path).await
    }

    /// The builder's part of the header of `height` with the block that was offered under this name. The fee is signed
    /// for that height alone; builders that sign as the reference does take no notice of it.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn claim_header_input(
        &self,
        block: &BuilderCommitment,
        parent_view: u64,
        key: &bls::SigningKey,
        height: u64,
    ) -> Result<HeaderInput, ClientError> {
        let who = signed(key, &block.0);
        let path = format!("block_info/claimheaderinput/v2/{block}/{parent_view}/{who}?height={height}");
        self.get(&path).await
    }

    /// The account that the builder pays from.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn builder_address(&self) -> Result<Address, ClientError> {
        self.get("block_info/builderaddress").await
    }

    /// Hands a transaction to this builder alone.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn submit_to_builder(&self, transaction: &Transaction) -> Result<TransactionHash, ClientError> {
        self.post("txn_submit/submit", transaction).await
    }

    /// Hands transactions to this builder alone.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn submit_batch_to_builder(
        &self,
        transactions: &[Transaction],
    ) -> Result<Vec<TransactionHash>, ClientError> {
        self.post("txn_submit/batch", transactions).await
    }

    /// What this builder knows of a transaction.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn transaction_status(
        &self,
        transaction: &TransactionHash,
    ) -> Result<TransactionStatus, ClientError> {
        self.get(&format!("txn_submit/status/{transaction}")).await
    }
}

/// A leader's key and its signature, as they stand in paths.
fn signed(key: &bls::SigningKey, message: &[u8]) -> String {
    format!("{}/{}", key.verifying_key(), key.sign(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_signed_in_full() {
        let key = EthereumSigningKey::from_be_bytes(&[5; 32]).unwrap();
        let offer = AvailableBlock::sign(&key, BuilderCommitment([7; 32]), 100, 3).unwrap();
        assert_eq!(offer.signer(), Ok(key.address()));
        for change in [
            |offer: &mut AvailableBlock| offer.block_size += 1,
            |offer: &mut AvailableBlock| offer.offered_fee += 1,
            |offer: &mut AvailableBlock| offer.block_hash.0[0] ^= 1,
        ] {
            let mut altered = offer.clone();
            change(&mut altered);
            assert_ne!(altered.signer(), Ok(key.address()));
        }
    }

    #[test]
    fn shapes_are_the_references() {
        let key = EthereumSigningKey::from_be_bytes(&[5; 32]).unwrap();
        let offer = AvailableBlock::sign(&key, BuilderCommitment([7; 32]), 100, 3).unwrap();
        let json = serde_json::to_value(&offer).unwrap();
        assert_eq!(json["_phantom"], serde_json::Value::Null);
        assert!(
            json["block_hash"]
                .as_str()
                .unwrap()
                .starts_with("BUILDER_COMMITMENT~")
        );
        assert_eq!(serde_json::from_value::<AvailableBlock>(json).unwrap(), offer);
        let status = TransactionStatus::Sequenced { leaf: 7 };
        assert_eq!(
            serde_json::to_string(&status).unwrap(),
            r#"{"Sequenced":{"leaf":7}}"#
        );
        let status = serde_json::to_string(&TransactionStatus::Pending).unwrap();
        assert_eq!(status, r#""Pending""#);
    }
}
