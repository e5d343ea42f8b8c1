//! Reads what the compiler says of its kernels.

use std::fmt::Write;

/// What a kernel needs on one architecture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    pub kernel: String,
    pub architecture: String,
    /// Per thread.
    pub registers: u32,
    /// Bytes that did not fit into registers, written and read.
    pub spills: u32,
    /// Bytes of stack per thread.
    pub stack: u32,
    /// Bytes of static shared memory per block.
    pub shared: u32,
}

/// One line per kernel and architecture, sorted.
pub fn table(usage: &[Usage]) -> String {
    let mut usage = usage.to_vec();
    usage.sort();
    let mut text =
        String::from("# kernel, architecture, registers, spilled bytes, stack bytes, static shared bytes\n");
    for line in usage {
        let Usage {
            kernel,
            architecture,
            registers,
            spills,
            stack,
            shared,
        } = line;
        let _ = writeln!(
            text,
            "{kernel} {architecture} {registers} {spills} {stack} {shared}"
        );
    }
    text
}

/// Parses the output of `-Xptxas -v`.
pub fn usage(messages: &str) -> Result<Vec<Usage>, String> {
    let mut found = Vec::new();
    let mut current: Option<Usage> = None;
    let mut of_entry = false;
    for line in messages.lines() {
        let quoted = |line: &str| -> Option<(String, String)> {
            let mut parts = line.split('\'');
            Some((parts.nth(1)?.to_owned(), parts.nth(1)?.to_owned()))
        };
        if line.contains("Compiling entry function") {
            let (kernel, architecture) = quoted(line).ok_or_else(|| format!("ptxas said: {line}"))?;
            current = Some(Usage {
                kernel,
                architecture,
                registers: 0,
                spills: 0,
                stack: 0,
                shared: 0,
            });
        } else if let Some((_, function)) = line.split_once("Function properties for ") {
            // functions that were not inlined have a paragraph of their own
            of_entry = current
                .as_ref()
                .is_some_and(|usage| usage.kernel == function.trim());
        } else if let (Some(usage), true) = (&mut current, of_entry)
            && line.contains("bytes stack frame")
        {
            usage.stack = number_before(line, " bytes stack frame")?;
            usage.spills =
                number_before(line, " bytes spill stores")? + number_before(line, " bytes spill loads")?;
        } else if line.contains("Used ") && line.contains(" registers") {
            let mut usage = current
                .take()
                .ok_or_else(|| format!("ptxas said, of no kernel: {line}"))?;
            usage.registers = number_before(line, " registers")?;
            if line.contains(" bytes smem") {
                usage.shared = number_before(line, " bytes smem")?;
            }
            found.push(usage);
        }
    }
    Ok(found)
}

fn number_before(line: &str, what: &str) -> Result<u32, String> {
    let (head, _) = line
        .split_once(what)
        .ok_or_else(|| format!("no `{what}` in: {line}"))?;
    let digits = head.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
    digits
        .parse()
        .map_err(|_| format!("no number before `{what}` in: {line}"))
}

/// Sizes of the parameters of every kernel in a PTX file.
pub fn parameters(ptx: &str) -> Result<Vec<(String, Vec<u32>)>, String> {
    let mut found = Vec::new();
    for entry in ptx.split(".entry ").skip(1) {
        let end = entry.find(['(', '\n', ' ', '{']).unwrap_or(entry.len());
        let kernel = entry[..end].trim().to_owned();
        let list = match entry[end..].trim_start().strip_prefix('(') {
            Some(rest) => rest.split(')').next().unwrap_or(""),
            None => "",
        };
        let sizes = list.split(',').filter(|text| text.contains(".param")).map(size);
        found.push((kernel, sizes.collect::<Result<_, _>>()?));
    }
    Ok(found)
}

/// Size of `.param .u64 name` or `.param .align 16 .b8 name[32]`.
fn size(parameter: &str) -> Result<u32, String> {
    let unknown = || format!("a parameter of unknown size: {}", parameter.trim());
    if let Some((_, rest)) = parameter.split_once('[') {
        return rest
            .split(']')
            .next()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(unknown);
    }
    let kinds = [("8", 1), ("16", 2), ("32", 4), ("64", 8)];
    parameter
        .split_whitespace()
        .find_map(|word| {
            let bits = word
                .strip_prefix(['.'])
                .and_then(|word| word.strip_prefix(['u', 's', 'b', 'f']))?;
            kinds
                .iter()
                .find(|(name, _)| *name == bits)
                .map(|(_, bytes)| *bytes)
        })
        .ok_or_else(unknown)
}
