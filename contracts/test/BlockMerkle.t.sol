// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BlockMerkle } from "../src/libraries/BlockMerkle.sol";
import { BlockMerkleCaller } from "./support/BlockMerkleCaller.sol";
import { Test } from "./support/Test.sol";

/// @dev Paths through the trees that nodes keep (test/fixtures/block_merkle.json, written by crema-vid's example
/// contract_vectors), and the permutation against the EVM's own hash
contract BlockMerkleTest is Test {
    bytes32[] private headers;
    bytes32[] private indices;
    bytes32[] private roots;
    bytes[] private siblings;
    BlockMerkleCaller private caller;

    function setUp() public {
        string memory json = vm.readFile("test/fixtures/block_merkle.json");
        headers = vm.parseJsonBytes32Array(json, ".headers");
        indices = vm.parseJsonBytes32Array(json, ".indices");
        roots = vm.parseJsonBytes32Array(json, ".roots");
        siblings = vm.parseJsonBytesArray(json, ".siblings");
        caller = new BlockMerkleCaller();
        equal(headers.length, 31, "vectors");
    }

    function path(uint256 i) private view returns (bytes32[2][32] memory) {
        return abi.decode(siblings[i], (bytes32[2][32]));
    }

    function test_everyPathLeadsToItsRoot() public view {
        for (uint256 i = 0; i < headers.length; ++i) {
            bytes32 root = caller.rootOf(headers[i], uint256(indices[i]), path(i));
            equal(uint256(root), uint256(roots[i]), "root");
        }
    }

    function test_anythingElseDoesNot() public view {
        for (uint256 i = 2; i < headers.length; i += 7) {
            bytes32[2][32] memory beside = path(i);
            uint256 index = uint256(indices[i]);
            check(caller.isMember(roots[i], headers[i], index, beside), "member");
            check(!caller.isMember(roots[i] ^ bytes32(uint256(1)), headers[i], index, beside), "root");
            check(!caller.isMember(roots[i], headers[i] ^ bytes32(uint256(1) << 255), index, beside), "header");
            // the next leaf, and the same leaf in the next third of the tree
            check(!caller.isMember(roots[i], headers[i], index ^ 1, beside), "index");
            check(
                !caller.isMember(roots[i], headers[i], (index + 617_673_396_283_947) % 1_853_020_188_851_841, beside),
                "third"
            );
            for (uint256 level = 0; level < 32; level += 5) {
                beside[level][level % 2] ^= bytes32(uint256(1) << (8 * level));
                check(!caller.isMember(roots[i], headers[i], index, beside), "sibling");
                beside[level][level % 2] ^= bytes32(uint256(1) << (8 * level));
            }
        }
    }

    function test_anIndexOutsideTheTreeIsRefused() public {
        bytes32[2][32] memory beside = path(0);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 index = i == 0 ? 1_853_020_188_851_841 : type(uint256).max;
            vm.expectRevert(abi.encodeWithSelector(BlockMerkle.LeafIndexTooLarge.selector, index));
            caller.rootOf(headers[0], index, beside);
        }
    }

    /// @dev The EVM's Keccak-256 differs from SHA3-256 in the bits that end a message, and not in the permutation
    function testFuzz_permutationIsTheEVMs(bytes32[4] memory words) public view {
        equal(uint256(caller.keccak(words)), uint256(keccak256(abi.encode(words))), "Keccak-256");
    }

    function test_memoryIsAsItWas() public view {
        bytes memory filled = new bytes(3000);
        for (uint256 i = 0; i < filled.length; ++i) {
            filled[i] = bytes1(uint8(i % 251));
        }
        (bytes memory kept, bytes32 root) = caller.rootAndMemory(filled, headers[5], uint256(indices[5]), path(5));
        equal(uint256(root), uint256(roots[5]), "root");
        equal(uint256(keccak256(kept)), uint256(keccak256(filled)), "memory");
    }
}
