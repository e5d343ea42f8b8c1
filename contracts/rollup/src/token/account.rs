//! A leaf of the account tree.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_light_client::{rescue, schnorr::VerifyingKey};

use super::tree::compress;

/// What one index of the tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Coordinates of the key that signs its transfers; zeros where nobody has the account.
    pub key: [Fr; 2],
    /// Tokens.
    pub balance: u64,
    /// Transfers made.
    pub nonce: u64,
}

impl Account {
    /// Nobody's. No curve point has these coordinates, so no signature is valid for it, and nothing can be sent to it.
    pub const EMPTY: Self = Self {
        key: [Fr::ZERO; 2],
        balance: 0,
        nonce: 0,
    };

    /// A new account.
    pub fn new(key: &VerifyingKey, balance: u64) -> Self {
        Self {
            key: [key.0.x, key.0.y],
            balance,
            nonce: 0,
        }
    }

    /// Whether somebody has it. No key of prime order has a zero ordinate: those points have order four.
    pub fn exists(&self) -> bool {
        self.key[1] != Fr::ZERO
    }

    /// The leaf: one permutation over key, and balance and nonce as one number.
    pub fn hash(&self) -> Fr {
        let funds = Fr::from(u128::from(self.nonce) << 64 | u128::from(self.balance));
        compress([self.key[0], self.key[1], funds])
    }
}

const _: () = assert!(rescue::RATE == 3, "a leaf and a node are one permutation each");
