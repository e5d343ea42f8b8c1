//! commonware's simplex, run for an [`Ordered`] application.

use std::time::Duration;

use bytes::Bytes;
use commonware_actor::Feedback;
use commonware_codec::{Decode, Encode};
use commonware_consensus::simplex::config::{self, Floor, ForwardPolicy, SkipBudget, SkipPolicy};
use commonware_consensus::simplex::types::{Activity, Attributable, Context, Finalization};
use commonware_consensus::simplex::{Engine, Plan};
use commonware_consensus::types::{Epoch, ViewDelta};
use commonware_consensus::{Automaton, CertifiableAutomaton, Relay, Reporter, Viewable};
use commonware_cryptography::certificate::Verifier as _;
use commonware_cryptography::sha256;
use commonware_p2p::{Blocker, Receiver, Sender};
use commonware_parallel::Sequential;
use commonware_runtime::buffer::paged::CacheRef;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_utils::channel::oneshot;
use commonware_utils::{NZDuration, NZU16, NZUsize};
use crema_types::Commitment;
use rand_core::CryptoRng;

use super::elector::TableOrder;
use super::{Fault, FaultKind, Finality, LeafAnswer, Ordered, Round};
use crate::committee::NetworkKey;
use crate::scheme::{Scheme, SignatureCheck};

/// Leaf commitments travel as what simplex knows for 32 bytes.
pub(crate) type Digest = sha256::Digest;

/// The only epoch: committees do not change while a network runs.
const EPOCH: Epoch = Epoch::zero();

/// How patient a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long to wait for the leader's proposal.
    pub proposal: Duration,
    /// How long to wait for a quorum's votes, from entering the view.
    pub certification: Duration,
    /// How long to wait before saying again that the view should end.
    pub retry: Duration,
    /// A leader silent for this long is skipped at once, while a quorum is not.
    pub silence: Duration,
    /// How long a leader lets transactions gather before it builds a block. Sets the pace of an idle chain.
    pub pace: Duration,
}

impl Default for Timing {
    /// Two seconds for a proposal, three for its votes, and at most ten blocks per second.
    fn default() -> Self {
        Self {
            proposal: Duration::from_secs(2),
            certification: Duration::from_secs(3),
            retry: Duration::from_secs(3),
            silence: Duration::from_secs(12),
            pace: Duration::from_millis(100),
        }
    }
}

/// Simplex's three channels.
pub(crate) struct Channels<S, R> {
    pub votes: (S, R),
    pub certificates: (S, R),
    pub resolver: (S, R),
}

/// Speaks for the application to simplex, and for simplex to the application.
#[derive(Clone)]
struct Adapter<A, C> {
    application: A,
    scheme: Scheme<C>,
}

fn round(context: Context<Digest, NetworkKey>) -> Round {
    let (parent_view, parent) = context.parent;
    Round {
        view: context.round.view().get(),
        parent_view: parent_view.get(),
        parent: Commitment(parent.0),
        leader: context.leader,
    }
}

impl<A: Ordered, C: SignatureCheck> Automaton for Adapter<A, C> {
    type Context = Context<Digest, NetworkKey>;
    type Digest = Digest;

    async fn propose(&mut self, context: Self::Context) -> oneshot::Receiver<Digest> {
        let (answer, receiver) = oneshot::channel();
        self.application.propose(round(context), LeafAnswer(answer));
        receiver
    }

    async fn verify(&mut self, context: Self::Context, payload: Digest) -> oneshot::Receiver<bool> {
        let (answer, receiver) = oneshot::channel();
        self.application
            .verify(round(context), Commitment(payload.0), answer);
        receiver
    }
}

impl<A: Ordered, C: SignatureCheck> CertifiableAutomaton for Adapter<A, C> {
    async fn certify(
        &mut self,
        round: commonware_consensus::types::Round,
        payload: Digest,
    ) -> oneshot::Receiver<bool> {
        let (answer, receiver) = oneshot::channel();
        self.application
            .certify(round.view().get(), Commitment(payload.0), answer);
        receiver
    }
}

impl<A: Ordered, C: SignatureCheck> Relay for Adapter<A, C> {
    type Digest = Digest;
    type PublicKey = NetworkKey;
    type Plan = Plan<NetworkKey>;

    fn broadcast(&mut self, payload: Digest, plan: Self::Plan) -> Feedback {
        if let Plan::Propose { .. } = plan {
            self.application.publish(Commitment(payload.0));
        }
        Feedback::Ok
    }
}

impl<A: Ordered, C: SignatureCheck> Reporter for Adapter<A, C> {
    type Activity = Activity<Scheme<C>, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        match activity {
            Activity::Notarization(notarization) => {
                let certificate = self
                    .scheme
                    .quorum_certificate(&notarization.proposal, &notarization.certificate);
                if let Some(certificate) = certificate {
                    self.application.certified(certificate);
                }
            }
            Activity::Finalization(finalization) => self.application.finalized(Finality {
                view: finalization.view().get(),
                leaf: Commitment(finalization.proposal.payload.0),
                proof: finalization.encode().to_vec(),
            }),
            Activity::ConflictingNotarize(ref fault) => self.fault(fault, FaultKind::ConflictingNotarize),
            Activity::ConflictingFinalize(ref fault) => self.fault(fault, FaultKind::ConflictingFinalize),
            Activity::NullifyFinalize(ref fault) => self.fault(fault, FaultKind::NullifyFinalize),
            Activity::Notarize(_)
            | Activity::Certification(_)
            | Activity::Nullify(_)
            | Activity::Nullification(_)
            | Activity::Finalize(_) => {}
        }
        Feedback::Ok
    }
}

impl<A: Ordered, C: SignatureCheck> Adapter<A, C> {
    fn fault(&mut self, fault: &(impl Attributable + Viewable + Encode), kind: FaultKind) {
        if let Some(place) = self.scheme.committee().place_of(fault.signer()) {
            self.application.fault(Fault {
                place,
                view: fault.view().get(),
                kind,
                evidence: fault.encode().to_vec(),
            });
        }
    }
}

/// Starts simplex. Its journal, in `partition`, is the log of this node's votes: they are on disk before they are
/// sent, and a restarted node does not vote again in a view.
#[allow(clippy::too_many_arguments)]
pub(crate) fn start<E, C, A, B, S, R>(
    context: E,
    partition: String,
    scheme: Scheme<C>,
    application: A,
    genesis: Commitment,
    timing: Timing,
    blocker: B,
    channels: Channels<S, R>,
) -> Handle<()>
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    C: SignatureCheck,
    A: Ordered,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
    R: Receiver<PublicKey = NetworkKey>,
{
    let adapter = Adapter {
        application,
        scheme: scheme.clone(),
    };
    let config = config::Config {
        elector: TableOrder::new(scheme.committee().clone()),
        scheme,
        blocker,
        automaton: adapter.clone(),
        relay: adapter.clone(),
        reporter: adapter,
        track_historical_votes: false,
        strategy: Sequential,
        partition,
        mailbox_size: NZUsize!(1024),
        epoch: EPOCH,
        floor: Floor::Genesis(sha256::Digest(genesis.0)),
        replay_buffer: NZUsize!(1 << 20),
        // one buffer per view that is kept, each of this size: votes and certificates of a hundred members fit in it
        write_buffer: NZUsize!(1 << 16),
        page_cache: CacheRef::new(NZU16!(4096), NZUsize!(64)),
        leader_timeout: timing.proposal,
        certification_timeout: timing.certification,
        timeout_retry: timing.retry,
        view_retention: ViewDelta::new(32),
        skip: SkipPolicy::Enabled {
            timeout: timing.silence,
            budget: SkipBudget::Participants,
        },
        fetch_timeout: NZDuration!(Duration::from_secs(1)),
        fetch_retry_delay: Duration::from_millis(100),
        forward: ForwardPolicy::Disabled,
    };
    Engine::new(context, config).start(channels.votes, channels.certificates, channels.resolver)
}

/// Which leaf a proof of finality is for, and its view, if it proves anything.
pub(crate) fn verify_finality<C: SignatureCheck, R: CryptoRng>(
    rng: &mut R,
    scheme: &Scheme<C>,
    proof: &[u8],
) -> Option<(u64, Commitment)> {
    let finalization = Finalization::<Scheme<C>, Digest>::decode_cfg(
        Bytes::copy_from_slice(proof),
        &scheme.certificate_codec_config(),
    )
    .ok()?;
    finalization.verify(rng, scheme, &Sequential).then(|| {
        (
            finalization.view().get(),
            Commitment(finalization.proposal.payload.0),
        )
    })
}
