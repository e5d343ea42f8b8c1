//! What comes from outside: transactions, the L1, the clock; and who hears of decided blocks.
//!
//! Everything here is a trait object, so that a program, a test or a dishonest node in a simulation brings its own.

use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::fee::BuilderSignature;
use crema_types::{FeeInfo, Header, L1BlockInfo, L1Snapshot, Payload, Transaction, ValidatedState};

use crate::ordering::Fault;
use crate::store::DecidedLeaf;

/// A future behind a trait object.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a leader asks for a payload.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    /// The view to propose in.
    pub view: u64,
    /// The header to build on.
    pub parent: Header,
    /// The state after it, with the limits in force.
    pub state: Arc<ValidatedState>,
    /// Payloads of undecided ancestors, newest first, as far as this node has them: what is in them is ordered already.
    pub ancestors: Vec<Payload>,
}

/// A payload, and who pays for it.
#[derive(Clone, Debug)]
pub struct BuiltPayload {
    /// The payload.
    pub payload: Payload,
    /// Who pays, and how much.
    pub fee_info: FeeInfo,
    /// The payer's signature.
    pub builder_signature: BuilderSignature,
}

/// Where payloads come from: a mempool, or builders.
pub trait PayloadSource: Send + Sync + 'static {
    /// A payload for the next block; none to let the view pass.
    fn build(&self, request: BuildRequest) -> Later<Option<BuiltPayload>>;

    /// A peer hands on a transaction.
    fn received(&self, transaction: Transaction);

    /// A payload is decided; its transactions need not be ordered again.
    fn decided(&self, payload: &Payload);
}

/// What this node sees of the L1. Answers come from memory; what is not known yet is asked for again.
pub trait L1View: Send + Sync + 'static {
    /// The newest blocks.
    fn snapshot(&self) -> L1Snapshot;

    /// The finalized block of this number, if it is known.
    fn finalized(&self, number: u64) -> Option<L1BlockInfo>;

    /// The deposits in these finalized blocks, if they are known.
    fn deposits(&self, blocks: RangeInclusive<u64>) -> Option<Vec<FeeInfo>>;
}

/// No L1: headers say 0 and nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoL1;

impl L1View for NoL1 {
    fn snapshot(&self) -> L1Snapshot {
        L1Snapshot::default()
    }

    fn finalized(&self, _: u64) -> Option<L1BlockInfo> {
        None
    }

    fn deposits(&self, _: RangeInclusive<u64>) -> Option<Vec<FeeInfo>> {
        Some(Vec::new())
    }
}

/// Tells the time of headers, given the runtime's.
pub trait WallClock: Send + Sync + 'static {
    /// Seconds since 1970.
    fn seconds(&self, runtime: SystemTime) -> u64 {
        runtime
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }
}

/// The runtime's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuntimeClock;

impl WallClock for RuntimeClock {}

/// Hears what a node does. Called in the node's own loop: hand the news on and return.
pub trait Observer: Send + Sync + 'static {
    /// The next leaves are decided, oldest first, and on disk. After a restart the ones from before are not repeated.
    fn decided(&self, leaves: &[Arc<DecidedLeaf>]);

    /// A payload that this node did not have when its leaf was decided.
    fn retrieved(&self, height: u64, payload: &Payload) {
        let _ = (height, payload);
    }

    /// A member is caught cheating.
    fn fault(&self, fault: &Fault) {
        let _ = fault;
    }
}

/// Takes this node's signatures on light-client states.
pub trait StateSignatureSink: Send + Sync + 'static {
    /// Called once per newest decided leaf: hand it on and return.
    fn post(&self, signature: StateSignatureRequestBody);
}
