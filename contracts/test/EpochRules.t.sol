// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { EpochSetup } from "./support/EpochSetup.sol";

/// @dev When an epoch's root must come, and which table votes. Epochs of ten blocks: roots at 5, 15, 25, ...
contract EpochRulesTest is EpochSetup {
    bytes private missing = abi.encodePacked(LightClientV2.MissingEpochRootUpdate.selector);
    bytes private invalid = abi.encodePacked(LightClient.InvalidProof.selector);
    LightClientV2 private client;

    function setUp() public override {
        super.setUp();
        client = deployV2(table(0), 10, 0);
    }

    function test_epochsOfHeights() public view {
        uint64[2][8] memory cases = [
            [uint64(0), 1],
            [uint64(1), 1],
            [uint64(9), 1],
            [uint64(10), 1],
            [uint64(11), 2],
            [uint64(20), 2],
            [uint64(21), 3],
            [type(uint64).max, 1_844_674_407_370_955_162]
        ];
        for (uint256 i = 0; i < cases.length; i++) {
            equal(client.epochFromBlockNumber(cases[i][0], 10), cases[i][1], vm.toString(cases[i][0]));
        }
        equal(client.epochFromBlockNumber(type(uint64).max, 0), 0, "no epochs");
        equal(client.epochFromBlockNumber(type(uint64).max, 1), type(uint64).max, "epochs of one block");
        equal(client.epochFromBlockNumber(type(uint64).max, type(uint64).max), 1, "one epoch of all");
    }

    function test_rootsAndWhatIsPastThem() public view {
        for (uint64 height = 0; height <= 40; height++) {
            check(client.isEpochRoot(height) == (height % 10 == 5), "root");
            check(client.isGtEpochRoot(height) == (height % 10 > 5), "past the root");
        }
        check(client.isEpochRoot(type(uint64).max), "the last height ends in 5");
        check(!client.isEpochRoot(type(uint64).max - 5) && !client.isGtEpochRoot(type(uint64).max), "nor does it wrap");
    }

    /// @dev Against the definition: an epoch is an interval, its root five before its end
    function testFuzz_rulesAgreeWithTheDefinition(uint64 height, uint64 length) public {
        length = length % 1000 + 6;
        client = deployV2(table(0), length, 0);
        uint256 epoch = client.epochFromBlockNumber(height, length);
        uint256 end = epoch * length;
        check(epoch >= 1 && height <= end && (height == 0 || height > end - length), "inside its epoch");
        check(client.isEpochRoot(height) == (height == end - 5), "root");
        check(client.isGtEpochRoot(height) == (height > end - 5 && height < end), "past the root");
    }

    function test_withoutEpochsThereAreNoRoots() public {
        vm.store(address(client), bytes32(uint256(10)), 0);
        check(!client.isEpochRoot(5) && !client.isGtEpochRoot(6), "no roots");
        equal(client.currentEpoch(), 0, "epoch 0");
    }

    function test_theNextTableVotesOnceItsRootIsProven() public {
        accepted(client, callV2(honest(4, table(0))), "before the root");
        votes(client, table(0), "still the first");
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClientV2.NewEpoch(2);
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClient.NewState(15, 5, BN254.ScalarField.wrap(1005));
        accepted(client, callV2(honestRoot(5, table(0), table(1))), "the root");
        votes(client, table(1), "the second");
        equal(client.currentEpoch(), 1, "the state is still of the first epoch");
        // the old table does not count any more
        rejected(client, callV2(honest(11, table(0))), invalid, "signed by the old table");
        accepted(client, callV2(honest(11, table(1))), "signed by the new one");
        equal(client.currentEpoch(), 2, "second epoch");
    }

    function test_anEpochCannotBeEnteredWithoutTheRootBeforeIt() public {
        accepted(client, callV2(honest(4, table(0))), "first epoch");
        rejected(client, callV2(honest(11, table(0))), missing, "no root of epoch 1");
        rejected(client, callV2(honestRoot(15, table(0), table(2))), missing, "not even by a root");
        accepted(client, callV2(honestRoot(5, table(0), table(1))), "its root");
        rejected(client, callV2(honest(21, table(1))), missing, "two epochs ahead");
        rejected(client, callV2(honestRoot(25, table(1), table(2))), missing, "two epochs ahead, by a root");
        accepted(client, callV2(honestRoot(15, table(1), table(2))), "from root to root");
        accepted(client, callV2(honestRoot(25, table(2), table(3))), "and again");
        equal(client.currentEpoch(), 3, "third epoch");
    }

    function test_nothingBetweenARootAndItsEpochsEnd() public {
        for (uint64 height = 6; height <= 9; height++) {
            rejected(client, callV2(honest(height, table(0))), missing, "past the root");
        }
        accepted(client, callV2(honestRoot(5, table(0), table(1))), "the root");
        for (uint64 height = 6; height <= 9; height++) {
            rejected(client, callV2(honest(height, table(1))), missing, "past the root, which was proven");
        }
    }

    /// @dev As deployed: an epoch's last block does not count as past its root. Accepted without the root, it stands in every
    /// epoch's way.
    function test_theLastBlockOfAnEpochEndsTheChain() public {
        accepted(client, callV2(honest(10, table(0))), "the last block");
        for (uint64 height = 11; height <= 30; height++) {
            (bool ok, bytes memory returned) = address(client).call(callV2(honest(height, table(0))));
            check(!ok && keccak256(returned) == keccak256(missing), "no way on");
        }
    }

    function test_epochsCountFromTheStartOnly() public {
        client = deployV2(table(0), 10, 31);
        accepted(client, callV2(honest(5, table(0))), "a root's height, long before");
        accepted(client, callV2(honest(17, table(0))), "over a root");
        accepted(client, callV2(honest(29, table(0))), "past a root");
        votes(client, table(0), "no table has changed");
        accepted(client, callV2(honest(31, table(0))), "the first epoch needs no root before it");
        rejected(client, callV2(honest(36, table(0))), missing, "but has one itself");
        accepted(client, callV2(honestRoot(35, table(0), table(1))), "its root");
        votes(client, table(1), "changed");
    }

    function test_theFirstEpochCanBeSkippedByNoState() public {
        client = deployV2(table(0), 10, 31);
        rejected(client, callV2(honest(41, table(0))), missing, "from before the start into the second epoch");
        accepted(client, callV2(honest(30, table(0))), "the block before the start");
        rejected(client, callV2(honest(41, table(0))), missing, "and from there");
    }

    function test_aNextTableIsTakenOnlyFromARoot() public {
        Update memory update = honest(4, table(0));
        update.claimed = table(9);
        accepted(client, callV2(update), "whatever the caller claims");
        votes(client, table(0), "nothing was taken");
        update = honest(5, table(0));
        update.claimed = table(9);
        rejected(client, callV2(update), invalid, "a table that was not signed");
        update.signed = table(9);
        accepted(client, callV2(update), "one that was");
        votes(client, table(9), "taken");
    }

    /// @dev The deployed contract takes the caller's word at a root of the first epoch that lies below the start, where the proof
    /// says nothing of a next table: whoever submits that state chooses the stake table.
    function test_aRootBelowTheStartTakesNobodysWord() public {
        client = deployV2(table(0), 10, 8);
        Update memory update = honest(5, table(0));
        update.claimed = table(666);
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClientV2.NewEpoch(2);
        accepted(client, callV2(update), "the proof binds the voting table");
        votes(client, table(0), "which goes on voting");
        accepted(client, callV2(honestRoot(15, table(0), table(1))), "the first root that counts");
        votes(client, table(1), "changed");
    }
}
