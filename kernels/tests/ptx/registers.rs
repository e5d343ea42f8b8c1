//! Where registers are kept.
//!
//! The compiler numbers registers without end (a value each, tens of thousands in a kernel), and a warp's copy of all
//! would not stay in a cache. Those that live inside one basic block share places.

use std::collections::HashMap;

use crate::program::{Class, Kernel, Statement};

/// Place of a register in its class's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub class: Class,
    pub index: u32,
}

/// Sizes of the files.
#[derive(Clone, Copy, Default, Debug)]
pub struct Counts {
    pub predicates: u32,
    pub words: u32,
    pub longs: u32,
}

impl Counts {
    /// A place of its own.
    pub fn fresh(&mut self, class: Class) -> Place {
        let count = match class {
            Class::Predicate => &mut self.predicates,
            Class::Word => &mut self.words,
            Class::Long => &mut self.longs,
        };
        *count += 1;
        Place {
            class,
            index: *count - 1,
        }
    }
}

struct Life {
    class: Class,
    last: usize,
    /// Written before it is read, by a statement without a guard, and never seen in another basic block.
    local: bool,
}

/// Names of registers in an operand.
fn names(operand: &str) -> impl Iterator<Item = &str> {
    operand
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '%' | '_' | '.')))
        .filter(|word| word.starts_with('%'))
}

/// Every register of a statement, and whether it is written.
fn mentions(statement: &Statement) -> impl Iterator<Item = (&str, bool)> {
    let guard = statement.guard.iter().map(|(name, _)| (name.as_str(), false));
    let operands = statement.operands.iter().enumerate().flat_map(|(i, operand)| {
        let written = i == 0 && !statement.writes_nothing();
        names(operand).map(move |name| (name, written))
    });
    guard.chain(operands)
}

fn lives(kernel: &Kernel) -> HashMap<&str, Life> {
    let starts = kernel.block_starts();
    let mut blocks: HashMap<&str, usize> = HashMap::new();
    let mut lives: HashMap<&str, Life> = HashMap::new();
    let mut block = 0;
    for (index, statement) in kernel.statements.iter().enumerate() {
        block += usize::from(starts[index]);
        let read = |name: &str| mentions(statement).any(|(other, written)| other == name && !written);
        for (name, written) in mentions(statement) {
            let Some(class) = kernel.class(name) else { continue };
            let life = lives.entry(name).or_insert_with(|| Life {
                class,
                last: index,
                local: written && statement.guard.is_none() && !read(name),
            });
            life.last = index;
            life.local &= *blocks.entry(name).or_insert(block) == block;
        }
    }
    lives
}

/// A place for every register that a kernel mentions.
pub fn allocate(kernel: &Kernel, counts: &mut Counts) -> Vec<HashMap<String, Place>> {
    let lives = lives(kernel);
    let mut free: HashMap<Class, Vec<Place>> = HashMap::new();
    let mut kept: HashMap<&str, Place> = HashMap::new();
    let mut all = Vec::with_capacity(kernel.statements.len());
    for (index, statement) in kernel.statements.iter().enumerate() {
        let mut places = HashMap::new();
        for (name, _) in mentions(statement) {
            let Some(life) = lives.get(name) else { continue };
            let place = *kept.entry(name).or_insert_with(|| {
                let shared = if life.local {
                    free.entry(life.class).or_default().pop()
                } else {
                    None
                };
                shared.unwrap_or_else(|| counts.fresh(life.class))
            });
            places.insert(name.to_owned(), place);
        }
        for (name, place) in &places {
            // after the statement, so that nothing is written to what it reads
            if lives[name.as_str()].local && lives[name.as_str()].last == index {
                free.entry(place.class).or_default().push(*place);
            }
        }
        all.push(places);
    }
    all
}
