//! Kill -9 of one program after the other, and what must hold all the same: no fork, no decided block lost, recovery in
//! seconds.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{Network, chain::Chain, layout::NODES};

/// A killed node must have caught up after this.
const RECOVERY: Duration = Duration::from_secs(30);
/// The network must decide a block in this.
const PROGRESS: Duration = Duration::from_secs(30);

/// What a storm did.
pub struct Report {
    kills: u32,
    seconds: u64,
    slowest: Duration,
    blocks: u64,
    full: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills in {} s without a fork or a lost block ({} decided, {} of them with transactions); slowest recovery {:.1} s",
            self.kills,
            self.seconds,
            self.blocks,
            self.full,
            self.slowest.as_secs_f64()
        )
    }
}

/// Numbers that follow from a seed: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Kills programs for so many seconds. The L1 is spared: a development chain forgets everything, which no real one does.
pub(super) fn run(network: &mut Network, chain: &mut Chain, seconds: u64, seed: u64) -> Result<Report> {
    println!("killing programs for {seconds} s, seed {seed}");
    let (start, before) = (Instant::now(), chain.height());
    let mut dice = Dice(seed);
    let (mut kills, mut slowest) = (0, Duration::ZERO);
    while start.elapsed() < Duration::from_secs(seconds) {
        let place = network.mortal[dice.below(network.mortal.len() as u64) as usize];
        network.fleet.kill(place)?;
        kills += 1;
        // from at once to long enough that the others notice
        let pause = Duration::from_millis(dice.below(3000));
        std::thread::sleep(pause);
        for node in 0..NODES {
            chain.follow(node)?;
        }
        network.fleet.restart(place)?;
        let restarted = Instant::now();
        let Some(node) = network.nodes.iter().position(|&node| node == place) else {
            continue;
        };
        recover(network, chain, node)?;
        slowest = slowest.max(restarted.elapsed());
        println!(
            "{:>5.0} s: killed {} for {pause:?}, back at height {} after {:.1} s",
            start.elapsed().as_secs_f64(),
            network.fleet.name(place),
            chain.height(),
            restarted.elapsed().as_secs_f64()
        );
    }
    progress(network, chain)?;
    for node in 0..NODES {
        recover(network, chain, node)?;
        chain.reread(node)?;
    }
    Ok(Report {
        kills,
        seconds,
        slowest,
        blocks: chain.height() - before,
        full: chain.full_blocks(),
    })
}

/// Waits until a node has what the others had when this was called.
fn recover(network: &mut Network, chain: &mut Chain, node: usize) -> Result<()> {
    let start = Instant::now();
    let target = chain.height();
    loop {
        chain.follow(node)?;
        if chain.height_of(node).is_ok_and(|height| height >= target) {
            return Ok(());
        }
        network.fleet.check()?;
        if start.elapsed() > RECOVERY {
            bail!("node {node} is not back at height {target} after {RECOVERY:?}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits for a block that nobody had.
fn progress(network: &mut Network, chain: &mut Chain) -> Result<()> {
    let before = chain.height();
    network.fleet.wait("progress after the storm", PROGRESS, || {
        for node in 0..NODES {
            chain.follow(node)?;
        }
        Ok((chain.height() > before).then_some(()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throws = |seed| {
            let mut dice = Dice(seed);
            (0..20).map(|_| dice.below(7)).collect::<Vec<_>>()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
        assert!((0..7).all(|side| throws(3).contains(&side) || throws(4).contains(&side)));
    }
}
