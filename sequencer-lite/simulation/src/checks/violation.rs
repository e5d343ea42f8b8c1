//! What must never happen.

use crema_types::Commitment;
use thiserror::Error;

/// An invariant is broken. The names S1 and so on are those of the list in this crate's documentation.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Violation {
    /// S1.
    #[error("S1, a fork: at height {height} node {node} decides {found}, others {known}")]
    Fork {
        /// Who decided last.
        node: usize,
        /// Where.
        height: u64,
        /// Its leaf.
        found: Commitment,
        /// The leaf of others.
        known: Commitment,
    },
    /// S2.
    #[error("S2, the chain of node {node} is not linked at height {height}: {reason}")]
    Unlinked {
        /// Who decided.
        node: usize,
        /// Where.
        height: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// S3.
    #[error("S3: node {node} signs two {kind} votes in view {view}")]
    TwoVotes {
        /// Who.
        node: usize,
        /// When.
        view: u64,
        /// Notarize, finalize, data availability, or finalize and nullify.
        kind: &'static str,
    },
    /// S4.
    #[error("S4: the certificate with which node {node} decides height {height} is not one: {reason}")]
    Certificate {
        /// Who decided.
        node: usize,
        /// Where.
        height: u64,
        /// What is wrong.
        reason: String,
    },
    /// S6.
    #[error("S6: the decided payload of height {height} is not served")]
    PayloadLost {
        /// Where.
        height: u64,
    },
    /// S6.
    #[error("S6: node {node} serves a payload for height {height} that its header does not commit to")]
    OtherPayload {
        /// Who.
        node: usize,
        /// Where.
        height: u64,
    },
    /// S11.
    #[error("S11: node {node} signs the state of height {height}, which it has not decided")]
    UndecidedState {
        /// Who.
        node: usize,
        /// The height that it signed.
        height: u64,
    },
    /// S11.
    #[error("S11: node {node} signs two states of height {height}")]
    TwoStates {
        /// Who.
        node: usize,
        /// The height that it signed.
        height: u64,
    },
    /// A signature on a state does not verify.
    #[error("S11: the signature of node {node} on the state of height {height} is not its own")]
    StateSignature {
        /// Who.
        node: usize,
        /// The height that it signed.
        height: u64,
    },
    /// A decided leaf is forgotten.
    #[error("node {node} had decided height {decided} and remembers {remembered} after a restart")]
    Forgotten {
        /// Who.
        node: usize,
        /// What it had decided.
        decided: u64,
        /// What it remembers.
        remembered: u64,
    },
    /// A node does not start any more.
    #[error("node {node} does not start again: {reason}")]
    DoesNotStart {
        /// Who.
        node: usize,
        /// What it says.
        reason: String,
    },
    /// A node stops although its machine runs.
    #[error("node {node} stops by itself")]
    StopsByItself {
        /// Who.
        node: usize,
    },
    /// An honest node hangs up on an honest node.
    #[error("node {node} hangs up on node {peer}, and both are honest")]
    BlocksHonest {
        /// Who hangs up.
        node: usize,
        /// On whom.
        peer: usize,
    },
    /// An honest node is accused.
    #[error("node {node} accuses node {accused} of two votes in view {view}, and both are honest")]
    FalseAccusation {
        /// Who accuses.
        node: usize,
        /// Whom.
        accused: usize,
        /// The view.
        view: u64,
    },
    /// Evidence that convinces nobody.
    #[error("node {node} accuses node {accused}, and its evidence is none: {reason}")]
    Evidence {
        /// Who accuses.
        node: usize,
        /// Whom.
        accused: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A transaction that nobody submitted.
    #[error("the payload of height {height} contains a transaction that nobody submitted")]
    Invented {
        /// Where.
        height: u64,
    },
    /// A transaction is ordered again although everybody knew.
    #[error(
        "transaction {number} is ordered at height {first} and again at {second}, and nothing had gone wrong"
    )]
    OrderedTwice {
        /// Which.
        number: u64,
        /// Where first.
        first: u64,
        /// Where again.
        second: u64,
    },
    /// L1 and transactions.
    #[error("transaction {number}, submitted after all faults, is not ordered within {seconds} s")]
    TransactionLost {
        /// Which.
        number: u64,
        /// How long was waited.
        seconds: u64,
    },
    /// L1 and L2.
    #[error("L1, L2: {seconds} s after all faults node {node} is at height {height}, not at {target}")]
    Stuck {
        /// Who.
        node: usize,
        /// Where it is.
        height: u64,
        /// Where it should be.
        target: u64,
        /// How long was waited.
        seconds: u64,
    },
}
