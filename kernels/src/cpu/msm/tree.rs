//! Sums of buckets: runs of points are added up as binary trees, level by level.

use rayon::prelude::*;

use super::{
    adder::{Adder, Form, Pair},
    order::{NEGATIVE, Order},
};
use crate::{Point, cpu::memory::prefetch};

/// References per block. The block's points and the products of one level stay in a core's second-level cache, and
/// a level is long enough to make its inversion negligible.
const BLOCK: usize = 1 << 14;

/// How far ahead of their use points are fetched: the references of a bucket are scattered over all bases.
const PREFETCH: usize = 32;

/// A bucket's number and a sum of points in it.
type Partial = (u32, Point);

/// Buffers that a thread keeps from block to block.
#[derive(Default)]
struct Workspace<S> {
    points: Vec<Point>,
    pairs: Vec<Pair>,
    scratch: S,
}

/// The sum of every bucket, empty ones included, as many as the order has buckets.
pub(super) fn sum_buckets<A: Adder>(adder: A, bases: &[Point], order: &Order) -> Vec<Point> {
    let blocks: Vec<Vec<Partial>> = order
        .references
        .par_chunks(BLOCK)
        .enumerate()
        .map_init(Workspace::default, |workspace, (block, references)| {
            workspace.points.clear();
            workspace
                .points
                .extend(references.iter().enumerate().map(|(i, reference)| {
                    if let Some(later) = references.get(i + PREFETCH) {
                        prefetch(std::slice::from_ref(&bases[(later & !NEGATIVE) as usize]));
                    }
                    referenced(bases, *reference)
                }));
            let runs = runs_of_block(&order.starts, block * BLOCK, references.len());
            // a run's last point that has no partner meets sums, and joins them in their form
            for run in runs.iter().filter(|run| !run.length.is_multiple_of(2)) {
                let last = &mut workspace.points[(run.first + run.length - 1) as usize];
                *last = adder.to_working(*last);
            }
            sum_runs(adder, Form::Stored, workspace, &runs)
        })
        .collect();
    // a bucket that spans several blocks has a partial sum from each of them, next to each other
    let mut partials: Vec<Partial> = Vec::new();
    let mut buckets = vec![Point::INFINITY; order.starts.len() - 1];
    for block in blocks {
        for (i, partial) in block.iter().enumerate() {
            // only the ends of a block can be shared
            if i == 0 || i + 1 == block.len() {
                partials.push(*partial);
            } else {
                buckets[partial.0 as usize] = partial.1;
            }
        }
    }
    let mut workspace = Workspace {
        points: partials.iter().map(|(_, point)| *point).collect(),
        ..Workspace::default()
    };
    let runs: Vec<Run> = partials
        .chunk_by(|a, b| a.0 == b.0)
        .scan(0, |start, run| {
            let first = *start;
            *start += run.len();
            Some(Run {
                bucket: run[0].0,
                first: first as u32,
                length: run.len() as u32,
            })
        })
        .collect();
    for (bucket, sum) in sum_runs(adder, Form::Working, &mut workspace, &runs) {
        buckets[bucket as usize] = sum;
    }
    buckets
}

/// The point that a reference means. Signs are random, so that no branch depends on them.
fn referenced(bases: &[Point], reference: u32) -> Point {
    let mut point = bases[(reference & !NEGATIVE) as usize];
    let mask = u64::from(reference & NEGATIVE != 0).wrapping_neg();
    let negated = -point.y;
    for (limb, negated) in point.y.0.0.iter_mut().zip(negated.0.0) {
        *limb ^= (*limb ^ negated) & mask;
    }
    point
}

/// Consecutive points of one bucket.
#[derive(Clone, Copy)]
struct Run {
    bucket: u32,
    first: u32,
    length: u32,
}

/// The runs in the block of `length` references that begins at position `start`.
fn runs_of_block(starts: &[u32], start: usize, length: usize) -> Vec<Run> {
    let (start, end) = (start as u32, (start + length) as u32);
    let mut bucket = starts.partition_point(|&first| first <= start) - 1;
    let mut position = start;
    let mut runs = Vec::new();
    while position < end {
        let run_end = starts[bucket + 1].min(end);
        if run_end > position {
            runs.push(Run {
                bucket: bucket as u32,
                first: position - start,
                length: run_end - position,
            });
            position = run_end;
        }
        bucket += 1;
    }
    runs
}

/// Sums every run of the workspace's points. At level `l` a run's live points stand `2^l` apart, and each pair is
/// added in the place of its first. The form is that of pairs at level zero.
fn sum_runs<A: Adder>(
    adder: A,
    mut form: Form,
    workspace: &mut Workspace<A::Scratch>,
    runs: &[Run],
) -> Vec<Partial> {
    let mut active = runs.to_vec();
    let mut stride = 1;
    loop {
        active.retain(|run| run.length > stride);
        if active.is_empty() {
            break;
        }
        workspace.pairs.clear();
        for run in &active {
            let last = run.first + run.length;
            let targets = (run.first..last - stride).step_by(2 * stride as usize);
            workspace.pairs.extend(targets.map(|target| Pair {
                target,
                source: target + stride,
            }));
        }
        adder.add_pairs(
            form,
            &mut workspace.points,
            &workspace.pairs,
            &mut workspace.scratch,
        );
        form = Form::Working;
        stride *= 2;
    }
    runs.iter()
        .map(|run| (run.bucket, workspace.points[run.first as usize]))
        .collect()
}
