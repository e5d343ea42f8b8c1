// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../../src/LightClient.sol";
import { LightClientCompact } from "../../src/LightClientCompact.sol";
import { LightClientVKV1Legacy10Insecure } from "../keys/LightClientVKV1Legacy10Insecure.sol";

/// @dev Takes the golden proofs of capacity 10, from anybody
contract OpenCompactV1 is LightClientCompact, LightClientVKV1Legacy10Insecure {
    constructor(
        LightClient.LightClientState memory genesis,
        LightClient.StakeTableState memory stakeTable,
        uint32 capacity
    ) LightClientCompact(genesis, stakeTable, capacity) { }
}
