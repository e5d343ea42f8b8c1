// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { FeeContract } from "../src/FeeContract.sol";
import { Test } from "./support/Test.sol";

contract FeeContractTest is Test {
    address private constant OWNER = address(0xA11CE);
    address private constant USER = address(0xB0B);
    FeeContract private implementation;
    FeeContract private fees;

    function setUp() public {
        implementation = new FeeContract();
        bytes memory call = abi.encodeCall(FeeContract.initialize, (OWNER));
        fees = FeeContract(payable(new ERC1967Proxy(address(implementation), call)));
    }

    function test_setsUpTheProxy() public {
        equal(fees.owner(), OWNER, "owner");
        equal(fees.maxDepositAmount(), 1 ether, "most");
        equal(fees.minDepositAmount(), 0.001 ether, "least");
        (uint8 major, uint8 minor, uint8 patch) = fees.getVersion();
        check(major == 1 && minor == 0 && patch == 0, "version");
        expectError(Initializable.InvalidInitialization.selector);
        fees.initialize(USER);
        expectError(Initializable.InvalidInitialization.selector);
        implementation.initialize(USER);
    }

    function testFuzz_depositsWithinTheBoundsAreCredited(address user, uint256 first, uint256 second) public {
        vm.assume(user != address(0));
        first = 0.001 ether + first % 0.999 ether;
        second = 0.001 ether + second % 0.999 ether;
        vm.deal(address(this), 2 ether);
        vm.expectEmit(true, true, true, true, address(fees));
        emit FeeContract.Deposit(user, first);
        fees.deposit{ value: first }(user);
        fees.deposit{ value: second }(user);
        equal(fees.balances(user), first + second, "balance");
        equal(address(fees).balance, first + second, "ether");
        equal(uint256(vm.load(address(fees), keccak256(abi.encode(user, 0)))), first + second, "slot 0");
    }

    function test_theBounds() public {
        vm.deal(address(this), 10 ether);
        fees.deposit{ value: 0.001 ether }(USER);
        fees.deposit{ value: 1 ether }(USER);
        equal(fees.balances(USER), 1.001 ether, "both bounds");
        expectError(FeeContract.DepositTooSmall.selector);
        fees.deposit{ value: 0.001 ether - 1 }(USER);
        expectError(FeeContract.DepositTooSmall.selector);
        fees.deposit(USER);
        expectError(FeeContract.DepositTooLarge.selector);
        fees.deposit{ value: 1 ether + 1 }(USER);
        expectError(FeeContract.InvalidUserAddress.selector);
        fees.deposit{ value: 1 ether }(address(0));
    }

    function test_refusesEtherAndCallsForNobody() public {
        vm.deal(address(this), 1 ether);
        (bool ok, bytes memory returned) = address(fees).call{ value: 0.1 ether }("");
        check(!ok && bytes4(returned) == FeeContract.NoFunctionCalled.selector, "plain ether");
        (ok, returned) = address(fees).call{ value: 0.1 ether }(hex"12345678");
        check(!ok && bytes4(returned) == FeeContract.FunctionDoesNotExist.selector, "no such function");
        (ok, returned) = address(fees).call(abi.encodeWithSignature("withdraw(uint256)", 1));
        check(!ok && bytes4(returned) == FeeContract.FunctionDoesNotExist.selector, "nothing comes out");
    }

    function test_onlyTheOwnerUpgrades() public {
        vm.deal(address(this), 1 ether);
        fees.deposit{ value: 0.5 ether }(USER);
        address next = address(new FeeContract());
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, USER));
        vm.prank(USER);
        fees.upgradeToAndCall(next, "");
        vm.expectEmit(true, true, true, true, address(fees));
        emit FeeContract.Upgrade(next);
        vm.prank(OWNER);
        fees.upgradeToAndCall(next, "");
        equal(fees.balances(USER), 0.5 ether, "kept");
    }
}
