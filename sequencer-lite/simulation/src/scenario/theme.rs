//! Kinds of trouble.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// None.
    Calm,
    /// Messages are lost, late, doubled and out of order.
    Loss,
    /// The network falls apart and comes together again.
    Partitions,
    /// Nodes lose power, each at some operation of its disk, and start again.
    Crashes,
    /// All nodes lose power at once, with whatever was half written, again and again.
    Blackouts,
    /// All nodes, all but one, or one after the other are restarted.
    Restarts,
    /// Up to a third of the members are dishonest.
    Liars,
    /// Up to a third of the members run twice, on two machines that do not know of one another.
    Twins,
    /// Clocks of up to a third of the members are an hour off.
    Clocks,
    /// Machines stand still for seconds, as suspended virtual machines do, and clocks jump.
    Pauses,
    /// All of it.
    Storm,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Calm,
        Self::Loss,
        Self::Partitions,
        Self::Crashes,
        Self::Blackouts,
        Self::Restarts,
        Self::Liars,
        Self::Twins,
        Self::Clocks,
        Self::Pauses,
        Self::Storm,
    ];

    /// As it is written on a command line.
    const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Loss => "loss",
            Self::Partitions => "partitions",
            Self::Crashes => "crashes",
            Self::Blackouts => "blackouts",
            Self::Restarts => "restarts",
            Self::Liars => "liars",
            Self::Twins => "twins",
            Self::Clocks => "clocks",
            Self::Pauses => "pauses",
            Self::Storm => "storm",
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scenario of no such name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no scenario {0:?}; take one of {names}", names = Theme::ALL.map(Theme::name).join(", "))]
pub struct UnknownTheme(String);

impl FromStr for Theme {
    type Err = UnknownTheme;

    fn from_str(name: &str) -> Result<Self, UnknownTheme> {
        let named = Self::ALL.into_iter().find(|theme| theme.name() == name);
        named.ok_or_else(|| UnknownTheme(name.into()))
    }
}
