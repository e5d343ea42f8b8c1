// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OpenLightClientV1 } from "./OpenLightClientV1.sol";

/// @dev Records updates without a proof, and reads its block number from storage as a variant for another chain would
contract LightClientHarness is OpenLightClientV1 {
    uint256 public blockNumberElsewhere;

    function record(uint64 viewNum, uint64 blockHeight, uint256 root) external {
        uint256 settings;
        assembly ("memory-safe") {
            settings := sload(permissionedProver.slot)
        }
        _finalize(viewNum, blockHeight, root, settings);
    }

    function setBlockNumberElsewhere(uint256 number) external {
        blockNumberElsewhere = number;
    }

    function currentBlockNumber() public view override returns (uint256) {
        return blockNumberElsewhere == 0 ? block.number : blockNumberElsewhere;
    }
}
