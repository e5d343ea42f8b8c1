//! Headers on the wire: bare in version 0.1, wrapped with their version later.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Header, HeaderVersion};
use crate::chain_config::{ChainConfig, ChainConfigV0_3, Resolvable, ResolvableChainConfig};
use crate::commitment::{BuilderCommitment, ChainConfigCommitment, VidCommitment};
use crate::fee::{BuilderSignature, FeeInfo};
use crate::l1::L1BlockInfo;
use crate::merkle::MerkleCommitment;
use crate::namespace::NamespaceTable;
use crate::version::Version;

/// All fields, with a version's form of the chain configuration.
#[derive(Serialize, Deserialize)]
struct Fields<'a, C> {
    chain_config: Resolvable<C>,
    height: u64,
    timestamp: u64,
    l1_head: u64,
    l1_finalized: Option<L1BlockInfo>,
    payload_commitment: VidCommitment,
    builder_commitment: BuilderCommitment,
    ns_table: Cow<'a, NamespaceTable>,
    block_merkle_tree_root: MerkleCommitment,
    fee_merkle_tree_root: MerkleCommitment,
    fee_info: FeeInfo,
    builder_signature: Option<BuilderSignature>,
}

/// The fields behind the chain configuration, which binary headers of version 0.1 start with.
#[derive(Deserialize)]
struct Rest {
    height: u64,
    timestamp: u64,
    l1_head: u64,
    l1_finalized: Option<L1BlockInfo>,
    payload_commitment: VidCommitment,
    builder_commitment: BuilderCommitment,
    ns_table: NamespaceTable,
    block_merkle_tree_root: MerkleCommitment,
    fee_merkle_tree_root: MerkleCommitment,
    fee_info: FeeInfo,
    builder_signature: Option<BuilderSignature>,
}

/// The version in front of the fields: the third variant after the two of a 0.1 header's chain configuration.
#[derive(Serialize, Deserialize)]
enum Lead {
    Left(ChainConfig),
    Right(ChainConfigCommitment),
    Version(Version),
}

#[derive(Serialize)]
struct Versioned<F> {
    version: Lead,
    fields: F,
}

impl<'a, C> Fields<'a, C> {
    fn of(header: &'a Header, form: impl FnOnce(ChainConfig) -> C) -> Self {
        Self {
            chain_config: Resolvable::new(&header.chain_config, form),
            height: header.height,
            timestamp: header.timestamp,
            l1_head: header.l1_head,
            l1_finalized: header.l1_finalized,
            payload_commitment: header.payload_commitment,
            builder_commitment: header.builder_commitment,
            ns_table: Cow::Borrowed(&header.ns_table),
            block_merkle_tree_root: header.block_merkle_tree_root,
            fee_merkle_tree_root: header.fee_merkle_tree_root,
            fee_info: header.fee_info,
            builder_signature: header.builder_signature,
        }
    }

    fn into_header(self, version: HeaderVersion, form: impl FnOnce(C) -> ChainConfig) -> Header {
        Header {
            version,
            chain_config: self.chain_config.into_config(form),
            height: self.height,
            timestamp: self.timestamp,
            l1_head: self.l1_head,
            l1_finalized: self.l1_finalized,
            payload_commitment: self.payload_commitment,
            builder_commitment: self.builder_commitment,
            ns_table: self.ns_table.into_owned(),
            block_merkle_tree_root: self.block_merkle_tree_root,
            fee_merkle_tree_root: self.fee_merkle_tree_root,
            fee_info: self.fee_info,
            builder_signature: self.builder_signature,
        }
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let version = Lead::Version(self.version.into());
        match self.version {
            HeaderVersion::V0_1 => Fields::of(self, |config| config).serialize(serializer),
            HeaderVersion::V0_2 => Versioned {
                version,
                fields: Fields::of(self, |config| config),
            }
            .serialize(serializer),
            HeaderVersion::V0_3 => Versioned {
                version,
                fields: Fields::of(self, ChainConfigV0_3),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            Named::deserialize(deserializer)?.into_header()
        } else {
            // one element more than any header has: the visitor takes what the first one calls for
            deserializer.deserialize_tuple(13, HeaderVisitor)
        }
    }
}

/// A header with named fields, of any version: either `version` and `fields`, or the fields themselves.
#[derive(Deserialize)]
struct Named {
    version: Option<NamedVersion>,
    fields: Option<Fields<'static, NamedConfig>>,
    chain_config: Option<Resolvable<NamedConfig>>,
    height: Option<u64>,
    timestamp: Option<u64>,
    l1_head: Option<u64>,
    l1_finalized: Option<L1BlockInfo>,
    payload_commitment: Option<VidCommitment>,
    builder_commitment: Option<BuilderCommitment>,
    ns_table: Option<NamespaceTable>,
    block_merkle_tree_root: Option<MerkleCommitment>,
    fee_merkle_tree_root: Option<MerkleCommitment>,
    fee_info: Option<FeeInfo>,
    builder_signature: Option<BuilderSignature>,
}

#[derive(Deserialize)]
enum NamedVersion {
    Version(Version),
}

/// A chain configuration of any version; which fields count depends on the header's.
#[derive(Deserialize)]
#[serde(transparent)]
struct NamedConfig(ChainConfigV0_3);

impl NamedConfig {
    fn in_version(self, version: HeaderVersion) -> ChainConfig {
        let config = self.0.0;
        match version {
            HeaderVersion::V0_3 => config,
            HeaderVersion::V0_1 | HeaderVersion::V0_2 => ChainConfig {
                stake_table_contract: None,
                ..config
            },
        }
    }
}

impl Named {
    fn into_header<E: de::Error>(self) -> Result<Header, E> {
        match (self.version, self.fields) {
            (Some(NamedVersion::Version(version)), Some(fields)) => {
                let version = HeaderVersion::try_from(version).map_err(E::custom)?;
                if version == HeaderVersion::V0_1 {
                    return Err(E::custom(
                        "a header of version 0.1 has no version in front of its fields",
                    ));
                }
                Ok(fields.into_header(version, |config| config.in_version(version)))
            }
            (Some(_), None) => Err(E::missing_field("fields")),
            (None, Some(_)) => Err(E::missing_field("version")),
            (None, None) => {
                let version = HeaderVersion::V0_1;
                let config = self
                    .chain_config
                    .ok_or_else(|| E::missing_field("chain_config"))?;
                Ok(Header {
                    version,
                    chain_config: config.into_config(|config| config.in_version(version)),
                    height: self.height.ok_or_else(|| E::missing_field("height"))?,
                    timestamp: self.timestamp.ok_or_else(|| E::missing_field("timestamp"))?,
                    l1_head: self.l1_head.ok_or_else(|| E::missing_field("l1_head"))?,
                    l1_finalized: self.l1_finalized,
                    payload_commitment: self
                        .payload_commitment
                        .ok_or_else(|| E::missing_field("payload_commitment"))?,
                    builder_commitment: self
                        .builder_commitment
                        .ok_or_else(|| E::missing_field("builder_commitment"))?,
                    ns_table: self.ns_table.ok_or_else(|| E::missing_field("ns_table"))?,
                    block_merkle_tree_root: self
                        .block_merkle_tree_root
                        .ok_or_else(|| E::missing_field("block_merkle_tree_root"))?,
                    fee_merkle_tree_root: self
                        .fee_merkle_tree_root
                        .ok_or_else(|| E::missing_field("fee_merkle_tree_root"))?,
                    fee_info: self.fee_info.ok_or_else(|| E::missing_field("fee_info"))?,
                    builder_signature: self.builder_signature,
                })
            }
        }
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a block header")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Header, A::Error> {
        let missing = |what: &'static str| A::Error::missing_field(what);
        let lead = seq.next_element()?.ok_or_else(|| missing("version"))?;
        let chain_config = match lead {
            Lead::Left(config) => ResolvableChainConfig::Full(config),
            Lead::Right(commitment) => ResolvableChainConfig::Commitment(commitment),
            Lead::Version(version) => {
                return match HeaderVersion::try_from(version).map_err(A::Error::custom)? {
                    HeaderVersion::V0_1 => Err(A::Error::custom(
                        "a header of version 0.1 has no version in front of its fields",
                    )),
                    version @ HeaderVersion::V0_2 => {
                        let fields: Fields<'_, ChainConfig> =
                            seq.next_element()?.ok_or_else(|| missing("fields"))?;
                        Ok(fields.into_header(version, |config| config))
                    }
                    version @ HeaderVersion::V0_3 => {
                        let fields: Fields<'_, ChainConfigV0_3> =
                            seq.next_element()?.ok_or_else(|| missing("fields"))?;
                        Ok(fields.into_header(version, |config| config.0))
                    }
                };
            }
        };
        let rest: Rest = seq.next_element()?.ok_or_else(|| missing("height"))?;
        Ok(Header {
            version: HeaderVersion::V0_1,
            chain_config,
            height: rest.height,
            timestamp: rest.timestamp,
            l1_head: rest.l1_head,
            l1_finalized: rest.l1_finalized,
            payload_commitment: rest.payload_commitment,
            builder_commitment: rest.builder_commitment,
            ns_table: rest.ns_table,
            block_merkle_tree_root: rest.block_merkle_tree_root,
            fee_merkle_tree_root: rest.fee_merkle_tree_root,
            fee_info: rest.fee_info,
            builder_signature: rest.builder_signature,
        })
    }
}
