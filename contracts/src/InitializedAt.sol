// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

/// @title Remembers the block of its construction, where readers of its events begin
abstract contract InitializedAt is Initializable {
    /// @notice Block in which the contract was made
    uint256 public initializedAtBlock;

    constructor() {
        initialize();
    }

    /// @notice Done by the constructor; nobody can repeat it
    function initialize() public initializer {
        initializedAtBlock = block.number;
    }
}
