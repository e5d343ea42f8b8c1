//! Lengths of time as operators write them: `10s`, `100ms`, `1h30m`.

use std::time::Duration;

use thiserror::Error;

/// Units by their suffix, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// The longest time accepted: a year, so that deadlines never overflow a clock.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// Why a text is no length of time.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseDurationError {
    /// Not numbers with units.
    #[error(
        "{found:?} is not a length of time: write numbers with units d, h, m, s or ms, such as 10s or 1h30m"
    )]
    Malformed {
        /// The text, shortened.
        found: String,
    },
    /// Longer than a year.
    #[error("{found:?} is longer than a year")]
    TooLong {
        /// The text, shortened.
        found: String,
    },
}

/// Reads numbers with units, one behind the other. Fits clap's `value_parser`.
///
/// # Errors
/// On anything else, and on more than a year.
pub fn parse(text: &str) -> Result<Duration, ParseDurationError> {
    let found = || text.chars().take(32).collect::<String>();
    let malformed = || ParseDurationError::Malformed { found: found() };
    let too_long = || ParseDurationError::TooLong { found: found() };
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(malformed)?;
        let (number, tail) = rest.split_at(digits);
        if number.is_empty() {
            return Err(malformed());
        }
        let end = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, scale) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(malformed)?;
        let milliseconds = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(*scale))
            .ok_or_else(too_long)?;
        total = total
            .checked_add(Duration::from_millis(milliseconds))
            .ok_or_else(too_long)?;
        rest = tail.trim_start();
    }
    if total > LONGEST {
        return Err(too_long());
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_units() {
        for (text, milliseconds) in [
            ("10s", 10_000),
            ("100ms", 100),
            ("1h30m", 5_400_000),
            (" 1m 30s ", 90_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "10", "s", "10 s", "1.5s", "-1s", "10x"] {
            assert!(
                matches!(parse(text), Err(ParseDurationError::Malformed { .. })),
                "{text}"
            );
        }
        for text in ["367d", "99999999999999999999s", "18446744073709551615d"] {
            assert!(
                matches!(parse(text), Err(ParseDurationError::TooLong { .. })),
                "{text}"
            );
        }
    }
}
