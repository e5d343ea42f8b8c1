//! Starting: the network, and each node on it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use commonware_p2p::simulated::{self, Network};
use commonware_runtime::{Clock as _, Quota, Spawner as _, Supervisor as _};
use commonware_utils::{NZU32, NZUsize};
use crema_consensus::mempool::{Limits, Mempool};
use crema_consensus::source::{NoL1, WallClock};
use crema_consensus::{
    Committee, Config, Keys, NetworkKey, Scheme, Timing, Validator, channel, network_name,
};
use crema_types::FeeInfo;

use super::links::link;
use super::{Cluster, Context, Machine, Up};
use crate::checks::{Overheard, SharedLedger, Witness};
use crate::dice::Dice;
use crate::members::{self, Crypto, Secrets};
use crate::node;
use crate::node::disk::Power;
use crate::node::liar::{Liar, Lie};
use crate::node::outbox::{Conduct, Outbox};
use crate::report::Tally;
use crate::scenario::{Sabotage, Scenario};

/// The node that a scenario sabotages.
pub(crate) const SABOTAGED: usize = 1;

/// A clock that is off by so many seconds.
struct SkewedClock(i64);

impl WallClock for SkewedClock {
    fn seconds(&self, runtime: SystemTime) -> u64 {
        let true_seconds = runtime.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        true_seconds.saturating_add_signed(self.0)
    }
}

impl<'a, C: Crypto> Cluster<'a, C> {
    /// Links all members; all start at once.
    pub async fn new(
        context: Context,
        scenario: &'a Scenario,
        committee: Arc<Committee>,
        ledger: SharedLedger,
        tally: &'a mut Tally,
    ) -> Self {
        let keys: Vec<NetworkKey> = (0..committee.len())
            .map(|place| committee.network_key(place).clone())
            .collect();
        let config = simulated::Config {
            max_size: 1 << 24,
            max_peers_per_set: NZUsize!(1024),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(1),
        };
        let (network, oracle) = Network::new_with_peers(context.child("network"), config, keys.clone()).await;
        network.start();
        for from in &keys {
            for to in keys.iter().filter(|to| *to != from) {
                let added = oracle.add_link(from.clone(), to.clone(), link(scenario)).await;
                added.expect("a new network takes links");
            }
        }
        let now = context.current();
        Self {
            check: C::of(&committee),
            machines: keys.iter().map(|_| Machine::Down(now)).collect(),
            dice: Dice::new(scenario.seed, 100 + tally.acts),
            partition: None,
            next_partition: now + Duration::from_secs(1),
            next_transaction: now,
            stormy: true,
            starts: 0,
            lost_disks: vec![0; keys.len()],
            context,
            scenario,
            committee,
            oracle,
            ledger,
            tally,
        }
    }

    /// Starts the node at `place`.
    pub(super) async fn start(&mut self, place: usize) {
        self.starts += 1;
        let power = Power::lasting();
        if self.stormy
            && self.scenario.crashes.is_some()
            && self.starts > self.scenario.nodes as u64
            && self.dice.once_in(3)
        {
            // while it starts, or soon after
            let (number, moment) = self.failure(80);
            power.fail_at(number, moment);
        }
        self.ledger.lock().starting(place);
        let network = self.network(place).await;
        let config = self.config(place);
        let slot = Arc::new(Mutex::new(None));
        let context = self
            .context
            .child("node")
            .with_attribute("place", place)
            .with_attribute("start", self.starts);
        let (started, supply) = (Arc::clone(&slot), power.clone());
        // the node ends with this task
        let task = context.spawn(move |context| async move {
            let machine = node::machine::Machine::new(context.child("validator"), supply);
            let result = Validator::start(machine, config, network).await.map(Arc::new);
            if let Ok(mut slot) = started.lock() {
                *slot = Some(result);
            }
            std::future::pending::<()>().await;
        });
        self.machines[place] = Machine::Up(Box::new(Up {
            power,
            task,
            slot,
            validator: None,
        }));
    }

    fn scheme(&self, place: usize) -> Scheme<C> {
        let name = network_name(&members::genesis().0, &self.committee);
        let key = C::stake_key(place);
        Scheme::with_check(Arc::clone(&self.committee), name, self.check.clone(), Some(key))
    }

    fn config(
        &self,
        place: usize,
    ) -> Config<C, simulated::Control<NetworkKey, Context>, simulated::Manager<NetworkKey, Context>> {
        let Secrets {
            state, network: _, ..
        } = members::secrets::<C>(place);
        let sabotage = self.scenario.sabotage.filter(|_| place == SABOTAGED);
        let witness = Arc::new(Witness {
            ledger: self.ledger.clone(),
            node: place,
            state_key: members::secrets::<C>(place).state,
            sabotage,
        });
        let builder = FeeInfo::null_builder_key().expect("the key of no builder is one");
        Config {
            scheme: self.scheme(place),
            keys: Keys { state_key: state },
            genesis: members::genesis(),
            partition: format!("node-{place}-{}", self.lost_disks[place]),
            timing: Timing {
                pace: Duration::from_millis(300),
                ..Timing::default()
            },
            // pending transactions are in memory, and lost with it
            source: Arc::new(Mempool::new(Limits::default(), builder)),
            l1: Arc::new(NoL1),
            clock: Arc::new(SkewedClock(self.scenario.skew.get(&place).copied().unwrap_or(0))),
            observer: Arc::clone(&witness) as Arc<_>,
            sink: witness,
            blocker: self.oracle.control(self.committee.network_key(place).clone()),
            peers: self.oracle.manager(),
        }
    }

    /// How a node treats what it sends.
    fn conduct(&self, place: usize) -> Arc<dyn Conduct> {
        let liar = |lie: Lie| {
            let dice = Dice::new(self.scenario.seed, 1000 + self.starts);
            Liar::new(lie, Arc::clone(&self.committee), place, self.scheme(place), dice)
        };
        if let Some(&lie) = self.scenario.liars.get(&place) {
            return Arc::new(liar(lie));
        }
        let sabotaged = self.scenario.sabotage == Some(Sabotage::DoubleVotes) && place == SABOTAGED;
        let liar = sabotaged.then(|| liar(Lie::DoubleVotes));
        Arc::new(Overheard::new(self.ledger.clone(), place, liar))
    }

    async fn network(
        &mut self,
        place: usize,
    ) -> crema_consensus::Network<Outbox, simulated::Receiver<NetworkKey>> {
        let control = self.oracle.control(self.committee.network_key(place).clone());
        let quota = Quota::per_second(NZU32!(10_000));
        let conduct = self.conduct(place);
        let mut ends = Vec::new();
        for channel in [
            channel::VOTES,
            channel::CERTIFICATES,
            channel::RESOLVER,
            channel::DISPERSAL,
            channel::REQUESTS,
        ] {
            let registered = control.register(channel, quota).await;
            let (sender, receiver) = registered.expect("the network runs as long as the simulation");
            let dice = Dice::new(self.scenario.seed, 2000 + 8 * self.starts + channel);
            let outbox = Outbox::new(sender, channel, Arc::clone(&conduct), self.scenario.doubled, dice);
            ends.push((outbox, receiver));
        }
        let Ok([votes, certificates, resolver, dispersal, requests]) = <[_; 5]>::try_from(ends) else {
            unreachable!("one for each of five channels");
        };
        crema_consensus::Network {
            votes,
            certificates,
            resolver,
            dispersal,
            requests,
        }
    }
}
