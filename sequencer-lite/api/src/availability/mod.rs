//! `availability`: decided blocks, leaves, payloads, dispersals and transactions, one by one, in ranges and as streams.
//!
//! Version 1 differs from version 0 in the shape of leaves alone. What is not there is waited for, half a second.

mod blocks;
mod error;
mod leaves;
mod payloads;
mod transactions;

use std::ops::Range;

use axum::extract::State;
use crema_http::reply::Reply;
use serde::Serialize;

use crate::chain::Chain;
use crate::module::{Module, Routes};

pub use blocks::{BlockQueryData, BlockSummaryQueryData};
pub use error::Error;
pub use leaves::LeafQueryData;
pub use payloads::{NamespaceProofQueryData, PayloadQueryData, VidCommonQueryData};
pub use transactions::TransactionQueryData;

/// Most leaves in a range.
pub const SMALL_RANGE: u64 = 500;
/// Most headers, blocks, payloads or summaries in a range.
pub const LARGE_RANGE: u64 = 100;
/// Most bytes of payloads in a range.
pub const RANGE_BYTES: u64 = 32 << 20;

/// An answer.
type Answer<T> = Result<Reply<T>, Error>;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Availability {
    chain: Chain,
    /// Major version.
    version: u64,
}

/// The module, in both versions.
pub fn module(chain: &Chain) -> Module {
    let routes = |version| {
        payload_routes(block_routes()).with_state(Availability {
            chain: chain.clone(),
            version,
        })
    };
    Module::new("availability")
        .version("0.0.1", routes(0))
        .version("1.0.0", routes(1))
}

fn block_routes() -> Routes<Availability> {
    Routes::new()
        .get("/leaf/{height}", "A leaf and its certificate", leaves::by_height)
        .get("/leaf/hash/{hash}", "A leaf by its commitment", leaves::by_hash)
        .get("/leaf/{from}/{until}", "Leaves, at most 500", leaves::range)
        .get(
            "/stream/leaves/{height}",
            "Leaves as they are decided (web-socket)",
            leaves::stream,
        )
        .get("/header/{height}", "A header", blocks::header_by_height)
        .get(
            "/header/hash/{hash}",
            "A header by the block's hash",
            blocks::header_by_hash,
        )
        .get(
            "/header/payload-hash/{hash}",
            "The earliest header with a payload commitment",
            blocks::header_by_payload_hash,
        )
        .get("/header/{from}/{until}", "Headers, at most 100", blocks::headers)
        .get(
            "/stream/headers/{height}",
            "Headers as they are decided (web-socket)",
            blocks::stream_headers,
        )
        .get("/block/{height}", "A block", blocks::block_by_height)
        .get("/block/hash/{hash}", "A block by its hash", blocks::block_by_hash)
        .get(
            "/block/payload-hash/{hash}",
            "The earliest block with a payload commitment",
            blocks::block_by_payload_hash,
        )
        .get("/block/{from}/{until}", "Blocks, at most 100", blocks::blocks)
        .get(
            "/stream/blocks/{height}",
            "Blocks as they are decided (web-socket)",
            blocks::stream_blocks,
        )
        .get(
            "/block/summary/{height}",
            "A block without its payload",
            blocks::summary,
        )
        .get(
            "/block/summaries/{from}/{until}",
            "Blocks without payloads, at most 100",
            blocks::summaries,
        )
        .get(
            "/block/{height}/namespace/{namespace}",
            "A rollup's transactions in a block, with a proof",
            payloads::namespace,
        )
}

/// The rest of the routes.
fn payload_routes(routes: Routes<Availability>) -> Routes<Availability> {
    routes
        .get("/payload/{height}", "A payload", payloads::by_height)
        .get(
            "/payload/hash/{hash}",
            "A payload by its commitment",
            payloads::by_hash,
        )
        .get(
            "/payload/block-hash/{hash}",
            "A payload by the block's hash",
            payloads::by_block_hash,
        )
        .get(
            "/payload/{from}/{until}",
            "Payloads, at most 100",
            payloads::range,
        )
        .get(
            "/stream/payloads/{height}",
            "Payloads as they are decided (web-socket)",
            payloads::stream,
        )
        .get(
            "/vid/common/{height}",
            "What a payload's shares have in common",
            payloads::common_by_height,
        )
        .get(
            "/vid/common/hash/{hash}",
            "The same by the block's hash",
            payloads::common_by_hash,
        )
        .get(
            "/vid/common/payload-hash/{hash}",
            "The same by the payload's commitment",
            payloads::common_by_payload_hash,
        )
        .get(
            "/stream/vid/common/{height}",
            "The same as blocks are decided (web-socket)",
            payloads::stream_commons,
        )
        .get(
            "/transaction/{height}/{index}",
            "A transaction by its place",
            transactions::by_place,
        )
        .get(
            "/transaction/hash/{hash}",
            "A transaction by its hash",
            transactions::by_hash,
        )
        .get("/limits", "How long ranges may be", limits)
}

#[derive(Serialize)]
struct Limits {
    small_object_range_limit: u64,
    large_object_range_limit: u64,
}

async fn limits(State(_): State<Availability>) -> Reply<Limits> {
    Reply::ok(Limits {
        small_object_range_limit: SMALL_RANGE,
        large_object_range_limit: LARGE_RANGE,
    })
}

/// The heights between two parameters.
fn range(from: &str, until: &str, limit: u64) -> Result<Range<u64>, Error> {
    let (from, until) = (crate::params::integer(from)?, crate::params::integer(until)?);
    if until.saturating_sub(from) > limit {
        return Err(Error::RangeLimit { from, until, limit });
    }
    Ok(from..until.max(from))
}

/// `found`, if it has one entry for each height.
fn whole<T>(found: Vec<T>, heights: &Range<u64>) -> Option<Vec<T>> {
    (found.len() as u64 == heights.end - heights.start).then_some(found)
}
