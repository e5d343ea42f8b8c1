//! `bench gas`: what calls of the contracts cost, from receipts of real proofs on anvil, and where it goes.
//!
//! The contracts' own tools deploy, send and read receipts and traces (`contracts/tools/gas`, `contracts/tools/profile`);
//! this command runs them under the rules of each hard fork, sets the figures beside those of the deployed contracts and
//! beside what no contract of this proof system can avoid, and says what they cost at given fees.

mod error;
mod fees;
mod record;
mod tools;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use crema_plonk::Progress;
use crema_service::terminal::Bars;
use serde::{Deserialize, Serialize};

pub use error::GasError;

use crate::{fingerprint::Fingerprint, results};
use fees::Fees;
use record::{Record, Task};
use tools::Tools;

/// Rules of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hardfork {
    /// May 2025.
    Prague,
    /// December 2025: inversions cost three times as much.
    Osaka,
}

impl Hardfork {
    /// As anvil knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prague => "prague",
            Self::Osaka => "osaka",
        }
    }
}

/// What to send, and where.
#[derive(Args, Clone, Debug)]
pub struct GasOptions {
    /// Rules to measure under, several separated by commas.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Hardfork::Prague, Hardfork::Osaka])]
    pub hardfork: Vec<Hardfork>,
    /// The contracts' folder, with its packages installed (npm ci).
    #[arg(long, value_name = "FOLDER", default_value = "contracts")]
    pub contracts: PathBuf,
    /// Leaves out where the gas of an update goes, whose compilation takes a minute.
    #[arg(long)]
    pub no_breakdown: bool,
    /// A history of fees, to say what updates cost: lines of base fee in gwei and ether's price in dollars, separated by a
    /// comma, after a line that names them: base_fee_gwei,ether_usd.
    #[arg(long, value_name = "FILE")]
    pub fees: Option<PathBuf>,
    /// A file to which the results under each rules are appended as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Measures under each rules, prints the tables and keeps the results.
///
/// # Errors
/// [`GasError`].
pub fn run(options: &GasOptions) -> Result<(), GasError> {
    let fees = options.fees.as_deref().map(Fees::read).transpose()?;
    let tools = Tools::new(&options.contracts)?;
    let bars = Bars::new();
    for &hardfork in &options.hardfork {
        let fingerprint = Fingerprint::take()?;
        bars.report("sending calls", 0.0);
        let calls = tools.calls(hardfork)?;
        let breakdown = if options.no_breakdown {
            None
        } else {
            bars.report("tracing an update", 0.5);
            Some(tools.breakdown(hardfork)?)
        };
        bars.clear();
        let task = Task {
            hardfork,
            chain: "anvil".to_owned(),
        };
        let record = Record::new(fingerprint, task, calls, breakdown, fees.as_ref());
        println!("{record}");
        if let Some(path) = &options.json {
            results::append(path, &record)?;
        }
    }
    Ok(())
}
