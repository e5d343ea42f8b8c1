//! What `sol!` makes of the committed ABI.

// Generated items: documented in the Solidity sources, and not written to our lints.
#![allow(missing_docs, clippy::pedantic)]

use alloy::sol;

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    LightClient,
    "../abi/LightClient.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug)]
    ERC1967Proxy,
    "../abi/ERC1967Proxy.json"
);

/// Version 2: the stake table changes with epochs. In a module of its own, as the structs are generated once more.
pub mod v2 {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        LightClientV2,
        "../abi/LightClientV2.json"
    );
}

/// Version 3: the signers sign one digest, of an `authRoot` too.
pub mod v3 {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        LightClientV3,
        "../abi/LightClientV3.json"
    );
}

sol!(
    #[sol(rpc)]
    #[derive(Debug, PartialEq, Eq)]
    HotShotOutage,
    "../abi/HotShotOutage.json"
);

/// The layout of our own, which takes genesis and stake table as constructor arguments.
pub mod compact {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        LightClientCompact,
        "../abi/LightClientCompact.json"
    );
}

/// A token to stake on development networks.
pub mod example_token {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug)]
        ExampleToken,
        "../abi/ExampleToken.json"
    );
}

/// Deposits with which builders pay fees.
pub mod fee_contract {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug)]
        FeeContract,
        "../abi/FeeContract.json"
    );
}

/// Validators that an owner chooses.
pub mod permissioned_stake_table {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug)]
        PermissionedStakeTable,
        "../abi/PermissionedStakeTable.json"
    );
}

/// Validators by stake.
pub mod stake_table {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug)]
        StakeTable,
        "../abi/StakeTable.json"
    );
}

/// The example rollup whose blocks are asserted and disputed.
pub mod optimistic_rollup {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        OptimisticRollup,
        "../abi/OptimisticRollup.json"
    );
}

/// The example rollup whose blocks are proven.
pub mod zk_rollup {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        ZkRollup,
        "../abi/ZkRollup.json"
    );
}

/// The verifier of the ZK rollup's batches, with a key for development.
pub mod transfer_verifier {
    use super::sol;

    sol!(
        #[sol(rpc)]
        #[derive(Debug, PartialEq, Eq)]
        TransferVerifierInsecure,
        "../abi/TransferVerifierInsecure.json"
    );
}
