//! A committee in one process: links, nodes that can be stopped and started, and what they decided.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use commonware_cryptography::{Signer as _, ed25519};
use commonware_p2p::simulated::{self, Link, Network, Oracle};
use commonware_runtime::{Clock as _, Quota, Supervisor as _, deterministic};
use commonware_utils::{NZU32, NZUsize, probability};
use crema_consensus::mempool::{Limits, Mempool};
use crema_consensus::scheme::{KnownSecrets, SignatureCheck};
use crema_consensus::source::{NoL1, Observer, RuntimeClock, StateSignatureSink};
use crema_consensus::{
    Committee, Config, DecidedLeaf, Keys, Member, NetworkKey, Scheme, Timing, Validator, channel,
    network_name,
};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::{bls, schnorr};
use crema_types::{FeeInfo, Genesis, Leaf, NamespaceId, Payload, Transaction, ValidatedState};

type Context = deterministic::Context;

/// What one node has decided and signed, as its observers hear it. Survives restarts.
#[derive(Default)]
pub struct Journal {
    pub leaves: BTreeMap<u64, Arc<DecidedLeaf>>,
    pub payloads: BTreeMap<u64, Payload>,
    pub signed: Vec<StateSignatureRequestBody>,
}

/// Writes the journal.
#[derive(Clone, Default)]
pub struct Witness(pub Arc<Mutex<Journal>>);

impl Observer for Witness {
    fn decided(&self, leaves: &[Arc<DecidedLeaf>]) {
        let mut journal = self.0.lock().unwrap();
        for leaf in leaves {
            let height = leaf.leaf.block_header.height;
            let before = journal.leaves.insert(height, Arc::clone(leaf));
            assert!(before.is_none(), "height {height} was decided twice");
        }
    }

    fn retrieved(&self, height: u64, payload: &Payload) {
        self.0.lock().unwrap().payloads.insert(height, payload.clone());
    }
}

impl StateSignatureSink for Witness {
    fn post(&self, signature: StateSignatureRequestBody) {
        let mut journal = self.0.lock().unwrap();
        signature.verify().unwrap();
        journal.signed.push(signature);
    }
}

/// Keys of the member at `place`.
fn keys(place: usize) -> (bls::SigningKey, schnorr::SigningKey, ed25519::PrivateKey) {
    let stake = bls::SigningKey::from_scalar(KnownSecrets::secret(place)).unwrap();
    let state = schnorr::SigningKey::from_seed(&[place as u8; 32]);
    (stake, state, ed25519::PrivateKey::from_seed(place as u64))
}

/// A committee of `members`, of which the first `storing` store payloads.
pub fn committee(members: usize, storing: usize) -> Arc<Committee> {
    let members = (0..members).map(|place| {
        let (stake, state, network) = keys(place);
        Member {
            stake_key: stake.verifying_key(),
            state_key: state.verifying_key(),
            network_key: network.public_key(),
            stores_payloads: place < storing,
        }
    });
    Arc::new(Committee::of_verified(members.collect()).unwrap())
}

/// Genesis of a chain without fees.
pub fn genesis() -> (Leaf, ValidatedState) {
    let genesis = Genesis::from_toml(GENESIS).unwrap();
    let (header, state) = (genesis.header(None).unwrap(), genesis.state().unwrap());
    (Leaf::genesis(header), state)
}

/// A committee on a simulated network.
pub struct Cluster<C> {
    context: Context,
    pub committee: Arc<Committee>,
    oracle: Oracle<NetworkKey, Context>,
    check: C,
    pub nodes: Vec<Option<Validator>>,
    pub witnesses: Vec<Witness>,
    pub mempools: Vec<Arc<Mempool>>,
    starts: u64,
}

impl<C: SignatureCheck> Cluster<C> {
    /// Links all members; none is started.
    pub async fn new(context: Context, committee: Arc<Committee>, check: C, link: Link) -> Self {
        let keys: Vec<NetworkKey> = committee
            .members()
            .iter()
            .map(|member| member.network_key.clone())
            .collect();
        let config = simulated::Config {
            max_size: 1 << 24,
            max_peers_per_set: NZUsize!(128),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(1),
        };
        let (network, oracle) = Network::new_with_peers(context.child("network"), config, keys.clone()).await;
        network.start();
        for from in &keys {
            for to in &keys {
                if from != to {
                    oracle
                        .add_link(from.clone(), to.clone(), link.clone())
                        .await
                        .unwrap();
                }
            }
        }
        let members = committee.len();
        Self {
            context,
            committee,
            oracle,
            check,
            nodes: (0..members).map(|_| None).collect(),
            witnesses: (0..members).map(|_| Witness::default()).collect(),
            mempools: (0..members)
                .map(|_| {
                    let builder = FeeInfo::null_builder_key().unwrap();
                    Arc::new(Mempool::new(Limits::default(), builder))
                })
                .collect(),
            starts: 0,
        }
    }

    /// Starts the node at `place`, or starts it again.
    pub async fn start(&mut self, place: usize) {
        self.starts += 1;
        let (stake, state_key, network_key) = keys(place);
        let genesis = genesis();
        let name = network_name(&genesis.0, &self.committee);
        let control = self.oracle.control(network_key.public_key());
        let quota = Quota::per_second(NZU32!(1000));
        let config = Config {
            scheme: Scheme::with_check(Arc::clone(&self.committee), name, self.check.clone(), Some(stake)),
            keys: Keys { state_key },
            genesis,
            partition: format!("node-{place}"),
            timing: Timing::default(),
            source: Arc::clone(&self.mempools[place]) as Arc<_>,
            l1: Arc::new(NoL1),
            clock: Arc::new(RuntimeClock),
            observer: Arc::new(self.witnesses[place].clone()),
            sink: Arc::new(self.witnesses[place].clone()),
            blocker: control.clone(),
            peers: self.oracle.manager(),
        };
        let network = crema_consensus::Network {
            votes: control.register(channel::VOTES, quota).await.unwrap(),
            certificates: control.register(channel::CERTIFICATES, quota).await.unwrap(),
            resolver: control.register(channel::RESOLVER, quota).await.unwrap(),
            dispersal: control.register(channel::DISPERSAL, quota).await.unwrap(),
            requests: control.register(channel::REQUESTS, quota).await.unwrap(),
        };
        let context = self
            .context
            .child("validator")
            .with_attribute("place", place)
            .with_attribute("start", self.starts);
        self.nodes[place] = Some(Validator::start(context, config, network).await.unwrap());
    }

    /// Starts all nodes.
    pub async fn start_all(&mut self) {
        for place in 0..self.nodes.len() {
            self.start(place).await;
        }
    }

    /// Stops a node as a crash does.
    pub fn stop(&mut self, place: usize) {
        if let Some(node) = self.nodes[place].take() {
            node.stop();
        }
    }

    /// Cuts the links between two members.
    pub async fn cut(&self, one: usize, other: usize) {
        let (one, other) = (
            self.committee.network_key(one).clone(),
            self.committee.network_key(other).clone(),
        );
        self.oracle.remove_link(one.clone(), other.clone()).await.unwrap();
        self.oracle.remove_link(other, one).await.unwrap();
    }

    /// Waits until the node at `place` has got hold of some payload that it did not store, and returns it as the node
    /// serves it.
    pub async fn payload_at(&self, place: usize) -> Payload {
        for _ in 0..2_000 {
            let retrieved = self.witnesses[place]
                .0
                .lock()
                .unwrap()
                .payloads
                .keys()
                .next()
                .copied();
            if let Some(height) = retrieved {
                return self.nodes[place].as_ref().unwrap().payload(height).await.unwrap();
            }
            self.context.sleep(Duration::from_millis(50)).await;
        }
        panic!("node {place} has got no payload in 100 seconds");
    }

    /// The height that a node has decided.
    pub fn height(&self, place: usize) -> u64 {
        let journal = self.witnesses[place].0.lock().unwrap();
        journal.leaves.keys().next_back().copied().unwrap_or_default()
    }

    /// Waits until the nodes at `places` have decided `height`.
    pub async fn reach(&self, places: &[usize], height: u64) {
        let mut waited = Duration::ZERO;
        while places.iter().any(|&place| self.height(place) < height) {
            let step = Duration::from_millis(50);
            self.context.sleep(step).await;
            waited += step;
            let heights: Vec<u64> = places.iter().map(|&place| self.height(place)).collect();
            assert!(
                waited < Duration::from_mins(2),
                "nodes {places:?} are at heights {heights:?} after two minutes, not at {height}"
            );
        }
    }

    /// Checks that no two nodes decided differently, that every chain is linked and every certificate verifies.
    pub fn check_chains(&self) {
        let scheme = Scheme::with_check(Arc::clone(&self.committee), [0; 32], self.check.clone(), None);
        let mut chain: BTreeMap<u64, Arc<DecidedLeaf>> = BTreeMap::new();
        for witness in &self.witnesses {
            for (&height, decided) in &witness.0.lock().unwrap().leaves {
                let name = decided.leaf.commit();
                assert_eq!(decided.certificate.data.leaf_commit, name);
                scheme.verify_quorum_certificate(&decided.certificate).unwrap();
                let known = chain.entry(height).or_insert_with(|| Arc::clone(decided));
                assert_eq!(known.leaf.commit(), name, "a fork at height {height}");
            }
        }
        // a node that stops between writing and telling leaves a gap in its own journal, but not in all
        let mut parent = genesis().0.commit();
        for (expected, (height, decided)) in (1..).zip(&chain) {
            assert_eq!((*height, decided.leaf.parent_commitment), (expected, parent));
            parent = decided.leaf.commit();
        }
        for witness in &self.witnesses {
            for signed in &witness.0.lock().unwrap().signed {
                let leaf = &chain[&signed.state.block_height].leaf;
                assert_eq!(signed.state, crema_consensus::signer::light_client_state(leaf));
            }
        }
    }
}

/// A runtime for one test.
pub fn runner(seed: u64) -> deterministic::Runner {
    let config = deterministic::Config::new()
        .with_seed(seed)
        .with_timeout(Some(Duration::from_mins(10)));
    deterministic::Runner::new(config)
}

/// A transaction of namespace `number mod 3`.
pub fn transaction(number: u32) -> Transaction {
    Transaction {
        namespace: NamespaceId(number % 3),
        payload: number.to_le_bytes().repeat(100),
    }
}

/// Fast and faithful.
pub fn good_link() -> Link {
    Link {
        latency: Duration::from_millis(10),
        jitter: Duration::from_millis(2),
        success_rate: probability!(1.0),
    }
}

const GENESIS: &str = include_str!("../genesis.toml");
