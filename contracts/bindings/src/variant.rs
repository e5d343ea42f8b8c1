//! Implementations that can be deployed: the light client with one verification key each.

use alloy::{
    primitives::{Address, Bytes, hex},
    sol_types::{SolCall, SolConstructor, SolValue},
};

use crate::{
    ERC1967Proxy,
    LightClient::{LightClientState, StakeTableState, initializeCall},
};

/// The light client with one of the committed verification keys. A network of its own, or production with the Aztec SRS,
/// generates another (`contracts/README.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Variant {
    /// Version 1, canonical circuit, capacity 10, SRS of a known tau: for development only.
    V1Canonical10Insecure,
    /// Version 1, canonical circuit, capacity 200, SRS of a known tau: production's size, for development only.
    V1Canonical200Insecure,
    /// Version 2, canonical circuit, capacity 10, SRS of a known tau: for development only.
    V2Canonical10Insecure,
    /// Version 3, capacity 10, SRS of a known tau: for development only.
    V3Canonical10Insecure,
    /// [`Self::V1Canonical10Insecure`] for Arbitrum.
    ArbitrumV1Canonical10Insecure,
    /// [`Self::V3Canonical10Insecure`] for Arbitrum.
    ArbitrumV3Canonical10Insecure,
    /// [`Self::V1Canonical10Insecure`] with the hooks of [`HotShotOutage`](crate::HotShotOutage).
    MockV1Canonical10Insecure,
    /// [`Self::V3Canonical10Insecure`] with the hooks of [`HotShotOutage`](crate::HotShotOutage).
    MockV3Canonical10Insecure,
}

/// What a variant adds to the light client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Plain,
    /// Counts the chain's own blocks, as Arbitrum's system contract has them.
    Arbitrum,
    /// Anybody can make it look down: for the developers of rollups.
    Mock,
}

/// Decodes a committed `0x…` file while compiling, so that a damaged one stops the build.
macro_rules! creation_code {
    ($file:literal) => {{
        const TEXT: &[u8] = include_bytes!($file);
        const CODE: [u8; TEXT.len() / 2 - 1] = match hex::const_decode_to_array(TEXT) {
            Ok(code) => code,
            Err(_) => panic!("not hexadecimal; run contracts/tools/gen-bindings"),
        };
        &CODE
    }};
}

impl Variant {
    /// Every variant that is committed; the plain ones first, by version and capacity.
    pub const ALL: [Self; 8] = [
        Self::V1Canonical10Insecure,
        Self::V1Canonical200Insecure,
        Self::V2Canonical10Insecure,
        Self::V3Canonical10Insecure,
        Self::ArbitrumV1Canonical10Insecure,
        Self::ArbitrumV3Canonical10Insecure,
        Self::MockV1Canonical10Insecure,
        Self::MockV3Canonical10Insecure,
    ];

    /// Name of the Solidity contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1Canonical10Insecure => "LightClientV1Canonical10Insecure",
            Self::V1Canonical200Insecure => "LightClientV1Canonical200Insecure",
            Self::V2Canonical10Insecure => "LightClientV2Canonical10Insecure",
            Self::V3Canonical10Insecure => "LightClientV3Canonical10Insecure",
            Self::ArbitrumV1Canonical10Insecure => "LightClientArbitrumV1Canonical10Insecure",
            Self::ArbitrumV3Canonical10Insecure => "LightClientArbitrumV3Canonical10Insecure",
            Self::MockV1Canonical10Insecure => "LightClientMockV1Canonical10Insecure",
            Self::MockV3Canonical10Insecure => "LightClientMockV3Canonical10Insecure",
        }
    }

    /// Lines of the stake table that the key's circuit has room for.
    pub const fn capacity(self) -> usize {
        match self {
            Self::V1Canonical200Insecure => 200,
            _ => 10,
        }
    }

    /// Major version of the contract: whose calls it takes.
    pub const fn version(self) -> u8 {
        match self {
            Self::V1Canonical10Insecure
            | Self::V1Canonical200Insecure
            | Self::ArbitrumV1Canonical10Insecure
            | Self::MockV1Canonical10Insecure => 1,
            Self::V2Canonical10Insecure => 2,
            Self::V3Canonical10Insecure
            | Self::ArbitrumV3Canonical10Insecure
            | Self::MockV3Canonical10Insecure => 3,
        }
    }

    /// What it adds to the light client.
    pub const fn kind(self) -> Kind {
        match self {
            Self::ArbitrumV1Canonical10Insecure | Self::ArbitrumV3Canonical10Insecure => Kind::Arbitrum,
            Self::MockV1Canonical10Insecure | Self::MockV3Canonical10Insecure => Kind::Mock,
            _ => Kind::Plain,
        }
    }

    /// Code that deploys the implementation. It takes no constructor arguments; users talk to a proxy in front of it.
    pub const fn creation_code(self) -> &'static [u8] {
        match self {
            Self::V1Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientV1Canonical10Insecure.hex")
            }
            Self::V1Canonical200Insecure => {
                creation_code!("../../bytecode/LightClientV1Canonical200Insecure.hex")
            }
            Self::V2Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientV2Canonical10Insecure.hex")
            }
            Self::V3Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientV3Canonical10Insecure.hex")
            }
            Self::ArbitrumV1Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientArbitrumV1Canonical10Insecure.hex")
            }
            Self::ArbitrumV3Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientArbitrumV3Canonical10Insecure.hex")
            }
            Self::MockV1Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientMockV1Canonical10Insecure.hex")
            }
            Self::MockV3Canonical10Insecure => {
                creation_code!("../../bytecode/LightClientMockV3Canonical10Insecure.hex")
            }
        }
    }
}

/// Code that deploys [`LightClientCompact`](crate::compact::LightClientCompact) for development: canonical circuit of version 1, capacity
/// 10, SRS of a known tau. Genesis and stake table become part of the code, and `history_capacity` the number of updates that it
/// remembers; the proxy's [`initialize_call`] must say the same.
pub fn compact_creation_code(
    genesis: LightClientState,
    stake_table: StakeTableState,
    history_capacity: u32,
) -> Bytes {
    let mut code = creation_code!("../../bytecode/LightClientCompactV1Canonical10Insecure.hex").to_vec();
    code.extend((genesis, stake_table, history_capacity).abi_encode_params());
    code.into()
}

/// The `initialize` call, ABI-encoded: what a new proxy is to call on its implementation.
pub fn initialize_call(
    genesis: LightClientState,
    stake_table: StakeTableState,
    retention_seconds: u32,
    owner: Address,
) -> Bytes {
    initializeCall {
        _genesis: genesis,
        _genesisStakeTableState: stake_table,
        _stateHistoryRetentionPeriod: retention_seconds,
        owner,
    }
    .abi_encode()
    .into()
}

/// Code that deploys a proxy in front of an implementation and makes it call `data` ([`initialize_call`]).
pub fn proxy_creation_code(implementation: Address, data: Bytes) -> Bytes {
    let arguments = ERC1967Proxy::constructorCall {
        implementation,
        _data: data,
    };
    [&ERC1967Proxy::BYTECODE[..], &arguments.abi_encode()]
        .concat()
        .into()
}
