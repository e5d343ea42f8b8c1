//! A committee in one process: nodes that start, lose power and start again, and the links between them.

mod links;
mod mishaps;
mod start;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use commonware_macros::select;
use commonware_p2p::simulated::Oracle;
use commonware_runtime::{Clock as _, Handle, deterministic};
use crema_consensus::{Committee, NetworkKey, StartError, Validator};
use crema_types::{Header, NamespaceId, Payload, Transaction};

use crate::checks::{SharedLedger, Violation};
use crate::dice::Dice;
use crate::members::Crypto;
use crate::node::liar::Lie;
use crate::node::power::{Change, Power};
use crate::node::twins::Sides;
use crate::report::Tally;
use crate::scenario::Scenario;

use links::Partition;
pub(crate) use start::SABOTAGED;

pub(crate) type Context = deterministic::Context;

/// How long an answer of a node is waited for: one that has lost power gives none.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the world looks at its nodes.
const TICK: Duration = Duration::from_millis(20);

/// A node's machine.
enum Machine {
    /// Without power until then.
    Down(SystemTime),
    /// Starting, or at work.
    Up(Box<Up>),
    /// It will not start again.
    Gone,
}

/// Where a starting node leaves what came of it.
type Slot = Arc<Mutex<Option<Result<Arc<Validator>, StartError>>>>;

struct Up {
    power: Power,
    task: Handle<()>,
    /// The validator, when it has started.
    slot: Slot,
    validator: Option<Arc<Validator>>,
}

/// A committee on a simulated network.
pub(crate) struct Cluster<'a, C: Crypto> {
    context: Context,
    scenario: &'a Scenario,
    committee: Arc<Committee>,
    check: C,
    oracle: Oracle<NetworkKey, Context>,
    ledger: SharedLedger,
    machines: Vec<Machine>,
    dice: Dice,
    tally: &'a mut Tally,
    partition: Option<Partition>,
    /// When the next partition begins.
    next_partition: SystemTime,
    next_transaction: SystemTime,
    /// Whether there is trouble.
    stormy: bool,
    /// When this act began.
    started: SystemTime,
    /// The first of the scenario's mishaps that has not happened.
    next_mishap: usize,
    /// Machines that stand still, and until when.
    standing: Vec<Option<SystemTime>>,
    /// Seconds that each node's clock is off.
    clocks: Vec<Arc<AtomicI64>>,
    /// Who deals with which of twins, and when that is drawn again.
    sides: Sides,
    next_sides: SystemTime,
    /// Starts of all nodes, and of each.
    starts: u64,
    lives: Vec<u64>,
    /// Changes to the watched node's disk, in each of its lives so far.
    changes: Vec<Vec<Change>>,
    /// Disks that were lost, by node.
    lost_disks: Vec<u64>,
}

/// The transaction of this number.
pub(crate) fn transaction(number: u64, bytes: Option<usize>) -> Transaction {
    let repeated = bytes.map_or(4 + (number % 29) as usize, |bytes| bytes.div_ceil(8).max(1));
    Transaction {
        namespace: NamespaceId((number % 3) as u32 + 1),
        payload: number.to_le_bytes().repeat(repeated),
    }
}

impl<C: Crypto> Cluster<'_, C> {
    /// Lets time pass, with trouble or without.
    pub async fn pass(&mut self, time: Duration) {
        let end = self.context.current() + time;
        while self.context.current() < end && self.is_well() {
            self.context.sleep(TICK).await;
            self.tick().await;
        }
    }

    async fn tick(&mut self) {
        for place in 0..self.machines.len() {
            self.look_after(place).await;
        }
        let now = self.context.current();
        self.ledger.lock().timing_mut().tick(now);
        if now >= self.next_transaction {
            let place = self.dice.between(0, self.machines.len() as u64 - 1) as usize;
            self.submit(place);
            let (shortest, longest) = self.scenario.traffic.pause;
            let pause = self
                .dice
                .between(shortest.as_millis() as u64, longest.as_millis() as u64);
            self.next_transaction = now + Duration::from_millis(pause);
        }
        if self.stormy {
            self.befall();
            self.crash_somewhere();
            self.move_partitions().await;
        }
    }

    /// Hands a new transaction to a node, if it is up.
    pub fn submit(&mut self, place: usize) -> Option<u64> {
        let Machine::Up(up) = &self.machines[place] else {
            return None;
        };
        let number = self.tally.transactions;
        let transaction = transaction(number, self.scenario.traffic.bytes);
        up.validator.as_ref()?.submit(transaction);
        self.ledger.lock().timing_mut().submitted(number, place);
        self.tally.transactions += 1;
        Some(number)
    }

    async fn look_after(&mut self, place: usize) {
        match &mut self.machines[place] {
            Machine::Down(until) => {
                if self.context.current() >= *until {
                    self.start(place).await;
                }
            }
            Machine::Up(up) if up.power.failed() => self.power_failed(place),
            Machine::Up(up) if up.validator.is_none() => {
                let started = up.slot.lock().ok().and_then(|mut slot| slot.take());
                match started {
                    None => {}
                    Some(Ok(validator)) => self.introduce(place, validator).await,
                    Some(Err(reason)) => {
                        let reason = reason.to_string();
                        self.ledger
                            .lock()
                            .report(Violation::DoesNotStart { node: place, reason });
                        self.machines[place] = Machine::Gone;
                    }
                }
            }
            Machine::Up(_) | Machine::Gone => {}
        }
    }

    /// A node has started: the ledger hears what it remembers.
    async fn introduce(&mut self, place: usize, validator: Arc<Validator>) {
        let Some(remembered) = self.answer(validator.height()).await else {
            return;
        };
        let told = self.ledger.lock().height(place);
        let mut recalled = Vec::new();
        for height in told + 1..=remembered.unwrap_or(0) {
            if let Some(Some(decided)) = self.answer(validator.decided(height)).await {
                recalled.push(decided);
            }
        }
        let mut ledger = self.ledger.lock();
        match remembered {
            Some(remembered) => ledger.started(place, remembered, &recalled),
            None => ledger.report(Violation::StopsByItself { node: place }),
        }
        drop(ledger);
        if let Machine::Up(up) = &mut self.machines[place] {
            up.validator = Some(validator);
        }
    }

    /// What a node answers, if it does.
    async fn answer<T>(&self, question: impl Future<Output = T>) -> Option<T> {
        let mut question = std::pin::pin!(question);
        select! {
            answer = &mut question => Some(answer),
            () = self.context.sleep(PATIENCE) => None,
        }
    }

    /// The validators of honest nodes that are up.
    pub fn honest(&self) -> Vec<(usize, Arc<Validator>)> {
        let ledger = self.ledger.lock();
        let up = self.machines.iter().enumerate().filter_map(|(place, machine)| {
            let Machine::Up(up) = machine else { return None };
            Some((place, Arc::clone(up.validator.as_ref()?)))
        });
        up.filter(|(place, _)| ledger.is_honest(*place)).collect()
    }

    /// What a node answers, if it does and has something to say.
    pub async fn ask<T>(&self, question: impl Future<Output = Option<T>>) -> Option<T> {
        self.answer(question).await.flatten()
    }

    /// Who hangs up on whom: never one honest node on another.
    pub async fn check_blocked(&mut self) {
        // the network ends with the runtime
        let Ok(blocked) = self.oracle.blocked().await else {
            return;
        };
        let mut shunned = BTreeSet::new();
        let mut ledger = self.ledger.lock();
        for (node, peer) in blocked {
            let (Some(node), Some(peer)) = (self.committee.place(&node), self.committee.place(&peer)) else {
                continue;
            };
            match (ledger.is_honest(node), ledger.is_honest(peer)) {
                (true, true) => ledger.report(Violation::BlocksHonest { node, peer }),
                (true, false) => drop(shunned.insert(peer)),
                (false, _) => {}
            }
        }
        self.tally.shunned += shunned.len() as u64;
    }

    /// Whether there are twins, and nobody has said who sees which.
    fn twins_are_sampled(&self) -> bool {
        let mut lies = self.scenario.liars.values();
        self.scenario.second_side.is_none() && lies.any(|&lie| lie == Lie::Twins)
    }

    /// Changes to the watched node's disk, in each of its lives.
    pub fn changes(&self) -> Vec<Vec<Change>> {
        let mut changes = self.changes.clone();
        if let Some(Machine::Up(up)) = self.scenario.watched.map(|place| &self.machines[place]) {
            changes.push(up.power.log());
        }
        changes
    }

    /// Whether the member at `place` will not start again.
    pub fn is_gone(&self, place: usize) -> bool {
        matches!(self.machines[place], Machine::Gone)
    }

    /// Whether no invariant is broken so far.
    pub fn is_well(&self) -> bool {
        self.ledger.lock().violations().is_empty()
    }

    /// The header that was decided at a height.
    pub fn header(&self, height: u64) -> Option<Header> {
        let ledger = self.ledger.lock();
        Some(ledger.chain().get(&height)?.leaf.block_header.clone())
    }

    /// The payload of a decided height, from the first honest node that has it.
    pub async fn payload(&self, height: u64) -> Option<(usize, Payload)> {
        for (place, validator) in self.honest() {
            if let Some(payload) = self.ask(validator.payload(height)).await {
                return Some((place, payload));
            }
        }
        None
    }

    /// Whether every honest node that is up serves the payload of a height.
    pub async fn all_serve(&self, height: u64) -> bool {
        for (_, validator) in self.honest() {
            if self.ask(validator.payload(height)).await.is_none() {
                return false;
            }
        }
        true
    }

    /// What happened so far.
    pub fn tally(&mut self) -> &mut Tally {
        self.tally
    }

    /// The ledger.
    pub fn ledger(&self) -> &SharedLedger {
        &self.ledger
    }
}
