//! The light-client state, and the message that a signer signs for it in each version of the protocol.

use ark_ff::PrimeField;
use sha3::{Digest, Keccak256};

use crate::codec::{self, DecodeError};
use crate::field::{self, Fr};
use crate::rescue;
use crate::stake_table::StakeTableState;
use crate::tagged::Tagged;
use crate::tagged_text;

/// What a finalized HotShot state tells a light client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LightClientState {
    /// The view that decided the block.
    pub view_number: u64,
    /// The block's height.
    pub block_height: u64,
    /// Commitment to the tree of all earlier headers, see [`block_comm_root_from_merkle`].
    pub block_comm_root: Fr,
}

impl LightClientState {
    /// The state as the three field elements that circuits take and version 1 signs.
    pub fn message(&self) -> [Fr; 3] {
        [
            self.view_number.into(),
            self.block_height.into(),
            self.block_comm_root,
        ]
    }

    /// What version 2 signs: the state, and the stake table that votes next.
    pub fn message_with_next(&self, next: &StakeTableState) -> [Fr; 7] {
        let [view, height, root] = self.message();
        let [bls, schnorr, amount, threshold] = next.to_elements();
        [view, height, root, bls, schnorr, amount, threshold]
    }

    /// What version 3 signs, and takes as public input: Keccak-256 of state, next stake table and authenticated root
    /// as the contract's ABI encodes them, modulo the scalar field's order.
    pub fn digest(&self, next: &StakeTableState, auth_root: &[u8; 32]) -> Fr {
        let mut hasher = Keccak256::new();
        for word in self.message() {
            hasher.update(field::to_be_bytes(&word));
        }
        // the struct's order in the contract, threshold first
        for word in [
            next.threshold,
            next.bls_key_comm,
            next.schnorr_key_comm,
            next.amount_comm,
        ] {
            hasher.update(field::to_be_bytes(&word));
        }
        hasher.update(auth_root);
        Fr::from_be_bytes_mod_order(&hasher.finalize())
    }
}

impl Tagged for LightClientState {
    const TAG: &'static str = "LIGHT_CLIENT_STATE";

    fn to_value(&self) -> Vec<u8> {
        let root = field::to_le_bytes(&self.block_comm_root);
        [
            &self.view_number.to_le_bytes()[..],
            &self.block_height.to_le_bytes(),
            &root,
        ]
        .concat()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let what = "light-client state";
        let bytes: [u8; 48] = codec::exactly(what, value)?;
        let (integers, root) = bytes.split_at(16);
        let (view, height) = integers.split_at(8);
        Ok(Self {
            view_number: u64::from_le_bytes(codec::exactly(what, view)?),
            block_height: u64::from_le_bytes(codec::exactly(what, height)?),
            block_comm_root: codec::scalar(what, root)?,
        })
    }
}

tagged_text!(LightClientState);

/// The light client's commitment to a block Merkle tree, from the tree's 48-byte commitment (root digest, height and
/// number of leaves): Rescue of its first 31 and remaining 17 bytes, each a little-endian integer.
pub fn block_comm_root_from_merkle(commitment: &[u8; 48]) -> Fr {
    let (low, high) = commitment.split_at(31);
    rescue::hash(&[
        Fr::from_le_bytes_mod_order(low),
        Fr::from_le_bytes_mod_order(high),
    ])
}
