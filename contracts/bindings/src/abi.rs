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
