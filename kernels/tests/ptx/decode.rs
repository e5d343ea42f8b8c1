//! Statements to instructions. What is not known here is an error that names it.

mod memory;

use std::collections::HashMap;

use crate::{
    instruction::{Binary, Chain, Comparison, Instruction, Logic, Operation, Order, Shift, Term, Unary},
    memory::SHARED_WINDOW,
    program::{Class, Kernel, Statement},
    registers::{self, Counts, Place},
};

/// A kernel, ready to run.
#[derive(Debug)]
pub struct Program {
    pub name: String,
    pub instructions: Vec<Instruction>,
    pub counts: Counts,
    /// Registers that hold constants.
    pub constants: Vec<(Place, u64)>,
    /// Registers that tell a thread where it is, by their names.
    pub specials: Vec<(Place, String)>,
    pub parameters: Vec<(u64, u64)>,
    pub shared_bytes: u64,
    pub local_bytes: u64,
}

/// Decodes a kernel.
pub fn decode(kernel: &Kernel) -> Result<Program, String> {
    let mut counts = Counts::default();
    let places = registers::allocate(kernel, &mut counts);
    let mut program = Program {
        name: kernel.name.clone(),
        instructions: Vec::with_capacity(kernel.statements.len()),
        counts,
        constants: Vec::new(),
        specials: Vec::new(),
        parameters: kernel.parameters.clone(),
        shared_bytes: kernel.shared_bytes,
        local_bytes: kernel.local_bytes,
    };
    let mut fixed = HashMap::new();
    for (statement, places) in kernel.statements.iter().zip(&places) {
        let mut decoder = Decoder {
            kernel,
            statement,
            places,
            program: &mut program,
            fixed: &mut fixed,
        };
        let instruction = decoder.instruction().map_err(|message| {
            let operands = statement.operands.join(", ");
            format!(
                "{}, line {}: {message}: {} {operands}",
                kernel.name, statement.line, statement.opcode
            )
        })?;
        program.instructions.push(instruction);
    }
    Ok(program)
}

struct Decoder<'a> {
    kernel: &'a Kernel,
    statement: &'a Statement,
    places: &'a HashMap<String, Place>,
    program: &'a mut Program,
    /// Places of constants and special registers.
    fixed: &'a mut HashMap<(Class, String), Place>,
}

impl Decoder<'_> {
    fn instruction(&mut self) -> Result<Instruction, String> {
        let guard = match &self.statement.guard {
            Some((name, negated)) => Some((self.place(name, Class::Predicate)?, *negated)),
            None => None,
        };
        Ok(Instruction {
            line: self.statement.line,
            guard,
            operation: self.operation()?,
        })
    }

    fn operation(&mut self) -> Result<Operation, String> {
        let opcode = self.statement.opcode.clone();
        let parts: Vec<&str> = opcode.split('.').filter(|part| !part.is_empty()).collect();
        let kind = *parts.last().unwrap_or(&"");
        let class = match kind.get(1..) {
            Some("64") => Class::Long,
            Some("16" | "32") => Class::Word,
            _ => Class::Predicate,
        };
        let signed = kind.starts_with('s');
        match parts[0] {
            "add" | "addc" | "sub" | "subc" | "mad" | "madc"
                if parts[0].ends_with('c') || parts[0] == "mad" || parts.contains(&"cc") =>
            {
                self.chain(&parts)
            }
            "bra" => {
                let label = self.operand(0)?;
                let target = self.kernel.labels.get(&label);
                Ok(Operation::Branch(*target.ok_or("an unknown label")?))
            }
            "ret" => Ok(Operation::Return),
            // no more than a hint, whatever the address
            "prefetch" => Ok(Operation::Nothing),
            "ld" | "st" => self.access(&parts),
            "atom" | "vote" | "shfl" | "bar" => self.together(&opcode),
            "cvta" | "cvt" => self.conversion(&opcode),
            "mov" | "not" | "neg" | "popc" | "brev" => self.unary(parts[0], class),
            "setp" => self.comparison(&parts, class, signed),
            "selp" => {
                let [d, a, b, p] = [class, class, class, Class::Predicate];
                let places = self.all([d, a, b, p])?;
                match class {
                    Class::Word => Ok(Operation::SelectWord(places)),
                    Class::Long => Ok(Operation::SelectLong(places)),
                    Class::Predicate => Err("an unknown type".to_owned()),
                }
            }
            "bfi" => {
                let places = self.all([class, class, class, Class::Word, Class::Word])?;
                match class {
                    Class::Word => Ok(Operation::InsertWord(places)),
                    Class::Long => Ok(Operation::InsertLong(places)),
                    Class::Predicate => Err("an unknown type".to_owned()),
                }
            }
            "mul" if parts == ["mul", "wide", "u32"] => {
                let places = self.all([Class::Long, Class::Word, Class::Word])?;
                Ok(Operation::MultiplyWide(places))
            }
            "shl" | "shr" => self.shift(parts[0], class, kind),
            _ => self.binary(&parts, class, signed, kind),
        }
    }

    fn binary(
        &mut self,
        parts: &[&str],
        class: Class,
        signed: bool,
        kind: &str,
    ) -> Result<Operation, String> {
        let unknown = "an unknown opcode";
        // sixteen bits in a word: these operations alone keep the upper ones zero
        if kind.ends_with("16") && !matches!(parts, ["and" | "or" | "xor", "b16"]) {
            return Err(unknown.to_owned());
        }
        if class == Class::Predicate {
            let logic = match parts {
                ["and", "pred"] => Logic::And,
                ["or", "pred"] => Logic::Or,
                ["xor", "pred"] => Logic::Xor,
                _ => return Err(unknown.to_owned()),
            };
            return Ok(Operation::Logic(logic, self.all([Class::Predicate; 3])?));
        }
        let binary = match parts {
            ["add", _] => Binary::Add,
            ["sub", _] => Binary::Subtract,
            ["mul", "lo", _] => Binary::MultiplyLow,
            ["mul", "hi", _] if !signed => Binary::MultiplyHigh,
            ["div", _] if !signed => Binary::Divide,
            ["rem", _] if !signed => Binary::Remainder,
            ["min", _] if !signed => Binary::Least,
            ["max", _] if !signed => Binary::Greatest,
            ["and", _] => Binary::And,
            ["or", _] => Binary::Or,
            ["xor", _] => Binary::Xor,
            _ => return Err(unknown.to_owned()),
        };
        let places = self.all([class; 3])?;
        Ok(match class {
            Class::Long => Operation::Long(binary, places),
            _ => Operation::Word(binary, places),
        })
    }

    fn shift(&mut self, name: &str, class: Class, kind: &str) -> Result<Operation, String> {
        let shift = match (name, &kind[..1]) {
            ("shl", "b") => Shift::Left,
            ("shr", "u" | "b") => Shift::Right,
            ("shr", "s") => Shift::RightSigned,
            _ => return Err("an unknown shift".to_owned()),
        };
        let places = self.all([class, class, Class::Word])?;
        match class {
            Class::Long => Ok(Operation::ShiftLong(shift, places)),
            Class::Word if kind.ends_with("32") => Ok(Operation::ShiftWord(shift, places)),
            _ => Err("an unknown type".to_owned()),
        }
    }

    /// Sums with carries, and products to which something is added.
    fn chain(&mut self, parts: &[&str]) -> Result<Operation, String> {
        let writes = parts.contains(&"cc");
        let term = match parts.iter().filter(|part| **part != "cc").collect::<Vec<_>>()[..] {
            [&"add" | &"addc", &"u32" | &"s32"] => Term::Sum,
            [&"sub" | &"subc", &"u32" | &"s32"] => Term::Difference,
            [&"mad" | &"madc", &"lo", &"u32" | &"s32"] => Term::ProductLow,
            [&"mad" | &"madc", &"hi", &"u32"] => Term::ProductHigh,
            _ => return Err("an unknown chain".to_owned()),
        };
        let chain = Chain {
            term,
            reads: parts[0].ends_with('c'),
            writes,
        };
        let w = Class::Word;
        let places = if matches!(term, Term::Sum | Term::Difference) {
            let [d, a, b] = self.all([w; 3])?;
            // without a product the third operand is not looked at
            [d, a, b, b]
        } else {
            self.all([w; 4])?
        };
        Ok(Operation::Chain(chain, places))
    }

    fn unary(&mut self, name: &str, class: Class) -> Result<Operation, String> {
        let places = match (name, class) {
            ("popc" | "brev" | "not" | "neg", Class::Long) => return Err("an unknown type".to_owned()),
            _ => self.all([class; 2])?,
        };
        if class == Class::Predicate {
            let logic = match name {
                "mov" => Logic::Copy,
                "not" => Logic::Not,
                _ => return Err("an unknown type".to_owned()),
            };
            return Ok(Operation::Logic(logic, [places[0], places[1], places[1]]));
        }
        if class == Class::Long {
            return Ok(Operation::CopyLong(places));
        }
        let unary = match (name, self.statement.opcode.ends_with("16")) {
            ("mov", _) => Unary::Copy,
            ("not", false) => Unary::Not,
            ("neg", false) => Unary::Negate,
            ("popc", false) => Unary::Ones,
            ("brev", false) => Unary::Reverse,
            _ => return Err("an unknown type".to_owned()),
        };
        Ok(Operation::Unary(unary, places))
    }

    fn conversion(&mut self, opcode: &str) -> Result<Operation, String> {
        let (w, l) = (Class::Word, Class::Long);
        match opcode {
            // addresses of global memory are generic ones
            "cvta.to.global.u64" => Ok(Operation::CopyLong(self.all([l, l])?)),
            "cvta.shared.u64" => Ok(Operation::Offset(self.all([l, l])?, SHARED_WINDOW)),
            "cvt.u64.u32" => Ok(Operation::Widen(self.all([l, w])?)),
            "cvt.u32.u64" => Ok(Operation::Narrow(self.all([w, l])?)),
            "cvt.u32.u16" => Ok(Operation::Unary(Unary::Copy, self.all([w, w])?)),
            "cvt.u16.u32" => Ok(Operation::Unary(Unary::Half, self.all([w, w])?)),
            _ => Err("an unknown conversion".to_owned()),
        }
    }

    fn comparison(&mut self, parts: &[&str], class: Class, signed: bool) -> Result<Operation, String> {
        let order = match parts {
            ["setp", "eq", _] => Order::Equal,
            ["setp", "ne", _] => Order::Different,
            ["setp", "lt", _] => Order::Less,
            ["setp", "le", _] => Order::LessOrEqual,
            ["setp", "gt", _] => Order::Greater,
            ["setp", "ge", _] => Order::GreaterOrEqual,
            _ => return Err("an unknown comparison".to_owned()),
        };
        if parts[2] == "s16" && !matches!(order, Order::Equal | Order::Different) {
            return Err("an unknown comparison".to_owned());
        }
        let comparison = Comparison { order, signed };
        match class {
            Class::Word => Ok(Operation::CompareWord(
                comparison,
                self.all([Class::Predicate, class, class])?,
            )),
            Class::Long => Ok(Operation::CompareLong(
                comparison,
                self.all([Class::Predicate, class, class])?,
            )),
            Class::Predicate => Err("an unknown type".to_owned()),
        }
    }

    fn operand(&self, index: usize) -> Result<String, String> {
        let operand = self.statement.operands.get(index);
        operand.cloned().ok_or_else(|| "too few operands".to_owned())
    }

    /// The places of all operands.
    fn all<const N: usize>(&mut self, classes: [Class; N]) -> Result<[u32; N], String> {
        if self.statement.operands.len() != N {
            return Err(format!("{N} operands expected"));
        }
        let mut places = [0; N];
        for (i, class) in classes.into_iter().enumerate() {
            let name = self.operand(i)?;
            places[i] = self.place(&name, class)?;
        }
        Ok(places)
    }

    /// The place of a register, a constant, a variable's address.
    fn place(&mut self, name: &str, class: Class) -> Result<u32, String> {
        if let Some(place) = self.places.get(name) {
            return if place.class == class {
                Ok(place.index)
            } else {
                Err(format!("{name} is of another class"))
            };
        }
        let key = (class, name.to_owned());
        if let Some(place) = self.fixed.get(&key) {
            return Ok(place.index);
        }
        let place = self.program.counts.fresh(class);
        if name.starts_with('%') {
            if class != Class::Word {
                return Err(format!("{name} is no register of that class"));
            }
            self.program.specials.push((place, name.to_owned()));
        } else {
            let value = if let Some(offset) = self.kernel.symbols.get(name) {
                *offset
            } else {
                let value = name.parse::<i64>();
                value
                    .map_err(|_| format!("{name} is not declared"))?
                    .cast_unsigned()
            };
            if self.statement.opcode.ends_with("16") && value > 0xFFFF {
                return Err("a constant of more than sixteen bits".to_owned());
            }
            self.program.constants.push((place, value));
        }
        self.fixed.insert(key, place);
        Ok(place.index)
    }
}
