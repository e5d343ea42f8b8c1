//! Statements about memory, and about several lanes.

use super::Decoder;
use crate::{
    instruction::{Access, Operation, Sync, SyncKind},
    program::{Class, Space},
    registers::Place,
};

impl Decoder<'_> {
    /// Loads and stores.
    pub(super) fn access(&mut self, parts: &[&str]) -> Result<Operation, String> {
        let mut space = Space::Generic;
        let mut count = 1;
        for part in &parts[1..parts.len() - 1] {
            match *part {
                "global" => space = Space::Global,
                "shared" => space = Space::Shared,
                "local" => space = Space::Local,
                "param" => space = Space::Parameter,
                "v2" => count = 2,
                "v4" => count = 4,
                _ => return Err("an unknown access".to_owned()),
            }
        }
        let bytes = match parts[parts.len() - 1] {
            "u8" | "b8" => 1,
            "u16" | "b16" => 2,
            "u32" | "b32" | "s32" => 4,
            "u64" | "b64" | "s64" => 8,
            _ => return Err("an unknown type".to_owned()),
        };
        let load = parts[0] == "ld";
        let (value_at, address_at) = if load { (0, 1) } else { (1, 0) };
        let (values, address) = (self.operand(value_at)?, self.operand(address_at)?);
        let mut registers = Vec::new();
        for name in values.trim_matches(['{', '}']).split(',') {
            let narrow = if bytes == 8 { Class::Long } else { Class::Word };
            // a register may be wider than the value, which is extended by zeros
            let wider = self
                .places
                .get(name)
                .is_some_and(|place| place.class == Class::Long);
            let class = if wider { Class::Long } else { narrow };
            if class != narrow && parts.ends_with(&["s32"]) {
                return Err("a sign to extend".to_owned());
            }
            let index = self.place(name, class)?;
            registers.push(Place { class, index });
        }
        if registers.len() != count {
            return Err("another number of registers".to_owned());
        }
        let access = self.address(&address, space, bytes, registers)?;
        Ok(if load {
            Operation::Load(access)
        } else {
            Operation::Store(access)
        })
    }

    /// `[register+8]`, `[variable]`.
    fn address(
        &mut self,
        text: &str,
        space: Space,
        bytes: u64,
        registers: Vec<Place>,
    ) -> Result<Access, String> {
        let text = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .ok_or("no address")?;
        let (base, offset) = text.split_once('+').unwrap_or((text, "0"));
        let base = match self.places.get(base) {
            Some(place) => *place,
            None => Place {
                class: Class::Long,
                index: self.place(base, Class::Long)?,
            },
        };
        Ok(Access {
            space,
            bytes,
            registers,
            base,
            offset: offset.parse().map_err(|_| "an unknown offset")?,
        })
    }

    /// Atomics and what the lanes of a warp do together.
    pub(super) fn together(&mut self, opcode: &str) -> Result<Operation, String> {
        let (w, p) = (Class::Word, Class::Predicate);
        match opcode {
            "atom.shared.add.u32" | "atom.global.add.u32" => {
                let space = if opcode.contains("shared") {
                    Space::Shared
                } else {
                    Space::Global
                };
                let (target, address, value) = (self.operand(0)?, self.operand(1)?, self.operand(2)?);
                Ok(Operation::AtomicAdd {
                    target: self.place(&target, w)?,
                    value: self.place(&value, w)?,
                    access: self.address(&address, space, 4, Vec::new())?,
                })
            }
            "vote.sync.ballot.b32" => {
                let [target, predicate, members] = self.all([w, p, w])?;
                let kind = SyncKind::Ballot { target, predicate };
                Ok(Operation::Sync(Sync { members, kind }))
            }
            "shfl.sync.up.b32" | "shfl.sync.down.b32" => {
                let first = self.operand(0)?;
                let (target, found) = first
                    .split_once('|')
                    .map_or((&*first, None), |(a, b)| (a, Some(b)));
                let operand =
                    |decoder: &mut Self, i| decoder.operand(i).and_then(|name| decoder.place(&name, w));
                let kind = SyncKind::Shuffle {
                    up: opcode.contains("up"),
                    target: self.place(target, w)?,
                    found: found.map(|name| self.place(name, p)).transpose()?,
                    value: operand(self, 1)?,
                    distance: operand(self, 2)?,
                    bounds: operand(self, 3)?,
                };
                let members = operand(self, 4)?;
                Ok(Operation::Sync(Sync { members, kind }))
            }
            "bar.warp.sync" => {
                let [members] = self.all([w])?;
                let kind = SyncKind::Barrier;
                Ok(Operation::Sync(Sync { members, kind }))
            }
            "bar.sync" if self.statement.operands == ["0"] => Ok(Operation::BlockBarrier),
            _ => Err("an unknown opcode".to_owned()),
        }
    }
}
