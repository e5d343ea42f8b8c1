// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

import { BN254 } from "../src/BN254.sol";
import { ExampleToken } from "../src/ExampleToken.sol";
import { AbstractStakeTable } from "../src/stake/AbstractStakeTable.sol";
import { BLSSig } from "../src/stake/BLSSig.sol";
import { EdOnBN254 } from "../src/stake/EdOnBN254.sol";
import { StakeTable } from "../src/stake/StakeTable.sol";
import { StakeKeys } from "./support/StakeKeys.sol";

/// @dev A light client as far as the stake table asks
contract Clock {
    uint64 public height;

    function setHeight(uint64 newHeight) external {
        height = newHeight;
    }

    function finalizedState() external view returns (uint64, uint64, uint256) {
        return (0, height, 0);
    }
}

/// @dev Two places per epoch, epochs of ten blocks, a least stake of 1000. Account i has the BLS secret i + 1.
contract StakeTableTest is StakeKeys {
    address private constant OWNER = address(0xA11CE);
    uint256 private constant LEAST = 1000;
    ExampleToken private token;
    Clock private clock;
    StakeTable private stakes;

    function setUp() public {
        vm.roll(77);
        token = new ExampleToken(1_000_000);
        clock = new Clock();
        stakes = new StakeTable(address(token), address(clock), 2, 10, LEAST, OWNER);
        for (uint256 i = 0; i < 6; i++) {
            token.transfer(account(i), 5000);
            vm.prank(account(i));
            token.approve(address(stakes), 5000);
        }
    }

    function test_construction() public {
        equal(stakes.tokenAddress(), address(token), "token");
        equal(address(stakes.lightClient()), address(clock), "light client");
        equal(stakes.owner(), OWNER, "owner");
        equal(stakes.admin(), address(this), "admin");
        equal(stakes.initializedAtBlock(), 77, "block");
        check(stakes.maxNumChurnPerEpoch() == 2 && stakes.hotShotBlocksPerEpoch() == 10, "rates");
        check(stakes.registrationEpoch() == 1 && stakes.exitEpoch() == 1, "queues");
        expectError(Initializable.InvalidInitialization.selector);
        stakes.initialize();
        expectError(StakeTable.InvalidHotShotBlocksPerEpoch.selector);
        new StakeTable(address(token), address(clock), 2, 0, LEAST, OWNER);
        expectError(StakeTable.InvalidValue.selector);
        new StakeTable(address(token), address(clock), 0, 10, LEAST, OWNER);
        expectError(StakeTable.InvalidValue.selector);
        new StakeTable(address(token), address(clock), 2, 10, 0, OWNER);
        expectError(StakeTable.InvalidAddress.selector);
        new StakeTable(address(0), address(clock), 2, 10, LEAST, OWNER);
        expectError(StakeTable.InvalidAddress.selector);
        new StakeTable(address(token), address(0), 2, 10, LEAST, OWNER);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new StakeTable(address(token), address(clock), 2, 10, LEAST, address(0));
    }

    function test_registers() public {
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.Registered(account(0), 1, 1500);
        register(0, 1500);
        AbstractStakeTable.Node memory node = stakes.lookupNode(account(0));
        equal(node.account, account(0), "account");
        check(node.balance == 1500 && node.registerEpoch == 1 && node.exitEpoch == 0, "numbers");
        check(stakes._isEqualBlsKey(node.blsVK, multiple(1)), "bls");
        check(EdOnBN254.isEqual(node.schnorrVK, schnorrKey(0)), "schnorr");
        equal(stakes.lookupStake(account(0)), 1500, "stake");
        equal(token.balanceOf(address(stakes)), 1500, "tokens");
        check(stakes.totalStake() == 1500 && stakes.totalVotingStake() == 1500 && stakes.totalKeys() == 1, "totals");
        equal(stakes.lookupStake(account(1)), 0, "nobody else");
        check(stakes._hashBlsKey(multiple(1)) == keccak256(abi.encode(multiple(1))), "hash");
    }

    function test_refusesToRegister() public {
        registerReverts(abi.encodeWithSelector(StakeTable.InsufficientStakeAmount.selector, LEAST - 1), LEAST - 1);
        registerReverts(abi.encodeWithSelector(StakeTable.InsufficientAllowance.selector, 5000, 5001), 5001);
        vm.prank(account(0));
        token.approve(address(stakes), 6000);
        registerReverts(abi.encodeWithSelector(StakeTable.InsufficientBalance.selector, 5000), 5001);
        register(0, LEAST);
        registerReverts(abi.encodePacked(StakeTable.NodeAlreadyRegistered.selector), LEAST);
    }

    /// @dev A key made from others' keys, or another's key, cannot be registered: its owner has not signed the account
    function test_demandsAProofOfPossession() public {
        BN254.G1Point memory others = sign(abi.encode(account(1)), 1);
        vm.prank(account(0));
        expectError(BLSSig.BLSSigVerificationFailed.selector);
        stakes.register(multiple(1), schnorrKey(0), LEAST, others, 9);
        others = sign(abi.encode(account(0)), 2);
        vm.prank(account(0));
        expectError(BLSSig.BLSSigVerificationFailed.selector);
        stakes.register(multiple(1), schnorrKey(0), LEAST, others, 9);
        BN254.G1Point memory infinity;
        vm.prank(account(0));
        expectError(BLSSig.BLSSigVerificationFailed.selector);
        stakes.register(multiple(1), schnorrKey(0), LEAST, infinity, 9);
    }

    function test_refusesKeysThatAreNone() public {
        BN254.G2Point memory infinity;
        BN254.G1Point memory signature;
        vm.prank(account(0));
        expectError(StakeTable.InvalidBlsVK.selector);
        stakes.register(infinity, schnorrKey(0), LEAST, signature, 9);
        vm.prank(account(0));
        expectError(BLSSig.BLSSigVerificationFailed.selector);
        stakes.register(outsideKey(), schnorrKey(0), LEAST, signature, 9);
        signature = sign(abi.encode(account(0)), 1);
        vm.prank(account(0));
        expectError(StakeTable.InvalidSchnorrVK.selector);
        stakes.register(multiple(1), EdOnBN254.EdOnBN254Point(0, 0), LEAST, signature, 9);
        vm.prank(account(0));
        expectError(StakeTable.InvalidSchnorrVK.selector);
        stakes.register(multiple(1), schnorrOutside(), LEAST, signature, 9);
    }

    function test_aKeyBelongsToOneValidator() public {
        register(0, LEAST);
        BN254.G1Point memory signature = sign(abi.encode(account(1)), 1);
        vm.prank(account(1));
        expectError(StakeTable.InvalidBlsVK.selector);
        stakes.register(multiple(1), schnorrKey(1), LEAST, signature, 9);
    }

    function test_theRegistrationQueue() public {
        uint64[6] memory epochs = [uint64(1), 1, 2, 2, 3, 3];
        for (uint256 i = 0; i < 6; i++) {
            register(i, LEAST);
            equal(stakes.lookupNode(account(i)).registerEpoch, epochs[i], "epoch");
        }
        equal(stakes.registrationEpoch(), 3, "last epoch");
        equal(stakes.numPendingRegistrationsInEpoch(), 2, "full");
    }

    function test_theQueueMovesWithTime() public {
        register(0, LEAST);
        clock.setHeight(39);
        register(1, LEAST);
        equal(stakes.lookupNode(account(1)).registerEpoch, 4, "the next epoch");
        equal(stakes.numPendingRegistrationsInEpoch(), 1, "the first in it");
        equal(stakes.currentEpoch(), 3, "epoch");
    }

    function test_noneWaitsLongerThanItWants() public {
        register(0, LEAST);
        register(1, LEAST);
        BN254.G1Point memory signature = sign(abi.encode(account(2)), 3);
        vm.prank(account(2));
        vm.expectRevert(abi.encodeWithSelector(StakeTable.InvalidNextRegistrationEpoch.selector, 2, 1));
        stakes.register(multiple(3), schnorrKey(2), LEAST, signature, 1);
        equal(stakes.numPendingRegistrationsInEpoch(), 2, "the queue is as it was");
    }

    function test_deposits() public {
        vm.prank(account(0));
        expectError(StakeTable.NodeNotRegistered.selector);
        stakes.deposit(1);
        register(0, LEAST);
        clock.setHeight(19);
        vm.prank(account(0));
        expectError(StakeTable.PrematureDeposit.selector);
        stakes.deposit(1);
        clock.setHeight(20);
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.Deposit(account(0), 500);
        vm.prank(account(0));
        (uint256 balance, uint64 epoch) = stakes.deposit(500);
        check(balance == 1500 && epoch == 3, "answer");
        check(stakes.lookupStake(account(0)) == 1500 && stakes.totalStake() == 1500, "stake");
        equal(token.balanceOf(address(stakes)), 1500, "tokens");
        vm.prank(account(0));
        stakes.requestExit();
        vm.prank(account(0));
        expectError(StakeTable.ExitRequestInProgress.selector);
        stakes.deposit(1);
    }

    function test_exits() public {
        vm.prank(account(0));
        expectError(StakeTable.NodeNotRegistered.selector);
        stakes.requestExit();
        for (uint256 i = 0; i < 3; i++) {
            register(i, LEAST);
        }
        clock.setHeight(19);
        vm.prank(account(0));
        expectError(StakeTable.PrematureExit.selector);
        stakes.requestExit();
        clock.setHeight(30);
        for (uint256 i = 0; i < 3; i++) {
            uint64 epoch = i < 2 ? 4 : 5;
            vm.expectEmit(true, true, true, true, address(stakes));
            emit AbstractStakeTable.Exit(account(i), epoch);
            vm.prank(account(i));
            stakes.requestExit();
            equal(stakes.lookupNode(account(i)).exitEpoch, epoch, "epoch");
        }
        check(stakes.exitEpoch() == 5 && stakes.numPendingExitsInEpoch() == 1, "queue");
        vm.prank(account(0));
        expectError(StakeTable.ExitRequestInProgress.selector);
        stakes.requestExit();
    }

    function test_withdrawsAfterExitAndEscrow() public {
        vm.prank(account(0));
        expectError(StakeTable.NodeNotRegistered.selector);
        stakes.withdrawFunds();
        register(0, LEAST);
        clock.setHeight(20);
        withdrawIsPremature();
        vm.prank(account(0));
        stakes.requestExit();
        // exit in epoch 3, ten epochs of escrow
        clock.setHeight(129);
        withdrawIsPremature();
        clock.setHeight(130);
        vm.prank(account(0));
        equal(stakes.withdrawFunds(), LEAST, "amount");
        equal(token.balanceOf(account(0)), 5000, "paid back");
        check(stakes.totalStake() == 0 && stakes.totalKeys() == 0, "totals");
        vm.prank(account(0));
        expectError(StakeTable.NodeNotRegistered.selector);
        stakes.withdrawFunds();
        vm.prank(account(0));
        token.approve(address(stakes), LEAST);
        register(0, LEAST);
        equal(stakes.lookupStake(account(0)), LEAST, "and back, with the same keys");
    }

    function test_smallStakesAreHeldForLess() public {
        vm.prank(OWNER);
        stakes.updateMinStakeAmount(1);
        register(0, 100);
        equal(stakes.exitEscrowPeriod(stakes.lookupNode(account(0))), 5, "up to 100");
        register(1, 101);
        equal(stakes.exitEscrowPeriod(stakes.lookupNode(account(1))), 10, "above");
    }

    function test_replacesKeys() public {
        BN254.G1Point memory signature = sign(abi.encode(account(0)), 6);
        vm.prank(account(0));
        expectError(StakeTable.NodeNotRegistered.selector);
        stakes.updateConsensusKeys(multiple(6), schnorrKey(4), signature);
        register(0, LEAST);
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.UpdatedConsensusKeys(account(0), multiple(6), schnorrKey(4));
        vm.prank(account(0));
        stakes.updateConsensusKeys(multiple(6), schnorrKey(4), signature);
        AbstractStakeTable.Node memory node = stakes.lookupNode(account(0));
        check(stakes._isEqualBlsKey(node.blsVK, multiple(6)), "bls");
        check(EdOnBN254.isEqual(node.schnorrVK, schnorrKey(4)), "schnorr");
        vm.prank(account(0));
        expectError(StakeTable.NoKeyChange.selector);
        stakes.updateConsensusKeys(multiple(6), schnorrKey(4), signature);
        // one of the two alone
        vm.prank(account(0));
        stakes.updateConsensusKeys(multiple(6), schnorrKey(3), signature);
        vm.prank(account(0));
        expectError(StakeTable.InvalidSchnorrVK.selector);
        stakes.updateConsensusKeys(multiple(6), schnorrOutside(), signature);
        // the old key is free again, and the new one taken
        signature = sign(abi.encode(account(1)), 6);
        vm.prank(account(1));
        expectError(StakeTable.InvalidBlsVK.selector);
        stakes.register(multiple(6), schnorrKey(1), LEAST, signature, 9);
        signature = sign(abi.encode(account(1)), 1);
        vm.prank(account(1));
        stakes.register(multiple(1), schnorrKey(1), LEAST, signature, 9);
    }

    function test_refusesToReplaceKeys() public {
        register(0, LEAST);
        register(1, LEAST);
        BN254.G1Point memory signature = sign(abi.encode(account(0)), 2);
        vm.prank(account(0));
        expectError(StakeTable.InvalidBlsVK.selector);
        stakes.updateConsensusKeys(multiple(2), schnorrKey(0), signature);
        BN254.G2Point memory infinity;
        vm.prank(account(0));
        expectError(StakeTable.InvalidBlsVK.selector);
        stakes.updateConsensusKeys(infinity, schnorrKey(4), signature);
        vm.prank(account(0));
        expectError(BLSSig.BLSSigVerificationFailed.selector);
        stakes.updateConsensusKeys(multiple(5), schnorrKey(4), signature);
        clock.setHeight(20);
        vm.prank(account(0));
        stakes.requestExit();
        vm.prank(account(0));
        expectError(StakeTable.ExitRequestInProgress.selector);
        stakes.updateConsensusKeys(multiple(5), schnorrKey(4), signature);
    }

    function test_theOwnersSettings() public {
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.MinStakeAmountUpdated(7);
        vm.prank(OWNER);
        stakes.updateMinStakeAmount(7);
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.MaxChurnRateUpdated(5);
        vm.prank(OWNER);
        stakes.updateMaxChurnRate(5);
        vm.expectEmit(true, true, true, true, address(stakes));
        emit AbstractStakeTable.LightClientAddressUpdated(address(1));
        vm.prank(OWNER);
        stakes.updateLightClientAddress(address(1));
        check(stakes.minStakeAmount() == 7 && stakes.maxNumChurnPerEpoch() == 5, "numbers");
        equal(address(stakes.lightClient()), address(1), "light client");

        settingReverts(abi.encodeCall(StakeTable.updateMinStakeAmount, (0)), StakeTable.InvalidValue.selector);
        settingReverts(abi.encodeCall(StakeTable.updateMinStakeAmount, (7)), StakeTable.InvalidValue.selector);
        settingReverts(abi.encodeCall(StakeTable.updateMaxChurnRate, (0)), StakeTable.InvalidValue.selector);
        settingReverts(abi.encodeCall(StakeTable.updateMaxChurnRate, (5)), StakeTable.InvalidValue.selector);
        bytes memory call = abi.encodeCall(StakeTable.updateLightClientAddress, (address(0)));
        settingReverts(call, StakeTable.InvalidAddress.selector);
        call = abi.encodeCall(StakeTable.updateLightClientAddress, (address(1)));
        settingReverts(call, StakeTable.InvalidAddress.selector);
    }

    function settingReverts(bytes memory call, bytes4 expected) private {
        vm.prank(OWNER);
        (bool ok, bytes memory returned) = address(stakes).call(call);
        check(!ok && bytes4(returned) == expected, "refused");
        vm.prank(account(0));
        (ok, returned) = address(stakes).call(call);
        check(!ok && bytes4(returned) == Ownable.OwnableUnauthorizedAccount.selector, "not the owner");
    }

    function account(uint256 i) private pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function register(uint256 i, uint256 amount) private {
        BN254.G1Point memory signature = sign(abi.encode(account(i)), i + 1);
        vm.prank(account(i));
        stakes.register(multiple(i + 1), schnorrKey(i % 5), amount, signature, type(uint64).max);
    }

    function registerReverts(bytes memory expected, uint256 amount) private {
        BN254.G1Point memory signature = sign(abi.encode(account(0)), 1);
        vm.prank(account(0));
        (bool ok, bytes memory returned) = address(stakes)
            .call(abi.encodeCall(stakes.register, (multiple(1), schnorrKey(0), amount, signature, type(uint64).max)));
        check(!ok && keccak256(returned) == keccak256(expected), string(returned));
    }

    function withdrawIsPremature() private {
        vm.prank(account(0));
        expectError(StakeTable.PrematureWithdrawal.selector);
        stakes.withdrawFunds();
    }
}
