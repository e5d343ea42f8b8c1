//! Which entries of the stake table signed: one bit each, in the serialized form of the `bitvec` crate.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The order of bits in a word, as `bitvec` names it: least significant first.
const ORDER: &str = "bitvec::order::Lsb0";

/// A bit per stake-table entry, set for those that signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signers {
    len: u64,
    words: Vec<u64>,
}

impl Signers {
    /// `len` entries of which none has signed.
    pub fn new(len: usize) -> Self {
        Self {
            len: len as u64,
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// Number of entries, signed or not.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no entries at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of entries that signed.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether entry `index` signed; false beyond the last entry.
    pub fn contains(&self, index: usize) -> bool {
        self.words
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Notes that entry `index` signed. Returns whether that is news; false too when there is no such entry.
    pub fn insert(&mut self, index: usize) -> bool {
        if index >= self.len() || self.contains(index) {
            return false;
        }
        self.words[index / 64] |= 1 << (index % 64);
        true
    }

    /// The entries that signed, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|&index| self.contains(index))
    }
}

/// One entry per bit.
impl FromIterator<bool> for Signers {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut signers = Self::default();
        for bit in bits {
            let index = signers.len();
            if index.is_multiple_of(64) {
                signers.words.push(0);
            }
            signers.len += 1;
            if bit {
                signers.insert(index);
            }
        }
        signers
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    width: u8,
    index: u8,
}

#[derive(Serialize)]
struct BitsRef<'a> {
    order: &'static str,
    head: Head,
    bits: u64,
    data: &'a [u64],
}

#[derive(Deserialize)]
struct Bits {
    order: String,
    head: Head,
    bits: u64,
    data: Vec<u64>,
}

impl Serialize for Signers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BitsRef {
            order: ORDER,
            head: Head { width: 64, index: 0 },
            bits: self.len,
            data: &self.words,
        }
        .serialize(serializer)
    }
}

/// Accepts exactly what is written: no offset, no surplus words, no bits beyond the last.
impl<'de> Deserialize<'de> for Signers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Bits {
            order,
            head,
            bits,
            data,
        } = Bits::deserialize(deserializer)?;
        if order != ORDER || head.width != 64 || head.index != 0 {
            return Err(D::Error::custom(format_args!(
                "signers are bits in 64-bit words from bit 0 on, least significant first; found order {:?}, width {}, \
                 index {}",
                order.chars().take(32).collect::<String>(),
                head.width,
                head.index
            )));
        }
        if data.len() as u64 != bits.div_ceil(64) {
            return Err(D::Error::custom(format_args!(
                "{bits} signers take {} words, found {}",
                bits.div_ceil(64),
                data.len()
            )));
        }
        let used = bits % 64;
        if used != 0 && data.last().is_some_and(|last| last >> used != 0) {
            return Err(D::Error::custom(format_args!(
                "bits are set beyond the last of {bits} signers"
            )));
        }
        Ok(Self {
            len: bits,
            words: data,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire;

    #[test]
    fn only_the_canonical_form_is_read() {
        let read = |json: &str| serde_json::from_str::<Signers>(json).map_err(|error| error.to_string());
        let json = |order: &str, width: u8, index: u8, bits: u64, data: &str| {
            format!(
                r#"{{"order":"{order}","head":{{"width":{width},"index":{index}}},"bits":{bits},"data":{data}}}"#
            )
        };
        assert_eq!(read(&json(ORDER, 64, 0, 5, "[15]")).unwrap().count(), 4);
        assert!(read(&json("bitvec::order::Msb0", 64, 0, 5, "[15]")).is_err());
        assert!(read(&json(ORDER, 8, 0, 5, "[15]")).is_err());
        assert!(read(&json(ORDER, 64, 1, 5, "[15]")).is_err());
        assert!(
            read(&json(ORDER, 64, 0, 5, "[]"))
                .unwrap_err()
                .contains("take 1 words")
        );
        assert!(read(&json(ORDER, 64, 0, 5, "[15,0]")).is_err());
        assert!(read(&json(ORDER, 64, 0, u64::MAX, "[15]")).is_err());
        assert!(
            read(&json(ORDER, 64, 0, 5, "[32]"))
                .unwrap_err()
                .contains("beyond the last")
        );
        assert!(read(&json(ORDER, 64, 0, 0, "[]")).unwrap().is_empty());
    }

    #[test]
    fn entries_that_do_not_exist_cannot_sign() {
        let mut signers = Signers::new(5);
        assert!(!signers.insert(5) && !signers.contains(5) && !signers.contains(usize::MAX));
        assert!(signers.insert(4) && !signers.insert(4));
        assert_eq!((signers.len(), signers.count()), (5, 1));
    }

    proptest! {
        #[test]
        fn bits_round_trip(bits in proptest::collection::vec(any::<bool>(), 0..200)) {
            let signers: Signers = bits.iter().copied().collect();
            prop_assert_eq!(signers.len(), bits.len());
            prop_assert_eq!(signers.iter().count(), signers.count());
            prop_assert!(bits.iter().enumerate().all(|(i, &bit)| signers.contains(i) == bit));
            let json = serde_json::to_string(&signers).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Signers>(&json).unwrap(), &signers);
            let binary = wire::encode_unversioned(&signers).unwrap();
            prop_assert_eq!(&wire::decode_unversioned::<Signers>(&binary).unwrap(), &signers);
        }
    }
}
