// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What a rollup asks a light client, in every version and layout of it
interface ILightClient {
    /// @notice The oldest remembered root that commits to the block at a HotShot height
    function getHotShotCommitment(uint256 hotShotBlockHeight)
        external
        view
        returns (uint256 hotShotBlockCommRoot, uint64 hotshotBlockHeight);

    /// @notice Whether, seen from an L1 block, the last update lay more than a number of blocks back
    function lagOverEscapeHatchThreshold(uint256 blockNumber, uint256 blockThreshold) external view returns (bool);

    /// @notice Block number that the history speaks of
    function currentBlockNumber() external view returns (uint256);
}
