//! Lengths of time as operators write them: `10m`, `2s`, `500ms`, `1h30m`.

use std::{fmt, str::FromStr, time::Duration};

/// Units by their suffix, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// The longest interval accepted: a year, so that deadlines never overflow a clock.
const MAX: Duration = Duration::from_hours(366 * 24);

/// A length of time that reads and prints in the operators' notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval(pub Duration);

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseIntervalError {
    /// Not a sequence of numbers with units.
    #[error(
        "{0:?} is not a length of time: write numbers with units d, h, m, s or ms, such as 10m, 2s or 1h30m"
    )]
    Malformed(String),
    /// Longer than a year.
    #[error("{0:?} is longer than a year")]
    TooLong(String),
}

impl FromStr for Interval {
    type Err = ParseIntervalError;

    fn from_str(text: &str) -> Result<Self, ParseIntervalError> {
        let malformed = || ParseIntervalError::Malformed(text.to_owned());
        let too_long = || ParseIntervalError::TooLong(text.to_owned());
        let mut rest = text.trim();
        let mut total = Duration::ZERO;
        if rest.is_empty() {
            return Err(malformed());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(malformed)?;
            let (number, tail) = rest.split_at(digits);
            let unit_end = tail
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let scale = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, scale)| *scale)
                .ok_or_else(malformed)?;
            if number.is_empty() {
                return Err(malformed());
            }
            let milliseconds = number
                .parse::<u64>()
                .ok()
                .and_then(|n| n.checked_mul(scale))
                .ok_or_else(too_long)?;
            total = total
                .checked_add(Duration::from_millis(milliseconds))
                .ok_or_else(too_long)?;
            rest = tail.trim_start();
        }
        if total > MAX {
            Err(too_long())
        } else {
            Ok(Self(total))
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, scale) in UNITS.iter().rev() {
            if rest >= *scale {
                write!(f, "{}{unit}", rest / scale)?;
                rest %= scale;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_operators_write() {
        for (text, milliseconds) in [
            ("10m", 600_000),
            ("2s", 2_000),
            ("500ms", 500),
            ("1h30m", 5_400_000),
            ("1m 30s", 90_000),
            (" 7s ", 7_000),
            ("0s", 0),
        ] {
            let interval: Interval = text.parse().unwrap();
            assert_eq!(interval.0, Duration::from_millis(milliseconds), "{text}");
            assert_eq!(interval.to_string().parse(), Ok(interval), "{text}");
        }
        assert_eq!(Interval(Duration::from_mins(90)).to_string(), "1h30m");
    }

    #[test]
    fn rejects_the_rest() {
        for text in ["", "10", "m", "-1s", "1.5s", "10M", "1s2", "1 s", "∞s", "2sec"] {
            assert_eq!(
                text.parse::<Interval>(),
                Err(ParseIntervalError::Malformed(text.to_owned())),
                "{text:?}"
            );
        }
        for text in [
            "99999999999999999999s",
            "18446744073709551615ms",
            "400d",
            "18446744073709551615d",
        ] {
            assert_eq!(
                text.parse::<Interval>(),
                Err(ParseIntervalError::TooLong(text.to_owned())),
                "{text:?}"
            );
        }
    }
}
