//! The forms that bundles have outside: JSON with optional fields, and binary without names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::{self, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MAX_SIGNATURES, StateSignaturesBundle};
use crate::schnorr::{Signature, VerifyingKey};
use crate::stake_table::StakeTableState;
use crate::state::LightClientState;
use crate::u256::U256;

/// The root that version 3 authenticates, 32 bytes; `0x` and 64 hexadecimal digits as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AuthRoot(pub [u8; 32]);

impl Serialize for AuthRoot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for AuthRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HexVisitor;
        impl Visitor<'_> for HexVisitor {
            type Value = AuthRoot;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("0x and 64 hexadecimal digits")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AuthRoot, E> {
                let mut root = AuthRoot::default();
                let digits = text.strip_prefix("0x").unwrap_or_default();
                hex::decode_to_slice(digits, &mut root.0)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))?;
                Ok(root)
            }
        }
        deserializer.deserialize_str(HexVisitor)
    }
}

/// Fields that are absent in a version are absent in its form, in JSON and in binary alike.
impl Serialize for StateSignaturesBundle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.auth_root.is_some() && !serializer.is_human_readable() {
            return Err(ser::Error::custom(
                "bundles with an authenticated root have no binary form; use JSON",
            ));
        }
        let optional = usize::from(self.next_stake.is_some()) + usize::from(self.auth_root.is_some());
        let mut fields = serializer.serialize_struct("StateSignaturesBundle", 3 + optional)?;
        fields.serialize_field("state", &self.state)?;
        if let Some(next_stake) = &self.next_stake {
            fields.serialize_field("next_stake", next_stake)?;
        }
        if let Some(auth_root) = &self.auth_root {
            fields.serialize_field("auth_root", auth_root)?;
        }
        fields.serialize_field("signatures", &self.signatures)?;
        fields.serialize_field("accumulated_weight", &self.accumulated_weight)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for StateSignaturesBundle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            state: LightClientState,
            #[serde(default)]
            next_stake: Option<StakeTableState>,
            #[serde(default)]
            auth_root: Option<AuthRoot>,
            #[serde(deserialize_with = "signatures")]
            signatures: BTreeMap<VerifyingKey, Signature>,
            accumulated_weight: U256,
        }
        /// Binary formats have no names to tell versions apart by.
        #[derive(Deserialize)]
        struct Positional {
            state: LightClientState,
            #[serde(deserialize_with = "signatures")]
            signatures: BTreeMap<VerifyingKey, Signature>,
            accumulated_weight: U256,
        }
        Ok(if deserializer.is_human_readable() {
            let Named {
                state,
                next_stake,
                auth_root,
                signatures,
                accumulated_weight,
            } = Named::deserialize(deserializer)?;
            Self {
                state,
                next_stake,
                auth_root,
                signatures,
                accumulated_weight,
            }
        } else {
            let Positional {
                state,
                signatures,
                accumulated_weight,
            } = Positional::deserialize(deserializer)?;
            Self {
                state,
                next_stake: None,
                auth_root: None,
                signatures,
                accumulated_weight,
            }
        })
    }
}

/// Signatures by signer: few enough, and one per signer.
fn signatures<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<VerifyingKey, Signature>, D::Error> {
    struct SignaturesVisitor;
    impl<'de> Visitor<'de> for SignaturesVisitor {
        type Value = BTreeMap<VerifyingKey, Signature>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(
                f,
                "a map of at most {MAX_SIGNATURES} verifying keys to signatures"
            )
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut signatures = BTreeMap::new();
            while let Some(key) = map.next_key::<VerifyingKey>()? {
                if signatures.len() == MAX_SIGNATURES {
                    return Err(de::Error::invalid_length(MAX_SIGNATURES + 1, &self));
                }
                match signatures.entry(key) {
                    Entry::Occupied(_) => {
                        return Err(de::Error::custom(format_args!("two signatures by {key}")));
                    }
                    Entry::Vacant(place) => place.insert(map.next_value()?),
                };
            }
            Ok(signatures)
        }
    }
    deserializer.deserialize_map(SignaturesVisitor)
}
