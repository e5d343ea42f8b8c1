//! The shapes of the explorer's answers.

use crema_storage::{BlockSummary, TransactionEntry, TransactionPlace};
use crema_types::{Address, BlockHash, Header, NamespaceId, Transaction, TransactionHash};
use serde::Serialize;

use super::time::rfc3339;

#[derive(Clone, Debug, Serialize)]
pub(super) struct BlockDetail {
    hash: BlockHash,
    height: u64,
    time: String,
    num_transactions: u64,
    proposer_id: Vec<Address>,
    fee_recipient: Vec<Address>,
    size: u64,
    block_reward: Vec<String>,
}

impl BlockDetail {
    pub(super) fn new(block: &BlockSummary) -> Self {
        let header = &block.header;
        let recipient = header.chain_config.resolve().map(|config| config.fee_recipient);
        Self {
            hash: header.commit(),
            height: header.height,
            time: rfc3339(header.timestamp),
            num_transactions: block.transactions.unwrap_or(0),
            proposer_id: vec![header.fee_info.account],
            fee_recipient: recipient.into_iter().collect(),
            size: block.size,
            block_reward: vec![esp(&header.fee_info.amount.to_string())],
        }
    }
}

/// An amount of wei in ESP: eighteen digits behind the point, none where they are all zero.
pub(super) fn esp(wei: &str) -> String {
    let digits = format!("{wei:0>19}");
    let (whole, fraction) = digits.split_at(digits.len() - 18);
    if fraction.bytes().all(|digit| digit == b'0') {
        format!("ESP\u{a0}{whole}")
    } else {
        format!("ESP\u{a0}{whole}.{fraction}")
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct BlockList {
    hash: BlockHash,
    height: u64,
    proposer_id: Vec<Address>,
    num_transactions: u64,
    size: u64,
    time: String,
}

impl BlockList {
    pub(super) fn new(block: &BlockSummary) -> Self {
        let header = &block.header;
        Self {
            hash: header.commit(),
            height: header.height,
            proposer_id: vec![header.fee_info.account],
            num_transactions: block.transactions.unwrap_or(0),
            size: block.size,
            time: rfc3339(header.timestamp),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TransactionList {
    hash: TransactionHash,
    rollups: Vec<NamespaceId>,
    height: u64,
    offset: u64,
    num_transactions: u64,
    time: String,
}

impl TransactionList {
    pub(super) fn new(entry: &TransactionEntry) -> Self {
        Self {
            hash: entry.hash,
            rollups: vec![entry.namespace],
            height: entry.place.height,
            offset: entry.place.position,
            num_transactions: entry.block_transactions,
            time: rfc3339(entry.timestamp),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TransactionDetail {
    hash: TransactionHash,
    height: u64,
    block_confirmed: bool,
    offset: u64,
    num_transactions: u64,
    size: u64,
    time: String,
    sequencing_fees: Vec<String>,
    fee_details: Vec<String>,
}

impl TransactionDetail {
    pub(super) fn new(
        header: &Header,
        num_transactions: u64,
        transaction: &Transaction,
        place: TransactionPlace,
    ) -> Self {
        Self {
            hash: transaction.commit(),
            height: place.height,
            block_confirmed: true,
            offset: place.position,
            num_transactions,
            size: transaction.payload.len() as u64,
            time: rfc3339(header.timestamp),
            sequencing_fees: Vec::new(),
            fee_details: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Genesis {
    pub(super) rollups: u64,
    pub(super) transactions: u64,
    pub(super) blocks: u64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Histograms {
    block_time: Vec<Option<u64>>,
    block_size: Vec<Option<u64>>,
    block_transactions: Vec<u64>,
    block_heights: Vec<u64>,
}

impl Histograms {
    /// From blocks, newest first; the oldest tells only when the next one's time began.
    pub(super) fn new(blocks: &[BlockSummary]) -> Self {
        let mut histograms = Self {
            block_time: Vec::new(),
            block_size: Vec::new(),
            block_transactions: Vec::new(),
            block_heights: Vec::new(),
        };
        for pair in blocks.windows(2).rev() {
            let [block, before] = pair else { continue };
            let time = block.header.timestamp.checked_sub(before.header.timestamp);
            histograms.block_time.push(time);
            histograms.block_size.push(Some(block.size));
            histograms
                .block_transactions
                .push(block.transactions.unwrap_or(0));
            histograms.block_heights.push(block.header.height);
        }
        histograms
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Summary {
    pub(super) latest_block: BlockDetail,
    pub(super) genesis_overview: Genesis,
    pub(super) latest_blocks: Vec<BlockList>,
    pub(super) latest_transactions: Vec<TransactionList>,
    pub(super) histograms: Histograms,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct SearchResults {
    pub(super) blocks: Vec<BlockList>,
    pub(super) transactions: Vec<TransactionList>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TransactionFull {
    pub(super) details: TransactionDetail,
    pub(super) data: Vec<Transaction>,
}

/// An answer with one field, whose name says what it is.
macro_rules! wrapper {
    ($($name:ident { $field:ident: $type:ty })+) => {$(
        #[derive(Clone, Debug, Serialize)]
        pub(super) struct $name {
            pub(super) $field: $type,
        }
    )+};
}

wrapper! {
    BlockDetailAnswer { block_detail: BlockDetail }
    BlockListAnswer { block_summaries: Vec<BlockList> }
    TransactionAnswer { transaction_detail: TransactionFull }
    TransactionListAnswer { transaction_summaries: Vec<TransactionList> }
    SummaryAnswer { explorer_summary: Summary }
    SearchAnswer { search_results: SearchResults }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_point_where_they_need_one() {
        assert_eq!(esp("0"), "ESP\u{a0}0");
        assert_eq!(esp("1"), "ESP\u{a0}0.000000000000000001");
        assert_eq!(esp("2000000000000000000"), "ESP\u{a0}2");
        assert_eq!(esp("12500000000000000000"), "ESP\u{a0}12.500000000000000000");
    }
}
