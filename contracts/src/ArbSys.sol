// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Arbitrum's system contract, as far as the light client needs it
/// @notice On Arbitrum `block.number` is an estimate of L1's. The history of a light client there speaks of the chain's own
/// blocks instead, which never repeat.
interface ArbSys {
    /// @notice Number of the current block of the chain itself
    function arbBlockNumber() external view returns (uint256);
}

/// @dev Where Arbitrum has it
ArbSys constant ARB_SYS = ArbSys(address(0x64));
