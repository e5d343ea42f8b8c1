//! What the kernels need of a card, against the committed table: registers, spills, stack and shared memory decide how
//! many threads run at once, and a change that costs some should be seen.
#![cfg(feature = "cuda")]

use std::collections::BTreeMap;

/// What this build's compiler says.
const BUILT: &str = include_str!(concat!(env!("OUT_DIR"), "/resources.txt"));
/// What was accepted.
const ACCEPTED: &str = include_str!("../cuda/resources.txt");
/// The architecture that the table is kept for: H100 and H200.
const ARCHITECTURE: &str = "sm_90";
const UPDATE: &str = "after a look at the cause, accept it by kernels/tools/update-resources";

/// Registers per thread, spilled bytes, stack bytes, static shared bytes.
type Usage = [u32; 4];
const NAMES: [&str; 4] = ["registers", "spilled bytes", "stack bytes", "shared bytes"];

fn parse(table: &str) -> BTreeMap<&str, Usage> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words[1] == ARCHITECTURE)
        .map(|words| {
            let numbers: Vec<u32> = words[2..]
                .iter()
                .map(|word| word.parse().expect("a number"))
                .collect();
            (words[0], numbers.try_into().expect("four numbers"))
        })
        .collect()
}

fn built() -> BTreeMap<&'static str, Usage> {
    let built = parse(BUILT);
    assert!(
        !built.is_empty(),
        "this build has no code for {ARCHITECTURE}: build with CREMA_CUDA_ARCHS=90, or leave it unset"
    );
    built
}

#[test]
fn kernels_need_no_more_than_accepted() {
    let built = built();
    let accepted = parse(ACCEPTED);
    let names = |table: &BTreeMap<&str, Usage>| table.keys().copied().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(&built), names(&accepted), "kernels came or went: {UPDATE}");
    let mut grown = Vec::new();
    for (kernel, usage) in &built {
        for (i, name) in NAMES.iter().enumerate() {
            let (now, before) = (usage[i], accepted[kernel][i]);
            if now > before {
                grown.push(format!("{kernel}: {now} {name}, {before} accepted"));
            } else if now < before {
                println!("{kernel}: {now} {name} instead of {before}; {UPDATE}");
            }
        }
    }
    assert!(grown.is_empty(), "{UPDATE}\n{}", grown.join("\n"));
}

/// A spill is memory traffic in the innermost loop: no kernel that works on many elements has any.
#[test]
fn no_kernel_spills() {
    for (kernel, [_, spills, ..]) in built() {
        assert_eq!(spills, 0, "{kernel} spills registers to memory");
    }
}

/// The build's own reader of what the compiler says.
#[allow(dead_code, reason = "the build writes its table, this test reads it")]
#[path = "../build/resources.rs"]
mod reader;

#[test]
fn messages_of_the_compiler_are_understood() {
    let messages = "\
ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'first' for 'sm_80'
ptxas info    : Function properties for first
    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
ptxas info    : Function properties for not_inlined
    32 bytes stack frame, 4 bytes spill stores, 4 bytes spill loads
ptxas info    : Used 40 registers, used 1 barriers, 2048 bytes smem, 384 bytes cmem[0]
ptxas info    : Compiling entry function 'second' for 'sm_90'
ptxas info    : Function properties for second
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 8 registers, used 0 barriers
";
    let usage = reader::usage(messages).expect("understood");
    let table = reader::table(&usage);
    let lines: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(lines, ["first sm_80 40 20 16 2048", "second sm_90 8 0 0 0"]);
    assert!(reader::usage("ptxas info    : Used many registers").is_err());
}

#[test]
fn sizes_of_parameters_are_understood() {
    let ptx = "\
.visible .entry first(
	.param .u64 first_param_0,
	.param .u32 first_param_1,
	.param .align 16 .b8 first_param_2[48]
)
.maxntid 256, 1, 1
{ }
.visible .entry second()
{ }
.visible .entry third(
	.param .u8 third_param_0
)
";
    let expected = [("first", vec![8, 4, 48]), ("second", vec![]), ("third", vec![1])];
    assert_eq!(
        reader::parameters(ptx).expect("understood"),
        expected.map(|(name, sizes)| (name.to_owned(), sizes))
    );
    assert!(reader::parameters(".entry first(\n.param .weird x\n)").is_err());
}
