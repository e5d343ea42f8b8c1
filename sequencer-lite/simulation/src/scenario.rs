//! What happens to a network, worked out from a seed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::dice::Dice;
use crate::node::liar::Lie;

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
    /// Up to a third of the members are dishonest.
    Liars,
    /// Clocks of up to a third of the members are an hour off.
    Clocks,
    /// All of it.
    Storm,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Calm,
        Self::Loss,
        Self::Partitions,
        Self::Crashes,
        Self::Blackouts,
        Self::Liars,
        Self::Clocks,
        Self::Storm,
    ];
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calm => "calm",
            Self::Loss => "loss",
            Self::Partitions => "partitions",
            Self::Crashes => "crashes",
            Self::Blackouts => "blackouts",
            Self::Liars => "liars",
            Self::Clocks => "clocks",
            Self::Storm => "storm",
        })
    }
}

/// A scenario of no such name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "there is no scenario {0:?}; take calm, loss, partitions, crashes, blackouts, liars, clocks or storm"
)]
pub struct UnknownTheme(String);

impl FromStr for Theme {
    type Err = UnknownTheme;

    fn from_str(name: &str) -> Result<Self, UnknownTheme> {
        Self::ALL
            .into_iter()
            .find(|theme| theme.to_string() == name)
            .ok_or_else(|| UnknownTheme(name.into()))
    }
}

/// A deliberate defect of one node, to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// An honest node's observer hears a leaf that nobody decided.
    ConflictingBlock,
    /// An honest node signs the state of a height that it has not decided.
    EarlyState,
    /// An honest node signs two states of one height.
    TwoStates,
    /// An honest node's votes are those of a double voter.
    DoubleVotes,
    /// An honest node loses its disk while it is down.
    LostDisk,
    /// Honest nodes tell of a decided leaf with a certificate that a signer less than a quorum signed.
    ThinCertificate,
    /// After the storm more than a third of the members stay down.
    NoQuorum,
}

/// Everything about a run but the code.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Where all of it comes from.
    pub seed: u64,
    /// Kind of trouble.
    pub theme: Theme,
    /// Members.
    pub nodes: usize,
    /// Members that store payloads.
    pub storing: usize,
    /// Whether signatures are checked by pairings.
    pub real_crypto: bool,
    /// Mean latency of links, and its deviation.
    pub latency: (Duration, Duration),
    /// Messages lost, in a hundred.
    pub loss: u64,
    /// Once in how many messages one goes out twice.
    pub doubled: u64,
    /// How long there is trouble.
    pub storm: Duration,
    /// Mean time between partitions.
    pub partitions: Option<Duration>,
    /// Mean time between failures of power at one node.
    pub crashes: Option<Duration>,
    /// How often all lose power.
    pub blackouts: u64,
    /// The dishonest, and how they are.
    pub liars: BTreeMap<usize, Lie>,
    /// Seconds that a node's clock is off.
    pub skew: BTreeMap<usize, i64>,
    /// A defect to be found.
    pub sabotage: Option<Sabotage>,
}

impl Scenario {
    /// The scenario of a seed: kind of trouble, size and everything else are drawn.
    pub fn of_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 1);
        let theme = Theme::ALL[dice.between(0, Theme::ALL.len() as u64 - 1) as usize];
        let nodes = match dice.between(0, 9) {
            0..=5 => 4,
            6..=7 => dice.between(5, 7),
            _ => dice.between(8, 10),
        };
        Self::new(seed, theme, nodes as usize)
    }

    /// A scenario of this kind and size.
    pub fn new(seed: u64, theme: Theme, nodes: usize) -> Self {
        let mut dice = Dice::new(seed, 2);
        let is = |one: Theme| theme == one || theme == Theme::Storm;
        let milliseconds = Duration::from_millis;
        let faulty = (nodes - 1) / 3;
        // liars and wrong clocks share the third that may be bad
        let bad = dice.choose(faulty, nodes);
        let split = match theme {
            Theme::Storm => dice.between(0, faulty as u64) as usize,
            Theme::Clocks => 0,
            _ => faulty,
        };
        let lies = |dice: &mut Dice| Lie::ALL[dice.between(0, Lie::ALL.len() as u64 - 1) as usize];
        let liars = bad[..split].iter().map(|&place| (place, lies(&mut dice)));
        let liars: BTreeMap<usize, Lie> = if is(Theme::Liars) {
            liars.collect()
        } else {
            BTreeMap::new()
        };
        let skew = bad[split..].iter().map(|&place| {
            let hour = if dice.once_in(2) { 3600 } else { -3600 };
            (place, hour)
        });
        let skew = if is(Theme::Clocks) {
            skew.collect()
        } else {
            BTreeMap::new()
        };
        Self {
            seed,
            theme,
            nodes,
            storing: dice.between((nodes as u64).div_ceil(2), nodes as u64) as usize,
            real_crypto: false,
            latency: if is(Theme::Loss) {
                (
                    milliseconds(dice.between(10, 80)),
                    milliseconds(dice.between(0, 60)),
                )
            } else {
                (milliseconds(10), milliseconds(2))
            },
            loss: if is(Theme::Loss) { dice.between(1, 30) } else { 0 },
            doubled: if is(Theme::Loss) { dice.between(2, 20) } else { 0 },
            storm: Duration::from_secs(dice.between(8, 14)),
            partitions: is(Theme::Partitions).then(|| milliseconds(dice.between(2_000, 5_000))),
            crashes: is(Theme::Crashes).then(|| milliseconds(dice.between(800, 3_000))),
            blackouts: if is(Theme::Blackouts) {
                dice.between(1, 3)
            } else {
                0
            },
            liars,
            skew,
            sabotage: None,
        }
    }

    /// Members that lie or whose clocks are wrong.
    pub fn is_bad(&self, place: usize) -> bool {
        self.liars.contains_key(&place) || self.skew.contains_key(&place)
    }

    /// The command that repeats it.
    pub fn command(&self) -> String {
        let crypto = if self.real_crypto { " --real-crypto" } else { "" };
        format!(
            "cargo run --release -p crema-simulation --bin simulate -- --seeds {}..{} --nodes {} --scenario {}{crypto}",
            self.seed,
            self.seed + 1,
            self.nodes,
            self.theme,
        )
    }
}
