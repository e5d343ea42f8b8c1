//! What gas costs at the fees of some days.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::error::GasError;

/// Base fees and ether's price, moment by moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Fees(Vec<Moment>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    base_fee_gwei: f64,
    ether_usd: f64,
}

/// What an amount of gas costs over a history, the priority fee left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Ether at a tenth of the moments or less, at half of them, at nine tenths.
    pub ether: [f64; 3],
    /// Dollars, likewise.
    pub usd: [f64; 3],
    /// Moments.
    pub moments: usize,
}

const HEADER: &str = "base_fee_gwei,ether_usd";
const GWEI_PER_ETHER: f64 = 1e9;
const PERCENTILES: [usize; 3] = [10, 50, 90];

impl Fees {
    /// Reads a history.
    ///
    /// # Errors
    /// [`GasError::Fees`].
    pub fn read(path: &Path) -> Result<Self, GasError> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string());
        text.and_then(|text| Self::parse(&text))
            .map_err(|reason| GasError::Fees {
                path: path.to_owned(),
                reason,
            })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        match lines.next() {
            Some((_, header)) if header.trim() == HEADER => {}
            other => {
                return Err(format!(
                    "expected the line {HEADER:?} first, found {:?}",
                    other.map(|(_, line)| line)
                ));
            }
        }
        let moments = lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                let positive = |text: &str| {
                    text.trim()
                        .parse()
                        .ok()
                        .filter(|value: &f64| value.is_finite() && *value > 0.0)
                };
                let moment = line.split_once(',').and_then(|(fee, price)| {
                    Some(Moment {
                        base_fee_gwei: positive(fee)?,
                        ether_usd: positive(price)?,
                    })
                });
                moment.ok_or_else(|| format!("line {}: {line:?} is not two numbers above zero", number + 1))
            });
        let moments = moments.collect::<Result<Vec<_>, _>>()?;
        if moments.is_empty() {
            Err("no moment".to_owned())
        } else {
            Ok(Self(moments))
        }
    }

    /// What `gas` costs.
    pub fn cost(&self, gas: u64) -> Cost {
        let ether = |moment: &Moment| gas as f64 * moment.base_fee_gwei / GWEI_PER_ETHER;
        let percentiles = |value: &dyn Fn(&Moment) -> f64| {
            let mut values: Vec<f64> = self.0.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            PERCENTILES.map(|percent| values[(values.len() * percent).div_ceil(100).max(1) - 1])
        };
        Cost {
            ether: percentiles(&ether),
            usd: percentiles(&|moment| ether(moment) * moment.ether_usd),
            moments: self.0.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_those_of_the_moments() {
        let lines: Vec<String> = (1..=10)
            .map(|fee| format!("{fee},{}", 4000 - 100 * fee))
            .collect();
        let fees = Fees::parse(&format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
        let cost = fees.cost(500_000);
        assert_eq!(cost.moments, 10);
        for (found, expected) in cost.ether.into_iter().zip([0.0005, 0.0025, 0.0045]) {
            assert!((found - expected).abs() < 1e-12, "{cost:?}");
        }
        // dollars are ordered by themselves, not by fees
        for (found, fee) in cost.usd.into_iter().zip([1.0, 5.0, 9.0]) {
            assert!(
                (found - 0.0005 * fee * (4000.0 - 100.0 * fee)).abs() < 1e-9,
                "{cost:?}"
            );
        }
    }

    #[test]
    fn what_is_no_history_is_refused() {
        for (text, reason) in [
            ("", "first"),
            ("1,2\n", "first"),
            ("base_fee_gwei,ether_usd\n", "no moment"),
            ("base_fee_gwei,ether_usd\n1,2\n1\n", "line 3"),
            ("base_fee_gwei,ether_usd\n0,2\n", "line 2"),
            ("base_fee_gwei,ether_usd\n1,NaN\n", "line 2"),
        ] {
            let error = Fees::parse(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
