//! A member of the committee at work.

use std::sync::Arc;
use std::time::Duration;

use commonware_consensus::simplex::max_payload_size;
use commonware_macros::select;
use commonware_p2p::{Blocker, Provider, Receiver, Sender};
use commonware_resolver::p2p as resolver;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_utils::channel::oneshot;
use commonware_utils::{NZDuration, NZUsize};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::schnorr;
use crema_types::commitment::CommitmentBuilder;
use crema_types::{Leaf, Payload, Transaction, ValidatedState};
use rand_core::CryptoRng;
use thiserror::Error;
use tracing::error;

use crate::committee::{Committee, NetworkKey};
use crate::core::{self, Event, Mailbox, Parts, ResolverPort};
use crate::message;
use crate::ordering::{Timing, simplex};
use crate::request::Request;
use crate::scheme::{Scheme, SignatureCheck};
use crate::signer::StateSigner;
use crate::source::{L1View, Observer, PayloadSource, StateSignatureSink, WallClock};
use crate::store::{DecidedLeaf, Store, StoreError};

/// Channels of the network, all of which a validator needs.
pub mod channel {
    /// Simplex's votes.
    pub const VOTES: u64 = 0;
    /// Simplex's certificates.
    pub const CERTIFICATES: u64 = 1;
    /// Simplex's requests for certificates.
    pub const RESOLVER: u64 = 2;
    /// Proposals, payloads, shares, votes that they are stored, transactions: [`crate::message::Message`].
    pub const DISPERSAL: u64 = 3;
    /// Requests for what was missed: [`crate::request::Request`].
    pub const REQUESTS: u64 = 4;
}

/// Both ends of each channel.
pub struct Network<S, R> {
    /// [`channel::VOTES`].
    pub votes: (S, R),
    /// [`channel::CERTIFICATES`].
    pub certificates: (S, R),
    /// [`channel::RESOLVER`].
    pub resolver: (S, R),
    /// [`channel::DISPERSAL`].
    pub dispersal: (S, R),
    /// [`channel::REQUESTS`].
    pub requests: (S, R),
}

/// The secrets of a member, beside the BLS key that the [`Scheme`] holds.
pub struct Keys {
    /// Signs light-client states.
    pub state_key: schnorr::SigningKey,
}

/// How a validator is set up.
pub struct Config<C, B, P> {
    /// The committee's votes, with this member's key.
    pub scheme: Scheme<C>,
    /// Other secrets.
    pub keys: Keys,
    /// The first leaf, and the state after it.
    pub genesis: (Leaf, ValidatedState),
    /// Prefix of the store's partitions.
    pub partition: String,
    /// Patience.
    pub timing: Timing,
    /// Where payloads come from.
    pub source: Arc<dyn PayloadSource>,
    /// The L1.
    pub l1: Arc<dyn L1View>,
    /// The time of headers.
    pub clock: Arc<dyn WallClock>,
    /// Hears of decided leaves.
    pub observer: Arc<dyn Observer>,
    /// Takes signatures on light-client states.
    pub sink: Arc<dyn StateSignatureSink>,
    /// Hangs up on dishonest peers.
    pub blocker: B,
    /// Knows the peers.
    pub peers: P,
}

/// Why a validator does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The BLS key is nobody's.
    #[error(
        "the BLS key belongs to no member of the committee; register it, or use the key that was registered"
    )]
    NotAMember,
    /// The state key is another's.
    #[error("the Schnorr key is not the one that member {place} registered")]
    StateKey {
        /// Place in the stake table.
        place: usize,
    },
    /// The dispersal scheme.
    #[error("payloads cannot be dispersed among the committee: {0}")]
    Dispersal(#[from] crema_vid::Error),
    /// The runtime ended first.
    #[error("the runtime stopped while the validator was starting")]
    Stopped,
}

/// A running validator. It runs until [`Self::stop`] is called, its runtime stops or its disk fails.
pub struct Validator {
    mailbox: Mailbox,
    task: Handle<()>,
}

/// Names a network: its genesis and its committee. Votes that are not HotShot's name it, so that they count nowhere
/// else.
pub fn network_name(genesis: &Leaf, committee: &Committee) -> [u8; 32] {
    CommitmentBuilder::new("crema network")
        .fixed_field("genesis", &genesis.commit().0)
        .fixed_field("committee", &committee.commit())
        .finish()
}

/// Largest message that a committee of `members` with blocks of `max_block_size` bytes sends.
pub fn max_message_size<C: SignatureCheck>(members: u32, max_block_size: u64) -> u32 {
    let votes = max_payload_size::<Scheme<C>, simplex::Digest>(members);
    // payloads travel as they are; shares, and commitments to the payload, are at most as long again
    let messages = 2 * max_block_size + message::OVERHEAD;
    u32::try_from(messages).unwrap_or(u32::MAX).max(votes as u32)
}

impl Validator {
    /// Starts a validator where its store left off.
    ///
    /// # Errors
    /// When the store is damaged, or keys are not those of a member.
    pub async fn start<E, C, B, P, S, R>(
        context: E,
        config: Config<C, B, P>,
        network: Network<S, R>,
    ) -> Result<Self, StartError>
    where
        E: Clock + CryptoRng + Spawner + Storage + Metrics,
        C: SignatureCheck,
        B: Blocker<PublicKey = NetworkKey>,
        P: Provider<PublicKey = NetworkKey>,
        S: Sender<PublicKey = NetworkKey>,
        R: Receiver<PublicKey = NetworkKey>,
    {
        let (started, ready) = oneshot::channel();
        let events = Mailbox::new();
        let mailbox = events.0.clone();
        // everything is this task's child, and ends with it
        let task = context.spawn(move |context| async move {
            match run(context, config, network, events).await {
                Ok(tasks) => {
                    // whoever started the validator may have left
                    let _ = started.send(Ok(()));
                    let [mut core, mut engine, mut requests] = tasks;
                    let ended = select! {
                        _ = &mut core => "the loop",
                        _ = &mut engine => "simplex",
                        _ = &mut requests => "the resolver",
                    };
                    error!(ended, "the validator stops");
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            }
        });
        ready.await.map_err(|_| StartError::Stopped)??;
        Ok(Self { mailbox, task })
    }

    /// Hands in a transaction, for this node's next block and its peers'.
    pub fn submit(&self, transaction: Transaction) {
        self.mailbox.event(Event::Submit(transaction));
    }

    /// The decided leaf of a height from 1 on, if it is decided here.
    pub async fn decided(&self, height: u64) -> Option<Arc<DecidedLeaf>> {
        self.ask(|answer| Event::Decided { height, answer })
            .await
            .flatten()
    }

    /// The payload of a decided height, if this node has it.
    pub async fn payload(&self, height: u64) -> Option<Payload> {
        self.ask(|answer| Event::Payload { height, answer })
            .await
            .flatten()
    }

    /// This node's signature on the light-client state of a height, if it is among the last hundred.
    pub async fn signature(&self, height: u64) -> Option<StateSignatureRequestBody> {
        self.ask(|answer| Event::Signature { height, answer })
            .await
            .flatten()
    }

    /// The newest decided height; none when the validator has stopped.
    pub async fn height(&self) -> Option<u64> {
        self.ask(|answer| Event::Height { answer }).await
    }

    async fn ask<T>(&self, event: impl FnOnce(oneshot::Sender<T>) -> Event) -> Option<T> {
        let (answer, receiver) = oneshot::channel();
        self.mailbox.event(event(answer));
        receiver.await.ok()
    }

    /// Stops at once, as a crash does: what is not on disk is lost.
    pub fn stop(self) {
        self.task.abort();
    }
}

async fn run<E, C, B, P, S, R>(
    context: E,
    config: Config<C, B, P>,
    network: Network<S, R>,
    events: (Mailbox, commonware_utils::channel::mpsc::UnboundedReceiver<Event>),
) -> Result<[Handle<()>; 3], StartError>
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    P: Provider<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
    R: Receiver<PublicKey = NetworkKey>,
{
    let committee = Arc::clone(config.scheme.committee());
    let place = config.scheme.place().ok_or(StartError::NotAMember)?;
    if committee.members()[place].state_key != config.keys.state_key.verifying_key() {
        return Err(StartError::StateKey { place });
    }
    let vid = crema_vid::Scheme::new(committee.len() as u32)?;
    let store = Store::open(&context.child("store"), &config.partition).await?;
    let genesis = config.genesis.0.commit();

    let port = ResolverPort(events.0.clone());
    let (requests, requester) = resolver::Engine::new(
        context.child("requests"),
        resolver::Config {
            peer_provider: config.peers,
            blocker: config.blocker.clone(),
            consumer: port.clone(),
            producer: port,
            mailbox_size: NZUsize!(1024),
            me: Some(committee.network_key(place).clone()),
            fetch_timeout: NZDuration!(Duration::from_secs(2)),
            fetch_retry_delay: Duration::from_millis(100),
            priority_requests: false,
            priority_responses: false,
        },
    );
    let requester: resolver::Mailbox<Request, NetworkKey> = requester;
    let mailbox = events.0.clone();
    let parts = Parts {
        context: context.child("core"),
        scheme: config.scheme.clone(),
        place,
        vid,
        store,
        genesis: config.genesis,
        source: config.source,
        l1: config.l1,
        clock: config.clock,
        observer: config.observer,
        signer: StateSigner::new(config.keys.state_key, config.sink),
        blocker: config.blocker.clone(),
        pace: config.timing.pace,
        mailbox: events,
        resolver: requester,
    };
    let core = core::start(parts, network.dispersal).await?;
    let requests = requests.start(network.requests);
    let engine = simplex::start(
        context.child("simplex"),
        format!("{}-votes", config.partition),
        config.scheme,
        mailbox,
        genesis,
        config.timing,
        config.blocker,
        simplex::Channels {
            votes: network.votes,
            certificates: network.certificates,
            resolver: network.resolver,
        },
    );
    Ok([core, engine, requests])
}
