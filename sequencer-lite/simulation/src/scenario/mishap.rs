//! What befalls chosen members at chosen times, and at chosen operations of their disks.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::dice::Dice;
use crate::node::power::Moment;

/// What befalls a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accident {
    /// It has no power for this long, and starts again.
    PowerCut(Duration),
    /// It has no power until the end of the run.
    Gone,
    /// It stands still for this long, while time goes on and messages gather: a suspended virtual machine.
    Pause(Duration),
    /// The clock that it reads the time of headers from is put forward by so many seconds, or back.
    ClockJump(i64),
}

/// Something that befalls members at a chosen time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mishap {
    /// When, from the start of the network; again after each blackout.
    pub at: Duration,
    /// Whom, by their places.
    pub members: Vec<usize>,
    /// What.
    pub accident: Accident,
}

/// A failure of power at a chosen change of a member's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whose disk.
    pub member: usize,
    /// In which of its lives: 0 until its first restart.
    pub life: u64,
    /// At which change in this life; the first is 1.
    pub change: u64,
    /// Where in the change.
    pub moment: Moment,
}

impl Mishap {
    /// Restarts of all but one, of all, and of one after the other, while a storm lasts.
    pub(super) fn restarts(dice: &mut Dice, nodes: usize, storm: Duration) -> Vec<Self> {
        let mut mishaps = Vec::new();
        let mut at = Duration::from_millis(dice.between(1_500, 3_000));
        while at < storm {
            let lasts = Duration::from_millis(dice.between(50, 1_500));
            let accident = Accident::PowerCut(lasts);
            match dice.between(0, 2) {
                0 => {
                    let spared = dice.between(0, nodes as u64 - 1) as usize;
                    let members = (0..nodes).filter(|&place| place != spared).collect();
                    mishaps.push(Self {
                        at,
                        members,
                        accident,
                    });
                }
                1 => mishaps.push(Self {
                    at,
                    members: (0..nodes).collect(),
                    accident,
                }),
                _ => {
                    let gap = Duration::from_millis(dice.between(100, 1_000));
                    for place in 0..nodes {
                        let at = at + gap * place as u32;
                        mishaps.push(Self {
                            at,
                            members: vec![place],
                            accident,
                        });
                    }
                }
            }
            at += Duration::from_millis(dice.between(1_500, 5_000));
        }
        mishaps
    }

    /// Pauses of anybody, and jumps of the clocks of those whose clocks may be wrong.
    pub(super) fn pauses(dice: &mut Dice, nodes: usize, wrong: &[usize], storm: Duration) -> Vec<Self> {
        let mut mishaps = Vec::new();
        let mut at = Duration::from_millis(dice.between(1_000, 2_000));
        while at < storm {
            if !wrong.is_empty() && dice.once_in(3) {
                let member = wrong[dice.between(0, wrong.len() as u64 - 1) as usize];
                let seconds = dice.between(0, 7_200).cast_signed() - 3_600;
                let accident = Accident::ClockJump(seconds);
                mishaps.push(Self {
                    at,
                    members: vec![member],
                    accident,
                });
            } else {
                let number = dice.between(1, nodes as u64) as usize;
                let members = dice.choose(number, nodes);
                let accident = Accident::Pause(Duration::from_millis(dice.between(200, 6_000)));
                mishaps.push(Self {
                    at,
                    members,
                    accident,
                });
            }
            at += Duration::from_millis(dice.between(500, 3_000));
        }
        mishaps
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            member,
            life,
            change,
            moment,
        } = self;
        write!(f, "{member}:{life}:{change}:{moment}")
    }
}

/// Not a failure of power.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no failure of power; give member:life:change:moment, as 1:0:17:torn128")]
pub struct NoCut(String);

impl FromStr for Cut {
    type Err = NoCut;

    fn from_str(text: &str) -> Result<Self, NoCut> {
        let parts: Vec<&str> = text.split(':').collect();
        let cut = |parts: &[&str]| {
            let [member, life, change, moment] = parts else {
                return None;
            };
            Some(Self {
                member: member.parse().ok()?,
                life: life.parse().ok()?,
                change: change.parse().ok()?,
                moment: moment.parse().ok()?,
            })
        };
        cut(&parts).ok_or_else(|| NoCut(text.into()))
    }
}
