//! How fast memory is.

use std::time::Instant;

use rayon::prelude::*;

/// Words that are copied: more than a cache holds, twice.
const WORDS: usize = 1 << 24;
const CHUNK: usize = 1 << 14;
const ATTEMPTS: usize = 4;

/// Bytes read and written per second by a copy on all threads: the best of a few.
pub fn bytes_per_s() -> f64 {
    let source: Vec<u64> = (0..WORDS as u64).into_par_iter().collect();
    let mut target = vec![0u64; WORDS];
    let mut best: f64 = 0.0;
    for attempt in 0..ATTEMPTS {
        let start = Instant::now();
        target
            .par_chunks_mut(CHUNK)
            .zip(source.par_chunks(CHUNK))
            .for_each(|(target, source)| target.copy_from_slice(source));
        let rate = (2 * size_of_val(&source[..])) as f64 / start.elapsed().as_secs_f64();
        // the first one finds pages that nobody has touched
        if attempt > 0 {
            best = best.max(rate);
        }
    }
    std::hint::black_box(&target);
    best
}
