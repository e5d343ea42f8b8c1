// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../src/LightClient.sol";
import { Derivation } from "../src/libraries/Derivation.sol";
import { OptimisticRollup } from "../src/rollup/OptimisticRollup.sol";
import { ToyToken } from "../src/rollup/ToyToken.sol";
import { RollupChain } from "./support/RollupChain.sol";

/// @dev The example rollup over the fixture's chain and the mock light client: honest, dishonest, and while HotShot is down
contract OptimisticRollupTest is RollupChain {
    address private constant POSTER = address(0xB0);
    address private constant WATCHER = address(0x3A);
    uint256 private constant BOND = 1 ether;

    OptimisticRollup private rollup;

    function setUp() public override {
        super.setUp();
        rollup = new OptimisticRollup(client(), TOKEN, 0, accountsAfter(0));
        vm.deal(POSTER, 3 * BOND);
    }

    /// @dev What the blocks below a height leave, worked out by hand from the transfers in the fixture's generator
    function accountsAfter(uint256 blocks) private pure returns (ToyToken.Account[] memory accounts) {
        (address alice, address bob, address carol) =
            (vm.addr(uint256(key(1))), vm.addr(uint256(key(2))), vm.addr(uint256(key(3))));
        accounts = new ToyToken.Account[](blocks > 2 ? 3 : 2);
        accounts[0] = ToyToken.Account(alice, 1000, 0);
        accounts[1] = ToyToken.Account(bob, 50, 0);
        if (blocks > 2) {
            accounts[0] = ToyToken.Account(alice, 700, 1);
            accounts[1] = ToyToken.Account(bob, 230, 1);
            accounts[2] = ToyToken.Account(carol, 120, 0);
        }
        if (blocks > 4) {
            accounts[0] = ToyToken.Account(alice, 695, 2);
            accounts[2].balance = 125;
        }
    }

    /// @dev One byte, 32 times
    function key(uint256 byte_) private pure returns (bytes32) {
        return bytes32(byte_ * (type(uint256).max / 255));
    }

    function honestSteps() private view returns (OptimisticRollup.Step[] memory steps) {
        steps = new OptimisticRollup.Step[](KNOWN);
        for (uint256 i = 0; i < KNOWN; ++i) {
            steps[i] = OptimisticRollup.Step(keccak256(transactionsAt(i)), keccak256(abi.encode(accountsAfter(i + 1))));
        }
    }

    function post(OptimisticRollup.Step[] memory steps) private {
        vm.prank(POSTER);
        rollup.assertBlocks{ value: BOND }(steps);
    }

    function dispute(OptimisticRollup.Step[] memory steps, uint256 i) private {
        ToyToken.Account[] memory before = accountsAfter(i);
        bytes memory transactions = transactionsAt(i);
        Derivation.Proof memory proof = proofAt(i);
        vm.prank(WATCHER);
        rollup.dispute(steps, i, before, transactions, proof);
    }

    function dropped() private view returns (bool) {
        (address poster,,,,) = rollup.pending();
        return poster == address(0);
    }

    function test_anHonestAssertionSettles() public {
        OptimisticRollup.Step[] memory steps = honestSteps();
        post(steps);
        // nobody can win a dispute about any of its blocks
        for (uint256 i = 0; i < KNOWN; ++i) {
            vm.expectRevert(abi.encodeWithSelector(OptimisticRollup.NothingWrong.selector, uint64(i)));
            this.tryDispute(steps, i);
        }
        vm.expectRevert(
            abi.encodeWithSelector(OptimisticRollup.StillDisputable.selector, uint64(1_700_000_000 + 7 days))
        );
        rollup.settle();
        vm.warp(1_700_000_000 + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(OptimisticRollup.TooLate.selector, uint64(1_700_000_000 + 7 days)));
        this.tryDispute(steps, 2);
        rollup.settle();
        equal(rollup.height(), KNOWN, "height");
        equal(uint256(rollup.state()), uint256(steps[KNOWN - 1].state), "state");
        vm.prank(POSTER);
        rollup.withdraw();
        equal(POSTER.balance, 3 * BOND, "the bond comes back");
        expectError(OptimisticRollup.NothingPending.selector);
        rollup.settle();
    }

    /// @dev As a call of its own, for what is read between the expectation and the dispute
    function tryDispute(OptimisticRollup.Step[] calldata steps, uint256 i) external {
        rollup.dispute(steps, i, accountsAfter(i), transactionsAt(i), proofAt(i));
    }

    function test_aWrongStateLosesTheBond() public {
        for (uint256 wrong = 0; wrong < KNOWN; ++wrong) {
            OptimisticRollup.Step[] memory steps = honestSteps();
            steps[wrong].state ^= bytes32(uint256(1));
            uint256 before = WATCHER.balance;
            vm.deal(POSTER, BOND);
            post(steps);
            dispute(steps, wrong);
            check(dropped(), "dropped");
            equal(POSTER.balance, 0, "poster");
            vm.prank(WATCHER);
            rollup.withdraw();
            equal(WATCHER.balance - before, BOND / 2, "half of the bond");
            equal(rollup.height(), 0, "nothing settled");
        }
    }

    function test_transactionsThatAreNotTheBlocksLoseTheBond() public {
        OptimisticRollup.Step[] memory steps = honestSteps();
        // somebody left out the block's transfers, and computed the state honestly from there
        steps[2] = OptimisticRollup.Step(keccak256(""), steps[1].state);
        post(steps);
        dispute(steps, 2);
        check(dropped(), "censored");
        // or added some where there are none
        steps = honestSteps();
        steps[3].transactions = keccak256(transactionsAt(2));
        vm.deal(POSTER, BOND);
        post(steps);
        dispute(steps, 3);
        check(dropped(), "invented");
    }

    function test_aDisputeTakesEverythingTrue() public {
        OptimisticRollup.Step[] memory steps = honestSteps();
        steps[2].state = steps[1].state;
        post(steps);
        ToyToken.Account[] memory before = accountsAfter(2);
        bytes memory transactions = transactionsAt(2);
        Derivation.Proof memory proof = proofAt(2);

        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongNamespaceBytes.selector, TOKEN));
        rollup.dispute(steps, 2, before, "", proof);
        Derivation.Proof memory other = proofAt(3);
        vm.expectRevert(abi.encodeWithSelector(Derivation.WrongHeight.selector, uint64(2), uint64(3)));
        rollup.dispute(steps, 2, before, "", other);
        before[0].balance += 1;
        vm.expectRevert(
            abi.encodeWithSelector(OptimisticRollup.WrongState.selector, steps[1].state, keccak256(abi.encode(before)))
        );
        rollup.dispute(steps, 2, before, transactions, proof);
        before[0].balance -= 1;
        bytes32 asserted = keccak256(abi.encode(steps));
        steps[3].state ^= bytes32(uint256(1));
        vm.expectRevert(
            abi.encodeWithSelector(OptimisticRollup.WrongSteps.selector, asserted, keccak256(abi.encode(steps)))
        );
        rollup.dispute(steps, 2, before, transactions, proof);
        steps[3].state ^= bytes32(uint256(1));
        rollup.dispute(steps, 2, before, transactions, proof);
        check(dropped(), "with all of it true");
        expectError(OptimisticRollup.NothingPending.selector);
        rollup.dispute(steps, 2, before, transactions, proof);
    }

    function test_anAssertionIsOfBlocksThatL1Knows() public {
        OptimisticRollup.Step[] memory steps = new OptimisticRollup.Step[](KNOWN + 1);
        vm.prank(POSTER);
        expectError(LightClient.InvalidHotShotBlockForCommitmentCheck.selector);
        rollup.assertBlocks{ value: BOND }(steps);
        vm.prank(POSTER);
        vm.expectRevert(abi.encodeWithSelector(OptimisticRollup.WrongBond.selector, BOND, BOND - 1));
        rollup.assertBlocks{ value: BOND - 1 }(steps);
        for (uint256 count = 0; count <= 257; count += 257) {
            vm.prank(POSTER);
            vm.expectRevert(abi.encodeWithSelector(OptimisticRollup.WrongNumberOfSteps.selector, count));
            rollup.assertBlocks{ value: BOND }(new OptimisticRollup.Step[](count));
        }
        post(honestSteps());
        vm.prank(POSTER);
        expectError(OptimisticRollup.AssertionPending.selector);
        rollup.assertBlocks{ value: BOND }(steps);
    }

    function test_theHatchOpensWhileHotShotIsDown() public {
        ToyToken.Account[] memory genesis = accountsAfter(0);
        bytes memory transfers = transactionsAt(2);
        expectError(OptimisticRollup.NoEscape.selector);
        rollup.escape(genesis, transfers);

        lightClient.setHotShotDownSince(block.number - 600);
        expectError(OptimisticRollup.NoEscape.selector);
        rollup.escape(genesis, transfers);
        lightClient.setHotShotDownSince(block.number - 601);
        bytes32 settled = rollup.state();
        ToyToken.Account[] memory other = accountsAfter(3);
        vm.expectRevert(
            abi.encodeWithSelector(OptimisticRollup.WrongState.selector, settled, keccak256(abi.encode(other)))
        );
        rollup.escape(other, transfers);
        rollup.escape(genesis, transfers);
        equal(uint256(rollup.state()), uint256(keccak256(abi.encode(accountsAfter(3)))), "executed");
        equal(rollup.height(), 0, "no block is settled by it");
        // what was forced does not count again
        rollup.escape(other, transfers);
        equal(uint256(rollup.state()), uint256(keccak256(abi.encode(other))), "nonces");

        lightClient.setHotShotUp();
        expectError(OptimisticRollup.NoEscape.selector);
        rollup.escape(other, transfers);
        lightClient.setHotShotDownSince(0);
        post(honestSteps());
        expectError(OptimisticRollup.AssertionPending.selector);
        rollup.escape(other, transfers);
    }

    function test_theHatchOpensByTheLightClientsOwnLag() public {
        vm.roll(1600);
        expectError(OptimisticRollup.NoEscape.selector);
        rollup.escape(accountsAfter(0), "");
        vm.roll(1601);
        rollup.escape(accountsAfter(0), "");
    }

    function test_aStateHasRoomForSixtyFourAccounts() public {
        ToyToken.Account[] memory many = new ToyToken.Account[](65);
        vm.expectRevert(abi.encodeWithSelector(ToyToken.TooManyAccounts.selector, uint256(65)));
        new OptimisticRollup(client(), TOKEN, 0, many);
        // full: the transfer to an account that is new is skipped, the others count
        many = new ToyToken.Account[](64);
        many[10] = accountsAfter(0)[0];
        many[63] = accountsAfter(0)[1];
        OptimisticRollup full = new OptimisticRollup(client(), TOKEN, 0, many);
        lightClient.setHotShotDownSince(0);
        full.escape(many, transactionsAt(2));
        many[10] = ToyToken.Account(many[10].owner, 700, 1);
        many[63].balance = 350;
        equal(uint256(full.state()), uint256(keccak256(abi.encode(many))), "state");
    }
}
