//! When a figure has changed.

use std::fmt;

use super::Figure;
use crate::statistics::Summary;

/// Changes of less than this are noise whatever the spread says: a clock and a scheduler are no better.
const NOISE: f64 = 0.03;
/// The spread of a figure that was measured once is not known, and taken for this.
const UNKNOWN: f64 = 0.10;

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the spread.
    Same = 0,
    /// Better beyond it.
    Better = 1,
    /// Worse beyond it.
    Worse = 2,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Same => "same",
            Self::Better => "better",
            Self::Worse => "WORSE",
        })
    }
}

/// How far repetitions lie from the median, as a part of it: the further quartile where there are some, doubled to cover
/// most of them, or the further end of the range.
pub fn spread(summary: &Summary) -> f64 {
    if summary.count < 2 {
        return UNKNOWN;
    }
    let (low, high, times) = match summary.quartiles {
        Some([low, high]) => (low, high, 2.0),
        None => (summary.min, summary.max, 1.0),
    };
    let further = (high - summary.median).max(summary.median - low);
    (times * further / summary.median.abs()).max(0.0)
}

/// Compares two figures of the same.
pub fn judge(before: &Figure, after: &Figure) -> Verdict {
    let (old, new) = (&before.summary, &after.summary);
    let allowed = if before.is_exact() {
        0.0
    } else {
        (spread(old) + spread(new)).max(NOISE)
    };
    let ratio = new.median / old.median;
    let (grown, shrunk) = (ratio > 1.0 + allowed, ratio < 1.0 / (1.0 + allowed));
    match (grown, shrunk, before.more_is_better()) {
        (true, _, false) | (_, true, true) => Verdict::Worse,
        (true, _, true) | (_, true, false) => Verdict::Better,
        _ => Verdict::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, values: &[f64]) -> Figure {
        Figure {
            subject: "test".to_owned(),
            name: name.to_owned(),
            summary: Summary::of(values).unwrap(),
        }
    }

    /// Twenty repetitions around a time, a twentieth of it apart at most, the last one disturbed.
    fn series(seconds: f64) -> Vec<f64> {
        let repetition = |i: u32| seconds * (1.0 + 0.01 * f64::from(i % 6) - 0.025);
        (0..19).map(repetition).chain([3.0 * seconds]).collect()
    }

    #[test]
    fn a_slowed_series_is_flagged_and_the_same_again_is_not() {
        let before = figure("wall_s", &series(1.0));
        for (seconds, verdict) in [
            (1.0, Verdict::Same),
            (1.02, Verdict::Same),
            (0.98, Verdict::Same),
            (1.2, Verdict::Worse),
            (2.0, Verdict::Worse),
            (0.8, Verdict::Better),
        ] {
            assert_eq!(
                judge(&before, &figure("wall_s", &series(seconds))),
                verdict,
                "{seconds}"
            );
        }
    }

    #[test]
    fn more_per_second_is_better() {
        let before = figure("bytes_per_s", &[1.0, 1.01, 0.99]);
        let after = |value: f64| figure("bytes_per_s", &[value, value, value]);
        assert_eq!(judge(&before, &after(1.5)), Verdict::Better);
        assert_eq!(judge(&before, &after(0.7)), Verdict::Worse);
    }

    #[test]
    fn few_repetitions_excuse_more() {
        let once = |value: f64| figure("wall_s", &[value]);
        assert_eq!(judge(&once(1.0), &once(1.15)), Verdict::Same);
        assert_eq!(judge(&once(1.0), &once(1.25)), Verdict::Worse);
        let steady = |value: f64| figure("wall_s", &[value; 3]);
        assert_eq!(judge(&steady(1.0), &steady(1.02)), Verdict::Same);
        assert_eq!(judge(&steady(1.0), &steady(1.04)), Verdict::Worse);
        let counted = |value: f64| figure("calls: update: gas", &[value]);
        assert_eq!(judge(&counted(443_969.0), &counted(443_969.0)), Verdict::Same);
        assert_eq!(judge(&counted(443_969.0), &counted(443_970.0)), Verdict::Worse);
        let apart = figure("wall_s", &[1.0, 2.0, 1.5]);
        assert_eq!(judge(&apart, &figure("wall_s", &[2.4; 3])), Verdict::Worse);
        assert_eq!(judge(&apart, &figure("wall_s", &[1.9; 3])), Verdict::Same);
    }
}
