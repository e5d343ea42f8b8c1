//! Gas under the rules of one hard fork.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::{
    Hardfork,
    fees::{Cost, Fees},
    tools::{Breakdown, Part},
};
use crate::{fingerprint::Fingerprint, statistics::Summary, units};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Rules.
    pub hardfork: Hardfork,
    /// Which chain.
    pub chain: String,
}

/// A line of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this format.
    pub schema: u32,
    /// Which bench.
    pub bench: String,
    /// What it was measured on.
    pub fingerprint: Fingerprint,
    /// What was asked for.
    pub task: Task,
    /// Calls, by name.
    pub calls: Vec<Call>,
    /// Where the gas of a first update goes.
    pub breakdown: Option<Parts>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// As `contracts/gas-snapshot.txt` names it.
    pub name: String,
    /// Its gas. The chain counts exactly, once is enough.
    pub gas: Summary,
    /// The deployed contracts' gas for the same, measured on their own code under the same rules.
    pub reference: Option<u64>,
    /// What no contract with this proof system, these calls and this storage can avoid.
    pub floor: Option<u64>,
    /// What it costs at the fees given.
    pub cost: Option<Cost>,
}

/// The parts of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// All of it.
    pub gas: Summary,
    /// Gas given back.
    pub refund: u64,
    /// By part of the code.
    pub parts: Vec<PartGas>,
    /// By kind of instruction.
    pub classes: Vec<PartGas>,
}

/// A part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartGas {
    /// Which.
    pub name: String,
    /// Its gas.
    pub gas: Summary,
    /// Instructions.
    pub count: u64,
}

/// A call that the deployed contracts have as well.
struct Known {
    name: &'static str,
    /// Under Prague's rules.
    reference: u64,
    /// Under Prague's rules.
    floor: Option<u64>,
}

/// What Osaka adds to the floor: one inversion, which costs 4,048 under its rules and 1,349 before.
const INVERSION: u64 = 4_048 - 1_349;

const KNOWN: [Known; 4] = [
    Known {
        name: "verify_execution",
        reference: 378_224,
        floor: Some(322_000),
    },
    Known {
        name: "update_first",
        reference: 543_818,
        floor: Some(473_000),
    },
    Known {
        name: "update_later",
        reference: 512_273,
        floor: Some(441_000),
    },
    Known {
        name: "update_pruning",
        reference: 514_442,
        floor: None,
    },
];

impl Record {
    /// The record of a measurement.
    pub fn new(
        fingerprint: Fingerprint,
        task: Task,
        calls: Vec<(String, u64)>,
        breakdown: Option<Breakdown>,
        fees: Option<&Fees>,
    ) -> Self {
        let hardfork = task.hardfork;
        let call = |(name, gas): (String, u64)| {
            let known = KNOWN.iter().find(|known| known.name == name);
            Call {
                gas: Summary::single(gas as f64),
                // measured under Prague's rules only
                reference: known
                    .filter(|_| hardfork == Hardfork::Prague)
                    .map(|known| known.reference),
                floor: known.and_then(|known| {
                    let more = if hardfork == Hardfork::Osaka { INVERSION } else { 0 };
                    Some(known.floor? + more)
                }),
                cost: fees.map(|fees| fees.cost(gas)),
                name,
            }
        };
        Self {
            schema: SCHEMA,
            bench: "gas".to_owned(),
            fingerprint,
            task,
            calls: calls.into_iter().map(call).collect(),
            breakdown: breakdown.map(Parts::from),
        }
    }
}

impl From<Breakdown> for Parts {
    fn from(breakdown: Breakdown) -> Self {
        let parts = |parts: Vec<Part>| {
            let part = |part: Part| PartGas {
                name: part.name,
                gas: Summary::single(part.gas as f64),
                count: part.count,
            };
            parts.into_iter().map(part).collect()
        };
        Self {
            gas: Summary::single(breakdown.gas_used as f64),
            refund: breakdown.refund,
            parts: parts(breakdown.parts),
            classes: parts(breakdown.classes),
        }
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let modified = if self.fingerprint.modified {
            ", modified"
        } else {
            ""
        };
        writeln!(
            f,
            "{}'s rules on {}; commit {}{modified}",
            self.task.hardfork.name(),
            self.task.chain,
            self.fingerprint.commit
        )?;
        let head = ["gas", "deployed contracts'", "ratio", "floor"];
        writeln!(
            f,
            "  {:<32}{:>11} {:>19} {:>7} {:>9}",
            "", head[0], head[1], head[2], head[3]
        )?;
        for call in &self.calls {
            let gas = call.gas.median;
            let number = |value: Option<u64>| value.map_or_else(String::new, units::thousands);
            let ratio = call
                .reference
                .map_or_else(String::new, |other| format!("{:.3}", gas / other as f64));
            let line = format!(
                "  {:<32}{:>11} {:>19} {ratio:>7} {:>9}",
                call.name,
                units::count(gas),
                number(call.reference),
                number(call.floor)
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        self.costs(f)?;
        let Some(breakdown) = &self.breakdown else {
            return Ok(());
        };
        let total = breakdown.gas.median;
        writeln!(
            f,
            "a first update through the proxy, {} gas, by part of the code",
            units::count(total)
        )?;
        share(f, &breakdown.parts, total)?;
        writeln!(f, "the same by kind of instruction")?;
        share(f, &breakdown.classes, total)
    }
}

impl Record {
    fn costs(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for call in self.calls.iter().filter(|call| call.name.contains("update")) {
            let Some(Cost { ether, usd, moments }) = &call.cost else {
                continue;
            };
            writeln!(
                f,
                "  {:<32}{:.6} ether ({:.6} - {:.6}), {:.2} dollars ({:.2} - {:.2}); median, a tenth and nine tenths of {moments} moments",
                call.name, ether[1], ether[0], ether[2], usd[1], usd[0], usd[2]
            )?;
        }
        Ok(())
    }
}

fn share(f: &mut Formatter<'_>, parts: &[PartGas], total: f64) -> fmt::Result {
    for part in parts {
        let gas = part.gas.median;
        writeln!(
            f,
            "  {:<40}{:>11} {:>6.1} %  {:>8}",
            part.name,
            units::count(gas),
            100.0 * gas / total,
            units::thousands(part.count)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(hardfork: Hardfork) -> Record {
        let calls = vec![("update_later".to_owned(), 443_969), ("other".to_owned(), 5)];
        let task = Task {
            hardfork,
            chain: "anvil".to_owned(),
        };
        Record::new(Fingerprint::take().unwrap(), task, calls, None, None)
    }

    #[test]
    fn a_ratio_stands_only_where_the_reference_was_measured_under_the_same_rules() {
        let prague = record(Hardfork::Prague);
        assert_eq!(prague.calls[0].reference, Some(512_273));
        assert!(prague.to_string().contains("0.867"), "{prague}");
        assert_eq!(prague.calls[1].reference, None);
        let osaka = record(Hardfork::Osaka);
        assert_eq!(osaka.calls[0].reference, None);
        assert_eq!(osaka.calls[0].floor, Some(443_699));
    }
}
