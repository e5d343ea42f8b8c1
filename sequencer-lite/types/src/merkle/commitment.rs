//! Commitments to Merkle trees.

use crema_light_client::codec::DecodeError;
use crema_light_client::tagged::Tagged;
use crema_light_client::tagged_text;

use super::Digest;

/// A tree's root, height and number of leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MerkleCommitment {
    /// The root's digest.
    pub root: Digest,
    /// Levels below the root.
    pub height: u64,
    /// Leaves present.
    pub num_leaves: u64,
}

impl MerkleCommitment {
    /// The 48 bytes that headers commit to and light clients hash: digest, then both numbers little-endian.
    pub fn to_bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..32].copy_from_slice(&self.root);
        bytes[32..40].copy_from_slice(&self.height.to_le_bytes());
        bytes[40..].copy_from_slice(&self.num_leaves.to_le_bytes());
        bytes
    }
}

impl Tagged for MerkleCommitment {
    const TAG: &'static str = "MERKLE_COMM";

    fn to_value(&self) -> Vec<u8> {
        self.to_bytes().to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let bytes: [u8; 48] = value.try_into().map_err(|_| DecodeError::Length {
            what: "Merkle commitment",
            expected: 48,
            found: value.len(),
        })?;
        let number = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let mut root = [0; 32];
        root.copy_from_slice(&bytes[..32]);
        Ok(Self {
            root,
            height: number(32),
            num_leaves: number(40),
        })
    }
}

tagged_text!(MerkleCommitment);
