// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../../src/BN254.sol";
import { LightClient } from "../../src/LightClient.sol";
import { ILightClient } from "../../src/interfaces/ILightClient.sol";
import { BlockHeader } from "../../src/libraries/BlockHeader.sol";
import { Derivation } from "../../src/libraries/Derivation.sol";
import { MockLightClient } from "./MockLightClient.sol";
import { Test } from "./Test.sol";

/// @dev The chain of test/fixtures/rollup.json (crema-vid's example rollup_vectors): six blocks for five nodes, and a light client
/// that knows the first five
abstract contract RollupChain is Test {
    /// @dev The toy token's namespace
    uint32 internal constant TOKEN = 0x746f6b65;
    /// @dev Blocks that the light client knows
    uint64 internal constant KNOWN = 5;

    string internal json;
    MockLightClient internal lightClient;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_700_000_000);
        json = vm.readFile("test/fixtures/rollup.json");
        LightClient.StakeTableState memory table = LightClient.StakeTableState(
            1, BN254.ScalarField.wrap(1), BN254.ScalarField.wrap(1), BN254.ScalarField.wrap(1)
        );
        LightClient.LightClientState memory genesis = LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(0));
        bytes memory call = abi.encodeCall(LightClient.initialize, (genesis, table, 10 days, address(this)));
        lightClient = MockLightClient(address(new ERC1967Proxy(address(new MockLightClient()), call)));
        lightClient.record(9, KNOWN, uint256(column(".blockCommRoots")[KNOWN]));
    }

    function column(string memory key) internal view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(json, key);
    }

    function bytesAt(string memory key, uint256 height) internal view returns (bytes memory) {
        return vm.parseJsonBytesArray(json, key)[height];
    }

    function headerAt(uint256 height) internal view returns (BlockHeader.Header memory) {
        return abi.decode(bytesAt(".headers", height), (BlockHeader.Header));
    }

    function transactionsAt(uint256 height) internal view returns (bytes memory) {
        return bytesAt(".payloads", height);
    }

    /// @dev What a rollup's node gives to the contract for the block at a height that the light client knows
    function proofAt(uint256 height) internal view returns (Derivation.Proof memory proof) {
        proof.header = headerAt(height);
        proof.namespaceTable = bytesAt(".tables", height);
        proof.treeRoot = column(".treeRoots")[KNOWN];
        proof.siblings = abi.decode(bytesAt(".siblings", height), (bytes32[2][32]));
        proof.dispersal.payloadLength = uint32(uint256(column(".payloadLengths")[height]));
        proof.dispersal.nodes = 5;
        proof.dispersal.points = bytesAt(".points", height);
        proof.around.prefixBytes = bytesAt(".prefixBytes", height);
        proof.around.suffixBytes = bytesAt(".suffixBytes", height);
        proof.around.prefixElements = words(bytesAt(".prefixElements", height));
        proof.around.suffixElements = words(bytesAt(".suffixElements", height));
    }

    function words(bytes memory packed) private pure returns (uint256[] memory list) {
        list = new uint256[](packed.length / 32);
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 word;
            assembly {
                word := mload(add(add(packed, 32), mul(i, 32)))
            }
            list[i] = word;
        }
    }

    function client() internal view returns (ILightClient) {
        return ILightClient(address(lightClient));
    }
}
