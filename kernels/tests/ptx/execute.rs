//! What one instruction does to the registers of a warp's lanes.

use crate::{
    decode::Program,
    instruction::{Binary, Chain, Comparison, Logic, Operation, Order, Shift, Term, Unary},
    program::Class,
};

/// Lanes of a warp.
pub const LANES: usize = 32;

pub type Words = [u32; LANES];
pub type Longs = [u64; LANES];

/// Registers of the lanes of a warp.
pub struct Registers {
    /// A bit per lane.
    pub predicates: Vec<u32>,
    pub words: Vec<Words>,
    pub longs: Vec<Longs>,
    /// The carry flag.
    pub carry: Words,
    /// All ones for the lanes that execute.
    lanes: Words,
    active: u32,
}

impl Registers {
    /// Registers with the program's constants, the others with what nobody put there.
    pub fn new(program: &Program) -> Self {
        let mut registers = Self {
            predicates: vec![0x5A5A_A5A5; program.counts.predicates as usize],
            words: vec![[0xDEAD_BEEF; LANES]; program.counts.words as usize],
            longs: vec![[0xDEAD_BEEF_DEAD_BEEF; LANES]; program.counts.longs as usize],
            carry: [0; LANES],
            lanes: [0; LANES],
            active: 0,
        };
        for (place, value) in &program.constants {
            let index = place.index as usize;
            match place.class {
                Class::Predicate => registers.predicates[index] = if *value == 0 { 0 } else { u32::MAX },
                Class::Word => registers.words[index] = [*value as u32; LANES],
                Class::Long => registers.longs[index] = [*value; LANES],
            }
        }
        registers
    }

    /// Which lanes execute what comes next.
    pub fn activate(&mut self, active: u32) {
        if self.active != active {
            self.active = active;
            for (lane, mask) in self.lanes.iter_mut().enumerate() {
                *mask = 0u32.wrapping_sub(active >> lane & 1);
            }
        }
    }

    fn set_words(&mut self, target: u32, value: impl Fn(usize) -> u32) {
        let target = &mut self.words[target as usize];
        for i in 0..LANES {
            target[i] = value(i) & self.lanes[i] | target[i] & !self.lanes[i];
        }
    }

    fn set_longs(&mut self, target: u32, value: impl Fn(usize) -> u64) {
        let target = &mut self.longs[target as usize];
        for i in 0..LANES {
            let mask = i64::from(self.lanes[i].cast_signed()).cast_unsigned();
            target[i] = value(i) & mask | target[i] & !mask;
        }
    }

    pub fn set_predicate(&mut self, target: u32, value: u32) {
        let target = &mut self.predicates[target as usize];
        *target = value & self.active | *target & !self.active;
    }

    fn word(&self, index: u32) -> Words {
        self.words[index as usize]
    }

    fn long(&self, index: u32) -> Longs {
        self.longs[index as usize]
    }

    /// Executes an operation on registers alone; false for one that is not.
    pub fn execute(&mut self, operation: &Operation) -> Result<bool, String> {
        match *operation {
            Operation::Chain(chain, operands) => self.chain(chain, operands),
            Operation::Word(binary, operands) => self.binary_words(binary, operands)?,
            Operation::Long(binary, operands) => self.binary_longs(binary, operands)?,
            Operation::ShiftWord(shift, operands) => self.shift_words(shift, operands),
            Operation::ShiftLong(shift, operands) => self.shift_longs(shift, operands),
            Operation::Unary(unary, [d, a]) => {
                let a = self.word(a);
                match unary {
                    Unary::Copy => self.set_words(d, |i| a[i]),
                    Unary::Not => self.set_words(d, |i| !a[i]),
                    Unary::Negate => self.set_words(d, |i| a[i].wrapping_neg()),
                    Unary::Ones => self.set_words(d, |i| a[i].count_ones()),
                    Unary::Reverse => self.set_words(d, |i| a[i].reverse_bits()),
                    Unary::Half => self.set_words(d, |i| a[i] & 0xFFFF),
                }
            }
            Operation::CopyLong([d, a]) => {
                let a = self.long(a);
                self.set_longs(d, |i| a[i]);
            }
            Operation::Offset([d, a], offset) => {
                let a = self.long(a);
                self.set_longs(d, |i| a[i].wrapping_add(offset));
            }
            Operation::MultiplyWide([d, a, b]) => {
                let (a, b) = (self.word(a), self.word(b));
                self.set_longs(d, |i| u64::from(a[i]) * u64::from(b[i]));
            }
            Operation::Widen([d, a]) => {
                let a = self.word(a);
                self.set_longs(d, |i| u64::from(a[i]));
            }
            Operation::Narrow([d, a]) => {
                let a = self.long(a);
                self.set_words(d, |i| a[i] as u32);
            }
            Operation::SelectWord([d, a, b, p]) => {
                let (a, b, p) = (self.word(a), self.word(b), self.predicates[p as usize]);
                self.set_words(d, |i| if p >> i & 1 != 0 { a[i] } else { b[i] });
            }
            Operation::SelectLong([d, a, b, p]) => {
                let (a, b, p) = (self.long(a), self.long(b), self.predicates[p as usize]);
                self.set_longs(d, |i| if p >> i & 1 != 0 { a[i] } else { b[i] });
            }
            Operation::CompareWord(comparison, [d, a, b]) => {
                let (a, b) = (self.word(a), self.word(b));
                let sign = if comparison.signed { 1 << 31 } else { 0 };
                let value = compare(comparison, |i| (u64::from(a[i] ^ sign), u64::from(b[i] ^ sign)));
                self.set_predicate(d, value);
            }
            Operation::CompareLong(comparison, [d, a, b]) => {
                let (a, b) = (self.long(a), self.long(b));
                let sign = if comparison.signed { 1 << 63 } else { 0 };
                let value = compare(comparison, |i| (a[i] ^ sign, b[i] ^ sign));
                self.set_predicate(d, value);
            }
            Operation::Logic(logic, [d, a, b]) => {
                let (a, b) = (self.predicates[a as usize], self.predicates[b as usize]);
                let value = match logic {
                    Logic::Copy => a,
                    Logic::Not => !a,
                    Logic::And => a & b,
                    Logic::Or => a | b,
                    Logic::Xor => a ^ b,
                };
                self.set_predicate(d, value);
            }
            Operation::InsertWord([d, field, into, position, length]) => {
                let (field, into) = (self.word(field), self.word(into));
                let (position, length) = (self.word(position), self.word(length));
                let insert = |i: usize| insert(field[i].into(), into[i].into(), position[i], length[i]);
                self.set_words(d, |i| insert(i) as u32);
            }
            Operation::InsertLong([d, field, into, position, length]) => {
                let (field, into) = (self.long(field), self.long(into));
                let (position, length) = (self.word(position), self.word(length));
                self.set_longs(d, |i| insert(field[i], into[i], position[i], length[i]));
            }
            Operation::Nothing => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn shift_words(&mut self, shift: Shift, [d, a, b]: [u32; 3]) {
        let (a, b) = (self.word(a), self.word(b));
        match shift {
            Shift::Left => self.set_words(d, |i| a[i].checked_shl(b[i]).unwrap_or(0)),
            Shift::Right => self.set_words(d, |i| a[i].checked_shr(b[i]).unwrap_or(0)),
            Shift::RightSigned => {
                self.set_words(d, |i| (a[i].cast_signed() >> b[i].min(31)).cast_unsigned());
            }
        }
    }

    fn shift_longs(&mut self, shift: Shift, [d, a, b]: [u32; 3]) {
        let (a, b) = (self.long(a), self.word(b));
        match shift {
            Shift::Left => self.set_longs(d, |i| a[i].checked_shl(b[i]).unwrap_or(0)),
            Shift::Right => self.set_longs(d, |i| a[i].checked_shr(b[i]).unwrap_or(0)),
            Shift::RightSigned => {
                self.set_longs(d, |i| (a[i].cast_signed() >> b[i].min(63)).cast_unsigned());
            }
        }
    }

    fn binary_words(&mut self, binary: Binary, [d, a, b]: [u32; 3]) -> Result<(), String> {
        let (a, b) = (self.word(a), self.word(b));
        match binary {
            Binary::Add => self.set_words(d, |i| a[i].wrapping_add(b[i])),
            Binary::Subtract => self.set_words(d, |i| a[i].wrapping_sub(b[i])),
            Binary::MultiplyLow => self.set_words(d, |i| a[i].wrapping_mul(b[i])),
            Binary::MultiplyHigh => self.set_words(d, |i| ((u64::from(a[i]) * u64::from(b[i])) >> 32) as u32),
            Binary::And => self.set_words(d, |i| a[i] & b[i]),
            Binary::Or => self.set_words(d, |i| a[i] | b[i]),
            Binary::Xor => self.set_words(d, |i| a[i] ^ b[i]),
            Binary::Least => self.set_words(d, |i| a[i].min(b[i])),
            Binary::Greatest => self.set_words(d, |i| a[i].max(b[i])),
            Binary::Divide | Binary::Remainder => {
                self.no_zeros(|i| b[i] == 0)?;
                match binary {
                    Binary::Divide => self.set_words(d, |i| a[i].checked_div(b[i]).unwrap_or(0)),
                    _ => self.set_words(d, |i| a[i].checked_rem(b[i]).unwrap_or(0)),
                }
            }
        }
        Ok(())
    }

    fn binary_longs(&mut self, binary: Binary, [d, a, b]: [u32; 3]) -> Result<(), String> {
        let (a, b) = (self.long(a), self.long(b));
        match binary {
            Binary::Add => self.set_longs(d, |i| a[i].wrapping_add(b[i])),
            Binary::Subtract => self.set_longs(d, |i| a[i].wrapping_sub(b[i])),
            Binary::MultiplyLow => self.set_longs(d, |i| a[i].wrapping_mul(b[i])),
            Binary::MultiplyHigh => {
                self.set_longs(d, |i| ((u128::from(a[i]) * u128::from(b[i])) >> 64) as u64);
            }
            Binary::And => self.set_longs(d, |i| a[i] & b[i]),
            Binary::Or => self.set_longs(d, |i| a[i] | b[i]),
            Binary::Xor => self.set_longs(d, |i| a[i] ^ b[i]),
            Binary::Least => self.set_longs(d, |i| a[i].min(b[i])),
            Binary::Greatest => self.set_longs(d, |i| a[i].max(b[i])),
            Binary::Divide | Binary::Remainder => {
                self.no_zeros(|i| b[i] == 0)?;
                match binary {
                    Binary::Divide => self.set_longs(d, |i| a[i].checked_div(b[i]).unwrap_or(0)),
                    _ => self.set_longs(d, |i| a[i].checked_rem(b[i]).unwrap_or(0)),
                }
            }
        }
        Ok(())
    }

    /// A card divides by zero without a word.
    fn no_zeros(&self, is_zero: impl Fn(usize) -> bool) -> Result<(), String> {
        if (0..LANES).any(|i| self.active >> i & 1 != 0 && is_zero(i)) {
            return Err("division by zero".to_owned());
        }
        Ok(())
    }

    fn chain(&mut self, chain: Chain, operands: [u32; 4]) {
        match chain.term {
            Term::Sum => self.chain_of(chain, operands, |a, b, _, carry| {
                u64::from(a) + u64::from(b) + u64::from(carry)
            }),
            // a borrow leaves ones above the word, of which one is kept
            Term::Difference => self.chain_of(chain, operands, |a, b, _, carry| {
                u64::from(a).wrapping_sub(u64::from(b) + u64::from(carry)) & 0x1_FFFF_FFFF
            }),
            Term::ProductLow => self.chain_of(chain, operands, |a, b, c, carry| {
                u64::from(a.wrapping_mul(b)) + u64::from(c) + u64::from(carry)
            }),
            Term::ProductHigh => self.chain_of(chain, operands, |a, b, c, carry| {
                ((u64::from(a) * u64::from(b)) >> 32) + u64::from(c) + u64::from(carry)
            }),
        }
    }

    fn chain_of(&mut self, chain: Chain, [d, a, b, c]: [u32; 4], term: impl Fn(u32, u32, u32, u32) -> u64) {
        let (a, b, c) = (self.word(a), self.word(b), self.word(c));
        let carry = if chain.reads { self.carry } else { [0; LANES] };
        let mut sums = [0; LANES];
        for i in 0..LANES {
            sums[i] = term(a[i], b[i], c[i], carry[i]);
        }
        self.set_words(d, |i| sums[i] as u32);
        if chain.writes {
            for i in 0..LANES {
                self.carry[i] = (sums[i] >> 32) as u32 & self.lanes[i] | self.carry[i] & !self.lanes[i];
            }
        }
    }
}

fn compare(comparison: Comparison, operands: impl Fn(usize) -> (u64, u64)) -> u32 {
    let mut bits = 0;
    for i in 0..LANES {
        let (a, b) = operands(i);
        let holds = match comparison.order {
            Order::Equal => a == b,
            Order::Different => a != b,
            Order::Less => a < b,
            Order::LessOrEqual => a <= b,
            Order::Greater => a > b,
            Order::GreaterOrEqual => a >= b,
        };
        bits |= u32::from(holds) << i;
    }
    bits
}

/// The lower `length` bits of a field put into a number from bit `position` on.
fn insert(field: u64, into: u64, position: u32, length: u32) -> u64 {
    // both count by their lower eight bits
    let (position, length) = (position & 0xFF, length & 0xFF);
    let ones = 1u64.checked_shl(length).unwrap_or(0).wrapping_sub(1);
    let mask = ones.checked_shl(position).unwrap_or(0);
    field.checked_shl(position).unwrap_or(0) & mask | into & !mask
}
