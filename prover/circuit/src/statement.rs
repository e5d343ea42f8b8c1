//! What a proof speaks about, and what the prover knows beside it.

use ark_bn254::Fr;
use crema_light_client::{
    schnorr::{Signature, VerifyingKey},
    stake_table::StakeTableState,
    state::LightClientState,
};

use crate::{Error, Version};

/// A line of the voting stake table, with its signer's vote.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The signer's key.
    pub key: VerifyingKey,
    /// The signer's weight.
    pub amount: Fr,
    /// One where the signature counts, else zero. Any other value makes a false statement.
    pub bit: Fr,
    /// The signer's signature; any where the bit is zero.
    pub signature: Signature,
}

/// What every signer signs.
#[derive(Clone, Debug)]
pub enum Message {
    /// Version 1: the state alone.
    State(LightClientState),
    /// Version 2: the state and the stake table that votes next.
    StateAndNextStakeTable {
        /// The new light client state.
        state: LightClientState,
        /// The next epoch's stake table at an epoch root, the voting one elsewhere.
        next_stake_table: StakeTableState,
    },
    /// Version 3: keccak256 of the encoded state, next stake table and authentication root, modulo the field.
    Digest(Fr),
}

impl Message {
    /// The field elements that are signed.
    pub fn elements(&self) -> Vec<Fr> {
        match self {
            Self::State(state) => state.message().to_vec(),
            Self::StateAndNextStakeTable {
                state,
                next_stake_table,
            } => state.message_with_next(next_stake_table).to_vec(),
            Self::Digest(digest) => vec![*digest],
        }
    }
}

/// A claim and its evidence: entries of `stake_table` that weigh at least its threshold have signed `message`.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The stake table's lines in order.
    pub entries: Vec<Entry>,
    /// What they signed.
    pub message: Message,
    /// Commitments to the voting stake table, and the threshold.
    pub stake_table: StakeTableState,
}

/// The public inputs in the order in which the contract lists them: the state comes before the voting stake table, what
/// else is signed after it.
///
/// # Errors
/// The message is not of the version's kind.
pub fn public_inputs(version: Version, statement: &Statement) -> Result<Vec<Fr>, Error> {
    let message = statement.message.elements();
    if message.len() != version.message_length() {
        return Err(Error::Message {
            version,
            found: message.len(),
        });
    }
    let (before, after) = message.split_at(version.stake_table_input());
    Ok([before, &statement.stake_table.to_elements(), after].concat())
}
