//! Commitments: Keccak-256 over a domain tag and named fields, and their tagged 32-byte texts.
//!
//! The scheme is that of the `committable` crate, which every HotShot client recomputes: constant strings end with two
//! bytes that cannot occur in UTF-8, integers are little-endian, variable data is preceded by its length.

use crema_light_client::codec::DecodeError;
use crema_light_client::tagged::Tagged;
use crema_light_client::tagged_text;
use sha3::{Digest, Keccak256};

/// Ends every constant string: no UTF-8 text contains these bytes, so no string is a prefix of another.
const END_OF_TEXT: [u8; 2] = [0xc0, 0x7f];

/// Builds a commitment field by field.
pub struct CommitmentBuilder(Keccak256);

impl CommitmentBuilder {
    /// Starts with the domain tag of the committed type.
    pub fn new(tag: &str) -> Self {
        Self(Keccak256::new()).text(tag)
    }

    /// A constant string: a tag or a field's name.
    pub fn text(self, text: &str) -> Self {
        self.fixed(text.as_bytes()).fixed(&END_OF_TEXT)
    }

    /// Bytes whose number the type fixes.
    pub fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    /// Bytes of any number: their length as `u64`, then they.
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.u64(bytes.len() as u64).fixed(bytes)
    }

    /// A little-endian integer.
    pub fn u64(self, value: u64) -> Self {
        self.fixed(&value.to_le_bytes())
    }

    /// A little-endian integer.
    pub fn u16(self, value: u16) -> Self {
        self.fixed(&value.to_le_bytes())
    }

    /// A named integer.
    pub fn u64_field(self, name: &str, value: u64) -> Self {
        self.text(name).u64(value)
    }

    /// Named bytes whose number the type fixes; also a named commitment.
    pub fn fixed_field(self, name: &str, bytes: &[u8]) -> Self {
        self.text(name).fixed(bytes)
    }

    /// Named bytes of any number.
    pub fn bytes_field(self, name: &str, bytes: &[u8]) -> Self {
        self.text(name).bytes(bytes)
    }

    /// A commitment that may be missing, in which case the named integer 0 stands in its place.
    pub fn optional_field(self, name: &str, commitment: Option<[u8; 32]>) -> Self {
        match commitment {
            Some(bytes) => self.fixed_field(name, &bytes),
            None => self.u64_field(name, 0),
        }
    }

    /// The commitment.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

macro_rules! tagged_digest {
    ($($(#[$doc:meta])* $name:ident = $tag:literal, $what:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl Tagged for $name {
            const TAG: &'static str = $tag;

            fn to_value(&self) -> Vec<u8> {
                self.0.to_vec()
            }

            fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
                value.try_into().map(Self).map_err(|_| DecodeError::Length {
                    what: $what,
                    expected: 32,
                    found: value.len(),
                })
            }
        }

        tagged_text!($name);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
    )+};
}

tagged_digest! {
    /// What has no tag of its own: leaves, votes, certificates, views.
    Commitment = "COMMIT", "commitment";
    /// Commitment to a [`Header`](crate::Header): the block's hash.
    BlockHash = "BLOCK", "block hash";
    /// Commitment to a [`Transaction`](crate::Transaction).
    TransactionHash = "TX", "transaction hash";
    /// Commitment to a [`ChainConfig`](crate::ChainConfig).
    ChainConfigCommitment = "CHAIN_CONFIG", "chain configuration commitment";
    /// Commitment to a [`NamespaceTable`](crate::NamespaceTable).
    NamespaceTableCommitment = "NSTABLE", "namespace table commitment";
    /// Commitment to a [`FeeInfo`](crate::FeeInfo).
    FeeInfoCommitment = "FEE_INFO", "fee info commitment";
    /// Commitment to an [`L1BlockInfo`](crate::L1BlockInfo).
    L1BlockCommitment = "L1BLOCK", "L1 block commitment";
    /// Commitment to a payload by verifiable information dispersal (ADVZ). Depends on the number of storage nodes.
    VidCommitment = "HASH", "payload commitment";
    /// SHA-256 of a payload and its namespace table, the name of a block between builder and leader.
    BuilderCommitment = "BUILDER_COMMITMENT", "builder commitment";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_prefix_of_another() {
        assert_ne!(
            CommitmentBuilder::new("a").text("bc").finish(),
            CommitmentBuilder::new("ab").text("c").finish()
        );
        assert_ne!(
            CommitmentBuilder::new("t").bytes(b"ab").bytes(b"c").finish(),
            CommitmentBuilder::new("t").bytes(b"a").bytes(b"bc").finish()
        );
    }

    #[test]
    fn texts_name_their_type() {
        let hash = BlockHash([7; 32]);
        assert_eq!(hash.to_string().parse::<BlockHash>().unwrap(), hash);
        assert!(hash.to_string().parse::<TransactionHash>().is_err());
        assert!("BLOCK~AAAA".parse::<BlockHash>().is_err());
    }
}
