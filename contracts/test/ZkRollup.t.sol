// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { Derivation } from "../src/libraries/Derivation.sol";
import { TransferBatch } from "../src/rollup/TransferBatch.sol";
import { ZkRollup } from "../src/rollup/ZkRollup.sol";
import { ZkRollupChain } from "./support/ZkRollupChain.sol";

/// @dev The ZK rollup over the fixture's chain and the mock light client. Block 2 has two batches, block 4 one, the others none.
contract ZkRollupTest is ZkRollupChain {
    function isInvalid(uint256 batch) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ZkRollup.InvalidBatch.selector, batch);
    }

    function test_everyBlockThatL1KnowsSettles() public {
        for (uint64 i = 0; i < KNOWN; ++i) {
            rollup.settle(transactionsAt(i), derivationAt(i), batchesAt(i));
            equal(rollup.height(), i + 1, "height");
            equal(rollup.next(), 0, "next");
            equal(rollup.state(), stateBelow(i + 1), "state");
        }
        check(stateBelow(2) != stateBelow(3) && stateBelow(4) != stateBelow(5), "transfers did something");
        // what L1 does not know yet
        bytes memory transactions = transactionsAt(5);
        Derivation.Proof memory derivation = derivationAt(5);
        derivation.header.height = KNOWN;
        expectError(LightClient.InvalidHotShotBlockForCommitmentCheck.selector);
        rollup.settle(transactions, derivation, new ZkRollup.Batch[](0));
    }

    function test_aBlockSettlesInParts() public {
        settleBelow(2);
        ZkRollup.Batch[] memory both = batchesAt(2);
        equal(both.length, 2, "batches");
        ZkRollup.Batch[] memory part = new ZkRollup.Batch[](1);
        part[0] = both[0];
        rollup.settle(transactionsAt(2), derivationAt(2), part);
        equal(rollup.height(), 2, "still in the block");
        // one that is no transfer, then four that are
        equal(rollup.next(), 5, "next");
        part[0] = both[1];
        rollup.settle(transactionsAt(2), derivationAt(2), part);
        equal(rollup.height(), 3, "behind it");
        equal(rollup.state(), stateBelow(3), "state");
    }

    function test_everyByteOfATransferCounts() public {
        settleBelow(2);
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory derivation = derivationAt(2);
        ZkRollup.Batch[] memory batches = batchesAt(2);
        for (uint256 i = 0; i < transactions.length; i += 13) {
            transactions[i] ^= 0x01;
            vm.expectRevert(abi.encodeWithSelector(Derivation.WrongNamespaceBytes.selector, rollup.namespace()));
            rollup.settle(transactions, derivation, batches);
            transactions[i] ^= 0x01;
        }
        rollup.settle(transactions, derivation, batches);
    }

    /// @dev Where nothing but the proof speaks for the transfers: through the hatch
    function test_tamperedTransfersAreNotWhatWasProven() public {
        settleBelow(3);
        lightClient.setHotShotDownSince(0);
        bytes memory transfers = transactionsAt(4);
        ZkRollup.Batch[] memory forced = abi.decode(vm.parseJsonBytes(json, ".forced"), (ZkRollup.Batch[]));
        // the lowest byte of every part of the only transfer, which begins behind a table of eight bytes: from, to, amount, nonce,
        // R.x, R.y, s
        uint8[7] memory ends = [4, 8, 16, 24, 56, 88, 120];
        for (uint256 i = 0; i < ends.length; ++i) {
            uint256 place = 8 + ends[i] - 1;
            transfers[place] ^= 0x01;
            vm.expectRevert(isInvalid(0));
            rollup.escape(transfers, forced);
            transfers[place] ^= 0x01;
        }
        rollup.escape(transfers, forced);
    }

    function test_aReplayedBatchIsRefused() public {
        settleBelow(2);
        ZkRollup.Batch[] memory batches = batchesAt(2);
        ZkRollup.Batch[] memory twice = new ZkRollup.Batch[](2);
        twice[0] = batches[0];
        twice[1] = batches[0];
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory derivation = derivationAt(2);
        vm.expectRevert(isInvalid(1));
        rollup.settle(transactions, derivation, twice);
        // behind the last transfer
        ZkRollup.Batch[] memory more = new ZkRollup.Batch[](3);
        (more[0], more[1], more[2]) = (batches[0], batches[1], batches[1]);
        vm.expectRevert(abi.encodeWithSelector(ZkRollup.BatchWithoutTransfers.selector, uint256(2)));
        rollup.settle(transactions, derivation, more);
        // and a whole block
        rollup.settle(transactions, derivation, batches);
        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongHeight.selector, uint64(3), uint64(2)));
        rollup.settle(transactions, derivation, batches);
        equal(rollup.state(), stateBelow(3), "state");
    }

    function test_anotherNamespacesBytesAreRefused() public {
        // somebody else's namespace in the same blocks: its rollup has its own bytes
        ZkRollup other = deploy(17);
        for (uint256 i = 0; i < 1; ++i) {
            other.settle("", derivationAt(i), batchesAt(i));
        }
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory derivation = derivationAt(1);
        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongNamespaceBytes.selector, uint32(17)));
        other.settle(transactions, derivation, new ZkRollup.Batch[](0));
        // and where a block has none of the rollup's, no bytes are its
        settleBelow(1);
        vm.expectRevert(abi.encodeWithSelector(Derivation.NamespaceNotListed.selector, rollup.namespace()));
        rollup.settle(transactions, derivation, batchesAt(2));
    }

    function test_anotherBlockIsRefused() public {
        settleBelow(2);
        bytes memory transactions = transactionsAt(4);
        Derivation.Proof memory derivation = derivationAt(4);
        ZkRollup.Batch[] memory batches = batchesAt(4);
        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongHeight.selector, uint64(2), uint64(4)));
        rollup.settle(transactions, derivation, batches);
        // renamed, its header is no longer in the tree
        derivation.header.height = 2;
        vm.expectPartialRevert(Derivation.HeaderNotInTree.selector);
        rollup.settle(transactions, derivation, batches);
        // and under another root
        derivation = derivationAt(2);
        derivation.treeRoot ^= bytes32(uint256(1));
        transactions = transactionsAt(2);
        vm.expectPartialRevert(Derivation.WrongTreeRoot.selector);
        rollup.settle(transactions, derivation, batches);
    }

    function test_everyPublicInputCounts() public {
        settleBelow(2);
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory derivation = derivationAt(2);
        ZkRollup.Batch[] memory batches = batchesAt(2);
        // state after, which is the second proof's before
        batches[0].state ^= 1;
        vm.expectRevert(isInvalid(0));
        rollup.settle(transactions, derivation, batches);
        batches[0].state ^= 1;
        batches[1].state ^= 1;
        vm.expectRevert(isInvalid(1));
        rollup.settle(transactions, derivation, batches);
        batches[1].state ^= 1;
        // digest, and with it challenge and value
        batches[0].digest ^= 1;
        vm.expectRevert(isInvalid(0));
        rollup.settle(transactions, derivation, batches);
        batches[0].digest ^= 1;
        // the same number modulo r
        batches[0].state += BN254.R_MOD;
        vm.expectRevert(isInvalid(0));
        rollup.settle(transactions, derivation, batches);
        batches[0].state -= BN254.R_MOD;
        // state before: blocks in another order
        rollup.settle(transactions, derivation, batches);
        rollup = deploy(rollup.namespace());
        settleBelow(2);
        (batches[0], batches[1]) = (batches[1], batches[0]);
        vm.expectRevert(isInvalid(0));
        rollup.settle(transactions, derivation, batches);
    }

    function test_theProofIsBoundToItsPlace() public {
        settleBelow(3);
        bytes memory transfers = transactionsAt(4);
        lightClient.setHotShotDownSince(0);
        // what was proven of a block does not go through the hatch, as there is no commitment there
        ZkRollup.Batch[] memory batches = batchesAt(4);
        vm.expectRevert(isInvalid(0));
        rollup.escape(transfers, batches);
    }

    function test_everyWordOfTheProofCounts() public {
        settleBelow(4);
        bytes memory transactions = transactionsAt(4);
        Derivation.Proof memory derivation = derivationAt(4);
        bytes memory encoded = listed(".batches", 4);
        // offset, length, state, digest, then the proof's 36 words
        for (uint256 word = 0; word < 36; ++word) {
            uint256 lowest = 32 * (4 + word) + 31;
            encoded[lowest] ^= 0x01;
            ZkRollup.Batch[] memory batches = abi.decode(encoded, (ZkRollup.Batch[]));
            vm.expectRevert(isInvalid(0));
            rollup.settle(transactions, derivation, batches);
            encoded[lowest] ^= 0x01;
        }
        rollup.settle(transactions, derivation, abi.decode(encoded, (ZkRollup.Batch[])));
    }

    function test_transfersCannotBeLeftOut() public {
        settleBelow(2);
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory derivation = derivationAt(2);
        expectError(ZkRollup.BatchMissing.selector);
        rollup.settle(transactions, derivation, new ZkRollup.Batch[](0));
        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongNamespaceBytes.selector, rollup.namespace()));
        rollup.settle("", derivation, new ZkRollup.Batch[](0));
        // the second batch first
        ZkRollup.Batch[] memory second = new ZkRollup.Batch[](1);
        second[0] = batchesAt(2)[1];
        vm.expectRevert(isInvalid(0));
        rollup.settle(transactions, derivation, second);
        // no batch is for a block without transfers
        settleBelowFrom(2, 3);
        transactions = transactionsAt(3);
        derivation = derivationAt(3);
        vm.expectRevert(abi.encodeWithSelector(ZkRollup.BatchWithoutTransfers.selector, uint256(0)));
        rollup.settle(transactions, derivation, second);
    }

    function settleBelowFrom(uint256 start, uint256 end) private {
        for (uint256 i = start; i < end; ++i) {
            rollup.settle(transactionsAt(i), derivationAt(i), batchesAt(i));
        }
    }

    function test_theHatchOpensWhileTheLightClientLags() public {
        settleBelow(3);
        bytes memory transfers = transactionsAt(4);
        ZkRollup.Batch[] memory forced = abi.decode(vm.parseJsonBytes(json, ".forced"), (ZkRollup.Batch[]));
        expectError(ZkRollup.NoEscape.selector);
        rollup.escape(transfers, forced);
        lightClient.setHotShotDownSince(block.number - 600);
        expectError(ZkRollup.NoEscape.selector);
        rollup.escape(transfers, forced);
        lightClient.setHotShotDownSince(block.number - 601);
        expectError(ZkRollup.BatchMissing.selector);
        rollup.escape(transfers, new ZkRollup.Batch[](0));
        rollup.escape(transfers, forced);
        equal(rollup.state(), uint256(one(".forcedState")), "executed");
        equal(rollup.height(), 3, "no block is settled by it");
        // what was forced does not count again
        vm.expectRevert(isInvalid(0));
        rollup.escape(transfers, forced);
        lightClient.setHotShotUp();
        expectError(ZkRollup.NoEscape.selector);
        rollup.escape("", new ZkRollup.Batch[](0));
        // by the light client's own lag
        vm.roll(1601);
        rollup.escape("", new ZkRollup.Batch[](0));
    }

    function test_onlyCanonicalTransactionsAreTransfers() public view {
        bytes memory good = new bytes(120);
        check(this.isTransfer(good), "zeros");
        check(!this.isTransfer(new bytes(119)) && !this.isTransfer(new bytes(121)), "length");
        uint256 order = 0x060c89ce5c263405370a08b6d0302b0bab3eedb83920ee0a677297dc392126f1;
        uint256[3] memory limits = [BN254.R_MOD, BN254.R_MOD, order];
        for (uint256 i = 0; i < 3; ++i) {
            check(this.isTransfer(withWord(good, 24 + 32 * i, limits[i] - 1)), "largest");
            check(!this.isTransfer(withWord(good, 24 + 32 * i, limits[i])), "modulus");
        }
        for (uint256 i = 3; i < 8; i += 4) {
            good[i] = bytes1(uint8(80));
            check(this.isTransfer(good), "last account");
            good[i] = bytes1(uint8(81));
            check(!this.isTransfer(good), "no account");
            good[i] = 0;
        }
    }

    function isTransfer(bytes calldata transaction) external pure returns (bool) {
        return TransferBatch.isTransfer(transaction);
    }

    function withWord(bytes memory from, uint256 offset, uint256 word) private pure returns (bytes memory changed) {
        changed = bytes.concat(from);
        assembly {
            mstore(add(add(changed, 32), offset), word)
        }
    }
}
