// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";
import { EdOnBN254 } from "./EdOnBN254.sol";

/// @title What every stake table has: nodes, events and calls
abstract contract AbstractStakeTable {
    /// @notice A HotShot validator
    /// @param account Registered it, and owns its stake
    /// @param balance Its stake
    /// @param registerEpoch First epoch in which it may vote
    /// @param exitEpoch First epoch in which it may not any more, or zero while it stays
    /// @param schnorrVK Signs light-client states
    /// @param blsVK Signs votes
    struct Node {
        address account;
        uint256 balance;
        uint64 registerEpoch;
        uint64 exitEpoch;
        EdOnBN254.EdOnBN254Point schnorrVK;
        BN254.G2Point blsVK;
    }

    /// @notice A validator will join
    event Registered(address account, uint64 registerEpoch, uint256 amountDeposited);
    /// @notice A validator will leave
    event Exit(address account, uint64 exitEpoch);
    /// @notice A validator's stake has grown
    event Deposit(address account, uint256 amount);
    /// @notice A validator has other keys
    event UpdatedConsensusKeys(address account, BN254.G2Point newBlsVK, EdOnBN254.EdOnBN254Point newSchnorrVK);
    /// @notice New registrations need this much stake
    event MinStakeAmountUpdated(uint256 minStakeAmount);
    /// @notice This many validators can join, and as many leave, in an epoch
    event MaxChurnRateUpdated(uint256 maxChurnRate);
    /// @notice Epochs are read from another contract
    event LightClientAddressUpdated(address lightClientAddress);

    /// @notice Number of registered validators
    uint32 public totalKeys;

    /// @notice Stake of a validator
    function lookupStake(address account) external view virtual returns (uint256);
    /// @notice Everything about a validator; zeros when it is not registered
    function lookupNode(address account) external view virtual returns (Node memory);
    /// @notice Registrations so far for `registrationEpoch`
    function numPendingRegistrationsInEpoch() external view virtual returns (uint64);
    /// @notice Exits so far for `exitEpoch`
    function numPendingExitsInEpoch() external view virtual returns (uint64);

    /// @notice Registers the sender as a validator and takes its stake
    /// @param blsVK Key for votes
    /// @param schnorrVK Key for light-client states
    /// @param amount Stake
    /// @param blsSig The BLS key's signature over the sender's address: without it a key could be made from others' keys
    /// @param validUntilEpoch Latest epoch in which the sender still wants to join
    function register(
        BN254.G2Point memory blsVK,
        EdOnBN254.EdOnBN254Point memory schnorrVK,
        uint256 amount,
        BN254.G1Point memory blsSig,
        uint64 validUntilEpoch
    ) external virtual;

    /// @notice Adds to the sender's stake
    /// @return newBalance Stake after that
    /// @return effectiveEpoch Epoch from which it counts
    function deposit(uint256 amount) external virtual returns (uint256 newBalance, uint64 effectiveEpoch);
    /// @notice Asks for the sender's validator to leave
    function requestExit() external virtual;
    /// @notice Pays the sender's stake back, once its validator has left and the escrow is over
    /// @return The stake
    function withdrawFunds() external virtual returns (uint256);
    /// @notice Replaces the sender's keys
    /// @param newBlsSig The new BLS key's signature over the sender's address
    function updateConsensusKeys(
        BN254.G2Point memory newBlsVK,
        EdOnBN254.EdOnBN254Point memory newSchnorrVK,
        BN254.G1Point memory newBlsSig
    ) external virtual;
}
