//! A node's own loop: everything it knows, changed by one event after the other.
//!
//! Long computations run beside the loop and come back as events. What the node promises to others, it has written
//! first: the loop waits for the disk before it goes on.

mod catchup;
mod decide;
mod disperse;
mod events;
mod propose;
mod retrieve;
mod view;
mod vote;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use commonware_macros::select_loop;
use commonware_p2p::{Blocker, Receiver, Recipients, Sender};
use commonware_resolver::p2p as resolver;
use commonware_runtime::{Clock, ContextCell, Handle, Metrics, Spawner, Storage, spawn_cell};
use commonware_utils::channel::mpsc;
use crema_types::vote::QuorumCertificate;
use crema_types::{Commitment, FeeInfo, Header, Leaf, ValidatedState, VidCommitment};
use rand_core::CryptoRng;
use tracing::{debug, error, warn};

use crate::chain::Chain;
use crate::committee::{Committee, NetworkKey};
use crate::message::Message;
use crate::ordering::Finality;
use crate::request::Request;
use crate::scheme::{Scheme, SignatureCheck};
use crate::signer::StateSigner;
use crate::source::{L1View, Observer, PayloadSource, WallClock};
use crate::store::{Store, StoreError};

pub(crate) use events::{Event, Mailbox, ResolverPort};
use retrieve::Retrieval;
use view::View;

/// Views ahead of the highest known one in which messages are kept.
const VIEWS_AHEAD: u64 = 16;

/// How long to wait for the clock or the L1.
const RETRY: Duration = Duration::from_millis(200);

/// What the runtime has to offer.
pub(crate) trait Runtime: Clock + CryptoRng + Spawner + Storage + Metrics {}

impl<E: Clock + CryptoRng + Spawner + Storage + Metrics> Runtime for E {}

/// What a core is made of.
pub(crate) struct Parts<E: Runtime, C, B> {
    pub context: E,
    pub scheme: Scheme<C>,
    /// This node's place in the stake table.
    pub place: usize,
    pub vid: crema_vid::Scheme,
    pub store: Store<E>,
    pub genesis: (Leaf, ValidatedState),
    pub source: Arc<dyn PayloadSource>,
    pub l1: Arc<dyn L1View>,
    pub clock: Arc<dyn WallClock>,
    pub observer: Arc<dyn Observer>,
    pub signer: StateSigner,
    pub blocker: B,
    /// How long transactions gather before a block is built.
    pub pace: Duration,
    pub mailbox: (Mailbox, mpsc::UnboundedReceiver<Event>),
    pub resolver: resolver::Mailbox<Request, NetworkKey>,
}

/// The loop's memory.
pub(crate) struct Core<E: Runtime, C, B, S> {
    context: ContextCell<E>,
    scheme: Scheme<C>,
    committee: Arc<Committee>,
    place: usize,
    vid: Arc<crema_vid::Scheme>,
    store: Store<E>,
    chain: Chain,
    /// Undecided views.
    views: BTreeMap<u64, View>,
    /// The highest view that simplex has spoken of.
    current: u64,
    /// Certificates for undecided leaves.
    certificates: BTreeMap<Commitment, QuorumCertificate>,
    /// The highest leaf known to be final, until it is decided here.
    target: Option<Finality>,
    /// Leaves proposed by this node whose payload is not yet stored by enough members, with the state after each.
    states: BTreeMap<Commitment, (Arc<Leaf>, ValidatedState)>,
    /// Whether [`Event::Retry`] is under way.
    retrying: bool,
    /// Whether [`Event::Nudge`] is under way.
    nudged: bool,
    /// What peers have been asked for.
    requested: BTreeSet<Request>,
    /// Decided payloads that are being fetched.
    retrievals: BTreeMap<VidCommitment, Retrieval>,
    source: Arc<dyn PayloadSource>,
    l1: Arc<dyn L1View>,
    clock: Arc<dyn WallClock>,
    observer: Arc<dyn Observer>,
    signer: StateSigner,
    blocker: B,
    pace: Duration,
    sender: S,
    mailbox: Mailbox,
    resolver: resolver::Mailbox<Request, NetworkKey>,
}

/// Starts the loop, from what the store remembers.
///
/// # Errors
/// When the store is damaged.
pub(crate) async fn start<E, C, B, S, R>(
    parts: Parts<E, C, B>,
    network: (S, R),
) -> Result<Handle<()>, StoreError>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
    R: Receiver<PublicKey = NetworkKey>,
{
    let (sender, receiver) = network;
    let (mailbox, events) = parts.mailbox;
    let l1 = Arc::clone(&parts.l1);
    let chain = decide::recover(&parts.store, parts.genesis, &|parent: &Leaf, leaf: &Leaf| {
        deposits(&*l1, &parent.block_header, &leaf.block_header)
    })
    .await?;
    let mut core = Core {
        context: ContextCell::new(parts.context),
        committee: Arc::clone(parts.scheme.committee()),
        scheme: parts.scheme,
        place: parts.place,
        vid: Arc::new(parts.vid),
        store: parts.store,
        current: chain.tip().leaf.view_number.0,
        chain,
        views: BTreeMap::new(),
        certificates: BTreeMap::new(),
        target: None,
        states: BTreeMap::new(),
        retrying: false,
        nudged: false,
        requested: BTreeSet::new(),
        retrievals: BTreeMap::new(),
        source: parts.source,
        l1: parts.l1,
        clock: parts.clock,
        observer: parts.observer,
        signer: parts.signer,
        blocker: parts.blocker,
        pace: parts.pace,
        sender,
        mailbox,
        resolver: parts.resolver,
    };
    core.recall().await?;
    Ok(spawn_cell!(core.context, core.run(events, receiver)))
}

/// The deposits that a header adds.
fn deposits(l1: &dyn L1View, parent: &Header, header: &Header) -> Option<Vec<FeeInfo>> {
    match header.new_l1_blocks(parent) {
        Some(blocks) => l1.deposits(blocks),
        None => Some(Vec::new()),
    }
}

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    async fn run<R: Receiver<PublicKey = NetworkKey>>(
        mut self,
        mut events: mpsc::UnboundedReceiver<Event>,
        mut receiver: R,
    ) {
        select_loop! {
            self.context,
            on_stopped => {
                debug!("the node stops");
            },
            Some(event) = events.recv() else break => {
                if let Err(error) = self.handle(event).await {
                    error!(%error, "the node stops: it cannot keep what it promises");
                    break;
                }
            },
            message = receiver.recv() => {
                let Ok((sender, bytes)) = message else { break };
                if let Err(error) = self.receive(sender, bytes.as_ref()).await {
                    error!(%error, "the node stops: it cannot keep what it promises");
                    break;
                }
            },
        }
    }

    async fn handle(&mut self, event: Event) -> Result<(), StoreError> {
        match event {
            Event::Propose { round, answer } => self.propose(round, answer).await,
            Event::Verify { round, leaf, answer } => self.verify(round, leaf, answer).await,
            Event::Certify { view, leaf, answer } => self.certify(view, leaf, answer).await,
            Event::Publish { leaf } => {
                self.publish(leaf);
                Ok(())
            }
            Event::Certified(certificate) => {
                self.certified(certificate);
                Ok(())
            }
            Event::Finalized(finality) => self.finalized(finality).await,
            Event::Fault(fault) => {
                warn!(place = fault.place, view = fault.view, kind = ?fault.kind, "a member is caught");
                self.observer.fault(&fault);
                Ok(())
            }
            Event::Built { view, built } => self.built(view, built).await,
            Event::ShareChecked { view, leaf, good } => self.share_checked(view, leaf, good).await,
            Event::PayloadChecked {
                view,
                commitment,
                payload,
            } => self.payload_checked(view, commitment, payload).await,
            Event::ShareFetched {
                commitment,
                place,
                share,
                verdict,
            } => {
                self.share_fetched(commitment, place, share, verdict);
                Ok(())
            }
            Event::Nudge => {
                self.nudged = false;
                self.advance_all().await
            }
            Event::Retry => {
                self.retrying = false;
                self.advance_all().await
            }
            Event::Deliver {
                request,
                bytes,
                verdict,
            } => self.delivered(request, &bytes, verdict).await,
            Event::Produce { request, answer } => self.produce(request, answer).await,
            Event::Retrieved {
                commitment,
                payload,
                verdict,
            } => self.retrieved(commitment, payload, verdict).await,
            Event::GatherShares { commitment } => {
                self.gather_shares(commitment);
                Ok(())
            }
            Event::Submit(transaction) => {
                self.source.received(transaction.clone());
                self.send(Recipients::All, &Message::Transaction(transaction));
                Ok(())
            }
            Event::Decided { height, answer } => {
                // whoever asked may have left
                let _ = answer.send(self.store.decided(height).await?.map(Arc::new));
                Ok(())
            }
            Event::Payload { height, answer } => {
                let _ = answer.send(self.payload_at(height).await?);
                Ok(())
            }
            Event::Signature { height, answer } => {
                let _ = answer.send(self.signer.at(height).cloned());
                Ok(())
            }
            Event::Height { answer } => {
                let _ = answer.send(self.chain.tip().leaf.block_header.height);
                Ok(())
            }
        }
    }

    /// This node's clock, as headers tell the time.
    fn now(&self) -> u64 {
        self.clock.seconds(self.context.current())
    }

    /// The memory of a view, unless it is decided or too far ahead.
    fn view(&mut self, view: u64) -> Option<&mut View> {
        let decided = self.chain.tip().leaf.view_number.0;
        let highest = self.current.max(decided).saturating_add(VIEWS_AHEAD);
        (view > decided && view <= highest).then(|| self.views.entry(view).or_default())
    }

    /// Simplex has reached `view`.
    fn reached(&mut self, view: u64) {
        self.current = self.current.max(view);
    }

    fn send(&mut self, recipients: Recipients<NetworkKey>, message: &Message) {
        match message.encode() {
            // peers that are not there now will ask
            Ok(bytes) => drop(self.sender.send(recipients, bytes, message.is_urgent())),
            Err(error) => error!(%error, "a message has no encoding"),
        }
    }

    fn send_to(&mut self, place: usize, message: &Message) {
        let key = self.committee.network_key(place).clone();
        self.send(Recipients::One(key), message);
    }

    /// Hangs up on a peer that sends what no honest node sends.
    fn block(&mut self, place: usize, reason: &str) {
        warn!(place, reason, "blocking a peer");
        self.blocker.block(self.committee.network_key(place).clone());
    }

    /// Runs `work` on a thread of its own where the runtime has one, and hears of the event it returns.
    fn beside(&self, label: &'static str, work: impl FnOnce() -> Event + Send + 'static) {
        let mailbox = self.mailbox.clone();
        self.context
            .child(label)
            .shared(true)
            .spawn(move |_| async move { mailbox.event(work()) });
    }

    /// Looks again in a moment, for what waits for the clock or the L1.
    fn retry_later(&mut self) {
        if self.retrying {
            return;
        }
        self.retrying = true;
        self.after(RETRY, Event::Retry);
    }

    /// Something has come that other views may wait for: looks at all of them once, after the present event.
    fn nudge(&mut self) {
        if !self.nudged {
            self.nudged = true;
            self.mailbox.event(Event::Nudge);
        }
    }

    /// An event after some time.
    fn after(&self, time: Duration, event: Event) {
        let mailbox = self.mailbox.clone();
        self.context.child("timer").spawn(move |context| async move {
            context.sleep(time).await;
            mailbox.event(event);
        });
    }

    /// Looks at every view again: something that some wait for has come.
    async fn advance_all(&mut self) -> Result<(), StoreError> {
        let waiting: Vec<u64> = self.views.keys().copied().collect();
        for view in waiting {
            self.advance(view).await?;
        }
        self.decide().await
    }

    /// Goes on with whatever a view waits for.
    async fn advance(&mut self, view: u64) -> Result<(), StoreError> {
        self.advance_proposal(view).await?;
        self.advance_verify(view).await?;
        self.advance_certify(view).await
    }
}
