//! Statements to prove: a full stake table with distinct keys and stakes, of which two thirds sign.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use crema_circuit::{Entry, Message, Statement, Version};
use crema_light_client::{
    bls,
    schnorr::{self, Signature},
    stake_table::{StakeTable, StakeTableEntry, StakeTableState},
    state::LightClientState,
    u256::U256,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::error::Error;

/// The least stake, in wei. Stakes lie between this and its double, so that two thirds of the lines always outweigh a
/// third of the stake.
const LEAST_STAKE: u64 = 1_000_000_000_000_000_000;

/// Lines that sign, of `capacity`.
pub fn signers(capacity: usize) -> usize {
    (2 * capacity).div_ceil(3)
}

/// Statement number `index` of the benchmark with this seed. Keys, stakes, signers, state and signatures are its own.
///
/// # Errors
/// [`Error::StakeTable`], which would be a fault here.
pub fn statement(version: Version, capacity: usize, seed: u64, index: usize) -> Result<Statement, Error> {
    let mut rng = generator(seed, index);
    let (keys, table) = stake_table(&mut rng, capacity)?;
    let (_, next_table) = stake_table(&mut rng, 1)?;
    let state = LightClientState {
        view_number: rng.next_u64() >> 16,
        block_height: rng.next_u64() >> 16,
        block_comm_root: scalar(&mut rng),
    };
    let next_stake_table = commit(&next_table, capacity)?;
    let message = match version {
        Version::V1 | Version::V1Canonical => Message::State(state),
        Version::V2 | Version::V2Canonical => Message::StateAndNextStakeTable {
            state,
            next_stake_table,
        },
        Version::V3 => Message::Digest(state.digest(&next_stake_table, &bytes(&mut rng))),
    };
    let signed = message.elements();
    let signing = choose(&mut rng, capacity, signers(capacity));
    let entries = table.entries().iter().zip(&keys).zip(signing);
    let entries = entries.map(|((line, key), signs)| Entry {
        key: line.schnorr_key,
        amount: line.amount.reduce(),
        bit: if signs { Fr::ONE } else { Fr::ZERO },
        signature: if signs {
            key.sign(&signed)
        } else {
            Signature::default()
        },
    });
    Ok(Statement {
        entries: entries.collect(),
        message,
        stake_table: commit(&table, capacity)?,
    })
}

/// A generator for one statement alone: no two pairs of seed and index share one.
fn generator(seed: u64, index: usize) -> ChaCha20Rng {
    let mut hasher = blake3::Hasher::new_derive_key("crema bench prove statement v1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(index as u64).to_le_bytes());
    ChaCha20Rng::from_seed(*hasher.finalize().as_bytes())
}

fn stake_table(rng: &mut ChaCha20Rng, lines: usize) -> Result<(Vec<schnorr::SigningKey>, StakeTable), Error> {
    let keys: Vec<_> = (0..lines)
        .map(|_| schnorr::SigningKey::from_seed(&bytes(rng)))
        .collect();
    let entries = keys.iter().map(|key| StakeTableEntry {
        bls_key: bls::SigningKey::from_seed(&bytes(rng)).verifying_key(),
        schnorr_key: key.verifying_key(),
        amount: U256::from(LEAST_STAKE + rng.next_u64() % LEAST_STAKE),
    });
    let table = StakeTable::new(entries.collect()).map_err(|error| Error::StakeTable(error.to_string()))?;
    Ok((keys, table))
}

fn commit(table: &StakeTable, capacity: usize) -> Result<StakeTableState, Error> {
    table
        .commit(capacity)
        .map_err(|error| Error::StakeTable(error.to_string()))
}

/// Which of `count` lines are among the `chosen` ones: a shuffle of the list (Fisher-Yates).
fn choose(rng: &mut ChaCha20Rng, count: usize, chosen: usize) -> Vec<bool> {
    let mut lines: Vec<bool> = (0..count).map(|line| line < chosen).collect();
    for last in (1..count).rev() {
        // the remainder's bias, below 2^-54, chooses nothing but who signs a benchmark
        let other = rng.next_u64() % (last as u64 + 1);
        lines.swap(last, other as usize);
    }
    lines
}

fn bytes(rng: &mut ChaCha20Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn scalar(rng: &mut ChaCha20Rng) -> Fr {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    Fr::from_le_bytes_mod_order(&bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crema_circuit::{structure, witness};

    use super::*;

    #[test]
    fn every_version_s_statements_are_true() {
        for version in Version::ALL {
            let circuit = structure(version, 3).unwrap();
            let statement = statement(version, 3, 1, 0).unwrap();
            let witness = witness(version, 3, &statement).unwrap();
            circuit.check(&witness.values, &witness.public_inputs).unwrap();
        }
    }

    #[test]
    fn two_thirds_sign_and_their_signatures_are_real() {
        let statement = statement(Version::V1, 7, 1, 0).unwrap();
        let message = statement.message.elements();
        let signed: Vec<_> = statement
            .entries
            .iter()
            .filter(|entry| entry.bit == Fr::ONE)
            .collect();
        assert_eq!(signed.len(), 5);
        for entry in signed {
            entry.key.verify(&message, &entry.signature).unwrap();
        }
    }

    #[test]
    fn no_two_statements_share_anything() {
        let mut keys = HashSet::new();
        let mut roots = HashSet::new();
        for (seed, index) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
            let statement = statement(Version::V1, 3, seed, index).unwrap();
            assert!(statement.entries.iter().all(|entry| keys.insert(entry.key)));
            assert!(roots.insert(statement.message.elements()[2]));
        }
        assert_eq!((keys.len(), roots.len()), (12, 4));
    }

    #[test]
    fn the_same_seed_gives_the_same_statement() {
        let again = || format!("{:?}", statement(Version::V2, 2, 9, 4).unwrap());
        assert_eq!(again(), again());
    }
}
