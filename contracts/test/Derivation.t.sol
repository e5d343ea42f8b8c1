// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../src/LightClient.sol";
import { BlockHeader } from "../src/libraries/BlockHeader.sol";
import { Derivation } from "../src/libraries/Derivation.sol";
import { RollupCaller } from "./support/RollupCaller.sol";
import { RollupChain } from "./support/RollupChain.sol";

/// @dev From the light client's commitment to a namespace's bytes, against a chain that the nodes' code has made
contract DerivationTest is RollupChain {
    /// @dev The block that has three namespaces
    uint64 private constant FULL = 2;
    /// @dev The block that has other namespaces only
    uint64 private constant FOREIGN = 3;

    RollupCaller private caller;

    function setUp() public override {
        super.setUp();
        caller = new RollupCaller();
    }

    function derived(uint64 height, bytes memory transactions, Derivation.Proof memory proof)
        private
        view
        returns (bool)
    {
        try caller.check(client(), height, TOKEN, transactions, proof) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev The error's selector, zero where there is none
    function failure(uint64 height, bytes memory transactions, Derivation.Proof memory proof)
        private
        view
        returns (bytes4)
    {
        try caller.check(client(), height, TOKEN, transactions, proof) {
            return 0;
        } catch (bytes memory error_) {
            return bytes4(error_);
        }
    }

    function test_rescueIsTheProvers() public view {
        equal(
            caller.hash(1, 2),
            19_049_058_475_857_059_249_781_787_587_115_330_073_798_861_051_527_744_633_577_976_706_686_840_722_354,
            "H(1, 2)"
        );
        bytes32[] memory roots = column(".treeRoots");
        bytes32[] memory commitments = column(".blockCommRoots");
        equal(roots.length, 6, "vectors");
        for (uint64 height = 0; height < roots.length; ++height) {
            equal(caller.commitmentOf(roots[height], height), uint256(commitments[height]), "blockCommRoot");
            check(caller.commitmentOf(roots[height], height + 1) != uint256(commitments[height]), "leaves");
        }
        // the reference's tree of five leaves, each of one byte repeated
        equal(
            caller.commitmentOf(0xe9630faca7534b0855123f4e3802ab03014b9a3114d4f833d68429b27db9dcf9, 5),
            9_303_900_416_892_255_578_975_204_887_051_678_975_338_205_662_145_906_387_875_064_281_267_505_951_361,
            "reference"
        );
    }

    function test_headersHashAsNodesHashThem() public view {
        bytes32[] memory hashes = column(".hashes");
        for (uint256 height = 0; height < hashes.length; ++height) {
            bytes32 hash = caller.headerHash(headerAt(height), bytesAt(".tables", height));
            equal(uint256(hash), uint256(hashes[height]), "hash");
        }
    }

    function test_everyWordOfAHeaderCounts() public view {
        bytes memory table = bytesAt(".tables", FULL);
        bytes memory encoded = bytesAt(".headers", FULL);
        bytes32 expected = column(".hashes")[FULL];
        for (uint256 word = 0; word < encoded.length / 32; ++word) {
            // numbers end at a word's end, the tree's 16 bytes begin at its beginning
            uint256 last = word == 9 || word == 11 ? 32 * word : 32 * word + 31;
            encoded[last] ^= 0x01;
            BlockHeader.Header memory changed = abi.decode(encoded, (BlockHeader.Header));
            check(caller.headerHash(changed, table) != expected, "word");
            encoded[last] ^= 0x01;
        }
        for (uint256 i = 0; i < table.length; ++i) {
            table[i] ^= 0x10;
            check(caller.headerHash(headerAt(FULL), table) != expected, "table");
            table[i] ^= 0x10;
        }
        check(caller.headerHash(headerAt(FULL), table) == expected, "restored");
    }

    function test_everyBlocksTransactionsAreDerived() public view {
        for (uint64 height = 0; height < KNOWN; ++height) {
            caller.check(client(), height, TOKEN, transactionsAt(height), proofAt(height));
        }
        check(transactionsAt(FULL).length > 500, "the full block has some");
        equal(transactionsAt(FOREIGN).length, 0, "the foreign has none");
    }

    function test_aNamespaceThatIsNotListedHasNoBytes() public view {
        Derivation.Proof memory proof = proofAt(FOREIGN);
        check(failure(FOREIGN, hex"00", proof) == Derivation.NamespaceNotListed.selector, "bytes of nothing");
        check(
            failure(FOREIGN, transactionsAt(FULL), proofAt(FOREIGN)) == Derivation.NamespaceNotListed.selector,
            "another block's"
        );
        // nor can a listed one be hidden: behind no bytes, or another table
        proof = proofAt(FULL);
        check(failure(FULL, "", proof) == Derivation.WrongNamespaceBytes.selector, "hidden");
        proof.namespaceTable = bytesAt(".tables", FOREIGN);
        check(failure(FULL, "", proof) == Derivation.HeaderNotInTree.selector, "another table");
        proof.namespaceTable = hex"00000000";
        check(failure(FULL, "", proof) == Derivation.HeaderNotInTree.selector, "empty table");
    }

    function test_everyByteOfTheTransactionsCounts() public view {
        Derivation.Proof memory proof = proofAt(FULL);
        bytes memory transactions = transactionsAt(FULL);
        for (uint256 i = 0; i < transactions.length; i += 41) {
            transactions[i] ^= 0x80;
            check(failure(FULL, transactions, proof) == Derivation.WrongNamespaceBytes.selector, "byte");
            transactions[i] ^= 0x80;
        }
        check(
            failure(FULL, bytes.concat(transactions, hex"00"), proof) == Derivation.WrongNamespaceBytes.selector, "more"
        );
    }

    function test_theTreeIsTheLightClients() public {
        bytes memory transactions = transactionsAt(FULL);
        Derivation.Proof memory proof = proofAt(FULL);
        proof.treeRoot ^= bytes32(uint256(1));
        check(failure(FULL, transactions, proof) == Derivation.WrongTreeRoot.selector, "root, last byte");
        proof.treeRoot = column(".treeRoots")[KNOWN] ^ bytes32(uint256(1) << 255);
        check(failure(FULL, transactions, proof) == Derivation.WrongTreeRoot.selector, "root, first byte");
        proof = proofAt(FULL);
        for (uint256 level = 0; level < 32; ++level) {
            for (uint256 side = 0; side < 2; ++side) {
                proof.siblings[level][side] ^= bytes32(uint256(1) << (7 * level));
                if (level % 8 == 0) {
                    check(failure(FULL, transactions, proof) == Derivation.HeaderNotInTree.selector, "sibling");
                }
                proof.siblings[level][side] ^= bytes32(uint256(1) << (7 * level));
            }
        }
        check(derived(FULL, transactions, proof), "restored");
        // the block after the newest known, and all after another state
        check(
            failure(KNOWN, "", proofAtUnknown()) == LightClient.InvalidHotShotBlockForCommitmentCheck.selector,
            "unknown"
        );
        lightClient.record(10, KNOWN + 1, uint256(column(".blockCommRoots")[KNOWN]));
        check(derived(FULL, transactions, proof), "the oldest commitment still counts");
        check(failure(KNOWN, "", proofAtUnknown()) == Derivation.WrongTreeRoot.selector, "height of the root");
    }

    /// @dev Block 5 with another's path
    function proofAtUnknown() private view returns (Derivation.Proof memory proof) {
        proof = proofAt(FULL);
        proof.header = headerAt(KNOWN);
        proof.namespaceTable = bytesAt(".tables", KNOWN);
    }

    function test_aBlockCountsAtItsHeightOnly() public view {
        for (uint64 height = 0; height < KNOWN; ++height) {
            bytes4 found = failure(height, transactionsAt(FULL), proofAt(FULL));
            check(found == (height == FULL ? bytes4(0) : Derivation.WrongHeight.selector), "height");
        }
        Derivation.Proof memory proof = proofAt(FULL);
        proof.header.height = FOREIGN;
        check(failure(FOREIGN, transactionsAt(FULL), proof) == Derivation.HeaderNotInTree.selector, "moved");
    }

    function test_everyFieldOfTheHeaderCounts() public view {
        bytes memory encoded = bytesAt(".headers", FULL);
        for (uint256 word = 0; word < encoded.length / 32; ++word) {
            if (word == 2) continue; // the height, see above
            uint256 last = word == 9 || word == 11 ? 32 * word : 32 * word + 31;
            encoded[last] ^= 0x01;
            Derivation.Proof memory proof = proofAt(FULL);
            proof.header = abi.decode(encoded, (BlockHeader.Header));
            check(failure(FULL, transactionsAt(FULL), proof) == Derivation.HeaderNotInTree.selector, "field");
            encoded[last] ^= 0x01;
        }
    }

    function test_everythingAroundTheNamespaceCounts() public view {
        bytes memory transactions = transactionsAt(FULL);
        Derivation.Proof memory proof = proofAt(FULL);
        for (uint256 i = 0; i < proof.dispersal.points.length; i += 37) {
            proof.dispersal.points[i] ^= 0x01;
            check(failure(FULL, transactions, proof) == Derivation.WrongNamespaceBytes.selector, "point");
            proof.dispersal.points[i] ^= 0x01;
        }
        proof.dispersal.payloadLength += 1;
        check(!derived(FULL, transactions, proof), "length");
        proof = proofAt(FULL);
        proof.dispersal.nodes = 4;
        check(!derived(FULL, transactions, proof), "nodes");
        proof = proofAt(FULL);
        check(proof.around.prefixBytes.length > 0 && proof.around.suffixBytes.length > 0, "bytes around");
        check(proof.around.prefixElements.length > 0 && proof.around.suffixElements.length > 0, "elements around");
        proof.around.prefixBytes[0] ^= 0x01;
        check(!derived(FULL, transactions, proof), "prefix byte");
        proof.around.prefixBytes[0] ^= 0x01;
        proof.around.suffixBytes[0] ^= 0x01;
        check(!derived(FULL, transactions, proof), "suffix byte");
        proof.around.suffixBytes[0] ^= 0x01;
        proof.around.prefixElements[0] ^= 1;
        check(!derived(FULL, transactions, proof), "prefix element");
        proof.around.prefixElements[0] ^= 1;
        proof.around.suffixElements[0] ^= 1;
        check(!derived(FULL, transactions, proof), "suffix element");
        proof.around.suffixElements[0] ^= 1;
        check(derived(FULL, transactions, proof), "restored");
    }

    function test_hostileNamespacesHaveDefinedTransactions() public view {
        // count 2; the first ends at 3, the second at 5 of "abcde"
        bytes memory payload = bytes.concat(hex"020000000300000005000000", "abcde");
        expectTransaction(payload, 0, 2, "abc");
        expectTransaction(payload, 1, 2, "de");
        // ends behind the bytes
        expectTransaction(bytes.concat(hex"0100000009000000", "abc"), 0, 1, "abc");
        // before they begin
        expectTransaction(bytes.concat(hex"020000000300000001000000", "abcde"), 1, 2, "");
        // more are declared than there are ends: the transactions begin behind the declared table
        expectTransaction(hex"ff0000000100000002000000", 1, 2, "");
        expectTransaction(bytes.concat(hex"ffffffff0100000002000000", "ab"), 0, 2, "");
        (uint256 count,) = caller.transaction(bytes.concat(hex"00000000", "abcd"), 0);
        equal(count, 0, "none");
    }

    function expectTransaction(bytes memory payload, uint256 index, uint256 count, bytes memory expected) private view {
        (uint256 found, bytes memory transaction) = caller.transaction(payload, index);
        equal(found, count, "count");
        equal(uint256(keccak256(transaction)), uint256(keccak256(expected)), "transaction");
    }
}
