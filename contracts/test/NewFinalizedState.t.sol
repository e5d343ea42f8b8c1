// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClientSetup } from "./support/LightClientSetup.sol";

contract NewFinalizedStateTest is LightClientSetup {
    function test_selectorIsTheDeployedOne() public view {
        check(client.newFinalizedState.selector == bytes4(0x2063d4f7), "selector");
    }

    function test_acceptsAProvenState() public {
        (bool ok,) = update(statement);
        check(ok, "update");
    }
}
