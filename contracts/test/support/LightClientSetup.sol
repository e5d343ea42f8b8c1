// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../../src/BN254.sol";
import { LightClient } from "../../src/LightClient.sol";
import { GoldenProofs } from "./GoldenProofs.sol";
import { OpenLightClientV1 } from "./OpenLightClientV1.sol";

/// @dev A light client behind its proxy, set up for the stake table of the first golden proof
abstract contract LightClientSetup is GoldenProofs {
    address internal constant OWNER = address(0xA11CE);
    address internal constant STRANGER = address(0xB0B);
    uint32 internal constant RETENTION = 10 days;

    LightClient internal implementation;
    LightClient internal client;
    Statement internal statement;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_700_000_000);
        statement = golden("golden_v1_10.json", "accepted")[0];
        implementation = new OpenLightClientV1();
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
    }

    function deploy(
        LightClient.LightClientState memory state,
        LightClient.StakeTableState memory table,
        uint32 retention,
        address owner
    ) internal returns (LightClient) {
        bytes memory call = abi.encodeCall(LightClient.initialize, (state, table, retention, owner));
        return LightClient(address(new ERC1967Proxy(address(implementation), call)));
    }

    function genesis() internal pure returns (LightClient.LightClientState memory) {
        return LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(0));
    }

    /// @dev The table that the statement's inputs 3 to 6 commit to
    function stakeTable() internal view returns (LightClient.StakeTableState memory table) {
        table.blsKeyComm = BN254.ScalarField.wrap(wordAt(statement, 39));
        table.schnorrKeyComm = BN254.ScalarField.wrap(wordAt(statement, 40));
        table.amountComm = BN254.ScalarField.wrap(wordAt(statement, 41));
        table.threshold = wordAt(statement, 42);
    }

    /// @dev Calldata of the update that a statement proves
    function updateCall(Statement memory proven) internal pure returns (bytes memory) {
        return bytes.concat(
            LightClient.newFinalizedState.selector,
            abi.encode(wordAt(proven, 36), wordAt(proven, 37), wordAt(proven, 38)),
            proven.proof
        );
    }

    function update(Statement memory proven) internal returns (bool ok, bytes memory returned) {
        return address(client).call(updateCall(proven));
    }
}
