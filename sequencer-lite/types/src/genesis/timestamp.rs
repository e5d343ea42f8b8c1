//! Points in time, as the genesis file writes them.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use toml::value::{Datetime, Offset};

/// Seconds since 1970, from a text such as `1970-01-01T00:00:00Z` (RFC 3339, with an offset) or the number itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

/// Why a text is no point in time.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TimestampError {
    /// Another format.
    #[error("a time is written as in 1970-01-01T00:00:00Z, with date, time and offset; found {found:?}")]
    Format {
        /// The text, shortened.
        found: String,
    },
    /// Before 1970.
    #[error("{found} is before 1970")]
    Negative {
        /// The text.
        found: String,
    },
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // counted in years that start in March, so that the leap day is the last
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let format = || TimestampError::Format {
            found: text.chars().take(48).collect(),
        };
        let parsed: Datetime = text.parse().map_err(|_| format())?;
        let (Some(date), Some(time), Some(offset)) = (parsed.date, parsed.time, parsed.offset) else {
            return Err(format());
        };
        let offset_minutes = match offset {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes),
        };
        let days = days_since_1970(date.year.into(), date.month.into(), date.day.into());
        let minutes = i64::from(time.hour) * 60 + i64::from(time.minute) - offset_minutes;
        let seconds = days * 86400 + minutes * 60 + i64::from(time.second.unwrap_or(0));
        u64::try_from(seconds)
            .map(Self)
            .map_err(|_| TimestampError::Negative {
                found: text.to_owned(),
            })
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl<'de> Visitor<'de> for TimeVisitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as \"1970-01-01T00:00:00Z\", or seconds since 1970")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Timestamp, E> {
                u64::try_from(value)
                    .map(Timestamp)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Timestamp, E> {
                Ok(Timestamp(value))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }

            /// TOML's own times, without quotes, come as a map of one text.
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Timestamp, A::Error> {
                let time = Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
                time.to_string().parse().map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_any(TimeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_form() {
        let seconds = |text: &str| text.parse::<Timestamp>().map(|time| time.0);
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Ok(0));
        assert_eq!(seconds("1970-01-01T00:00:01.9Z"), Ok(1));
        assert_eq!(seconds("2024-09-18T15:00:00Z"), Ok(1_726_671_600));
        assert_eq!(seconds("2024-09-18T17:00:00+02:00"), Ok(1_726_671_600));
        assert_eq!(seconds("2000-02-29T23:59:59Z"), Ok(951_868_799));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Ok(951_868_800));
        assert_eq!(seconds("9999-12-31T23:59:59Z"), Ok(253_402_300_799));
        assert!(matches!(
            seconds("1969-12-31T23:59:59Z"),
            Err(TimestampError::Negative { .. })
        ));
        for text in [
            "",
            "1970-01-01",
            "00:00:00",
            "1970-01-01T00:00:00",
            "1970-02-30T00:00:00Z",
            "now",
        ] {
            assert!(
                matches!(seconds(text), Err(TimestampError::Format { .. })),
                "{text}"
            );
        }
    }
}
