// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

import { BN254 } from "../BN254.sol";
import { InitializedAt } from "../InitializedAt.sol";
import { EdOnBN254 } from "./EdOnBN254.sol";

/// @title The validators of a network whose owner chooses them
/// @notice Nodes read the set from the events, beginning with `initializedAtBlock`; the contract itself only knows who is in it.
contract PermissionedStakeTable is Ownable, InitializedAt {
    /// @notice A validator's keys
    /// @param blsVK Signs votes
    /// @param schnorrVK Signs light-client states
    /// @param isDA Whether it stores data
    struct NodeInfo {
        BN254.G2Point blsVK;
        EdOnBN254.EdOnBN254Point schnorrVK;
        bool isDA;
    }

    /// @notice The set has changed: first these went, then these came
    event StakersUpdated(BN254.G2Point[] removed, NodeInfo[] added);

    /// @notice The key is in the set already
    error StakerAlreadyExists(BN254.G2Point);
    /// @notice The key is not in the set
    error StakerNotFound(BN254.G2Point);

    mapping(bytes32 keyHash => bool isStaker) private stakers;

    /// @param initialStakers The set to begin with; announced by no event, as in the deployed contract
    constructor(NodeInfo[] memory initialStakers) Ownable(msg.sender) {
        _insert(initialStakers);
    }

    /// @notice Takes validators out of the set, then others in
    function update(BN254.G2Point[] memory stakersToRemove, NodeInfo[] memory newStakers) public virtual onlyOwner {
        for (uint256 i = 0; i < stakersToRemove.length; i++) {
            bytes32 key = _hashBlsKey(stakersToRemove[i]);
            if (!stakers[key]) revert StakerNotFound(stakersToRemove[i]);
            stakers[key] = false;
        }
        _insert(newStakers);
        emit StakersUpdated(stakersToRemove, newStakers);
    }

    /// @notice Whether a BLS key is in the set
    function isStaker(BN254.G2Point memory staker) external view virtual returns (bool) {
        return stakers[_hashBlsKey(staker)];
    }

    /// @notice What a key is known by
    function _hashBlsKey(BN254.G2Point memory blsVK) public pure returns (bytes32) {
        return keccak256(abi.encode(blsVK));
    }

    function _insert(NodeInfo[] memory newStakers) private {
        for (uint256 i = 0; i < newStakers.length; i++) {
            bytes32 key = _hashBlsKey(newStakers[i].blsVK);
            if (stakers[key]) revert StakerAlreadyExists(newStakers[i].blsVK);
            stakers[key] = true;
        }
    }
}
