//! A committee in one process: nodes that start, lose power and start again, and the links between them.

mod links;
mod start;

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
use crate::node::disk::{Moment, Power};
use crate::report::Tally;
use crate::scenario::{Sabotage, Scenario};

use links::Partition;
pub(crate) use start::SABOTAGED;

pub(crate) type Context = deterministic::Context;

/// How long an answer of a node is waited for: one that has lost power gives none.
const PATIENCE: Duration = Duration::from_secs(5);

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
    starts: u64,
    /// Disks that were lost, by node.
    lost_disks: Vec<u64>,
}

/// The transaction of this number.
pub(crate) fn transaction(number: u64) -> Transaction {
    Transaction {
        namespace: NamespaceId((number % 3) as u32 + 1),
        payload: number.to_le_bytes().repeat(4 + (number % 29) as usize),
    }
}

impl<C: Crypto> Cluster<'_, C> {
    /// Lets time pass, with trouble or without.
    pub async fn pass(&mut self, time: Duration) {
        let end = self.context.current() + time;
        while self.context.current() < end && self.ledger.lock().violations().is_empty() {
            self.context.sleep(Duration::from_millis(20)).await;
            self.tick().await;
        }
    }

    async fn tick(&mut self) {
        for place in 0..self.machines.len() {
            self.look_after(place).await;
        }
        let now = self.context.current();
        if now >= self.next_transaction {
            let place = self.dice.between(0, self.machines.len() as u64 - 1) as usize;
            self.submit(place);
            self.next_transaction = now + Duration::from_millis(self.dice.between(50, 400));
        }
        if self.stormy {
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
        up.validator.as_ref()?.submit(transaction(number));
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

    fn power_failed(&mut self, place: usize) {
        let pause = self.dice.between(50, 3_000);
        let until = self.context.current() + Duration::from_millis(pause);
        if let Machine::Up(up) = std::mem::replace(&mut self.machines[place], Machine::Down(until)) {
            up.task.abort();
            self.tally.crashes += 1;
        }
        self.ledger.lock().stopped(place);
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

    /// Lets the power of some node fail at one of its next operations.
    fn crash_somewhere(&mut self) {
        let Some(mean) = self.scenario.crashes else { return };
        if !self.dice.once_in(mean.as_millis() as u64 / 20) {
            return;
        }
        let place = self.dice.between(0, self.machines.len() as u64 - 1) as usize;
        let (number, moment) = self.failure(16);
        if let Machine::Up(up) = &self.machines[place] {
            up.power.fail_at(number, moment);
        }
    }

    /// A failure of power at one of the next operations.
    fn failure(&mut self, most: u64) -> (u64, Moment) {
        let number = self.dice.between(1, most);
        let moment = match self.dice.between(0, 2) {
            0 => Moment::Before,
            1 => Moment::Torn(self.dice.between(0, 255) as u8),
            _ => Moment::After,
        };
        (number, moment)
    }

    /// The end of all trouble: links are good, and every machine has power.
    pub async fn heal(&mut self) {
        self.stormy = false;
        self.partition = None;
        self.repair_links().await;
        let now = self.context.current();
        for place in 0..self.machines.len() {
            match &mut self.machines[place] {
                Machine::Down(until) => *until = now,
                Machine::Up(up) => up.power.last(),
                Machine::Gone => {}
            }
        }
        if self.scenario.sabotage == Some(Sabotage::NoQuorum) {
            for place in 0..=(self.scenario.nodes - 1) / 3 {
                self.power_failed(place);
                self.machines[place] = Machine::Gone;
            }
        }
    }

    /// Loses the disk of a node, and its power.
    pub fn lose_disk(&mut self, place: usize) {
        self.power_failed(place);
        self.lost_disks[place] += 1;
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

    /// What a node answers, if it does; no answer though it has power is a violation.
    pub async fn ask<T>(&self, question: impl Future<Output = Option<T>>) -> Option<T> {
        self.answer(question).await.flatten()
    }

    /// Who hangs up on whom, both being honest.
    pub async fn check_blocked(&self) {
        // the network ends with the runtime
        let Ok(blocked) = self.oracle.blocked().await else {
            return;
        };
        let mut ledger = self.ledger.lock();
        for (node, peer) in blocked {
            if let (Some(node), Some(peer)) = (self.committee.place(&node), self.committee.place(&peer))
                && ledger.is_honest(node)
                && ledger.is_honest(peer)
            {
                ledger.report(Violation::BlocksHonest { node, peer });
            }
        }
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

    /// What happened so far.
    pub fn tally(&mut self) -> &mut Tally {
        self.tally
    }

    /// The ledger.
    pub fn ledger(&self) -> &SharedLedger {
        &self.ledger
    }
}
