//! The commitment to a payload, as headers carry it.

use crema_light_client::{codec::DecodeError, tagged::Tagged, tagged_text};

/// SHA-256 that commits to a payload and to the number of nodes that it is dispersed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VidCommitment(pub [u8; 32]);

impl Tagged for VidCommitment {
    const TAG: &'static str = "HASH";

    fn to_value(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        value.try_into().map(Self).map_err(|_| DecodeError::Length {
            what: "payload commitment",
            expected: 32,
            found: value.len(),
        })
    }
}

tagged_text!(VidCommitment);

impl AsRef<[u8]> for VidCommitment {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
