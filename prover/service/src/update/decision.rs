//! What to do about a bundle: decided from what was seen, without asking anybody.

use ark_bn254::Fr;
use crema_circuit::{Entry, Message, Statement};
use crema_light_client::{
    bundle::{StateSignaturesBundle, Tally, VerifyError, Version},
    schnorr::Signature,
    stake_table::{CommitError, StakeTable},
    state::LightClientState,
    u256::U256,
};

use super::{UpdateError, contract::ContractView, error::Shortfall, stake_table};

/// What to do.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Nothing: the contract is there already.
    UpToDate,
    /// Prove and submit this.
    Prove(Box<Work>),
}

/// A statement worth proving.
#[derive(Clone, Debug)]
pub struct Work {
    /// What is to become the contract's state.
    pub state: LightClientState,
    /// Claim and evidence.
    pub statement: Statement,
    /// Number of good signatures.
    pub signers: usize,
    /// Their weight.
    pub weight: U256,
    /// What the contract wants.
    pub threshold: U256,
    /// Signatures that do not count.
    pub rejected: Vec<VerifyError>,
}

/// Whether the contract would take `state` as newer: view and height must both grow.
pub fn is_newer(state: &LightClientState, finalized: &LightClientState) -> bool {
    state.view_number > finalized.view_number && state.block_height > finalized.block_height
}

/// The protocol that a contract of this major version speaks.
///
/// # Errors
/// [`UpdateError::UnsupportedVersion`] for the versions that are not served yet.
pub fn protocol(contract: &ContractView) -> Result<Version, UpdateError> {
    match contract.major {
        1 => Ok(Version::V1),
        major => Err(UpdateError::UnsupportedVersion {
            address: contract.address,
            major,
        }),
    }
}

/// Decides about a bundle, given the contract and the network's stake table; every signature is verified.
///
/// # Errors
/// Everything that can be wrong with bundle and stake table.
pub fn decide(
    bundle: &StateSignaturesBundle,
    table: &StakeTable,
    capacity: usize,
    contract: &ContractView,
) -> Result<Decision, UpdateError> {
    let version = protocol(contract)?;
    if !is_newer(&bundle.state, &contract.finalized) {
        return Ok(Decision::UpToDate);
    }
    stake_table::check(table, capacity, &contract.voting)?;
    let tally = bundle
        .tally(table, version)
        .map_err(|missing| UpdateError::IncompleteBundle(Box::new(missing)))?;
    let threshold = U256::from_field(&contract.voting.threshold);
    require_weight(&tally, threshold)?;
    let entries = table
        .entries()
        .iter()
        .zip(tally.signed.iter().zip(&tally.signatures));
    let statement = Statement {
        entries: entries
            .map(|(entry, (signed, signature))| {
                let amount = entry
                    .amount
                    .to_field()
                    .ok_or(CommitError::TotalOverflow { total: table.total() })?;
                Ok(Entry {
                    key: entry.schnorr_key,
                    amount,
                    bit: Fr::from(*signed),
                    signature: if *signed { *signature } else { Signature::default() },
                })
            })
            .collect::<Result<_, CommitError>>()?,
        message: Message::State(bundle.state),
        stake_table: contract.voting,
    };
    Ok(Decision::Prove(Box::new(Work {
        state: bundle.state,
        statement,
        signers: tally.signed.iter().filter(|signed| **signed).count(),
        weight: tally.weight,
        threshold,
        rejected: tally.rejected,
    })))
}

/// The contract's threshold against the good signatures.
///
/// Relays take signatures from anybody, so a stranger's or a bad one must not stop an update that enough others have
/// signed. Where it is missed because of them, the first of them is the error.
fn require_weight(tally: &Tally, needed: U256) -> Result<(), UpdateError> {
    let found = tally.weight;
    if found >= needed {
        return Ok(());
    }
    let count = tally.rejected.len();
    let shortfall = |reason| {
        Box::new(Shortfall {
            reason,
            count,
            found,
            needed,
        })
    };
    Err(match tally.rejected.first().cloned() {
        Some(reason @ VerifyError::UnknownSigner { .. }) => UpdateError::UnknownSigner(shortfall(reason)),
        Some(reason) => UpdateError::BadSignature(shortfall(reason)),
        None => UpdateError::BelowThreshold { found, needed },
    })
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, Bytes};

    use super::*;
    use crate::update::testing::Network;

    const CAPACITY: usize = 10;

    fn contract(network: &Network) -> ContractView {
        ContractView {
            address: Address::ZERO,
            implementation: None,
            code: Bytes::new(),
            major: 1,
            finalized: LightClientState::default(),
            voting: network.table.commit(CAPACITY).unwrap(),
            permitted: None,
        }
    }

    fn state(view: u64, height: u64) -> LightClientState {
        LightClientState {
            view_number: view,
            block_height: height,
            block_comm_root: Fr::from(7),
        }
    }

    fn error(bundle: &StateSignaturesBundle, network: &Network) -> UpdateError {
        decide(bundle, &network.table, CAPACITY, &contract(network)).unwrap_err()
    }

    fn job(bundle: &StateSignaturesBundle, network: &Network) -> Work {
        match decide(bundle, &network.table, CAPACITY, &contract(network)).unwrap() {
            Decision::Prove(job) => *job,
            Decision::UpToDate => panic!("nothing to do"),
        }
    }

    #[test]
    fn a_good_bundle_becomes_a_statement() {
        let network = Network::new(5, 1);
        let job = job(&network.bundle(state(10, 5), &[0, 2, 4]), &network);
        assert_eq!(
            (job.signers, job.weight, job.threshold),
            (3, U256::from(3), U256::from(2))
        );
        let bits: Vec<Fr> = job.statement.entries.iter().map(|entry| entry.bit).collect();
        assert_eq!(bits, [1, 0, 1, 0, 1].map(Fr::from));
        assert_eq!(job.statement.stake_table, contract(&network).voting);
        assert!(job.rejected.is_empty());
    }

    #[test]
    fn both_view_and_height_must_grow() {
        let network = Network::new(5, 1);
        let finalized = state(10, 5);
        for (view, height, newer) in [
            (11, 6, true),
            (10, 5, false),
            (11, 5, false),
            (10, 6, false),
            (9, 9, false),
            (u64::MAX, u64::MAX, true),
        ] {
            let bundle = network.bundle(state(view, height), &[0, 1]);
            let contract = ContractView {
                finalized,
                ..contract(&network)
            };
            let decision = decide(&bundle, &network.table, CAPACITY, &contract).unwrap();
            assert_eq!(
                matches!(decision, Decision::Prove(_)),
                newer,
                "view {view}, height {height}"
            );
        }
    }

    #[test]
    fn an_old_bundle_is_skipped_before_it_is_checked() {
        let network = Network::new(5, 1);
        let contract = ContractView {
            finalized: state(10, 5),
            ..contract(&network)
        };
        let unsigned = network.bundle(state(10, 5), &[]);
        let decision = decide(&unsigned, &Network::new(3, 1).table, 200, &contract).unwrap();
        assert!(matches!(decision, Decision::UpToDate));
    }

    #[test]
    fn too_little_weight_is_an_error_and_just_enough_is_not() {
        let network = Network::new(5, 1);
        let one = network.bundle(state(10, 5), &[3]);
        assert!(matches!(
            error(&one, &network),
            UpdateError::BelowThreshold { .. }
        ));
        assert_eq!(job(&network.bundle(state(10, 5), &[3, 4]), &network).signers, 2);
    }

    #[test]
    fn the_contracts_threshold_counts_not_the_tables() {
        let network = Network::new(5, 1);
        let mut strict = contract(&network);
        strict.voting.threshold = Fr::from(4);
        let bundle = network.bundle(state(10, 5), &[0, 1, 2]);
        let error = decide(&bundle, &network.table, CAPACITY, &strict).unwrap_err();
        assert!(
            matches!(error, UpdateError::BelowThreshold { needed, .. } if needed == U256::from(4)),
            "{error}"
        );
        // a threshold beyond the weight's range is out of reach, not wrapped around
        strict.voting.threshold = -Fr::from(1);
        let error = decide(&bundle, &network.table, CAPACITY, &strict).unwrap_err();
        assert!(matches!(error, UpdateError::BelowThreshold { .. }), "{error}");
    }

    #[test]
    fn strangers_matter_only_where_their_weight_is_missed() {
        let network = Network::new(5, 1);
        let stranger = Network::new(8, 1);
        let mut bundle = network.bundle(state(10, 5), &[0, 1]);
        bundle
            .signatures
            .extend(stranger.bundle(state(10, 5), &[7]).signatures);
        assert_eq!(job(&bundle, &network).rejected.len(), 1);

        let mut bundle = network.bundle(state(10, 5), &[0]);
        bundle
            .signatures
            .extend(stranger.bundle(state(10, 5), &[7]).signatures);
        assert!(matches!(
            error(&bundle, &network),
            UpdateError::UnknownSigner(shortfall) if shortfall.count == 1
        ));
    }

    #[test]
    fn signatures_on_another_state_do_not_count() {
        let network = Network::new(5, 1);
        let mut bundle = network.bundle(state(10, 5), &[0, 1]);
        bundle.state.block_comm_root = Fr::from(8);
        assert!(matches!(
            error(&bundle, &network),
            UpdateError::BadSignature(shortfall) if shortfall.count == 2
        ));
    }

    #[test]
    fn the_relays_own_count_is_not_believed() {
        let network = Network::new(5, 1);
        let mut bundle = network.bundle(state(10, 5), &[0]);
        bundle.accumulated_weight = U256::MAX;
        assert!(matches!(
            error(&bundle, &network),
            UpdateError::BelowThreshold { .. }
        ));
    }

    #[test]
    fn later_versions_are_named_until_they_are_served() {
        let network = Network::new(5, 1);
        for major in [0, 2, 3, 255] {
            let contract = ContractView {
                major,
                ..contract(&network)
            };
            let error = decide(
                &network.bundle(state(1, 1), &[0]),
                &network.table,
                CAPACITY,
                &contract,
            )
            .unwrap_err();
            assert!(
                matches!(error, UpdateError::UnsupportedVersion { major: m, .. } if m == major),
                "{error}"
            );
        }
    }
}
