//! Which circuit's key a contract verifies with, read from its code.

use std::fmt;

use crema_circuit::Version;
use crema_plonk::VerifyingKey;

use super::options::CircuitChoice;

/// Fewest significant bytes of a coordinate that are looked for: shorter ones could stand anywhere by chance.
const MIN_BYTES: usize = 16;

/// How many of a key's coordinates stand in a contract's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Coordinates found.
    pub found: usize,
    /// Coordinates looked for.
    pub of: usize,
}

impl Presence {
    /// Whether the code holds the key.
    pub fn is_complete(self) -> bool {
        self.of > 0 && self.found == self.of
    }
}

/// Looks for a key's coordinates in code.
///
/// A compiler writes a constant as the operand of a PUSH, without its leading zero bytes, or, within a longer literal, as
/// 32 bytes of data. Both contain the significant bytes, so these are looked for at any place.
pub fn presence(key: &VerifyingKey, code: &[u8]) -> Presence {
    let coordinates = key.coordinates();
    let significant = coordinates.iter().map(|word| {
        let zeros = word.iter().take_while(|byte| **byte == 0).count();
        &word[zeros..]
    });
    let (mut found, mut of) = (0, 0);
    for bytes in significant.filter(|bytes| bytes.len() >= MIN_BYTES) {
        of += 1;
        found += usize::from(code.windows(bytes.len()).any(|window| window == bytes));
    }
    Presence { found, of }
}

/// A key that is known without an SRS: Espresso's, for the contracts on public networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// The circuit.
    pub version: Version,
    /// The capacity.
    pub capacity: usize,
}

/// Published keys as 40 big-endian words in hex.
const KNOWN: [(KnownKey, &str); 2] = [
    (
        KnownKey {
            version: Version::V1,
            capacity: 200,
        },
        include_str!("../published/v1-200.hex"),
    ),
    (
        KnownKey {
            version: Version::V1,
            capacity: 10,
        },
        include_str!("../published/v1-10.hex"),
    ),
];

/// The published key that the code holds.
pub fn recognise(code: &[u8]) -> Option<KnownKey> {
    let known = KNOWN.iter().find(|(_, words)| {
        let key = hex::decode(words.trim())
            .ok()
            .and_then(|bytes| VerifyingKey::from_solidity(&bytes).ok());
        key.is_some_and(|key| presence(&key, code).is_complete())
    });
    known.map(|(key, _)| *key)
}

/// The circuits that may belong to a contract of this major version, the sound ones first.
pub fn candidates(choice: CircuitChoice, major: u8, recognised: Option<KnownKey>) -> Vec<Version> {
    match (choice, recognised, major) {
        (CircuitChoice::Fixed(version), _, _) => vec![version],
        (CircuitChoice::Auto, Some(known), _) => vec![known.version],
        (CircuitChoice::Auto, None, 1) => vec![Version::V1Canonical, Version::V1],
        (CircuitChoice::Auto, None, 2) => vec![Version::V2Canonical, Version::V2],
        (CircuitChoice::Auto, None, _) => vec![Version::V3],
    }
}

/// The keys that were looked for in vain.
#[derive(Debug, thiserror::Error)]
pub struct KeysTried {
    /// Circuit, id and how much of the key was found.
    pub tried: Vec<(Version, String, Presence)>,
    /// Capacity of these keys.
    pub capacity: usize,
    /// Their reference string.
    pub srs: String,
    /// The published key that the contract has instead.
    pub recognised: Option<KnownKey>,
}

impl fmt::Display for KeysTried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tried,
            capacity,
            srs,
            recognised,
        } = self;
        write!(
            f,
            "the contract verifies with another key than ours: of the 36 coordinates of"
        )?;
        for (i, (version, id, presence)) in tried.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", of" };
            write!(
                f,
                "{separator} {version} ({id}, capacity {capacity}, SRS {srs}) its code holds {}",
                presence.found
            )?;
        }
        match recognised {
            Some(KnownKey { version, capacity }) => write!(
                f,
                "; it holds the published key of circuit {version} at capacity {capacity}: use --circuit {version} \
                 --stake-table-capacity {capacity} --srs aztec"
            ),
            None => write!(
                f,
                "; check --stake-table-capacity, --srs and --circuit: any proof would end as InvalidProof there"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(index: usize) -> VerifyingKey {
        VerifyingKey::from_solidity(&hex::decode(KNOWN[index].1.trim()).unwrap()).unwrap()
    }

    /// Code that pushes each coordinate as the compiler would, between other instructions.
    fn pushes(key: &VerifyingKey) -> Vec<u8> {
        let mut code = vec![0x60, 0x80, 0x60, 0x40, 0x52];
        for word in key.coordinates() {
            let significant: Vec<u8> = word.iter().copied().skip_while(|byte| *byte == 0).collect();
            code.push(0x5f + significant.len() as u8);
            code.extend(significant);
            code.push(0x52);
        }
        code
    }

    #[test]
    fn pushed_constants_are_found_without_their_leading_zeros() {
        let mut zeros = 0;
        for index in 0..KNOWN.len() {
            let key = known(index);
            zeros += key.coordinates().iter().filter(|word| word[0] == 0).count();
            assert!(presence(&key, &pushes(&key)).is_complete());
            assert_eq!(recognise(&pushes(&key)), Some(KNOWN[index].0));
        }
        assert!(
            zeros > 0,
            "no coordinate of these keys starts with a zero byte: the test shows nothing"
        );
    }

    #[test]
    fn literals_are_found_too() {
        let key = known(0);
        let data = [&[0xfe; 77][..], &key.coordinates().concat()].concat();
        assert!(presence(&key, &data).is_complete());
    }

    #[test]
    fn another_key_and_a_damaged_one_are_not() {
        let (production, mock) = (known(0), known(1));
        assert_eq!(presence(&production, &pushes(&mock)).found, 0);
        assert!(!presence(&production, &[]).is_complete());
        let mut code = pushes(&production);
        let last = code.len() - 10;
        code[last] ^= 1;
        let presence = presence(&production, &code);
        assert!(!presence.is_complete());
        assert_eq!(presence.found, presence.of - 1);
        assert_eq!(recognise(&code), None);
    }

    #[test]
    fn sound_circuits_are_tried_first() {
        use CircuitChoice::{Auto, Fixed};
        assert_eq!(candidates(Auto, 1, None), [Version::V1Canonical, Version::V1]);
        assert_eq!(candidates(Auto, 2, None), [Version::V2Canonical, Version::V2]);
        assert_eq!(candidates(Auto, 3, None), [Version::V3]);
        assert_eq!(candidates(Auto, 1, Some(KNOWN[0].0)), [Version::V1]);
        assert_eq!(
            candidates(Fixed(Version::V1Canonical), 1, Some(KNOWN[0].0)),
            [Version::V1Canonical]
        );
    }
}
