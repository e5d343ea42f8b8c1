// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { NamespaceProof } from "../src/libraries/NamespaceProof.sol";
import { NamespaceProofCaller } from "./support/NamespaceProofCaller.sol";
import { Test } from "./support/Test.sol";

/// @dev The reference's range proofs for five nodes (test/fixtures/namespace_proof.json, the same vectors as those of
/// crema-vid's tests), as namespaces of a payload of 200 bytes
contract NamespaceProofTest is Test {
    string private json;
    NamespaceProofCaller private caller;

    struct Case {
        bytes32 commitment;
        bytes table;
        uint256 entry;
        bytes payload;
        NamespaceProof.Dispersal dispersal;
        NamespaceProof.Surroundings around;
    }

    function setUp() public {
        json = vm.readFile("test/fixtures/namespace_proof.json");
        caller = new NamespaceProofCaller();
    }

    function load(uint256 i) private view returns (Case memory c) {
        c.commitment = vm.parseJsonBytes32Array(json, ".commitment")[0];
        c.table = vm.parseJsonBytesArray(json, ".tables")[i];
        c.entry = uint256(vm.parseJsonBytes32Array(json, ".entries")[i]);
        c.payload = vm.parseJsonBytesArray(json, ".payloads")[i];
        c.dispersal = NamespaceProof.Dispersal(200, 5, vm.parseJsonBytes(json, ".points"));
        c.around.prefixBytes = vm.parseJsonBytesArray(json, ".prefixBytes")[i];
        c.around.suffixBytes = vm.parseJsonBytesArray(json, ".suffixBytes")[i];
        c.around.prefixElements = words(vm.parseJsonBytesArray(json, ".prefixElements")[i]);
        c.around.suffixElements = words(vm.parseJsonBytesArray(json, ".suffixElements")[i]);
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

    function verified(Case memory c) private view returns (bool) {
        return caller.verify(c.commitment, c.table, c.entry, c.payload, c.dispersal, c.around);
    }

    function test_everyProofOfTheReferencePasses() public view {
        for (uint256 i = 0; i < 3; ++i) {
            check(verified(load(i)), "proof");
        }
    }

    function test_everyByteOfTheNamespaceCounts() public view {
        Case memory c = load(1);
        for (uint256 i = 0; i < c.payload.length; ++i) {
            c.payload[i] ^= bytes1(uint8(1 << (i % 8)));
            check(!verified(c), "byte");
            c.payload[i] ^= bytes1(uint8(1 << (i % 8)));
        }
        check(verified(c), "restored");
    }

    function test_everythingAroundItCounts() public view {
        Case memory c = load(1);
        c.around.prefixBytes[0] ^= 0x01;
        check(!verified(c), "prefix byte");
        c = load(1);
        c.around.suffixBytes[4] ^= 0x80;
        check(!verified(c), "suffix byte");
        for (uint256 i = 0; i < 2; ++i) {
            c = load(1);
            c.around.suffixElements[i] ^= 1;
            check(!verified(c), "suffix element");
        }
        c = load(1);
        c.around.prefixElements[0] += 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
        check(!verified(c), "not canonical");
        c = load(1);
        c.around.suffixElements = new uint256[](1);
        check(!verified(c), "suffix missing");
        c = load(1);
        c.around.prefixBytes = "";
        check(!verified(c), "prefix missing");
    }

    function test_everyPartOfTheBlockCounts() public view {
        for (uint256 i = 0; i < 128; ++i) {
            Case memory changed = load(1);
            changed.dispersal.points[i] ^= 0x01;
            check(!verified(changed), "point");
        }
        Case memory c = load(1);
        c.commitment ^= bytes32(uint256(1));
        check(!verified(c), "commitment");
        c = load(1);
        c.dispersal.payloadLength = 201;
        check(!verified(c), "length");
        c = load(1);
        for (uint32 nodes = 0; nodes < 12; ++nodes) {
            c.dispersal.nodes = nodes;
            check(verified(c) == (nodes == 5), "nodes");
        }
        c = load(1);
        for (uint256 entry = 0; entry < 5; ++entry) {
            c.entry = entry;
            check(verified(c) == (entry == 1), "entry");
        }
        c.entry = type(uint256).max;
        check(!verified(c), "huge entry");
        // the table of another header
        c = load(1);
        c.table[8] ^= 0x01;
        check(!verified(c), "start");
        c = load(1);
        c.table[16] ^= 0x01;
        check(!verified(c), "end");
        c = load(1);
        c.table = hex"ff000000";
        check(!verified(c), "short table");
    }
}
