// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Vm } from "./Vm.sol";

/// @dev What a test contract needs of a test library, without one
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Says which expectation failed, with both values where there are two
    error Failed(string what, bytes32 found, bytes32 expected);

    function check(bool condition, string memory what) internal pure {
        if (!condition) revert Failed(what, bytes32(0), bytes32(uint256(1)));
    }

    function equal(uint256 found, uint256 expected, string memory what) internal pure {
        if (found != expected) revert Failed(what, bytes32(found), bytes32(expected));
    }

    function equal(address found, address expected, string memory what) internal pure {
        equal(uint256(uint160(found)), uint256(uint160(expected)), what);
    }

    /// @dev Expects the next call to revert with a custom error that has no arguments
    function expectError(bytes4 selector) internal {
        vm.expectRevert(abi.encodePacked(selector));
    }
}
