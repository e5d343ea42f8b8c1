//! What befalls machines: power that fails at some operation of the disk or at some time, machines that stand still,
//! clocks that jump.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use commonware_runtime::Clock as _;

use super::{Cluster, Machine};
use crate::members::Crypto;
use crate::node::power::Moment;
use crate::scenario::{Accident, Sabotage};

impl<C: Crypto> Cluster<'_, C> {
    /// What is due.
    pub(super) fn befall(&mut self) {
        let now = self.context.current();
        while let Some(mishap) = self.scenario.mishaps.get(self.next_mishap)
            && self.started + mishap.at <= now
        {
            self.next_mishap += 1;
            for &place in &mishap.members {
                self.strike(place, mishap.accident, now);
            }
        }
        for place in 0..self.machines.len() {
            if self.standing[place].is_some_and(|until| until <= now) {
                self.go_on(place);
            }
        }
        if self.twins_are_sampled() && now >= self.next_sides {
            self.sides.draw(&mut self.dice);
            self.next_sides = now + Duration::from_millis(self.dice.between(300, 3_000));
        }
    }

    fn strike(&mut self, place: usize, accident: Accident, now: SystemTime) {
        match accident {
            Accident::PowerCut(lasts) => self.cut_power(place, Machine::Down(now + lasts)),
            Accident::Gone => self.cut_power(place, Machine::Gone),
            Accident::Pause(lasts) => {
                // one that is starting is left alone: it is asked for what it remembers
                if let Machine::Up(up) = &self.machines[place]
                    && up.validator.is_some()
                {
                    up.power.stand_still();
                    self.standing[place] = Some(now + lasts);
                    self.tally.pauses += 1;
                }
            }
            Accident::ClockJump(seconds) => {
                self.clocks[place].fetch_add(seconds, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn go_on(&mut self, place: usize) {
        self.standing[place] = None;
        if let Machine::Up(up) = &self.machines[place] {
            up.power.go_on();
        }
    }

    /// A machine loses power, and is then what `next` says.
    pub(super) fn cut_power(&mut self, place: usize, next: Machine) {
        if matches!(self.machines[place], Machine::Gone) {
            return;
        }
        self.standing[place] = None;
        if let Machine::Up(up) = std::mem::replace(&mut self.machines[place], next) {
            if self.scenario.watched == Some(place) {
                self.changes.push(up.power.log());
            }
            up.task.abort();
            self.tally.crashes += 1;
        }
        self.ledger.lock().stopped(place);
    }

    /// A machine has lost power by itself; it starts again after a while.
    pub(super) fn power_failed(&mut self, place: usize) {
        let pause = self.dice.between(50, 3_000);
        let until = self.context.current() + Duration::from_millis(pause);
        self.cut_power(place, Machine::Down(until));
    }

    /// Lets the power of some node fail at one of its next operations.
    pub(super) fn crash_somewhere(&mut self) {
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
    pub(super) fn failure(&mut self, most: u64) -> (u64, Moment) {
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
            self.standing[place] = None;
            match &mut self.machines[place] {
                Machine::Down(until) => *until = now,
                Machine::Up(up) => up.power.last(),
                Machine::Gone => {}
            }
        }
        if self.scenario.sabotage == Some(Sabotage::NoQuorum) {
            for place in 0..=(self.scenario.nodes - 1) / 3 {
                self.cut_power(place, Machine::Gone);
            }
        }
    }

    /// Loses the disk of a node, and its power.
    pub fn lose_disk(&mut self, place: usize) {
        self.power_failed(place);
        self.lost_disks[place] += 1;
    }
}
