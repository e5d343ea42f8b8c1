//! Whether the sequencer's stake table is the one that the contract is committed to.

use std::fmt;

use crema_light_client::{
    field,
    stake_table::{StakeTable, StakeTableState},
};

use super::UpdateError;

/// Capacities in use, tried in order to tell a wrong capacity from a wrong stake table.
const COMMON_CAPACITIES: [usize; 14] = [2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256];

/// Commitments that are not equal: name, the contract's, ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences(pub(super) Vec<(&'static str, String, String)>);

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, contract, ours)) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{name} is {contract} there and {ours} here")?;
        }
        Ok(())
    }
}

/// The columns in which two states differ; none when they are equal.
fn differences(contract: &StakeTableState, ours: &StakeTableState) -> Option<Differences> {
    const NAMES: [&str; 4] = ["blsKeyComm", "schnorrKeyComm", "amountComm", "threshold"];
    let columns = NAMES
        .into_iter()
        .zip(contract.to_elements().into_iter().zip(ours.to_elements()));
    let differences: Vec<_> = columns
        .filter(|(_, (contract, ours))| contract != ours)
        .map(|(name, (contract, ours))| {
            let text = if name == "threshold" {
                field::to_decimal
            } else {
                field::to_hex
            };
            (name, text(&contract), text(&ours))
        })
        .collect();
    (!differences.is_empty()).then_some(Differences(differences))
}

/// Checks that `contract` commits to `table` at this capacity.
///
/// The threshold is compared as well: the contract may demand another one than a third and one, and then its own counts,
/// so a threshold that differs alone is no mismatch.
///
/// # Errors
/// [`UpdateError::WrongCapacity`] when the table is the contract's at another capacity,
/// [`UpdateError::StakeTableMismatch`] when it is another table, [`UpdateError::Uncommittable`] when it does not fit.
pub fn check(table: &StakeTable, capacity: usize, contract: &StakeTableState) -> Result<(), UpdateError> {
    let ours = table.commit(capacity);
    let same = |ours: &StakeTableState| {
        StakeTableState {
            threshold: contract.threshold,
            ..*ours
        } == *contract
    };
    if ours.as_ref().is_ok_and(same) {
        return Ok(());
    }
    let other = COMMON_CAPACITIES
        .into_iter()
        .filter(|other| *other != capacity)
        .find(|other| table.commit(*other).as_ref().is_ok_and(same));
    if let Some(other) = other {
        return Err(UpdateError::WrongCapacity {
            configured: capacity,
            contract: other,
        });
    }
    match differences(contract, &ours?) {
        Some(differences) => Err(UpdateError::StakeTableMismatch {
            entries: table.len(),
            differences,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;
    use crema_light_client::u256::U256;

    use super::*;
    use crate::update::testing::Network;

    #[test]
    fn the_same_table_passes_whatever_the_threshold() {
        let network = Network::new(5, 1);
        let contract = network.table.commit(10).unwrap();
        check(&network.table, 10, &contract).unwrap();
        check(
            &network.table,
            10,
            &StakeTableState {
                threshold: Fr::from(4),
                ..contract
            },
        )
        .unwrap();
    }

    #[test]
    fn a_wrong_capacity_is_named() {
        let network = Network::new(5, 1);
        let contract = network.table.commit(10).unwrap();
        for configured in [5, 200, 4, 1] {
            let error = check(&network.table, configured, &contract).unwrap_err();
            assert!(
                matches!(error, UpdateError::WrongCapacity { configured: c, contract: 10 } if c == configured),
                "{error}"
            );
        }
    }

    #[test]
    fn another_table_is_told_apart_by_its_columns() {
        let network = Network::new(5, 1);
        let contract = network.table.commit(10).unwrap();
        let mut entries = network.table.entries().to_vec();
        entries[0].amount = U256::from(7);
        let heavier = StakeTable::new(entries.clone()).unwrap();
        let text = check(&heavier, 10, &contract).unwrap_err().to_string();
        assert!(
            text.contains("amountComm") && text.contains("threshold"),
            "{text}"
        );
        assert!(
            !text.contains("blsKeyComm") && !text.contains("schnorrKeyComm"),
            "{text}"
        );
        entries.swap(1, 2);
        let swapped = StakeTable::new(entries).unwrap();
        let error = check(&swapped, 10, &contract).unwrap_err();
        assert!(
            matches!(error, UpdateError::StakeTableMismatch { entries: 5, .. }),
            "{error}"
        );
    }

    #[test]
    fn a_table_that_fits_nowhere_is_said_to_be_too_large() {
        let large = Network::new(11, 1);
        let contract = Network::new(5, 1).table.commit(10).unwrap();
        let error = check(&large.table, 10, &contract).unwrap_err();
        assert!(matches!(error, UpdateError::Uncommittable(_)), "{error}");
    }
}
