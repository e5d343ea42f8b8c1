//! Which circuit.

use std::{fmt, str::FromStr};

use crate::gadget::comparison::Unpack;

/// A version of the state-update circuit.
///
/// `V1`, `V2` and `V3` are the circuits whose keys are deployed. `V1Canonical` and `V2Canonical` have the gates and the
/// public inputs of `V1` and `V2` with the sound decomposition into bits of `V3`, and keys of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// As deployed with the first light client.
    V1,
    /// As deployed with epochs: the signers also sign the next stake table.
    V2,
    /// As deployed with `authRoot`: the signers sign a digest.
    V3,
    /// `V1` made sound.
    V1Canonical,
    /// `V2` made sound.
    V2Canonical,
}

impl Version {
    /// All versions.
    pub const ALL: [Self; 5] = [Self::V1, Self::V2, Self::V3, Self::V1Canonical, Self::V2Canonical];

    /// Number of public inputs.
    pub const fn public_inputs(self) -> usize {
        match self {
            Self::V1 | Self::V1Canonical => 7,
            Self::V2 | Self::V2Canonical => 11,
            Self::V3 => 5,
        }
    }

    /// Number of field elements that each signer signs.
    pub const fn message_length(self) -> usize {
        match self {
            Self::V1 | Self::V1Canonical => 3,
            Self::V2 | Self::V2Canonical => 7,
            Self::V3 => 1,
        }
    }

    /// Index of the first of the voting stake table's four public inputs; the others, in order, are the message.
    pub(crate) const fn stake_table_input(self) -> usize {
        match self {
            Self::V1 | Self::V2 | Self::V1Canonical | Self::V2Canonical => 3,
            Self::V3 => 0,
        }
    }

    /// Whether a proof shows that anybody signed.
    ///
    /// `V1` and `V2` decompose a field element into 254 bits without requiring the bits' number to be below the
    /// modulus, so the threshold comparison accepts `weight + r` in place of `weight`: a prover can satisfy the gates
    /// although nobody signed. A contract with such a key is only as safe as its permissioned prover.
    pub const fn is_sound(self) -> bool {
        matches!(self.unpack(), Unpack::Canonical)
    }

    /// How field elements are decomposed into 254 bits.
    pub const fn unpack(self) -> Unpack {
        match self {
            Self::V1 | Self::V2 => Unpack::Legacy,
            Self::V3 | Self::V1Canonical | Self::V2Canonical => Unpack::Canonical,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3 => "v3",
            Self::V1Canonical => "v1-canonical",
            Self::V2Canonical => "v2-canonical",
        })
    }
}

/// A name that is no version's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown circuit {0:?}: use v1, v2, v3, v1-canonical or v2-canonical")]
pub struct UnknownVersion(pub String);

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let version = Self::ALL.into_iter().find(|version| version.to_string() == name);
        version.ok_or_else(|| UnknownVersion(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for version in Version::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        for wrong in ["", "V1", "v4", "v3-canonical", "v1 "] {
            assert_eq!(wrong.parse::<Version>(), Err(UnknownVersion(wrong.to_owned())));
        }
    }

    #[test]
    fn only_the_old_decomposition_is_unsound() {
        let unsound: Vec<_> = Version::ALL
            .into_iter()
            .filter(|version| !version.is_sound())
            .collect();
        assert_eq!(unsound, [Version::V1, Version::V2]);
    }
}
