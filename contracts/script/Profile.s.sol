// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { Script } from "./Script.sol";

/// @title One real update, for `tools/profile` to look at
/// @notice Deploys the light client of capacity 10 for the stake table of a golden proof and sends that proof. The account comes
/// from PRIVATE_KEY, or from MNEMONIC.
contract ProfileUpdate is Script {
    function run() external returns (LightClient proxy) {
        string memory json = vm.readFile("test/fixtures/golden_v1_canonical_10.json");
        uint256[7] memory inputs = abi.decode(vm.parseJsonBytesArray(json, ".accepted.inputs")[0], (uint256[7]));
        bytes memory proof = vm.parseJsonBytesArray(json, ".accepted.proofs")[0];
        LightClient.StakeTableState memory table =
            LightClient.StakeTableState(inputs[6], scalar(inputs[3]), scalar(inputs[4]), scalar(inputs[5]));
        uint256 key = vm.envOr("PRIVATE_KEY", uint256(0));
        if (key == 0) key = vm.deriveKey(vm.envString("MNEMONIC"), 0);
        // the root of an empty chain is not zero, and the first update would pay for it if it were
        bytes memory initialize = abi.encodeCall(
            LightClient.initialize, (LightClient.LightClientState(0, 0, scalar(1)), table, 10 days, vm.addr(key))
        );

        vm.startBroadcast(key);
        address implementation = create("LightClientV1Canonical10Insecure", "");
        proxy = LightClient(address(new ERC1967Proxy(implementation, initialize)));
        bytes memory state = abi.encode(inputs[0], inputs[1], inputs[2]);
        (bool ok,) = address(proxy).call(bytes.concat(LightClient.newFinalizedState.selector, state, proof));
        vm.stopBroadcast();

        (, uint64 height,) = proxy.finalizedState();
        if (!ok || height != inputs[1]) revert Unexpected("the update");
    }

    function scalar(uint256 value) private pure returns (BN254.ScalarField) {
        return BN254.ScalarField.wrap(value);
    }
}
