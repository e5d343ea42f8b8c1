//! How long dispersal, checks and recovery take: `cargo run --release -p crema-vid --example timings -- [bytes] [nodes]…`

use std::time::{Duration, Instant};

use crema_vid::{RangeProof, Scheme, Share, Verifier};

/// Repetitions, of which the median counts.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let bytes = arguments
        .next()
        .map_or(Ok(1 << 20), |text| text.parse::<usize>())?;
    let mut nodes = arguments
        .map(|text| text.parse())
        .collect::<Result<Vec<u32>, _>>()?;
    if nodes.is_empty() {
        nodes = vec![5, 100, 1000];
    }
    // no structure that would make scalars short or equal
    let payload: Vec<u8> = (0..bytes as u64)
        .map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u8)
        .collect();
    for nodes in nodes {
        report(&payload, nodes)?;
    }
    Ok(())
}

fn report(payload: &[u8], nodes: u32) -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{} bytes to {nodes} nodes, {} threads",
        payload.len(),
        rayon::current_num_threads()
    );
    let prepare = Instant::now();
    let scheme = Scheme::new(nodes)?;
    print_time("prepare tables (once)", prepare.elapsed());
    let mut disperse = scheme.disperse(payload)?;
    time("commit", || scheme.commit(payload))?;
    time("disperse", || scheme.disperse(payload))?;
    let share = disperse.shares[disperse.shares.len() - 1].clone();
    let common = serde_json::to_string(&disperse.common)?;
    time("decode common data", || {
        serde_json::from_str::<crema_vid::Common>(&common)
    })?;
    time("check a share, first of its dispersal", || {
        Verifier::new(disperse.commitment, disperse.common.clone())?.verify_share(&share)
    })?;
    let verifier = Verifier::new(disperse.commitment, disperse.common.clone())?;
    time("check a share, further ones", || verifier.verify_share(&share))?;
    time("check a stored payload", || verifier.verify_payload(payload))?;
    let threshold = scheme.parameters().threshold();
    let first: Vec<Share> = disperse.shares[..threshold].to_vec();
    time("recover from the first k shares", || verifier.recover(&first))?;
    let last: Vec<Share> = disperse.shares.split_off(nodes as usize - threshold);
    time("recover from the last k shares", || verifier.recover(&last))?;
    let range = payload.len() / 3..payload.len() / 3 + payload.len() / 10;
    let proof = RangeProof::new(scheme.parameters(), payload, range.clone())?;
    time("check a range of a tenth", || {
        verifier.verify_range(range.clone(), &payload[range.clone()], &proof)
    })?;
    println!();
    Ok(())
}

fn time<T, E>(what: &str, mut action: impl FnMut() -> Result<T, E>) -> Result<(), E> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        action()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    print_time(what, times[RUNS / 2]);
    Ok(())
}

fn print_time(what: &str, time: Duration) {
    println!("  {what:<40} {:>9.2} ms", time.as_secs_f64() * 1e3);
}
