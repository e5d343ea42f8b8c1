//! Everything that can end an update, with the exit code that tells which.

use std::{fmt, time::Duration};

use alloy::primitives::{Address, TxHash};
use crema_kernels::select::SelectError;
use crema_light_client::{
    bundle::{ReadError, VerifyError},
    config::ConfigError,
    stake_table::CommitError,
    u256::U256,
};

use super::{
    contract::CallFailure,
    gas::{Ether, Gwei},
    key_match::KeysTried,
    source::FetchError,
    stake_table::Differences,
};
use crate::{
    jobs::{JobId, StoreError},
    keys::SetupError,
    prover::ProveFailure,
    srs::SrsError,
};

/// Why the contract was not updated. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// An option that cannot be meant.
    #[error("{name}: {problem}")]
    Option {
        /// The flag.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },

    /// The relay gave no answer, or one that reports an error.
    #[error("the state relay cannot be read: {0}; is it running, and is --relay-server its address?")]
    Relay(#[source] FetchError),
    /// The relay is there, but no state has been signed by enough nodes yet.
    #[error("the state relay has no bundle yet ({0}); wait until enough nodes have signed a state")]
    NoBundle(#[source] FetchError),
    /// The relay's answer is not a bundle.
    #[error("the state relay's answer is not usable: {0}; is --relay-server a state relay of this version?")]
    MalformedBundle(#[source] ReadError),
    /// All signatures are good, but they weigh too little.
    #[error("the bundle's signatures weigh {found}, the contract wants {needed}; wait for more signatures")]
    BelowThreshold {
        /// Weight of the good signatures.
        found: U256,
        /// The contract's threshold.
        needed: U256,
    },
    /// Signers that the stake table does not have, and without them too little weight.
    #[error("{0}")]
    UnknownSigner(Box<Shortfall>),
    /// Signatures that do not verify, and without them too little weight.
    #[error("{0}; do the nodes and this contract speak the same version?")]
    BadSignature(Box<Shortfall>),
    /// A bundle without what the contract's version has signed.
    #[error(transparent)]
    IncompleteBundle(Box<VerifyError>),

    /// The sequencer gave no answer, or one that reports an error.
    #[error(
        "the stake table cannot be read: {0}; is the sequencer running, and is --sequencer-url its address?"
    )]
    Sequencer(#[source] FetchError),
    /// The sequencer's answer is not a configuration with a stake table.
    #[error(
        "the sequencer's answer is not usable: {0}; is --sequencer-url a sequencer with the config module?"
    )]
    MalformedConfig(#[source] ConfigError),
    /// The stake table is not the one that the contract is committed to.
    #[error(
        "the stake table of {entries} entries is not the contract's: {differences}; \
         are --sequencer-url and --light-client-address of one network (and of one epoch)?"
    )]
    StakeTableMismatch {
        /// Entries of the sequencer's table.
        entries: usize,
        /// Which commitments differ.
        differences: Differences,
    },
    /// The stake table is the contract's, at another capacity.
    #[error(
        "the contract's stake table has capacity {contract}, not {configured}: \
         use --stake-table-capacity {contract} (ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY)"
    )]
    WrongCapacity {
        /// The capacity set.
        configured: usize,
        /// The capacity at which the commitments are equal.
        contract: usize,
    },
    /// No commitment can be made to the stake table.
    #[error("the sequencer's stake table: {0}")]
    Uncommittable(#[from] CommitError),

    /// The reference string is not where it should be.
    #[error("{0}")]
    MissingSrs(#[source] SetupError),
    /// The reference string is there and unusable.
    #[error("{0}")]
    CorruptSrs(#[source] SetupError),
    /// The proving key cannot be had.
    #[error("the proving key: {0}")]
    Key(#[source] SetupError),
    /// The engine asked for cannot be had.
    #[error("--engine: {0}")]
    Engine(SelectError),
    /// No proof could be made.
    #[error("proving failed: {0}")]
    Prove(#[from] ProveFailure),
    /// The contract verifies with another key than any that could be proved with.
    #[error("{0}")]
    KeyNotInContract(#[from] KeysTried),

    /// No endpoint of the L1 answered.
    #[error("the L1 cannot be reached: {reason}; is --l1-provider right, and is the node running?")]
    L1Unreachable {
        /// What the network says.
        reason: String,
    },
    /// The L1 answered with an error.
    #[error("the L1 endpoint refused {action}: {reason}")]
    L1Refused {
        /// What was asked for.
        action: &'static str,
        /// Its answer.
        reason: String,
    },
    /// Another chain than the one expected.
    #[error("the L1 endpoint serves chain {found}, expected {expected}; check --l1-provider and --chain-id")]
    WrongChain {
        /// `--chain-id`.
        expected: u64,
        /// What the endpoint says.
        found: u64,
    },
    /// Nothing is deployed at the address.
    #[error(
        "there is no contract at {address} on chain {chain_id}; check --light-client-address and --l1-provider"
    )]
    NoContract {
        /// The address, or that of the implementation behind it.
        address: Address,
        /// The chain.
        chain_id: u64,
    },
    /// Something else is deployed there.
    #[error(
        "the contract at {address} is no light client: {call} {problem}; \
         check --light-client-address (the proxy's address is meant)"
    )]
    NotLightClient {
        /// The address.
        address: Address,
        /// The call that does not work there.
        call: &'static str,
        /// What it gives instead.
        problem: String,
    },
    /// A light client of a version that this program does not serve.
    #[error(
        "the light client at {address} has version {major}, this program serves version 1; use a newer state-prover"
    )]
    UnsupportedVersion {
        /// The address.
        address: Address,
        /// Its major version.
        major: u8,
    },

    /// The contract accepts states from another account only.
    #[error(
        "the contract accepts states from {permitted} only, this account is {account}; \
         use that account's mnemonic and index, or ask the owner to call setPermissionedProver({account})"
    )]
    NotPermitted {
        /// The permissioned prover.
        permitted: Address,
        /// Our account.
        account: Address,
    },
    /// Too poor for the transaction.
    #[error("{account} has {balance}, an update may cost {needed}; send it funds")]
    NoFunds {
        /// Our account.
        account: Address,
        /// What it has.
        balance: Ether,
        /// The most that the transaction could cost.
        needed: Ether,
    },
    /// Gas is dearer than allowed.
    #[error("gas costs {found} now, --max-gas-price allows {cap}; wait, or raise it")]
    GasPrice {
        /// What a unit would cost in the next block.
        found: Gwei,
        /// What it may cost.
        cap: Gwei,
    },

    /// The contract would refuse the transaction; nothing was sent.
    #[error("the contract would refuse the update: {0}; nothing was sent")]
    Simulation(CallFailure),
    /// Somebody's update to at least this state waits to be mined.
    #[error(
        "an update to at least this state waits to be mined already, sent by another prover or by an earlier run; nothing \
         was sent: wait for it"
    )]
    Awaited,
    /// The endpoint did not take the transaction.
    #[error("the L1 endpoint did not accept transaction {hash}: {reason}")]
    NotSent {
        /// Its hash.
        hash: TxHash,
        /// The endpoint's answer.
        reason: String,
    },
    /// The transaction was mined and failed.
    #[error("transaction {hash} was reverted: {reason}; its gas ({gas_used}) is spent")]
    Reverted {
        /// Its hash.
        hash: TxHash,
        /// Why, as far as it can be found out.
        reason: CallFailure,
        /// What it burned.
        gas_used: u64,
    },
    /// The transaction was sent, and is not in a block.
    #[error(
        "transaction {hash} has no receipt after {}s; it may still be mined: look it up before you send another \
         (a longer --receipt-timeout waits longer)",
        waited.as_secs()
    )]
    ReceiptTimeout {
        /// Its hash.
        hash: TxHash,
        /// How long it was waited for.
        waited: Duration,
    },

    /// The receipt says success, the contract's state does not show it.
    #[error(
        "transaction {hash} has succeeded, but the contract does not show its state: the L1 endpoint lags behind, or the \
         block was reorganised away; look it up before you send another"
    )]
    NotVisible {
        /// The transaction.
        hash: TxHash,
    },

    /// The job store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another prover that shares the store works on this state.
    #[error("another prover that shares the job store works on job {job}; it is left to it")]
    Claimed {
        /// The job.
        job: JobId,
    },
    /// Tried too often.
    #[error("job {job} was given up after {attempts} attempts ({reason}); the next bundle makes a new one")]
    GivenUp {
        /// The job.
        job: JobId,
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt met.
        reason: String,
    },

    /// Asked to stop before anything was sent, or while the receipt was awaited.
    #[error("interrupted{}", sent.map(|hash| format!("; transaction {hash} was sent and may still be mined")).unwrap_or_default())]
    Interrupted {
        /// The transaction, where one had been sent.
        sent: Option<TxHash>,
    },
    /// The daemon's HTTP service did not start.
    #[error("the HTTP service cannot listen on port {port}: {source}; choose another --port")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// Part of this program broke.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

/// Signatures that do not count, and are missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Why the first of them does not count.
    pub reason: VerifyError,
    /// How many do not.
    pub count: usize,
    /// Weight of the good signatures.
    pub found: U256,
    /// The contract's threshold.
    pub needed: U256,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            reason,
            count,
            found,
            needed,
        } = self;
        write!(
            f,
            "{reason}; without {count} rejected signature(s) the bundle weighs {found}, the contract wants {needed}"
        )
    }
}

/// The exit codes, as `--help` explains them.
pub const EXIT_CODES: &str = "\
Exit codes of an update:
  0       the contract was updated, or there was nothing to do
  2       bad command line
  10-16   the bundle: 10 relay down, 11 none yet, 12 malformed, 13 too little weight, 14 unknown signer,
          15 bad signature, 16 incomplete
  20-24   the stake table: 20 sequencer down, 21 malformed, 22 not the contract's, 23 wrong capacity,
          24 no commitment possible
  30-35   keys and proofs: 30 SRS missing, 31 SRS corrupt, 32 key unusable, 33 proof failed,
          34 key not in the contract, 35 engine cannot be had
  40-45   the L1: 40 unreachable, 41 error answer, 42 wrong chain, 43 no contract, 44 no light client,
          45 unsupported version
  50-52   the account: 50 not permitted, 51 no funds, 52 gas too dear
  60-65   the transaction: 60 refused when tried out, 61 not sent, 62 reverted, 63 no receipt in time,
          64 its state not visible, 65 another one awaited
  70-74   this program: 70 HTTP service cannot listen, 71 internal error, 72 job store failed,
          73 another prover works on it, 74 given up after too many attempts
  130     interrupted";

impl UpdateError {
    /// The process's exit code, different for every kind: see [`EXIT_CODES`].
    pub fn exit_code(&self) -> u8 {
        self.kind().0
    }

    /// A name for the kind that does not change between releases.
    pub fn code(&self) -> &'static str {
        self.kind().1
    }

    fn kind(&self) -> (u8, &'static str) {
        match self {
            Self::Option { .. } => (2, "bad-option"),
            Self::Relay(_) => (10, "relay-unreachable"),
            Self::NoBundle(_) => (11, "no-bundle"),
            Self::MalformedBundle(_) => (12, "malformed-bundle"),
            Self::BelowThreshold { .. } => (13, "below-threshold"),
            Self::UnknownSigner(_) => (14, "unknown-signer"),
            Self::BadSignature(_) => (15, "bad-signature"),
            Self::IncompleteBundle(_) => (16, "incomplete-bundle"),
            Self::Sequencer(_) => (20, "sequencer-unreachable"),
            Self::MalformedConfig(_) => (21, "malformed-config"),
            Self::StakeTableMismatch { .. } => (22, "stake-table-mismatch"),
            Self::WrongCapacity { .. } => (23, "wrong-capacity"),
            Self::Uncommittable(_) => (24, "uncommittable-stake-table"),
            Self::MissingSrs(_) => (30, "missing-srs"),
            Self::CorruptSrs(_) => (31, "corrupt-srs"),
            Self::Key(_) => (32, "key-unusable"),
            Self::Prove(_) => (33, "proof-failed"),
            Self::KeyNotInContract(_) => (34, "key-not-in-contract"),
            Self::Engine(_) => (35, "engine-unusable"),
            Self::L1Unreachable { .. } => (40, "l1-unreachable"),
            Self::L1Refused { .. } => (41, "l1-refused"),
            Self::WrongChain { .. } => (42, "wrong-chain"),
            Self::NoContract { .. } => (43, "no-contract"),
            Self::NotLightClient { .. } => (44, "not-a-light-client"),
            Self::UnsupportedVersion { .. } => (45, "unsupported-version"),
            Self::NotPermitted { .. } => (50, "not-permitted"),
            Self::NoFunds { .. } => (51, "no-funds"),
            Self::GasPrice { .. } => (52, "gas-price"),
            Self::Simulation(_) => (60, "simulation-refused"),
            Self::NotSent { .. } => (61, "not-sent"),
            Self::Reverted { .. } => (62, "reverted"),
            Self::ReceiptTimeout { .. } => (63, "receipt-timeout"),
            Self::NotVisible { .. } => (64, "not-visible"),
            Self::Awaited => (65, "awaited"),
            Self::Interrupted { .. } => (130, "interrupted"),
            Self::Listen { .. } => (70, "cannot-listen"),
            Self::Internal(_) => (71, "internal"),
            Self::Store(_) => (72, "store"),
            Self::Claimed { .. } => (73, "claimed"),
            Self::GivenUp { .. } => (74, "given-up"),
        }
    }

    /// Whether time alone may cure it, so that a daemon should try again soon. The others are tried again as well, for
    /// an operator may repair them while the daemon runs, but at the pace of updates.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            _ => matches!(self.exit_code(), 10..=16 | 20 | 40 | 41 | 52 | 60..=65 | 73),
        }
    }

    /// Whether it is the update itself that does not work, so that trying it again and again is in vain. The rest is around
    /// it (services, gas, funds, options) and costs nothing.
    pub fn counts_against_the_job(&self) -> bool {
        matches!(
            self,
            Self::Prove(_)
                | Self::Simulation(_)
                | Self::NotSent { .. }
                | Self::Reverted { .. }
                | Self::NotVisible { .. }
        )
    }
}

impl From<SetupError> for UpdateError {
    fn from(error: SetupError) -> Self {
        match &error {
            SetupError::Srs(SrsError::PathNotSet) => Self::MissingSrs(error),
            SetupError::Srs(SrsError::Srs(crema_kzg::Error::Read { source, .. }))
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Self::MissingSrs(error)
            }
            SetupError::Srs(_) | SetupError::NotPublished { .. } => Self::CorruptSrs(error),
            SetupError::Engine(reason) => Self::Engine(reason.clone()),
            _ => Self::Key(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crema_kernels::select::EngineChoice;

    use super::*;

    /// One error of each kind.
    #[expect(clippy::too_many_lines, reason = "one line or more for each kind of error")]
    fn all() -> Vec<UpdateError> {
        use UpdateError as E;
        let nowhere = || FetchError::Unusable(String::new());
        let shortfall = || {
            let reason = VerifyError::BelowThreshold {
                found: U256::ZERO,
                needed: U256::ZERO,
            };
            Box::new(Shortfall {
                reason,
                count: 1,
                found: U256::ZERO,
                needed: U256::ZERO,
            })
        };
        let (address, hash) = (Address::ZERO, TxHash::ZERO);
        let nothing = || CallFailure::decode(&[]);
        let job = || {
            let target = crate::jobs::Target {
                chain_id: 1,
                genesis: alloy::primitives::B256::ZERO,
                contract: address,
            };
            JobId::of(&target, &crema_light_client::state::LightClientState::default())
        };
        vec![
            E::Option {
                name: "--x",
                problem: String::new(),
            },
            E::Relay(nowhere()),
            E::NoBundle(nowhere()),
            E::MalformedBundle(ReadError::TooLarge { max: 1, found: 2 }),
            E::BelowThreshold {
                found: U256::ZERO,
                needed: U256::ZERO,
            },
            E::UnknownSigner(shortfall()),
            E::BadSignature(shortfall()),
            E::IncompleteBundle(Box::new(shortfall().reason)),
            E::Sequencer(nowhere()),
            E::MalformedConfig(ConfigError::NoStakedNodes),
            E::StakeTableMismatch {
                entries: 1,
                differences: Differences(Vec::new()),
            },
            E::WrongCapacity {
                configured: 1,
                contract: 2,
            },
            E::Uncommittable(CommitError::OverCapacity {
                capacity: 1,
                entries: 2,
            }),
            E::MissingSrs(SetupError::NoFolder),
            E::CorruptSrs(SetupError::NoFolder),
            E::Key(SetupError::NoFolder),
            E::Engine(SelectError::NotBuilt(EngineChoice::Auto)),
            E::Prove(crema_circuit::Error::Capacity { found: 0 }.into()),
            E::KeyNotInContract(KeysTried {
                tried: Vec::new(),
                capacity: 1,
                srs: String::new(),
                recognised: None,
            }),
            E::L1Unreachable {
                reason: String::new(),
            },
            E::L1Refused {
                action: "x",
                reason: String::new(),
            },
            E::WrongChain {
                expected: 1,
                found: 2,
            },
            E::NoContract { address, chain_id: 1 },
            E::NotLightClient {
                address,
                call: "x",
                problem: String::new(),
            },
            E::UnsupportedVersion { address, major: 2 },
            E::NotPermitted {
                permitted: address,
                account: address,
            },
            E::NoFunds {
                account: address,
                balance: Ether::default(),
                needed: Ether::default(),
            },
            E::GasPrice {
                found: Gwei(2),
                cap: Gwei(1),
            },
            E::Simulation(nothing()),
            E::NotSent {
                hash,
                reason: String::new(),
            },
            E::Reverted {
                hash,
                reason: nothing(),
                gas_used: 1,
            },
            E::ReceiptTimeout {
                hash,
                waited: Duration::ZERO,
            },
            E::NotVisible { hash },
            E::Awaited,
            E::Listen {
                port: 1,
                source: std::io::ErrorKind::AddrInUse.into(),
            },
            E::Internal(String::new()),
            E::Store(StoreError::Crash),
            E::Claimed { job: job() },
            E::GivenUp {
                job: job(),
                attempts: 5,
                reason: String::new(),
            },
            E::Interrupted { sent: None },
        ]
    }

    #[test]
    fn the_operator_book_explains_every_code() {
        let book = include_str!("../../../../docs/operator/errors.md");
        for error in all() {
            let transient = if error.is_transient() { ", transient" } else { "" };
            let heading = format!("### `{}` ({}{transient})\n", error.code(), error.exit_code());
            assert!(book.contains(&heading), "docs/operator/errors.md lacks {heading}");
        }
        let headings = book.lines().filter(|line| line.starts_with("### "));
        assert_eq!(
            headings.count(),
            all().len(),
            "the book explains codes that do not exist"
        );
    }

    /// The numbers that begin an item of the table.
    fn explained() -> Vec<u8> {
        let words = EXIT_CODES.split([' ', '\n']).filter(|word| !word.is_empty());
        words.filter_map(|word| word.parse().ok()).collect()
    }

    #[test]
    fn every_kind_has_its_own_code_and_help_explains_it() {
        let kinds: BTreeMap<u8, &str> = all().iter().map(UpdateError::kind).collect();
        assert_eq!(kinds.len(), all().len(), "two kinds share an exit code");
        let names: BTreeMap<&str, u8> = kinds.iter().map(|(code, name)| (*name, *code)).collect();
        assert_eq!(names.len(), kinds.len(), "two kinds share a name");
        let explained = explained();
        assert_eq!(explained[0], 0);
        let documented: Vec<u8> = explained[1..].to_vec();
        assert_eq!(documented, kinds.into_keys().collect::<Vec<_>>());
    }
}
