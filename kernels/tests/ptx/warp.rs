//! A warp: lanes that follow the program together where they can.
//!
//! Of the places where lanes stand, the one that comes first in the text goes on, until it meets the next: that brings
//! lanes together again after a branch. A lane that reaches a common operation waits there for the others named in
//! its mask, as on cards from Volta on, where nothing else makes lanes wait for each other.

use crate::{
    decode::Program,
    execute::{LANES, Registers},
    instruction::{Access, Instruction, Operation, Sync, SyncKind},
    memory::{self, Memory},
    program::Class,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Running,
    /// At an operation of several lanes.
    Waiting,
    /// Behind the block's barrier.
    Arrived,
    Done,
}

pub struct Warp {
    pub registers: Registers,
    /// Next instruction of every lane.
    next: [usize; LANES],
    states: [State; LANES],
    /// Thread of the block that is lane 0.
    first_thread: u32,
}

fn lanes(mask: u32) -> impl Iterator<Item = usize> {
    (0..LANES).filter(move |lane| mask >> lane & 1 != 0)
}

impl Warp {
    pub fn new(program: &Program, first_thread: u32, threads: u32) -> Self {
        let mut warp = Self {
            registers: Registers::new(program),
            next: [0; LANES],
            states: [State::Done; LANES],
            first_thread,
        };
        for lane in lanes(u32::MAX).take((threads - first_thread) as usize) {
            warp.states[lane] = State::Running;
        }
        warp
    }

    /// Runs until every lane has arrived at the block's barrier or is done.
    pub fn run(&mut self, program: &Program, memory: &mut Memory<'_>) -> Result<(), String> {
        while let Some(start) = self.earliest(State::Running) {
            let mut group = 0;
            let mut limit = usize::MAX;
            for lane in 0..LANES {
                if !matches!(self.states[lane], State::Running | State::Waiting) {
                    continue;
                }
                if self.next[lane] == start {
                    group |= 1 << lane;
                    self.states[lane] = State::Running;
                } else if self.next[lane] > start {
                    limit = limit.min(self.next[lane]);
                }
            }
            self.advance(program, memory, start, group, limit)?;
        }
        match self.earliest(State::Waiting) {
            Some(at) => {
                let line = program.instructions[at].line;
                Err(format!("line {line}: lanes wait for others that never come"))
            }
            None => Ok(()),
        }
    }

    fn earliest(&self, state: State) -> Option<usize> {
        (0..LANES)
            .filter(|lane| self.states[*lane] == state)
            .map(|lane| self.next[lane])
            .min()
    }

    /// Where the lanes that wait for the block's barrier will go on; an error when they came from different places.
    pub fn arrived(&self) -> Result<Option<usize>, String> {
        let mut places = (0..LANES)
            .filter(|lane| self.states[*lane] == State::Arrived)
            .map(|lane| self.next[lane]);
        let first = places.next();
        if places.all(|place| Some(place) == first) {
            Ok(first)
        } else {
            Err("lanes of one warp wait at different barriers".to_owned())
        }
    }

    pub fn release(&mut self) {
        for state in &mut self.states {
            if *state == State::Arrived {
                *state = State::Running;
            }
        }
    }

    fn put(&mut self, mask: u32, next: usize, state: State) {
        for lane in lanes(mask) {
            self.next[lane] = next;
            self.states[lane] = state;
        }
    }

    /// Lets a group go on from one place until it parts, waits, jumps back, or reaches `limit`.
    fn advance(
        &mut self,
        program: &Program,
        memory: &mut Memory<'_>,
        start: usize,
        mut group: u32,
        limit: usize,
    ) -> Result<(), String> {
        let mut at = start;
        while at < limit {
            let Some(instruction) = program.instructions.get(at) else {
                return Err("the program's end without a return".to_owned());
            };
            let active = match instruction.guard {
                None => group,
                Some((predicate, negated)) => {
                    let bits = self.registers.predicates[predicate as usize];
                    group & if negated { !bits } else { bits }
                }
            };
            match instruction.operation {
                Operation::Branch(target) => {
                    if active == group && target > at {
                        at = target;
                        continue;
                    }
                    if active != 0 {
                        self.put(active, target, State::Running);
                        self.put(group & !active, at + 1, State::Running);
                        return Ok(());
                    }
                }
                Operation::Return => {
                    self.put(active, at, State::Done);
                    group &= !active;
                    if group == 0 {
                        return Ok(());
                    }
                }
                Operation::BlockBarrier => {
                    self.put(active, at + 1, State::Arrived);
                    self.put(group & !active, at + 1, State::Running);
                    return Ok(());
                }
                Operation::Sync(sync) => {
                    let done = self
                        .together(sync, active)
                        .map_err(|message| of(instruction, &message))?;
                    if done != group {
                        self.put(group & !active, at + 1, State::Running);
                        self.part(sync, active, done, at);
                        return Ok(());
                    }
                }
                _ => {
                    self.registers.activate(active);
                    self.alone(&instruction.operation, memory, active)
                        .map_err(|message| of(instruction, &message))?;
                }
            }
            at += 1;
        }
        self.put(group, at, State::Running);
        Ok(())
    }

    /// After a common operation of fewer lanes than came: those go on; the first of the others' masks waits.
    fn part(&mut self, sync: Sync, active: u32, done: u32, at: usize) {
        self.put(done, at + 1, State::Running);
        let left = active & !done;
        self.put(left, at, State::Running);
        if done == 0 {
            let members = &self.registers.words[sync.members as usize];
            let first = members[left.trailing_zeros() as usize % LANES];
            let waiting = lanes(left)
                .filter(|lane| members[*lane] == first)
                .fold(0, |mask, lane| mask | 1 << lane);
            self.put(waiting, at, State::Waiting);
        }
    }

    /// A common operation of those active lanes that have the first one's mask; returns them, or none if some are
    /// missing.
    fn together(&mut self, sync: Sync, active: u32) -> Result<u32, String> {
        if active == 0 {
            return Ok(0);
        }
        let members = self.registers.words[sync.members as usize];
        let first = members[active.trailing_zeros() as usize];
        let group = lanes(active)
            .filter(|lane| members[*lane] == first)
            .fold(0, |mask, lane| mask | 1 << lane);
        if group & !first != 0 {
            return Err("a lane takes part in an operation whose mask leaves it out".to_owned());
        }
        if group != first {
            return Ok(0);
        }
        self.registers.activate(group);
        match sync.kind {
            SyncKind::Barrier => {}
            SyncKind::Ballot { target, predicate } => {
                let votes = self.registers.predicates[predicate as usize] & group;
                lanes(group).for_each(|lane| self.registers.words[target as usize][lane] = votes);
            }
            SyncKind::Shuffle {
                up,
                target,
                found,
                value,
                distance,
                bounds,
            } => {
                let words = |register: u32| self.registers.words[register as usize];
                let (values, distances, bounds) = (words(value), words(distance), words(bounds));
                let mut exist = 0;
                for lane in lanes(group) {
                    let source = source(up, lane, distances[lane], bounds[lane]);
                    exist |= u32::from(source.is_some()) << lane;
                    let source = source.unwrap_or(lane);
                    if group >> source & 1 == 0 {
                        return Err("a lane reads from one that takes no part".to_owned());
                    }
                    self.registers.words[target as usize][lane] = values[source];
                }
                if let Some(found) = found {
                    self.registers.set_predicate(found, exist);
                }
            }
        }
        Ok(group)
    }

    /// An operation that each lane does for itself.
    fn alone(&mut self, operation: &Operation, memory: &mut Memory<'_>, active: u32) -> Result<(), String> {
        match operation {
            Operation::Load(access) => lanes(active).try_for_each(|lane| self.load(access, memory, lane)),
            Operation::Store(access) => lanes(active).try_for_each(|lane| self.store(access, memory, lane)),
            Operation::AtomicAdd {
                target,
                value,
                access,
            } => lanes(active).try_for_each(|lane| {
                let pointer = self.locate(access, memory, lane, 4)?;
                // SAFETY: found to be four bytes of memory that the threads share, which nothing borrows.
                let before = unsafe { memory::read(pointer, 4) } as u32;
                let sum = before.wrapping_add(self.registers.words[*value as usize][lane]);
                // SAFETY: as above.
                unsafe { memory::write(pointer, sum.into(), 4) };
                self.registers.words[*target as usize][lane] = before;
                Ok(())
            }),
            _ if self.registers.execute(operation)? => Ok(()),
            _ => Err(format!("not executed: {operation:?}")),
        }
    }

    fn locate(
        &self,
        access: &Access,
        memory: &mut Memory<'_>,
        lane: usize,
        bytes: u64,
    ) -> Result<*mut u8, String> {
        let base = match access.base.class {
            Class::Long => self.registers.longs[access.base.index as usize][lane],
            _ => self.registers.words[access.base.index as usize][lane].into(),
        };
        let thread = self.first_thread + lane as u32;
        let address = base.wrapping_add_signed(access.offset);
        memory
            .resolve(access.space, address, bytes, thread)
            .map_err(|message| format!("thread {thread}: {message}"))
    }

    fn load(&mut self, access: &Access, memory: &mut Memory<'_>, lane: usize) -> Result<(), String> {
        let pointer = self.locate(access, memory, lane, access.bytes * access.registers.len() as u64)?;
        for (i, register) in access.registers.iter().enumerate() {
            // SAFETY: found to lie in memory that the thread may read, which nothing borrows.
            let value = unsafe { memory::read(pointer.add(i * access.bytes as usize), access.bytes) };
            match register.class {
                Class::Long => self.registers.longs[register.index as usize][lane] = value,
                _ => self.registers.words[register.index as usize][lane] = value as u32,
            }
        }
        Ok(())
    }

    fn store(&mut self, access: &Access, memory: &mut Memory<'_>, lane: usize) -> Result<(), String> {
        let pointer = self.locate(access, memory, lane, access.bytes * access.registers.len() as u64)?;
        for (i, register) in access.registers.iter().enumerate() {
            let value = match register.class {
                Class::Long => self.registers.longs[register.index as usize][lane],
                _ => self.registers.words[register.index as usize][lane].into(),
            };
            // SAFETY: found to lie in memory that the thread may write, which nothing borrows.
            unsafe { memory::write(pointer.add(i * access.bytes as usize), value, access.bytes) };
        }
        Ok(())
    }
}

/// The lane that a shuffle reads from, if it is in the segment that the operand's bits 8 to 12 cut out.
fn source(up: bool, lane: usize, distance: u32, bounds: u32) -> Option<usize> {
    let (clamp, segment) = (bounds & 31, bounds >> 8 & 31);
    let lane = lane as u32;
    let distance = distance & 31;
    let source = if up {
        let least = lane & segment | clamp & !segment;
        lane.checked_sub(distance).filter(|source| *source >= least)
    } else {
        let greatest = lane & segment | clamp & !segment;
        Some(lane + distance).filter(|source| *source <= greatest)
    };
    source.map(|lane| lane as usize)
}

fn of(instruction: &Instruction, message: &str) -> String {
    format!("line {}: {message}", instruction.line)
}
