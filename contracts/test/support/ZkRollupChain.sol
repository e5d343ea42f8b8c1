// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../../src/BN254.sol";
import { LightClient } from "../../src/LightClient.sol";
import { ILightClient } from "../../src/interfaces/ILightClient.sol";
import { Derivation } from "../../src/libraries/Derivation.sol";
import { ZkRollup } from "../../src/rollup/ZkRollup.sol";
import { TransferVerifierInsecure } from "../../src/variants/TransferVerifierInsecure.sol";
import { MockLightClient } from "./MockLightClient.sol";
import { Test } from "./Test.sol";

/// @dev The chain of test/fixtures/zk_rollup.json (crema-rollup's example zk_vectors): blocks for five nodes, a light client that knows
/// the first six, and the proofs that settle these
abstract contract ZkRollupChain is Test {
    /// @dev Blocks that the light client knows
    uint64 internal constant KNOWN = 6;

    string internal json;
    MockLightClient internal lightClient;
    ZkRollup internal rollup;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_700_000_000);
        json = vm.readFile("test/fixtures/zk_rollup.json");
        LightClient.StakeTableState memory table = LightClient.StakeTableState(
            1, BN254.ScalarField.wrap(1), BN254.ScalarField.wrap(1), BN254.ScalarField.wrap(1)
        );
        LightClient.LightClientState memory genesis = LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(0));
        bytes memory call = abi.encodeCall(LightClient.initialize, (genesis, table, 10 days, address(this)));
        lightClient = MockLightClient(address(new ERC1967Proxy(address(new MockLightClient()), call)));
        lightClient.record(9, KNOWN, uint256(one(".blockCommRoot")));
        rollup = deploy(uint32(uint256(one(".namespace"))));
    }

    function deploy(uint32 namespace) internal returns (ZkRollup) {
        return
            new ZkRollup(
                ILightClient(address(lightClient)), new TransferVerifierInsecure(), namespace, 0, stateBelow(0)
            );
    }

    function one(string memory name) internal view returns (bytes32) {
        return abi.decode(vm.parseJsonBytes(json, name), (bytes32));
    }

    function listed(string memory name, uint256 i) internal view returns (bytes memory) {
        return vm.parseJsonBytesArray(json, name)[i];
    }

    /// @dev Root of the accounts that the blocks below a height leave
    function stateBelow(uint256 height) internal view returns (uint256) {
        return abi.decode(listed(".states", height), (uint256));
    }

    function transactionsAt(uint256 height) internal view returns (bytes memory) {
        return listed(".payloads", height);
    }

    function derivationAt(uint256 height) internal view returns (Derivation.Proof memory) {
        return abi.decode(listed(".derivations", height), (Derivation.Proof));
    }

    function batchesAt(uint256 height) internal view returns (ZkRollup.Batch[] memory) {
        return abi.decode(listed(".batches", height), (ZkRollup.Batch[]));
    }

    /// @dev Settles the blocks below a height
    function settleBelow(uint256 height) internal {
        for (uint256 i = 0; i < height; ++i) {
            rollup.settle(transactionsAt(i), derivationAt(i), batchesAt(i));
        }
    }
}
