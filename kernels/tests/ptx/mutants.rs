//! Programs with one carry lost: the operands at the edges must notice.

use ark_bn254::FrConfig;

use crate::{
    card,
    decode::decode,
    edges::{element, limbs, pairs},
    field::{POINTWISE, pointwise},
    program::Kernel,
    single::Limbs,
};

/// Places where a carry can be lost: the statement, and its opcode without setting or without reading the flag.
pub fn mutations(kernel: &Kernel) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, statement) in kernel.statements.iter().enumerate() {
        let opcode = &statement.opcode;
        if opcode.contains(".cc") && is_read(kernel, index) {
            found.push((index, opcode.replace(".cc", "")));
        }
        for (reading, plain) in [("addc.", "add."), ("subc.", "sub."), ("madc.", "mad.")] {
            if let Some(rest) = opcode.strip_prefix(reading) {
                found.push((index, format!("{plain}{rest}")));
            }
        }
    }
    found
}

/// Whether anything reads the flag that a statement sets.
fn is_read(kernel: &Kernel, index: usize) -> bool {
    let later = kernel.statements[index + 1..]
        .iter()
        .map(|statement| statement.opcode.as_str());
    for opcode in later {
        if opcode.starts_with("addc.") || opcode.starts_with("subc.") || opcode.starts_with("madc.") {
            return true;
        }
        if opcode.contains(".cc") || opcode.starts_with("bra") || opcode == "ret" {
            return false;
        }
    }
    false
}

#[test]
fn lost_carries_are_noticed() {
    let operands = pairs::<FrConfig>();
    for (name, operation) in POINTWISE {
        let kernel = &card::kernels()[name];
        let right: Vec<Limbs> = operands
            .iter()
            .map(|(a, b)| limbs(operation(element(*a), element(*b))))
            .collect();
        let mutations = mutations(kernel);
        let mut survivors = Vec::new();
        for (index, opcode) in &mutations {
            let mut mutant = kernel.clone();
            mutant.statements[*index].opcode.clone_from(opcode);
            let program = decode(&mutant).expect("a mutant is a program");
            if pointwise(&program, &operands).is_ok_and(|found| found == right) {
                let statement = &kernel.statements[*index];
                survivors.push(format!(
                    "line {}: {} as {opcode}",
                    statement.line, statement.opcode
                ));
            }
        }
        let (noticed, all) = (mutations.len() - survivors.len(), mutations.len());
        println!("{name}: {noticed} of {all} lost carries noticed; not: {survivors:#?}");
        assert!(all > 10, "{name} has few carries: {all}");
        assert!(
            noticed * 20 >= all * 19,
            "{name}: {noticed} of {all} noticed; not: {survivors:#?}"
        );
    }
}
