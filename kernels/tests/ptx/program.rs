//! The text of PTX files, cut into kernels and statements.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

/// What files of registers a register belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    Predicate,
    /// Of 16 and of 32 bits: the former are kept extended by zeros.
    Word,
    Long,
}

/// A space of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    Generic,
    Global,
    Shared,
    Local,
    Parameter,
}

/// An instruction as written.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Of the file, for messages.
    pub line: usize,
    /// A predicate register, and whether it must be false.
    pub guard: Option<(String, bool)>,
    pub opcode: String,
    /// A list in braces is one operand.
    pub operands: Vec<String>,
}

/// A kernel.
#[derive(Clone, Debug, Default)]
pub struct Kernel {
    pub name: String,
    pub statements: Vec<Statement>,
    /// Index of the statement that a label stands before.
    pub labels: HashMap<String, usize>,
    /// Offsets of variables and parameters, each in its own space.
    pub symbols: HashMap<String, u64>,
    /// Offset and size of every parameter among the arguments.
    pub parameters: Vec<(u64, u64)>,
    /// Classes by the register's name up to its number.
    pub registers: HashMap<String, Class>,
    /// Bytes of the static variables, dynamic shared memory coming after the shared ones.
    pub shared_bytes: u64,
    pub local_bytes: u64,
}

/// Every kernel of this build.
///
/// # Panics
/// When there are none: built with `CREMA_CUDA_ARCHS=none`.
pub fn kernels() -> BTreeMap<String, Kernel> {
    let directory = Path::new(env!("OUT_DIR"));
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("the build's directory is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "ptx") {
            let text = fs::read_to_string(&path).expect("PTX is text");
            let parsed = parse(&text).unwrap_or_else(|message| panic!("{}: {message}", path.display()));
            found.extend(parsed.into_iter().map(|kernel| (kernel.name.clone(), kernel)));
        }
    }
    assert!(
        !found.is_empty(),
        "this build has no device code: leave CREMA_CUDA_ARCHS unset, or name an architecture"
    );
    found
}

/// The kernels of a file.
pub fn parse(text: &str) -> Result<Vec<Kernel>, String> {
    let mut kernels = Vec::new();
    let mut current: Option<Kernel> = None;
    let mut depth = 0u32;
    for (number, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or("").trim();
        if let Some((_, rest)) = line.split_once(".entry ") {
            current = Some(Kernel {
                name: rest.trim_end_matches(['(', ')', ' ']).to_owned(),
                ..Kernel::default()
            });
            continue;
        }
        let Some(kernel) = &mut current else {
            if !(line.is_empty() || line.starts_with('.')) {
                return Err(format!("line {}: not of any kernel: {line}", number + 1));
            }
            continue;
        };
        if depth == 0 && !line.starts_with('{') {
            if line.starts_with(".param") {
                kernel.parameter(line.trim_end_matches(','))?;
            } else if !(line.is_empty()
                || line == ")"
                || line.starts_with(".maxntid")
                || line.starts_with(".minn"))
            {
                return Err(format!("line {}: unknown in a kernel's head: {line}", number + 1));
            }
            continue;
        }
        let mut parts = line.split(';').map(str::trim).peekable();
        while let Some(mut part) = parts.next() {
            let ended = parts.peek().is_some();
            while let Some(rest) = part.strip_prefix('{') {
                depth += 1;
                part = rest.trim();
            }
            while let Some(rest) = part.strip_prefix('}') {
                depth -= 1;
                part = rest.trim();
            }
            if let Some(label) = part.strip_suffix(':') {
                kernel.labels.insert(label.to_owned(), kernel.statements.len());
            } else if part.is_empty() {
            } else if !ended {
                return Err(format!(
                    "line {}: a statement over several lines: {line}",
                    number + 1
                ));
            } else if part.starts_with('.') {
                kernel
                    .directive(part)
                    .map_err(|message| format!("line {}: {message}", number + 1))?;
            } else {
                kernel.statements.push(Statement::parse(part, number + 1));
            }
        }
        if depth == 0 {
            kernels.extend(current.take());
        }
    }
    if current.is_some() {
        return Err("the last kernel does not end".to_owned());
    }
    for kernel in &mut kernels {
        // declared before the kernels, of a size that the launch says; the only variable of a file outside of kernels
        let offset = kernel.shared_bytes.next_multiple_of(16);
        kernel.shared_bytes = offset;
        kernel.symbols.insert("dynamic_shared_memory".to_owned(), offset);
    }
    Ok(kernels)
}

impl Statement {
    fn parse(text: &str, line: usize) -> Self {
        let (guard, text) = match text.strip_prefix('@') {
            Some(rest) => {
                let (register, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let name = register.trim_start_matches('!');
                (Some((name.to_owned(), name != register)), rest.trim())
            }
            None => (None, text),
        };
        let (opcode, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let mut operands = Vec::new();
        let mut inside = false;
        let mut operand = String::new();
        for c in rest.chars().filter(|c| !c.is_whitespace()) {
            inside = (inside || c == '{') && c != '}';
            if c == ',' && !inside {
                operands.push(std::mem::take(&mut operand));
            } else {
                operand.push(c);
            }
        }
        if !operand.is_empty() {
            operands.push(operand);
        }
        Self {
            line,
            guard,
            opcode: opcode.to_owned(),
            operands,
        }
    }

    /// Whether its first operand is read instead of written.
    pub fn writes_nothing(&self) -> bool {
        let head = self.opcode.split('.').next().unwrap_or("");
        matches!(head, "st" | "bra" | "bar" | "ret" | "prefetch")
    }
}

impl Kernel {
    /// `.param .u64 name` or `.param .align 16 .b8 name[32]`.
    fn parameter(&mut self, text: &str) -> Result<(), String> {
        let (name, size, alignment) = variable(text)?;
        let end = self.parameters.last().map_or(0, |(offset, size)| offset + size);
        let offset = end.next_multiple_of(alignment);
        self.parameters.push((offset, size));
        self.symbols.insert(name, offset);
        Ok(())
    }

    fn directive(&mut self, text: &str) -> Result<(), String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[0] {
            ".pragma" => {}
            ".reg" => {
                let class = match words[1] {
                    ".pred" => Class::Predicate,
                    ".b16" | ".b32" | ".u32" | ".s32" => Class::Word,
                    ".b64" | ".u64" | ".s64" => Class::Long,
                    // floating point: an instruction with such a register does not decode
                    _ => return Ok(()),
                };
                for name in words[2..].join("").split(',') {
                    let prefix = name.split('<').next().unwrap_or(name);
                    self.registers.insert(prefix.to_owned(), class);
                }
            }
            ".shared" | ".local" => {
                let (name, size, alignment) = variable(text)?;
                let end = if words[0] == ".shared" {
                    &mut self.shared_bytes
                } else {
                    &mut self.local_bytes
                };
                let offset = end.next_multiple_of(alignment);
                *end = offset + size;
                self.symbols.insert(name, offset);
            }
            other => return Err(format!("unknown directive {other}")),
        }
        Ok(())
    }

    /// Class of a register, if the name is one's.
    pub fn class(&self, name: &str) -> Option<Class> {
        let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
        self.registers
            .get(prefix)
            .or_else(|| self.registers.get(name))
            .copied()
    }

    /// Indices of the statements at which a basic block begins.
    pub fn block_starts(&self) -> Vec<bool> {
        let mut starts = vec![false; self.statements.len() + 1];
        starts[0] = true;
        for index in self.labels.values() {
            starts[*index] = true;
        }
        for (index, statement) in self.statements.iter().enumerate() {
            if statement.opcode.starts_with("bra") || statement.opcode == "ret" {
                starts[index + 1] = true;
            }
        }
        starts
    }
}

/// Name, size and alignment of a declared variable.
fn variable(text: &str) -> Result<(String, u64, u64), String> {
    let unknown = || format!("a variable of unknown size: {text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let position = |word: &str| words.iter().position(|other| *other == word);
    let last = words.last().ok_or_else(unknown)?;
    let element = match words.iter().rev().nth(1).ok_or_else(unknown)?.get(2..) {
        Some("8") => 1,
        Some("16") => 2,
        Some("32") => 4,
        Some("64") => 8,
        _ => return Err(unknown()),
    };
    let alignment = match position(".align") {
        Some(at) => words
            .get(at + 1)
            .and_then(|word| word.parse().ok())
            .ok_or_else(unknown)?,
        None => element,
    };
    let (name, count) = match last.split_once('[') {
        Some((name, rest)) => (name, rest.trim_end_matches(']').parse().map_err(|_| unknown())?),
        None => (*last, 1),
    };
    Ok((name.to_owned(), element * count, alignment))
}
