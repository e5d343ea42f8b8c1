//! What a builder pays for its block.

use std::fmt;
use std::str::FromStr;

use crema_light_client::u256::U256;
use serde::{Deserialize, Serialize};

use crate::commitment::{CommitmentBuilder, FeeInfoCommitment};
use crate::ethereum::{Address, EthereumSignature, EthereumSigningKey, SignatureError};
use crate::namespace::NamespaceTable;
use crate::number::{ParseNumberError, parse_wei, serde_from_text_or_integer};

/// An amount in wei. JSON writes a decimal text and reads integers and texts with units; binary is hexadecimal text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeeAmount(pub U256);

serde_from_text_or_integer!(
    FeeAmount,
    U256,
    "an amount of wei: a number, or a text such as \"1 gwei\""
);

impl FeeAmount {
    /// The bytes that commitments and the fee tree hash: little-endian.
    pub fn to_le_bytes(&self) -> [u8; 32] {
        le_bytes(&self.0)
    }

    /// The inverse of [`Self::to_le_bytes`].
    pub fn from_le_bytes(mut bytes: [u8; 32]) -> Self {
        bytes.reverse();
        Self(U256::from_be_bytes(bytes))
    }
}

/// 32 little-endian bytes.
pub(crate) fn le_bytes(value: &U256) -> [u8; 32] {
    let mut bytes = value.to_be_bytes();
    bytes.reverse();
    bytes
}

impl From<u64> for FeeAmount {
    fn from(wei: u64) -> Self {
        Self(wei.into())
    }
}

impl fmt::Display for FeeAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for FeeAmount {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        parse_wei(text).map(Self)
    }
}

/// Who pays for a block, and how much. Also a deposit: who got it, and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FeeInfo {
    /// The account.
    pub account: Address,
    /// The amount.
    pub amount: FeeAmount,
}

/// The account of [`FeeInfo::null_builder_key`].
const NULL_BUILDER: Address = Address([
    0xb0, 0xcf, 0xa4, 0xe5, 0x89, 0x31, 0x07, 0xe2, 0x99, 0x59, 0x74, 0xef, 0x03, 0x29, 0x57, 0x75, 0x2b,
    0xb5, 0x26, 0xe9,
]);

impl FeeInfo {
    /// What stands in the block that a leader makes when no builder answers: nothing, paid by the account of
    /// [`FeeInfo::null_builder_key`].
    pub fn null() -> Self {
        Self {
            account: NULL_BUILDER,
            amount: FeeAmount::default(),
        }
    }

    /// The key that everybody knows and that signs for [`FeeInfo::null`]: BLAKE3 of 40 zero bytes.
    ///
    /// # Errors
    /// None in practice: the constant is a valid secret.
    pub fn null_builder_key() -> Result<EthereumSigningKey, SignatureError> {
        EthereumSigningKey::from_be_bytes(&NULL_BUILDER_SECRET)
    }

    /// Commits to account and amount.
    pub fn commit(&self) -> FeeInfoCommitment {
        FeeInfoCommitment(
            CommitmentBuilder::new("FEE_INFO")
                .fixed_field("account", &self.account.0)
                .fixed_field("amount", &self.amount.to_le_bytes())
                .finish(),
        )
    }
}

/// The personal message that a builder signs to pay `amount` for a block with `table`: the amount as a big-endian
/// `u64`, and the table's bytes. `None` for amounts of 2^64 wei and more, which nobody can sign for.
pub fn fee_message(amount: &FeeAmount, table: &NamespaceTable) -> Option<Vec<u8>> {
    let [wei, 0, 0, 0] = amount.0.limbs() else {
        return None;
    };
    Some([&wei.to_be_bytes(), table.as_bytes()].concat())
}

/// A builder's signature on [`fee_message`].
pub type BuilderSignature = EthereumSignature;

/// BLAKE3 of 32 zero bytes and the index 0 as `u64`.
const NULL_BUILDER_SECRET: [u8; 32] = [
    0x35, 0x2b, 0xd2, 0x66, 0xda, 0xe5, 0x3c, 0x6e, 0x6a, 0x29, 0x24, 0x40, 0x11, 0xcf, 0xa0, 0x29, 0x81,
    0x3d, 0x0a, 0xb8, 0x43, 0x4b, 0x2a, 0x2b, 0x83, 0x0a, 0x48, 0x7d, 0x88, 0x28, 0x32, 0xba,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_null_builder_can_sign() {
        let key = FeeInfo::null_builder_key().unwrap();
        assert_eq!(key.address(), FeeInfo::null().account);
        assert_eq!(
            key.address().to_string(),
            "0xb0cfa4e5893107e2995974ef032957752bb526e9"
        );
    }

    #[test]
    fn only_amounts_below_two_to_the_64_can_be_signed() {
        let table = NamespaceTable::default();
        assert_eq!(
            fee_message(&u64::MAX.into(), &table).unwrap(),
            [[255; 8].as_slice(), table.as_bytes()].concat()
        );
        let large = FeeAmount(U256::from_limbs([0, 1, 0, 0]));
        assert_eq!(fee_message(&large, &table), None);
    }
}
