//! What happens to a node.

use std::sync::Arc;

use bytes::Bytes;
use commonware_resolver::p2p::Producer;
use commonware_resolver::{Consumer, Delivery};
use commonware_utils::channel::{mpsc, oneshot};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::vote::QuorumCertificate;
use crema_types::{Commitment, Payload, Transaction, VidCommitment};
use crema_vid::{Common, Disperse, Share};

use crate::ordering::{Answer, Fault, Finality, LeafAnswer, Ordered, Round};
use crate::request::Request;
use crate::source::BuiltPayload;
use crate::store::DecidedLeaf;

/// An event. Names of variants that end in a participle are news; the others ask for something.
pub(crate) enum Event {
    Propose {
        round: Round,
        answer: LeafAnswer,
    },
    Verify {
        round: Round,
        leaf: Commitment,
        answer: Answer<bool>,
    },
    Certify {
        view: u64,
        leaf: Commitment,
        answer: Answer<bool>,
    },
    Publish {
        leaf: Commitment,
    },
    Certified(QuorumCertificate),
    Finalized(Finality),
    Fault(Fault),
    /// A payload has been built and dispersed for this node's proposal; none when there is none to propose.
    Built {
        view: u64,
        built: Option<Box<(BuiltPayload, Disperse)>>,
    },
    ShareChecked {
        view: u64,
        leaf: Commitment,
        good: bool,
    },
    /// A leader's payload is what its commitment says; none when it is not.
    PayloadChecked {
        view: u64,
        commitment: VidCommitment,
        payload: Option<Box<Payload>>,
    },
    /// Something has come that several views may wait for.
    Nudge,
    /// Time has passed.
    Retry,
    /// A peer answers a request.
    Deliver {
        request: Request,
        bytes: Bytes,
        verdict: Answer<bool>,
    },
    /// A peer asks.
    Produce {
        request: Request,
        answer: oneshot::Sender<Bytes>,
    },
    /// A payload that was fetched or recovered has been checked; none when it is another.
    Retrieved {
        commitment: VidCommitment,
        payload: Option<Box<Payload>>,
        verdict: Option<Answer<bool>>,
    },
    /// A fetched share has been checked; none when it is wrong.
    ShareFetched {
        commitment: VidCommitment,
        place: u32,
        share: Option<Box<(Common, Share)>>,
        verdict: Answer<bool>,
    },
    /// Nobody has sent the payload for a while.
    GatherShares {
        commitment: VidCommitment,
    },
    Submit(Transaction),
    Decided {
        height: u64,
        answer: oneshot::Sender<Option<Arc<DecidedLeaf>>>,
    },
    Payload {
        height: u64,
        answer: oneshot::Sender<Option<Payload>>,
    },
    Signature {
        height: u64,
        answer: oneshot::Sender<Option<StateSignatureRequestBody>>,
    },
    Height {
        answer: oneshot::Sender<u64>,
    },
}

/// Tells a node's loop of events. When the loop has ended, nothing happens.
#[derive(Clone)]
pub(crate) struct Mailbox(mpsc::UnboundedSender<Event>);

impl Mailbox {
    /// A mailbox and what the loop reads from it.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// Tells the loop of `event`.
    pub fn event(&self, event: Event) {
        // an event for a loop that has ended concerns nobody
        let _ = self.0.send(event);
    }
}

impl Ordered for Mailbox {
    fn propose(&mut self, round: Round, answer: LeafAnswer) {
        self.event(Event::Propose { round, answer });
    }

    fn verify(&mut self, round: Round, leaf: Commitment, answer: Answer<bool>) {
        self.event(Event::Verify { round, leaf, answer });
    }

    fn certify(&mut self, view: u64, leaf: Commitment, answer: Answer<bool>) {
        self.event(Event::Certify { view, leaf, answer });
    }

    fn publish(&mut self, leaf: Commitment) {
        self.event(Event::Publish { leaf });
    }

    fn certified(&mut self, certificate: QuorumCertificate) {
        self.event(Event::Certified(certificate));
    }

    fn finalized(&mut self, finality: Finality) {
        self.event(Event::Finalized(finality));
    }

    fn fault(&mut self, fault: Fault) {
        self.event(Event::Fault(fault));
    }
}

/// Stands between commonware's resolver, which asks peers until one answers well, and the loop, which knows what a good
/// answer is.
#[derive(Clone)]
pub(crate) struct ResolverPort(pub Mailbox);

impl Consumer for ResolverPort {
    type Key = Request;
    type Value = Bytes;
    type Subscriber = ();
    type Outcome = bool;

    fn deliver(&mut self, delivery: Delivery<Request, ()>, bytes: Bytes) -> oneshot::Receiver<bool> {
        let (verdict, receiver) = oneshot::channel();
        self.0.event(Event::Deliver {
            request: delivery.key,
            bytes,
            verdict,
        });
        receiver
    }
}

impl Producer for ResolverPort {
    type Key = Request;

    fn produce(&mut self, request: Request) -> oneshot::Receiver<Bytes> {
        let (answer, receiver) = oneshot::channel();
        self.0.event(Event::Produce { request, answer });
        receiver
    }
}
