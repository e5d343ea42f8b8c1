// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientHarness } from "./support/LightClientHarness.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

/// @dev History, its pruning, and what rollups read from it, against a model that searches entry by entry
contract HistoryTest is LightClientSetup {
    /// @dev What the contract should remember of an update
    struct Entry {
        uint64 l1Block;
        uint64 l1Time;
        uint64 height;
        uint256 root;
    }

    LightClientHarness private harness;
    Entry[] private model;
    uint256 private modelFirst;

    function setUp() public override {
        super.setUp();
        implementation = new LightClientHarness();
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        harness = LightClientHarness(address(client));
    }

    function test_anEmptyHistoryAnswersNothing() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        client.getHotShotCommitment(0);
        expectError(LightClient.InsufficientSnapshotHistory.selector);
        client.lagOverEscapeHatchThreshold(1000, 10);
        equal(client.getStateHistoryCount(), 0, "count");
    }

    function test_oneEntry() public {
        record(5);
        commitmentIs(0, 0);
        commitmentIs(4, 0);
        commitmentMissing(5);
        commitmentMissing(type(uint256).max);
        lagIs(1000, 0, false);
        lagMissing(999);
        lagMissing(1001);
    }

    function test_severalEntries() public {
        record(5);
        advance(10, 120);
        record(6);
        advance(10, 120);
        record(20);
        commitmentIs(4, 0);
        commitmentIs(5, 1);
        commitmentIs(6, 2);
        commitmentIs(19, 2);
        commitmentMissing(20);
        advance(100, 1200);
        lagIs(1009, 8, true);
        lagIs(1009, 9, false);
        lagIs(1010, 0, false);
        lagIs(1120, 99, true);
        lagIs(1120, 100, false);
        lagMissing(1121);
        lagMissing(type(uint256).max);
    }

    function test_prunesOnlyWhatIsOlderThanTheRetentionPeriod() public {
        record(1);
        advance(1, RETENTION);
        record(2);
        equal(client.stateHistoryFirstIndex(), 0, "exactly as old as allowed");
        advance(1, 1);
        record(3);
        equal(client.stateHistoryFirstIndex(), 1, "a second older");
        equal(client.getStateHistoryCount(), 3, "the count never shrinks");
        (uint64 l1Block, uint64 l1Time, uint64 height, BN254.ScalarField root) = client.stateHistoryCommitments(0);
        equal(l1Block | l1Time | height | BN254.ScalarField.unwrap(root), 0, "zeroed");
        matchesModel();
        // the dropped entry's heights are answered by the oldest one left
        commitmentIs(0, 1);
        lagMissing(1000);
    }

    /// @dev Audit M01 of 2024: only one entry goes at a time, however many are too old
    function test_prunesOneEntryPerUpdate() public {
        for (uint64 height = 1; height <= 4; height++) {
            record(height);
        }
        advance(1, 2 * RETENTION);
        for (uint64 dropped = 1; dropped <= 4; dropped++) {
            record(4 + dropped);
            equal(client.stateHistoryFirstIndex(), dropped, "one more");
        }
        record(9);
        equal(client.stateHistoryFirstIndex(), 4, "the rest is young");
        matchesModel();
    }

    function test_dropsTheOnlyEntryWhenItIsTooOld() public {
        record(1);
        advance(1, RETENTION + 1);
        record(2);
        equal(client.stateHistoryFirstIndex(), 1, "first");
        commitmentIs(0, 1);
        commitmentMissing(2);
        matchesModel();
    }

    function test_prunesByTheLongerPeriodOnceItIsSet() public {
        record(1);
        vm.prank(OWNER);
        client.setstateHistoryRetentionPeriod(RETENTION + 1);
        advance(1, RETENTION + 1);
        harness.record(2, 2, 2);
        equal(client.stateHistoryFirstIndex(), 0, "kept");
        advance(1, 1);
        harness.record(3, 3, 3);
        equal(client.stateHistoryFirstIndex(), 1, "dropped");
    }

    /// @dev Pruning must not disturb the settings that share its slot
    function test_pruningKeepsProverAndRetentionPeriod() public {
        vm.prank(OWNER);
        client.setPermissionedProver(address(type(uint160).max));
        record(1);
        advance(1, RETENTION + 1);
        record(2);
        equal(client.permissionedProver(), address(type(uint160).max), "prover");
        equal(client.stateHistoryRetentionPeriod(), RETENTION, "retention");
        equal(client.stateHistoryFirstIndex(), 1, "first index");
    }

    function test_recordsTheBlockNumberOfTheVariant() public {
        harness.setBlockNumberElsewhere(5_000_000);
        record(1);
        (uint64 l1Block,,,) = client.stateHistoryCommitments(0);
        equal(l1Block, 5_000_000, "L1 block");
        check(!client.lagOverEscapeHatchThreshold(5_000_000, 0), "now");
        lagMissing(5_000_001);
    }

    function test_extremesFillTheirFieldsOnly() public {
        vm.roll(type(uint64).max);
        vm.warp(type(uint64).max);
        harness.record(type(uint64).max, type(uint64).max, type(uint256).max);
        (uint64 l1Block, uint64 l1Time, uint64 height, BN254.ScalarField root) = client.stateHistoryCommitments(0);
        check(l1Block == type(uint64).max && l1Time == type(uint64).max && height == type(uint64).max, "numbers");
        equal(BN254.ScalarField.unwrap(root), type(uint256).max, "root");
        (uint64 viewNum, uint64 blockHeight,) = client.finalizedState();
        check(viewNum == type(uint64).max && blockHeight == type(uint64).max, "finalized");
    }

    function testFuzz_agreesWithTheModel(uint256 seed) public {
        uint64 height;
        uint256 updates = 1 + draw(seed, 0, 24);
        for (uint256 i = 1; i <= updates; i++) {
            height += uint64(1 + draw(seed, 4 * i, 5));
            // most steps are short, some outlast the retention period; several updates may share a block
            advance(
                draw(seed, 4 * i + 1, 4),
                draw(seed, 4 * i + 2, draw(seed, 4 * i + 3, 4) == 0 ? 2 * RETENTION : RETENTION / 8)
            );
            record(height);
        }
        matchesModel();
        for (uint64 asked = 0; asked < height + 2; asked++) {
            commitmentMatchesModel(asked);
        }
        advance(draw(seed, 1, 20), 1);
        for (uint256 asked = 990; asked < block.number + 3; asked++) {
            lagMatchesModel(asked, draw(seed, asked, 12));
        }
    }

    /// @dev Reading stays cheap after years of updates
    function test_readingALongHistoryIsCheap() public {
        uint256 count = 100_000;
        vm.store(address(client), bytes32(uint256(9)), bytes32(count));
        for (uint256 step = count; step > 0; step >>= 1) {
            setEntry(count - step, uint64(10 * (count - step + 1)));
        }
        setEntry(count - 1, uint64(10 * count));
        uint256 before = gasleft();
        client.getHotShotCommitment(10 * count - 1);
        check(before - gasleft() < 100_000, "logarithmic");
        vm.roll(100 * count);
        before = gasleft();
        client.lagOverEscapeHatchThreshold(100 * count, 1);
        check(before - gasleft() < 100_000, "logarithmic");
    }

    function setEntry(uint256 index, uint64 number) private {
        uint256 slot = uint256(keccak256(abi.encode(uint256(9)))) + 2 * index;
        vm.store(address(client), bytes32(slot), bytes32(uint256(number) | (uint256(number) << 128)));
    }

    /// @dev Records in contract and model
    function record(uint64 height) private {
        uint256 root = uint256(keccak256(abi.encode(height)));
        harness.record(height, height, root);
        if (model.length != 0 && block.timestamp - model[modelFirst].l1Time > RETENTION) modelFirst++;
        model.push(Entry(uint64(client.currentBlockNumber()), uint64(block.timestamp), height, root));
    }

    function advance(uint256 blocks, uint256 duration) private {
        vm.roll(block.number + blocks);
        vm.warp(block.timestamp + duration);
    }

    function matchesModel() private view {
        equal(client.getStateHistoryCount(), model.length, "count");
        equal(client.stateHistoryFirstIndex(), modelFirst, "first");
        for (uint256 i = modelFirst; i < model.length; i++) {
            (uint64 l1Block, uint64 l1Time, uint64 height, BN254.ScalarField root) = client.stateHistoryCommitments(i);
            equal(l1Block, model[i].l1Block, "L1 block");
            equal(l1Time, model[i].l1Time, "L1 time");
            equal(height, model[i].height, "height");
            equal(BN254.ScalarField.unwrap(root), model[i].root, "root");
        }
    }

    function commitmentMatchesModel(uint256 asked) private {
        for (uint256 i = modelFirst; i < model.length; i++) {
            if (model[i].height > asked) return commitmentIs(asked, i);
        }
        commitmentMissing(asked);
    }

    function lagMatchesModel(uint256 asked, uint256 threshold) private {
        if (asked <= block.number) {
            for (uint256 i = model.length; i > modelFirst; i--) {
                if (model[i - 1].l1Block <= asked) {
                    return lagIs(asked, threshold, asked - model[i - 1].l1Block > threshold);
                }
            }
        }
        lagMissing(asked);
    }

    function commitmentIs(uint256 asked, uint256 index) private view {
        (BN254.ScalarField root, uint64 height) = client.getHotShotCommitment(asked);
        equal(height, model[index].height, "height of the commitment");
        equal(BN254.ScalarField.unwrap(root), model[index].root, "commitment");
    }

    function commitmentMissing(uint256 asked) private {
        expectError(LightClient.InvalidHotShotBlockForCommitmentCheck.selector);
        client.getHotShotCommitment(asked);
    }

    function lagIs(uint256 asked, uint256 threshold, bool expected) private view {
        check(client.lagOverEscapeHatchThreshold(asked, threshold) == expected, "lag");
    }

    function lagMissing(uint256 asked) private {
        expectError(LightClient.InsufficientSnapshotHistory.selector);
        client.lagOverEscapeHatchThreshold(asked, 0);
    }

    function draw(uint256 seed, uint256 what, uint256 bound) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % bound;
    }
}
