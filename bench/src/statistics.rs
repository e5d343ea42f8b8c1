//! From repetitions to a figure.

use serde::{Deserialize, Serialize};

/// Median and range of some measurements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The middle value, or the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// How many there are.
    pub count: usize,
    /// The values below which a quarter and three quarters of them lie; of five values or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quartiles: Option<[f64; 2]>,
}

/// Of fewer values a quartile is one of the ends, or next to it.
const FEWEST_FOR_QUARTILES: usize = 5;

impl Summary {
    /// The summary of some values: `None` of none, and where one of them is not a number.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let upper = sorted.len() / 2;
        let lower = (sorted.len() - 1) / 2;
        Some(Self {
            median: f64::midpoint(sorted[lower], sorted[upper]),
            min,
            max,
            count: sorted.len(),
            quartiles: (sorted.len() >= FEWEST_FOR_QUARTILES).then(|| {
                let quarter = (sorted.len() - 1) / 4;
                [sorted[quarter], sorted[sorted.len() - 1 - quarter]]
            }),
        })
    }

    /// One summary of several: exact where each is of a single value, else the median of their medians and all of their
    /// range. `None` of none.
    pub fn pool(summaries: &[Self]) -> Option<Self> {
        let medians: Vec<f64> = summaries.iter().map(|summary| summary.median).collect();
        let pooled = Self::of(&medians)?;
        match summaries {
            [one] => Some(*one),
            _ if summaries.iter().all(|summary| summary.count == 1) => Some(pooled),
            _ => Some(Self {
                min: summaries
                    .iter()
                    .map(|summary| summary.min)
                    .fold(f64::INFINITY, f64::min),
                max: summaries
                    .iter()
                    .map(|summary| summary.max)
                    .fold(f64::NEG_INFINITY, f64::max),
                count: summaries.iter().map(|summary| summary.count).sum(),
                ..pooled
            }),
        }
    }

    /// A figure that was measured once.
    pub const fn single(value: f64) -> Self {
        Self {
            median: value,
            min: value,
            max: value,
            count: 1,
            quartiles: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let summary = Summary::of(&[9.0, 1.0, 2.0]).unwrap();
        assert_eq!(
            summary,
            Summary {
                median: 2.0,
                min: 1.0,
                max: 9.0,
                count: 3,
                quartiles: None,
            }
        );
        let even = Summary::of(&[4.0, 1.0, 3.0, 100.0]).unwrap();
        assert!((even.median - 3.5).abs() < f64::EPSILON);
        assert_eq!(Summary::of(&[7.0]), Some(Summary::single(7.0)));
    }

    #[test]
    fn quartiles_leave_a_quarter_outside_at_each_end() {
        let values: Vec<f64> = (0..9).map(f64::from).collect();
        assert_eq!(Summary::of(&values).unwrap().quartiles, Some([2.0, 6.0]));
        assert_eq!(Summary::of(&values[..5]).unwrap().quartiles, Some([1.0, 3.0]));
        assert_eq!(Summary::of(&values[..4]).unwrap().quartiles, None);
    }

    #[test]
    fn several_summaries_are_one() {
        let single = |value| Summary::single(value);
        let pooled = Summary::pool(&[single(1.0), single(5.0), single(2.0)]).unwrap();
        assert_eq!(pooled, Summary::of(&[1.0, 2.0, 5.0]).unwrap());
        let series = Summary::of(&[3.0, 4.0, 8.0]).unwrap();
        let pooled = Summary::pool(&[series, single(6.0)]).unwrap();
        let Summary {
            median,
            min,
            max,
            count,
            ..
        } = pooled;
        assert_eq!((median, min, max, count), (5.0, 3.0, 8.0, 4));
        assert_eq!(Summary::pool(&[series]), Some(series));
        assert_eq!(Summary::pool(&[]), None);
    }

    #[test]
    fn what_is_no_number_has_no_summary() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
        assert_eq!(Summary::of(&[f64::INFINITY]), None);
    }
}
