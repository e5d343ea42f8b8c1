//! What is said about an update: lines for people while it happens, one JSON object for programs when it is over.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
    time::{Duration, Instant},
};

use alloy::primitives::{Address, TxHash};
use crema_light_client::{field, state::LightClientState};
use serde::{Serialize, Serializer};

use super::UpdateError;

/// How an update ended well.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The contract has accepted the bundle's state.
    Updated(Box<Update>),
    /// The contract had a state at least as new: nothing was proved.
    UpToDate(Standing),
    /// Another prover was faster: the contract got a state at least as new meanwhile, and nothing was sent.
    Overtaken(Standing),
    /// The daemon was asked to stop.
    Stopped,
}

/// An accepted update.
#[derive(Clone, Debug, Serialize)]
pub struct Update {
    /// The job's name in store and log.
    pub job: String,
    /// The chain.
    pub chain_id: u64,
    /// The contract.
    pub contract: Address,
    /// Who sent it.
    pub account: Address,
    /// The circuit.
    pub circuit: String,
    /// Whether the circuit's proofs show that anybody signed.
    pub sound: bool,
    /// Capacity of the stake table.
    pub capacity: usize,
    /// Short id of the verification key.
    pub verifying_key: String,
    /// Number of signatures that counted.
    pub signers: usize,
    /// The contract's state before.
    pub previous: State,
    /// The contract's state now.
    pub state: State,
    /// The transaction.
    pub transaction: TxHash,
    /// The block it is in.
    pub block: Option<u64>,
    /// Gas it used.
    pub gas_used: u64,
    /// What a unit of gas cost, in wei.
    #[serde(serialize_with = "decimal")]
    pub gas_price: u128,
    /// What was done, in order, with the time it took.
    pub steps: Vec<Step>,
    /// All of it, in seconds.
    pub total_seconds: f64,
}

/// Contract and bundle where nothing was sent.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Standing {
    /// The contract's state.
    pub finalized: State,
    /// The bundle's.
    pub bundle: State,
}

/// A light-client state in the report's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(pub LightClientState);

/// A step and its time.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What was done.
    pub step: &'static str,
    /// How long it took.
    pub seconds: f64,
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            view_number: u64,
            block_height: u64,
            block_comm_root: String,
        }
        let LightClientState {
            view_number,
            block_height,
            block_comm_root,
        } = &self.0;
        let root = field::to_hex(block_comm_root);
        Fields {
            view_number: *view_number,
            block_height: *block_height,
            block_comm_root: root,
        }
        .serialize(serializer)
    }
}

/// As a decimal string: the number may be beyond what JSON readers keep exactly.
fn decimal<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "view {}, height {}", self.0.view_number, self.0.block_height)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Updated(update) => {
                let Update {
                    state,
                    previous,
                    transaction,
                    gas_used,
                    total_seconds,
                    ..
                } = &**update;
                write!(
                    f,
                    "updated: the contract is at {state} (was {previous}); transaction {transaction}, {gas_used} gas, \
                     {total_seconds:.1} s in all"
                )
            }
            Self::UpToDate(Standing { finalized, bundle }) => {
                write!(
                    f,
                    "nothing to do: the contract is at {finalized}, the newest bundle at {bundle}"
                )
            }
            Self::Overtaken(Standing { finalized, bundle }) => write!(
                f,
                "nothing sent: another prover has brought the contract to {finalized} while {bundle} was being proved"
            ),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// The result as a JSON line, whether good or bad.
pub fn json_line(result: &Result<Outcome, UpdateError>) -> String {
    #[derive(Serialize)]
    struct Failure {
        outcome: &'static str,
        code: &'static str,
        exit_code: u8,
        message: String,
    }
    let line = match result {
        Ok(outcome) => serde_json::to_string(outcome),
        Err(error) => serde_json::to_string(&Failure {
            outcome: "error",
            code: error.code(),
            exit_code: error.exit_code(),
            message: error.to_string(),
        }),
    };
    line.unwrap_or_else(|error| format!("{{\"outcome\":\"error\",\"message\":\"{error}\"}}"))
}

/// Writes a line to standard output. A reader that has gone away is no reason to stop.
pub fn print(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Tells what happens, and keeps the times.
#[derive(Debug)]
pub struct Journal {
    aloud: bool,
    started: Instant,
    steps: Vec<Step>,
}

impl Journal {
    /// Starts the clock. `aloud`: lines for people on standard output.
    pub fn new(aloud: bool) -> Self {
        Self {
            aloud,
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// A step that is over.
    pub fn step(&mut self, step: &'static str, took: Duration, found: impl fmt::Display) {
        let seconds = took.as_secs_f64();
        tracing::info!(step, seconds, "{found}");
        if self.aloud {
            print(&format!("{step:>12}  {seconds:>8.3} s  {found}"));
        }
        self.steps.push(Step { step, seconds });
    }

    /// Something that an operator must know, although it stops nothing.
    pub fn warn(&self, text: impl fmt::Display) {
        tracing::warn!("{text}");
        if self.aloud {
            print(&format!("     WARNING  {text}"));
        }
    }

    /// Seconds by step, so far.
    pub fn seconds(&self) -> BTreeMap<String, f64> {
        let steps = self.steps.iter();
        steps.map(|step| (step.step.to_owned(), step.seconds)).collect()
    }

    /// The steps so far, and the time since the start.
    pub fn close(self) -> (Vec<Step>, f64) {
        (self.steps, self.started.elapsed().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;

    use super::*;

    #[test]
    fn json_says_what_happened() {
        let state = State(LightClientState {
            view_number: u64::MAX,
            block_height: 5,
            block_comm_root: Fr::from(1),
        });
        let line = json_line(&Ok(Outcome::UpToDate(Standing {
            finalized: state,
            bundle: state,
        })));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["outcome"], "up-to-date");
        assert_eq!(value["finalized"]["view_number"], u64::MAX);
        let root = format!("0x{:064x}", 1);
        assert_eq!(value["bundle"]["block_comm_root"], root);

        let line = json_line(&Err(UpdateError::WrongChain {
            expected: 1,
            found: 2,
        }));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (value["code"].as_str(), value["exit_code"].as_u64()),
            (Some("wrong-chain"), Some(42))
        );
        assert!(!line.contains('\n'));
    }
}
