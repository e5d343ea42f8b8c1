//! Starting: the network, and each node on it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use commonware_p2p::simulated;
use commonware_runtime::{Clock as _, Quota, Spawner as _, Supervisor as _};
use commonware_utils::{NZU32, NZUsize};
use crema_consensus::mempool::{Limits, Mempool};
use crema_consensus::source::{NoL1, WallClock};
use crema_consensus::{
    Committee, Config, Keys, NetworkKey, Scheme, Timing, Validator, channel, network_name,
};
use crema_types::FeeInfo;

use super::links::link;
use super::{Cluster, Context, Up};
use crate::checks::{Overheard, SharedLedger, Witness};
use crate::dice::Dice;
use crate::members::{self, Crypto, Secrets};
use crate::node::liar::{Liar, Lie};
use crate::node::machine::Machine;
use crate::node::outbox::{Conduct, Meter, Outbox};
use crate::node::power::Power;
use crate::node::twins::{Side, Sides, Twin};
use crate::report::Tally;
use crate::scenario::{Sabotage, Scenario};

/// The node that a scenario sabotages.
pub(crate) const SABOTAGED: usize = 1;

/// A clock that is off by so many seconds.
struct SkewedClock(Arc<AtomicI64>);

impl WallClock for SkewedClock {
    fn seconds(&self, runtime: SystemTime) -> u64 {
        let true_seconds = runtime.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        true_seconds.saturating_add_signed(self.0.load(Ordering::Relaxed))
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
            // simplex's resolver reserves room for as many messages as quota and peers allow, 120 bytes each
            max_peers_per_set: NonZeroUsize::new(keys.len()).unwrap_or(NonZeroUsize::MIN),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(1),
        };
        let (network, oracle) =
            simulated::Network::new_with_peers(context.child("network"), config, keys.clone()).await;
        network.start();
        for from in &keys {
            for to in keys.iter().filter(|to| *to != from) {
                let added = oracle.add_link(from.clone(), to.clone(), link(scenario)).await;
                added.expect("a new network takes links");
            }
        }
        for key in keys.iter().filter(|_| scenario.bandwidth.is_some()) {
            let limit = scenario.bandwidth;
            let limited = oracle.limit_bandwidth(key.clone(), limit, limit).await;
            limited.expect("a new network takes limits");
        }
        let now = context.current();
        Self {
            check: C::of(&committee),
            machines: keys.iter().map(|_| super::Machine::Down(now)).collect(),
            dice: Dice::new(scenario.seed, 100 + tally.acts),
            partition: None,
            next_partition: now + Duration::from_secs(1),
            next_transaction: now,
            stormy: true,
            started: now,
            next_mishap: 0,
            standing: vec![None; keys.len()],
            clocks: (0..keys.len())
                .map(|place| Arc::new(AtomicI64::new(scenario.skew.get(&place).copied().unwrap_or(0))))
                .collect(),
            sides: Sides::fixed(keys.len(), scenario.second_side.as_deref().unwrap_or_default()),
            next_sides: now,
            starts: 0,
            lives: vec![0; keys.len()],
            changes: Vec::new(),
            lost_disks: vec![0; keys.len()],
            context,
            scenario,
            committee,
            oracle,
            ledger,
            tally,
        }
    }

    /// Starts the node at `place`, and its twin if it has one.
    pub(super) async fn start(&mut self, place: usize) {
        self.starts += 1;
        let life = self.lives[place];
        self.lives[place] += 1;
        let power = self.power(place, life);
        self.ledger.lock().starting(place);
        let (network, second) = if self.scenario.liars.get(&place) == Some(&Lie::Twins) {
            let (first, second) = self.twin_networks(place).await;
            (first, Some((self.config(place, Side::Second), second)))
        } else {
            let conduct = self.conduct(place);
            (self.network(place, &conduct).await, None)
        };
        let config = self.config(place, Side::First);
        let slot = Arc::new(Mutex::new(None));
        let context = self
            .context
            .child("node")
            .with_attribute("place", place)
            .with_attribute("start", self.starts);
        let (started, supply) = (Arc::clone(&slot), power.clone());
        // the node ends with this task
        let task = context.spawn(move |context| async move {
            let twin = match second {
                Some((config, network)) => {
                    let machine = Machine::new(context.child("twin"), supply.clone());
                    Validator::start(machine, config, network).await.ok()
                }
                None => None,
            };
            let machine = Machine::new(context.child("validator"), supply);
            let result = Validator::start(machine, config, network).await.map(Arc::new);
            if let Ok(mut slot) = started.lock() {
                *slot = Some(result);
            }
            std::future::pending::<()>().await;
            drop(twin);
        });
        self.machines[place] = super::Machine::Up(Box::new(Up {
            power,
            task,
            slot,
            validator: None,
        }));
    }

    /// Power for a life of a node, with the failure that is due in it.
    fn power(&mut self, place: usize, life: u64) -> Power {
        let power = Power::lasting(self.scenario.watched == Some(place));
        let mut cuts = self.scenario.cuts.iter();
        if let Some(cut) = cuts.find(|cut| cut.member == place && cut.life == life) {
            power.fail_at(cut.change, cut.moment);
        } else if self.stormy
            && self.scenario.crashes.is_some()
            && self.starts > self.scenario.nodes as u64
            && self.dice.once_in(3)
        {
            // while it starts, or soon after
            let (number, moment) = self.failure(80);
            power.fail_at(number, moment);
        }
        power
    }

    fn scheme(&self, place: usize) -> Scheme<C> {
        let name = network_name(&members::genesis().0, &self.committee);
        let key = C::stake_key(place);
        Scheme::with_check(Arc::clone(&self.committee), name, self.check.clone(), Some(key))
    }

    fn config(
        &self,
        place: usize,
        side: Side,
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
            partition: match side {
                Side::Second => format!("twin-{place}-{}", self.lost_disks[place]),
                Side::First | Side::Both => format!("node-{place}-{}", self.lost_disks[place]),
            },
            timing: Timing {
                pace: self.scenario.pace,
                ..Timing::default()
            },
            // pending transactions are in memory, and lost with it
            source: Arc::new(Mempool::new(Limits::default(), builder)),
            l1: Arc::new(NoL1),
            clock: Arc::new(SkewedClock(Arc::clone(&self.clocks[place]))),
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

    /// Both ends of every channel.
    async fn ends(&self, place: usize) -> [(u64, Ends); CHANNELS.len()] {
        let control = self.oracle.control(self.committee.network_key(place).clone());
        let mut ends = Vec::new();
        for channel in CHANNELS {
            let quota = Quota::per_second(match channel {
                channel::RESOLVER => NZU32!(256),
                _ => NZU32!(10_000),
            });
            let registered = control.register(channel, quota).await;
            ends.push((
                channel,
                registered.expect("the network runs as long as the simulation"),
            ));
        }
        let Ok(ends) = ends.try_into() else {
            unreachable!("one for each channel");
        };
        ends
    }

    fn outbox(&self, place: usize, sender: Sender, channel: u64, conduct: &Arc<dyn Conduct>) -> Outbox {
        let dice = Dice::new(self.scenario.seed, 2000 + 8 * self.starts + channel);
        let meter = Meter {
            ledger: self.ledger.clone(),
            node: place,
            others: self.committee.len() as u64 - 1,
        };
        Outbox::new(
            sender,
            channel,
            Arc::clone(conduct),
            meter,
            self.scenario.doubled,
            dice,
        )
    }

    async fn network(&self, place: usize, conduct: &Arc<dyn Conduct>) -> Network {
        let ends = self.ends(place).await;
        network(
            ends.map(|(channel, (sender, receiver))| {
                (self.outbox(place, sender, channel, conduct), receiver)
            }),
        )
    }

    /// The networks of both instances of a member: each message goes to those that the sender's side sees.
    async fn twin_networks(&self, place: usize) -> (Network, Network) {
        let conduct = |instance| -> Arc<dyn Conduct> {
            Arc::new(Twin {
                sides: self.sides.clone(),
                instance,
                committee: Arc::clone(&self.committee),
            })
        };
        let (first, second) = (conduct(Side::First), conduct(Side::Second));
        let ends = self.ends(place).await.map(|(channel, (sender, receiver))| {
            let (sides, committee) = (self.sides.clone(), Arc::clone(&self.committee));
            let context = self.context.child("split");
            let (one, other) =
                receiver.split_with(context, move |(sender, _)| sides.target(committee.place(sender)));
            let to_first = (self.outbox(place, sender.clone(), channel, &first), one);
            let to_second = (self.outbox(place, sender, channel, &second), other);
            (to_first, to_second)
        });
        let (ones, others): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        match (ones.try_into(), others.try_into()) {
            (Ok(ones), Ok(others)) => (network(ones), network(others)),
            _ => unreachable!("one for each channel"),
        }
    }
}

type Sender = simulated::Sender<NetworkKey, Context>;
type Receiver = simulated::Receiver<NetworkKey>;
type Ends = (Sender, Receiver);
type Network = crema_consensus::Network<Outbox, Receiver>;

const CHANNELS: [u64; 5] = [
    channel::VOTES,
    channel::CERTIFICATES,
    channel::RESOLVER,
    channel::DISPERSAL,
    channel::REQUESTS,
];

/// In the order of [`CHANNELS`].
fn network(ends: [(Outbox, Receiver); CHANNELS.len()]) -> Network {
    let [votes, certificates, resolver, dispersal, requests] = ends;
    crema_consensus::Network {
        votes,
        certificates,
        resolver,
        dispersal,
        requests,
    }
}
