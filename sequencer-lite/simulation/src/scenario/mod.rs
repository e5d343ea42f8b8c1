//! What happens to a network, worked out from a seed.

mod mishap;
mod theme;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::dice::Dice;
use crate::node::liar::Lie;

pub use mishap::{Accident, Cut, Mishap, NoCut};
pub use theme::{Theme, UnknownTheme};

/// How long leaders let transactions gather: less often than in production, for more seeds per minute.
const PACE: Duration = Duration::from_millis(300);

/// Blocks that must be decided after all trouble.
const BLOCKS_AFTER: u64 = 5;

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

/// The transactions that a network is asked to order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Shortest and longest time from one to the next.
    pub pause: (Duration, Duration),
    /// Bytes of each; all lengths up to a few hundred if not given.
    pub bytes: Option<usize>,
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
    /// Which honest members hear of the second of twins only, all others hearing of the first only; drawn again and
    /// again, some hearing of both, if not given.
    pub second_side: Option<Vec<usize>>,
    /// What befalls members at chosen times, in the order of these.
    pub mishaps: Vec<Mishap>,
    /// Failures of power at chosen changes of disks.
    pub cuts: Vec<Cut>,
    /// The member whose changes to its disk are written down: [`crate::Report::changes`].
    pub watched: Option<usize>,
    /// Transactions that are submitted.
    pub traffic: Traffic,
    /// Bytes per second that a node can send and receive, if that is limited.
    pub bandwidth: Option<usize>,
    /// How long leaders let transactions gather.
    pub pace: Duration,
    /// Blocks that must be decided after all trouble; with none, the members that are left cannot make any.
    pub blocks_after: u64,
    /// Whether every honest member must come to serve every decided payload, and not only one.
    pub all_serve: bool,
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
            Theme::Liars | Theme::Twins => faulty,
            _ => 0,
        };
        let (liars, wrong) = bad.split_at(split);
        let lie = |dice: &mut Dice| match theme {
            Theme::Twins => Lie::Twins,
            _ => Lie::ALL[dice.between(0, Lie::ALL.len() as u64 - 1) as usize],
        };
        let liars = liars.iter().map(|&place| (place, lie(&mut dice))).collect();
        let hours = wrong.iter().map(|&place| {
            let hour = if dice.once_in(2) { 3600 } else { -3600 };
            (place, hour)
        });
        let skew = if is(Theme::Clocks) {
            hours.collect()
        } else {
            BTreeMap::new()
        };
        let storm = Duration::from_secs(dice.between(8, 14));
        let mut mishaps = Vec::new();
        if is(Theme::Restarts) {
            mishaps.extend(Mishap::restarts(&mut dice, nodes, storm));
        }
        if is(Theme::Pauses) {
            mishaps.extend(Mishap::pauses(&mut dice, nodes, wrong, storm));
        }
        mishaps.sort_by_key(|mishap| mishap.at);
        // liars are at most a third of the members that store payloads as well
        let drawn = dice.between((nodes as u64).div_ceil(2), nodes as u64) as usize;
        let storing = (drawn..=nodes)
            .find(|&storing| 3 * bad[..split].partition_point(|&place| place < storing) < storing)
            .unwrap_or(nodes);
        Self {
            seed,
            theme,
            nodes,
            storing,
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
            storm,
            partitions: is(Theme::Partitions).then(|| milliseconds(dice.between(2_000, 5_000))),
            crashes: is(Theme::Crashes).then(|| milliseconds(dice.between(800, 3_000))),
            blackouts: if is(Theme::Blackouts) {
                dice.between(1, 3)
            } else {
                0
            },
            liars,
            skew,
            second_side: None,
            mishaps,
            cuts: Vec::new(),
            watched: None,
            traffic: Traffic {
                pause: (milliseconds(50), milliseconds(400)),
                bytes: None,
            },
            bandwidth: None,
            pace: PACE,
            blocks_after: BLOCKS_AFTER,
            all_serve: false,
            sabotage: None,
        }
    }

    /// The command that repeats it; the name of its theme if a test made it by hand.
    pub fn command(&self) -> String {
        let simulate = "cargo run --release -p crema-simulation --bin simulate --";
        if self.watched.is_some() {
            let cuts = self.cuts.iter().map(|cut| format!(" --cut {cut}"));
            return format!("{simulate} --crash-points{}", cuts.collect::<String>());
        }
        let Self {
            seed, theme, nodes, ..
        } = self;
        let drawn = Self {
            real_crypto: self.real_crypto,
            sabotage: self.sabotage,
            ..Self::new(*seed, *theme, *nodes)
        };
        if *self != drawn {
            return format!("the test that made this scenario ({theme}, {nodes} nodes)");
        }
        let crypto = if self.real_crypto { " --real-crypto" } else { "" };
        let next = seed + 1;
        format!("{simulate} --seeds {seed}..{next} --nodes {nodes} --scenario {theme}{crypto}")
    }
}
