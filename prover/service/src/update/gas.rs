//! What a transaction costs, and whether it may.

use std::fmt;

use alloy::primitives::{Address, U256, utils::format_units};

use super::UpdateError;

/// The most gas that an update takes: the reference contracts use 544 thousand for the first update, the most so far.
/// For judging funds before there is a proof to estimate with.
pub const UPDATE_GAS: u64 = 700_000;

/// An amount of wei that prints as ether.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ether(pub U256);

impl fmt::Display for Ether {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format_units(self.0, "ether").unwrap_or_else(|_| format!("{} wei", self.0));
        write!(f, "{} ETH", trim(&text))
    }
}

/// A price in wei that prints as gwei.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gwei(pub u128);

impl fmt::Display for Gwei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format_units(self.0, "gwei").unwrap_or_else(|_| format!("{} wei", self.0));
        write!(f, "{} gwei", trim(&text))
    }
}

/// Without the zeros that say nothing.
fn trim(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}

/// The two fees of an EIP-1559 transaction, in wei per gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// The most that is paid.
    pub max: u128,
    /// The part of it that goes to the block's proposer.
    pub priority: u128,
}

/// What the market asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// Base fee of the next block.
    pub base: u128,
    /// Estimated fees: room for the base fee to rise, and a tip.
    pub estimate: Fees,
}

/// The fees to offer. Never more than `cap`; less room for the base fee to rise is better than not to be sent, but the
/// next block must be affordable.
///
/// # Errors
/// [`UpdateError::GasPrice`] when the next block costs more than `cap`.
pub fn fees(market: Market, cap: Option<u128>) -> Result<Fees, UpdateError> {
    let Market { base, estimate } = market;
    let Some(cap) = cap else { return Ok(estimate) };
    let now = base.saturating_add(estimate.priority);
    if now > cap {
        return Err(UpdateError::GasPrice {
            found: Gwei(now),
            cap: Gwei(cap),
        });
    }
    let max = estimate.max.min(cap);
    Ok(Fees {
        max,
        priority: estimate.priority.min(max),
    })
}

/// The fees of a transaction that is to take the place of one with `stuck` fees: nodes want both raised by a tenth, so an
/// eighth is added, or more where the market asks for it. `None` when that would exceed `cap`.
pub fn replacement(stuck: Fees, market: Market, cap: Option<u128>) -> Option<Fees> {
    let raised = |fee: u128| fee.saturating_add(fee.div_ceil(8)).max(1);
    let fees = Fees {
        max: raised(stuck.max).max(market.estimate.max),
        priority: raised(stuck.priority).max(market.estimate.priority),
    };
    cap.is_none_or(|cap| fees.max <= cap).then_some(fees)
}

/// Whether `account` can pay `gas` at `fees`.
///
/// # Errors
/// [`UpdateError::NoFunds`].
pub fn require_funds(account: Address, balance: U256, gas: u64, fees: Fees) -> Result<(), UpdateError> {
    let needed = U256::from(gas).saturating_mul(U256::from(fees.max));
    if balance < needed {
        return Err(UpdateError::NoFunds {
            account,
            balance: Ether(balance),
            needed: Ether(needed),
        });
    }
    Ok(())
}

/// An estimate with room for what may change until the transaction is mined: a fifth.
pub fn gas_limit(estimate: u64) -> u64 {
    estimate.saturating_add(estimate / 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u128 = 1_000_000_000;

    fn market(base: u128, max: u128, priority: u128) -> Market {
        Market {
            base: base * GWEI,
            estimate: Fees {
                max: max * GWEI,
                priority: priority * GWEI,
            },
        }
    }

    #[test]
    fn amounts_print_as_people_read_them() {
        assert_eq!(
            Ether(U256::from(1_500_000_000_000_000_000_u64)).to_string(),
            "1.5 ETH"
        );
        assert_eq!(Ether(U256::ZERO).to_string(), "0 ETH");
        assert_eq!(Ether(U256::from(1)).to_string(), "0.000000000000000001 ETH");
        assert_eq!(Gwei(20 * GWEI).to_string(), "20 gwei");
        assert_eq!(Gwei(1).to_string(), "0.000000001 gwei");
    }

    #[test]
    fn the_cap_bounds_what_is_offered() {
        let market = market(10, 22, 2);
        assert_eq!(fees(market, None).unwrap(), market.estimate);
        assert_eq!(fees(market, Some(100 * GWEI)).unwrap(), market.estimate);
        assert_eq!(
            fees(market, Some(15 * GWEI)).unwrap(),
            Fees {
                max: 15 * GWEI,
                priority: 2 * GWEI
            }
        );
        assert_eq!(
            fees(market, Some(12 * GWEI)).unwrap(),
            Fees {
                max: 12 * GWEI,
                priority: 2 * GWEI
            }
        );
        assert!(matches!(
            fees(market, Some(12 * GWEI - 1)),
            Err(UpdateError::GasPrice { found: Gwei(found), .. }) if found == 12 * GWEI
        ));
    }

    #[test]
    fn replacements_raise_both_fees_by_more_than_a_tenth() {
        let stuck = Fees {
            max: 10 * GWEI + 1,
            priority: 3,
        };
        let fees = replacement(stuck, market(1, 2, 0), None).unwrap();
        assert!(
            fees.max * 10 >= stuck.max * 11 && fees.priority * 10 >= stuck.priority * 11,
            "{fees:?}"
        );
        assert_eq!(
            replacement(stuck, market(50, 100, 2), None),
            Some(Fees {
                max: 100 * GWEI,
                priority: 2 * GWEI
            })
        );
        assert_eq!(replacement(stuck, market(1, 2, 0), Some(11 * GWEI)), None);
        assert_eq!(
            replacement(Fees { max: 0, priority: 0 }, market(0, 0, 0), None),
            Some(Fees { max: 1, priority: 1 })
        );
    }

    #[test]
    fn the_last_wei_decides() {
        let fees = Fees {
            max: 3 * GWEI,
            priority: GWEI,
        };
        let needed = U256::from(UPDATE_GAS) * U256::from(fees.max);
        assert!(require_funds(Address::ZERO, needed, UPDATE_GAS, fees).is_ok());
        assert!(matches!(
            require_funds(Address::ZERO, needed - U256::from(1), UPDATE_GAS, fees),
            Err(UpdateError::NoFunds { .. })
        ));
        assert_eq!(gas_limit(u64::MAX), u64::MAX);
        assert_eq!(gas_limit(500_000), 600_000);
    }
}
