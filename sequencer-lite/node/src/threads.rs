//! Runs a validator on commonware's runtime, in a thread that owns the runtime.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use commonware_cryptography::ChaCha20Poly1305;
use commonware_p2p::authenticated::lookup;
use commonware_p2p::{Address, AddressableManager as _};
use commonware_runtime::{Handle, Quota, Runner as _, Spawner as _, Supervisor as _, tokio as runtime};
use commonware_stream::{cups, sake};
use commonware_utils::channel::oneshot;
use commonware_utils::ordered::Map;
use commonware_utils::{NZU32, NZUsize};
use crema_consensus::scheme::Pairing;
use crema_consensus::source::{Observer, PayloadSource, RuntimeClock};
use crema_consensus::{
    Committee, Keys, Network, NetworkKey, Scheme, Validator, channel, max_message_size, network_name,
};
use crema_types::{Leaf, ValidatedState};

use crate::config::Config;
use crate::node::StartError;
use crate::relay::{self, Outbox};

/// Prefix of what connections sign, before the network's name.
const NAMESPACE: &[u8] = b"crema p2p v1 ";
/// Messages per second and peer on simplex's channels.
const VOTES_QUOTA: Quota = Quota::per_second(NZU32!(512));
/// Messages per second and peer on the other channels.
const DATA_QUOTA: Quota = Quota::per_second(NZU32!(1024));

/// What a validator's thread gets.
pub(crate) struct Start {
    pub config: Config,
    pub committee: Arc<Committee>,
    pub genesis: (Leaf, ValidatedState),
    pub source: Arc<dyn PayloadSource>,
    pub observer: Arc<dyn Observer>,
    pub outbox: Arc<Outbox>,
    pub client: reqwest::Client,
    pub started: oneshot::Sender<Result<Validator, StartError>>,
    pub stop: oneshot::Receiver<()>,
}

/// Runs until told to stop. The runtime ends with this function, and everything on it.
pub(crate) fn run(start: Start) {
    let config = runtime::Config::new()
        .with_worker_threads(start.config.threads)
        .with_storage_directory(start.config.storage.clone());
    runtime::Runner::new(config).start(|context| async move {
        let Start {
            config,
            committee,
            genesis,
            source,
            observer,
            outbox,
            client,
            started,
            stop,
        } = start;
        if let Some(url) = config.relay.clone() {
            let outbox = Arc::clone(&outbox);
            context
                .child("relay")
                .spawn(move |_| relay::deliver(outbox, url, client));
        }
        let (network, oracle, _connections) = connect(&context, &config, &committee, &genesis);
        let name = network_name(&genesis.0, &committee);
        let config = crema_consensus::Config {
            scheme: Scheme::<Pairing>::new(committee, name, Some(config.keys.stake)),
            keys: Keys {
                state_key: config.keys.state,
            },
            genesis,
            partition: "validator".into(),
            timing: config.timing,
            source,
            l1: config.l1,
            clock: Arc::new(RuntimeClock),
            observer,
            sink: outbox,
            blocker: oracle.clone(),
            peers: oracle,
        };
        let validator = Validator::start(context.child("validator"), config, network).await;
        // whoever starts the node waits for this
        let _ = started.send(validator.map_err(StartError::from));
        // dropping the other end says the same
        let _ = stop.await;
    });
}

type Sender = lookup::Sender<NetworkKey, runtime::Context>;
type Receiver = lookup::Receiver<NetworkKey>;

/// Opens authenticated connections to all members.
fn connect(
    context: &runtime::Context,
    config: &Config,
    committee: &Committee,
    genesis: &(Leaf, ValidatedState),
) -> (Network<Sender, Receiver>, lookup::Oracle<NetworkKey>, Handle<()>) {
    let handshake = cups::Cups::<_, ChaCha20Poly1305>::new(
        sake::Sake {
            signer: config.keys.network(),
            synchrony_bound: Duration::from_secs(5),
            max_handshake_age: Duration::from_secs(10),
            version: sake::Version::V1,
        },
        cups::Version::V1,
    );
    let namespace = [NAMESPACE, &network_name(&genesis.0, committee)].concat();
    let members = committee.len() as u32;
    let block_size = genesis.1.chain_config.max_block_size.0;
    let settings = lookup::Config {
        // who may connect is decided by key; a member restarts without waiting
        bypass_ip_check: true,
        peer_connection_cooldown: Duration::from_secs(1),
        allowed_handshake_rate_per_ip: Quota::per_second(NZU32!(64)),
        allow_private_ips: true,
        ..lookup::Config::recommended(
            handshake,
            &namespace,
            config.listen,
            NonZeroUsize::MIN.saturating_add(committee.len()),
            max_message_size::<Pairing>(members, block_size),
            NZUsize!(1024),
        )
    };
    let (mut network, mut oracle) = lookup::Network::new(context.child("network"), settings);
    let peers = config.peers.iter().map(|peer| {
        (
            peer.registration.member.network_key.clone(),
            Address::from(peer.address),
        )
    });
    let _ = oracle.track(0, Map::from_iter_dedup(peers));
    let channels = Network {
        votes: network.register(channel::VOTES, VOTES_QUOTA),
        certificates: network.register(channel::CERTIFICATES, VOTES_QUOTA),
        resolver: network.register(channel::RESOLVER, VOTES_QUOTA),
        dispersal: network.register(channel::DISPERSAL, DATA_QUOTA),
        requests: network.register(channel::REQUESTS, DATA_QUOTA),
    };
    (channels, oracle, network.start())
}
