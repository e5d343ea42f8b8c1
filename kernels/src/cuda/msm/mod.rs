//! Multi-scalar multiplication on the card: prepared bases, and sums over them.

mod finish;
mod launch;
mod plan;
mod planned;
mod shape;

use std::{fmt, ops::Range};

use ark_bn254::{Fr, G1Projective};
use ark_ff::Zero;

pub use self::plan::SumPlan;
pub(super) use self::planned::{planned, scratch};
use self::{
    launch::{Job, MAX_VECTORS, Sums},
    shape::{Rows, SMALLEST_CHUNK, Shape, Speed},
};
use super::{Buffer, Device, View};
use crate::{Error, Point, Shared};

/// The most points of a table's rows in all: an entry of the sort has 32 bits for the point.
const MAX_TABLE_POINTS: u64 = 1 << 32;

/// Points whose multiples are computed by one launch, for each of which there is scratch memory.
const TABLE_CHUNK: usize = 1 << 17;

/// Points prepared for multi-scalar multiplication.
///
/// What is kept depends on memory: rows of multiples `2^(j·step)·P` so that all windows of a scalar share buckets, as many
/// as are useful and fit; the points alone; or nothing, when the points stay with the host and go to the card piece by
/// piece whenever they are needed.
pub(crate) struct Bases {
    device: Device,
    rows: Rows,
    length: usize,
    place: Place,
}

enum Place {
    Card(Buffer<Point>),
    Host(Shared<Point>),
}

impl fmt::Display for Bases {
    /// The plan, for the memory plan that an operator reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        match self.place {
            Place::Card(_) if self.rows.count > 1 => write!(
                f,
                "{} points, {} multiples of each {} bits apart, {} MiB",
                self.length,
                self.rows.count,
                self.rows.step,
                mib(self.rows.bytes(self.length))
            ),
            Place::Card(_) => write!(
                f,
                "{} points without multiples, {} MiB",
                self.length,
                mib(self.rows.bytes(self.length))
            ),
            Place::Host(_) => write!(f, "{} points streamed from the host", self.length),
        }
    }
}

/// Vectors that one launch takes over a range of the points.
struct Group {
    range: Range<usize>,
    /// Indices of the vectors, and the parts of them.
    members: Vec<usize>,
    parts: Vec<View<Fr>>,
    shape: Shape,
}

impl Bases {
    /// Makes points resident with as many multiples as fit `budget` bytes.
    pub(crate) fn prepare(device: &Device, points: Shared<Point>, budget: u64) -> Result<Self, Error> {
        let rows = planned(device, points.len(), budget).rows;
        Self::with_rows(device, points, rows)
    }

    /// Makes points resident without multiples.
    pub(crate) fn without_multiples(device: &Device, points: Shared<Point>) -> Result<Self, Error> {
        Self::with_rows(device, points, Some(Rows::NONE))
    }

    /// Without rows, the points stay with the host.
    fn with_rows(device: &Device, points: Shared<Point>, rows: Option<Rows>) -> Result<Self, Error> {
        let length = points.len();
        let place = match rows {
            Some(rows) => Place::Card(table(device, &points, rows)?),
            None => Place::Host(points),
        };
        Ok(Self {
            device: device.clone(),
            rows: rows.unwrap_or(Rows::NONE),
            length,
            place,
        })
    }

    /// Number of points.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// `Σ scalars[k][i]·points[i]` for every vector, which the caller has checked to be no longer than the points.
    pub(crate) fn msm(&self, scalars: &[View<Fr>]) -> Result<Vec<G1Projective>, Error> {
        let mut results = vec![G1Projective::zero(); scalars.len()];
        let mut running: Vec<(Group, Sums)> = Vec::new();
        for group in self.groups(scalars) {
            let sums = self.start(&group)?;
            running.push((group, sums));
        }
        // the only wait is for the first result: everything is on the stream
        for (group, sums) in &running {
            let mut sinks: Vec<&mut G1Projective> = results
                .iter_mut()
                .enumerate()
                .filter_map(|(vector, result)| group.members.contains(&vector).then_some(result))
                .collect();
            sums.add_to(&self.device, group.shape, &mut sinks)?;
        }
        Ok(results)
    }

    fn start(&self, group: &Group) -> Result<Sums, Error> {
        let mut job = Job {
            shape: group.shape,
            points: 0,
            row: self.length as u32,
            vectors: &group.parts,
        };
        match &self.place {
            Place::Card(table) => {
                job.points = table.slice(group.range.start..table.len()).pointer();
                job.launch(&self.device)
            }
            Place::Host(points) => {
                let part = self.device.upload(&points[group.range.clone()])?;
                job.points = part.pointer();
                job.row = part.len() as u32;
                job.launch(&self.device)
            }
        }
    }

    /// Cuts vectors into groups of what one launch can take, by memory and by the length of the sort's keys.
    fn groups(&self, scalars: &[View<Fr>]) -> Vec<Group> {
        let speed = Speed::of(self.device.multiprocessors());
        let memory = self.device.memory();
        // not all of it: the arena rounds lengths up
        let budget = memory.limit.saturating_sub(memory.in_use) / 8 * 7;
        let longest = scalars.iter().map(|vector| vector.len()).max().unwrap_or(0);
        let chunk = self.chunk(speed, longest, budget);
        let mut groups = Vec::new();
        let mut start = 0;
        while start < longest {
            let range = start..longest.min(start + chunk);
            start = range.end;
            let mut open: Option<Group> = None;
            for (vector, view) in scalars.iter().enumerate() {
                if view.len() <= range.start {
                    continue;
                }
                let part = view.slice(range.start..view.len().min(range.end));
                let joined = open
                    .take()
                    .and_then(|group| self.join(group, vector, part, speed, budget, &mut groups));
                open = joined.or_else(|| {
                    let shape = speed.best_shape(self.rows, part.len(), 1)?;
                    Some(Group {
                        range: range.clone(),
                        members: vec![vector],
                        parts: vec![part],
                        shape,
                    })
                });
            }
            groups.extend(open);
        }
        groups
    }

    /// The group with one vector more; when that is too much, the group is closed and there is none.
    fn join(
        &self,
        mut group: Group,
        vector: usize,
        part: View<Fr>,
        speed: Speed,
        budget: u64,
        closed: &mut Vec<Group>,
    ) -> Option<Group> {
        let count = group.members.len() + 1;
        let total = group.parts.iter().map(|part| part.len()).sum::<usize>() + part.len();
        let shape = speed.best_shape(self.rows, total, count as u32).filter(|shape| {
            count <= MAX_VECTORS && shape.scratch(total, count as u32) <= budget && entries_fit(*shape, total)
        });
        let Some(shape) = shape else {
            closed.push(group);
            return None;
        };
        group.members.push(vector);
        group.parts.push(part);
        group.shape = shape;
        Some(group)
    }

    /// Scalars of a vector that are multiplied at once: all of them, if memory allows.
    fn chunk(&self, speed: Speed, longest: usize, budget: u64) -> usize {
        let mut chunk = longest;
        while chunk > SMALLEST_CHUNK {
            let points = match self.place {
                Place::Card(_) => 0,
                Place::Host(_) => Rows::NONE.bytes(chunk),
            };
            let fits = speed.best_shape(self.rows, chunk, 1).is_some_and(|shape| {
                entries_fit(shape, chunk) && shape.scratch(chunk, 1).saturating_add(points) <= budget
            });
            if fits {
                break;
            }
            chunk = chunk.div_ceil(2).max(SMALLEST_CHUNK);
        }
        chunk
    }
}

/// Whether the number of digits fits the kernels' 32-bit counters, whole tiles included.
fn entries_fit(shape: Shape, scalars: usize) -> bool {
    scalars as u64 * u64::from(shape.windows) < 1 << 31
}

/// Points and their multiples, row by row.
fn table(device: &Device, points: &[Point], rows: Rows) -> Result<Buffer<Point>, Error> {
    let length = points.len();
    let table = device.allocate::<Point>(length * rows.count as usize)?;
    device.write(points, table.slice(0..length))?;
    if rows.count == 1 || length == 0 {
        return Ok(table);
    }
    let factors = device.allocate::<Fr>(rows.count as usize * length.min(TABLE_CHUNK))?;
    for first in (0..length).step_by(TABLE_CHUNK) {
        let count = (length - first).min(TABLE_CHUNK) as u32;
        launch!(device, "msm_table", grid: count.div_ceil(128), block: 128, shared: 0,
                [table.pointer(), factors.pointer(), length as u32, first as u32, count, rows.count, rows.step])?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests;
