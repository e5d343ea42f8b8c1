// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { LightClientV3 } from "../src/LightClientV3.sol";
import { Script } from "./Script.sol";

/// @title A light client's next version, one at a time
/// @notice Reads ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS; LIGHT_CLIENT_CONTRACT, a variant of the next version; and for
/// version 2 ESPRESSO_SEQUENCER_BLOCKS_PER_EPOCH and ESPRESSO_SEQUENCER_EPOCH_START_BLOCK. The sender must be the owner.
contract UpgradeLightClient is Script {
    function run() external returns (address implementation) {
        LightClient proxy = LightClient(vm.envAddress("ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS"));
        (uint8 version,,) = proxy.getVersion();
        (uint64 viewBefore, uint64 heightBefore,) = proxy.finalizedState();
        if (version != 1 && version != 2) revert Unexpected("the proxy is neither of version 1 nor of version 2");
        string memory next = version == 1 ? "LightClientV2Canonical10Insecure" : "LightClientV3Canonical10Insecure";
        bytes memory setUp = version == 1 ? epochs() : abi.encodeCall(LightClientV3.initializeV3, ());

        vm.startBroadcast();
        implementation = create(vm.envOr("LIGHT_CLIENT_CONTRACT", next), "");
        proxy.upgradeToAndCall(implementation, setUp);
        vm.stopBroadcast();

        (uint8 versionAfter,,) = proxy.getVersion();
        (uint64 viewAfter, uint64 heightAfter,) = proxy.finalizedState();
        if (versionAfter != version + 1) revert Unexpected("version");
        if (viewAfter != viewBefore || heightAfter != heightBefore) revert Unexpected("finalized state");
    }

    function epochs() private view returns (bytes memory) {
        uint256 blocks = vm.envUint("ESPRESSO_SEQUENCER_BLOCKS_PER_EPOCH");
        uint256 start = vm.envUint("ESPRESSO_SEQUENCER_EPOCH_START_BLOCK");
        if (blocks > type(uint64).max || start > type(uint64).max) revert Unexpected("epochs count in 64 bits");
        // forge-lint: disable-next-line(unsafe-typecast)
        return abi.encodeCall(LightClientV2.initializeV2, (uint64(blocks), uint64(start)));
    }
}
