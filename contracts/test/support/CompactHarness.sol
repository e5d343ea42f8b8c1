// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../../src/LightClient.sol";
import { OpenCompactV1 } from "./OpenCompactV1.sol";

/// @dev Records updates without a proof
contract CompactHarness is OpenCompactV1 {
    constructor(
        LightClient.LightClientState memory genesis,
        LightClient.StakeTableState memory stakeTable,
        uint32 capacity
    ) OpenCompactV1(genesis, stakeTable, capacity) { }

    function record(uint64 viewNum, uint64 blockHeight, uint256 root) external {
        uint256 settings;
        assembly ("memory-safe") {
            settings := sload(permissionedProver.slot)
        }
        _record(viewNum, blockHeight, root, settings);
    }
}
