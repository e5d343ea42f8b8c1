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
}

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
        })
    }

    /// A figure that was measured once.
    pub const fn single(value: f64) -> Self {
        Self {
            median: value,
            min: value,
            max: value,
            count: 1,
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
                count: 3
            }
        );
        let even = Summary::of(&[4.0, 1.0, 3.0, 100.0]).unwrap();
        assert!((even.median - 3.5).abs() < f64::EPSILON);
        assert_eq!(Summary::of(&[7.0]), Some(Summary::single(7.0)));
    }

    #[test]
    fn what_is_no_number_has_no_summary() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
        assert_eq!(Summary::of(&[f64::INFINITY]), None);
    }
}
