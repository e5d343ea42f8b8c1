//! How far a job has come.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// A job's phase. Every job ends in exactly one of the last three; only a reorganisation of the chain, or somebody who wants
/// it tried again, takes it back from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// A bundle with enough good signatures is there.
    Collected,
    /// A verified proof is in the store.
    Proved,
    /// The contract would accept it; a transaction is signed and in the store, and may have been sent.
    Simulated,
    /// An endpoint took the transaction.
    Sent,
    /// The transaction is in a block that is not deep enough yet.
    Mined,
    /// It is as deep as wanted.
    Confirmed,
    /// The contract has, or is about to have, a state at least as new: nothing more is paid for this one.
    Superseded,
    /// Given up, with the reason.
    Failed,
}

impl Phase {
    /// All of them, in a job's order.
    pub const ALL: [Self; 8] = [
        Self::Collected,
        Self::Proved,
        Self::Simulated,
        Self::Sent,
        Self::Mined,
        Self::Confirmed,
        Self::Superseded,
        Self::Failed,
    ];

    /// The name in store, log and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collected => "collected",
            Self::Proved => "proved",
            Self::Simulated => "simulated",
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Confirmed => "confirmed",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Confirmed | Self::Superseded | Self::Failed)
    }

    /// Whether a transaction may be on its way.
    pub fn is_on_its_way(self) -> bool {
        matches!(self, Self::Simulated | Self::Sent)
    }

    /// Whether a job may go from here to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use Phase::{Collected, Confirmed, Failed, Mined, Proved, Sent, Simulated, Superseded};
        match self {
            Collected => matches!(next, Proved | Superseded | Failed),
            // back to collected: the contract has another key or stake table by now
            Proved => matches!(next, Collected | Simulated | Superseded | Failed),
            // back to proved: its nonce was used by another transaction, so that this one can never be mined
            Simulated | Sent => matches!(next, Sent | Mined | Confirmed | Proved | Superseded | Failed),
            // back to sent or proved: the chain was reorganised
            Mined => matches!(next, Confirmed | Sent | Proved | Superseded | Failed),
            Confirmed => matches!(next, Sent | Proved | Superseded),
            // a reorganisation took away what had superseded it; or somebody wants it tried again
            Superseded | Failed => matches!(next, Collected),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no phase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no phase of a job")]
pub struct UnknownPhase(String);

impl FromStr for Phase {
    type Err = UnknownPhase;

    fn from_str(name: &str) -> Result<Self, UnknownPhase> {
        Self::ALL
            .into_iter()
            .find(|phase| phase.name() == name)
            .ok_or_else(|| UnknownPhase(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for phase in Phase::ALL {
            assert_eq!(phase.name().parse(), Ok(phase));
        }
        assert!("Proved".parse::<Phase>().is_err());
    }

    #[test]
    fn every_job_can_end() {
        for phase in Phase::ALL {
            let mut reached = vec![phase];
            while let Some(next) = Phase::ALL.into_iter().find(|next| {
                !reached.contains(next) && reached.iter().any(|reached| reached.may_become(*next))
            }) {
                reached.push(next);
            }
            assert!(reached.iter().any(|phase| phase.is_over()), "{phase} never ends");
        }
    }

    #[test]
    fn nothing_is_paid_for_before_it_is_proved() {
        for paid in [Phase::Simulated, Phase::Sent, Phase::Mined, Phase::Confirmed] {
            assert!(!Phase::Collected.may_become(paid));
        }
        // and nothing is sent that was not signed into the store first
        for unsigned in [Phase::Collected, Phase::Proved] {
            assert!(!unsigned.may_become(Phase::Sent) && !unsigned.may_become(Phase::Mined));
        }
    }
}
