// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClientMockV1Canonical10Insecure } from "../../src/variants/LightClientMockV1Canonical10Insecure.sol";

/// @dev The mock of development networks, which records states here without a proof
contract MockLightClient is LightClientMockV1Canonical10Insecure {
    function record(uint64 viewNum, uint64 blockHeight, uint256 root) external {
        uint256 settings;
        assembly ("memory-safe") {
            settings := sload(permissionedProver.slot)
        }
        _finalize(viewNum, blockHeight, root, settings);
    }
}
