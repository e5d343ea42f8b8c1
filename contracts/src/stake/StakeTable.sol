// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import { BN254 } from "../BN254.sol";
import { InitializedAt } from "../InitializedAt.sol";
import { LightClient } from "../LightClient.sol";
import { AbstractStakeTable } from "./AbstractStakeTable.sol";
import { BLSSig } from "./BLSSig.sol";
import { EdOnBN254 } from "./EdOnBN254.sol";

/// @title Validators by stake, with queues for joining and leaving
/// @notice One validator per account. Time is measured in epochs of HotShot, read from the light client. At most
/// `maxNumChurnPerEpoch` validators join in an epoch, and as many leave; who comes later waits for a later epoch.
/// @dev ABI of the contract that Espresso has deployed. Stricter than that one: keys are checked to be keys and nobody else's,
/// the whole stake is taken, and it is paid back only after exit and escrow.
contract StakeTable is AbstractStakeTable, Ownable, InitializedAt {
    using EdOnBN254 for EdOnBN254.EdOnBN254Point;
    using SafeERC20 for IERC20;

    /// @notice Part of the deployed ABI, never raised: there is one kind of stake
    error RestakingNotImplemented();
    /// @notice The next free epoch, and the latest the caller wanted to wait for
    error InvalidNextRegistrationEpoch(uint64, uint64);
    /// @notice The account has a validator already
    error NodeAlreadyRegistered();
    /// @notice The account has no validator
    error NodeNotRegistered();
    /// @notice Part of the deployed ABI, never raised: a validator is known by its account
    error Unauthenticated();
    /// @notice No deposits before the validator has joined
    error PrematureDeposit();
    /// @notice No exit before the validator has been there for an epoch
    error PrematureExit();
    /// @notice The validator is leaving
    error ExitRequestInProgress();
    /// @notice The validator has not left, or its escrow is not over
    error PrematureWithdrawal();
    /// @notice The allowance, and what is needed
    error InsufficientAllowance(uint256, uint256);
    /// @notice The account's tokens, fewer than the stake
    error InsufficientBalance(uint256);
    /// @notice There is nothing to withdraw
    error InsufficientStakeBalance(uint256);
    /// @notice Below the least stake
    error InsufficientStakeAmount(uint256);
    /// @notice Not on the curve, not of the prime-order group, or neutral
    error InvalidSchnorrVK();
    /// @notice Infinity, or another validator's key
    error InvalidBlsVK();
    /// @notice Both keys are the old ones
    error NoKeyChange();
    /// @notice Part of the deployed ABI, never raised: the owner is `Ownable`'s
    error Unauthorized();
    /// @notice The zero address, or the address that is set already
    error InvalidAddress();
    /// @notice Zero, or the value that is set already
    error InvalidValue();
    /// @notice Epochs have blocks
    error InvalidHotShotBlocksPerEpoch();

    /// @notice Validators by account
    mapping(address account => Node node) public nodes;
    /// @notice Stake of all validators, from registration to withdrawal
    uint256 public totalStake;
    /// @notice Token that is staked
    address public tokenAddress;
    /// @notice Whose newest state says which epoch it is
    LightClient public lightClient;
    /// @notice Earliest epoch in which a new validator may find room
    uint64 public registrationEpoch;
    /// @inheritdoc AbstractStakeTable
    uint64 public override numPendingRegistrationsInEpoch;
    /// @notice Earliest epoch in which an exit may find room
    uint64 public exitEpoch;
    /// @inheritdoc AbstractStakeTable
    uint64 public override numPendingExitsInEpoch;
    /// @notice Validators that can join, and as many that can leave, in an epoch
    uint64 public maxNumChurnPerEpoch;
    /// @notice HotShot blocks in an epoch
    uint64 public hotShotBlocksPerEpoch;
    /// @notice The account that deployed the contract; without rights, the owner has them
    address public admin;
    /// @notice Least stake of a new validator
    uint256 public minStakeAmount;

    /// @dev Whether a key belongs to a registered validator
    mapping(bytes32 keyHash => bool isUsed) private blsKeys;

    constructor(
        address _tokenAddress,
        address _lightClientAddress,
        uint64 _maxNumChurnPerEpoch,
        uint64 _hotShotBlocksPerEpoch,
        uint256 _minStakeAmount,
        address _initialOwner
    ) Ownable(_initialOwner) {
        if (_tokenAddress == address(0) || _lightClientAddress == address(0)) {
            revert InvalidAddress();
        }
        if (_maxNumChurnPerEpoch == 0 || _minStakeAmount == 0) revert InvalidValue();
        if (_hotShotBlocksPerEpoch == 0) revert InvalidHotShotBlocksPerEpoch();
        tokenAddress = _tokenAddress;
        lightClient = LightClient(_lightClientAddress);
        maxNumChurnPerEpoch = _maxNumChurnPerEpoch;
        hotShotBlocksPerEpoch = _hotShotBlocksPerEpoch;
        minStakeAmount = _minStakeAmount;
        // the validators of epoch 0 are not this contract's to choose
        (registrationEpoch, exitEpoch) = (1, 1);
        admin = msg.sender;
    }

    /// @inheritdoc AbstractStakeTable
    function register(
        BN254.G2Point memory blsVK,
        EdOnBN254.EdOnBN254Point memory schnorrVK,
        uint256 amount,
        BN254.G1Point memory blsSig,
        uint64 validUntilEpoch
    ) external virtual override {
        if (amount < minStakeAmount) revert InsufficientStakeAmount(amount);
        Node storage node = nodes[msg.sender];
        if (node.account != address(0)) revert NodeAlreadyRegistered();
        IERC20 token = IERC20(tokenAddress);
        uint256 allowance = token.allowance(msg.sender, address(this));
        if (allowance < amount) revert InsufficientAllowance(allowance, amount);
        uint256 balance = token.balanceOf(msg.sender);
        if (balance < amount) revert InsufficientBalance(balance);
        _takeBlsKey(blsVK, blsSig);
        if (!schnorrVK.isKey()) revert InvalidSchnorrVK();

        (registrationEpoch, numPendingRegistrationsInEpoch) =
            _nextPlace(registrationEpoch, numPendingRegistrationsInEpoch);
        if (registrationEpoch > validUntilEpoch) {
            revert InvalidNextRegistrationEpoch(registrationEpoch, validUntilEpoch);
        }

        totalStake += amount;
        totalKeys += 1;
        nodes[msg.sender] = Node(msg.sender, amount, registrationEpoch, 0, schnorrVK, blsVK);
        token.safeTransferFrom(msg.sender, address(this), amount);
        emit Registered(msg.sender, registrationEpoch, amount);
    }

    /// @inheritdoc AbstractStakeTable
    function deposit(uint256 amount) external virtual override returns (uint256, uint64) {
        Node storage node = _registered();
        uint64 epoch = currentEpoch();
        if (epoch <= node.registerEpoch) revert PrematureDeposit();
        if (node.exitEpoch != 0) revert ExitRequestInProgress();
        node.balance += amount;
        totalStake += amount;
        IERC20(tokenAddress).safeTransferFrom(msg.sender, address(this), amount);
        emit Deposit(msg.sender, amount);
        return (node.balance, epoch + 1);
    }

    /// @inheritdoc AbstractStakeTable
    function requestExit() external virtual override {
        Node storage node = _registered();
        if (node.exitEpoch != 0) revert ExitRequestInProgress();
        if (currentEpoch() <= node.registerEpoch) revert PrematureExit();
        (exitEpoch, numPendingExitsInEpoch) = _nextPlace(exitEpoch, numPendingExitsInEpoch);
        node.exitEpoch = exitEpoch;
        emit Exit(msg.sender, exitEpoch);
    }

    /// @inheritdoc AbstractStakeTable
    function withdrawFunds() external virtual override returns (uint256) {
        Node memory node = _registered();
        if (node.balance == 0) revert InsufficientStakeBalance(0);
        if (node.exitEpoch == 0 || currentEpoch() < node.exitEpoch + exitEscrowPeriod(node)) {
            revert PrematureWithdrawal();
        }
        totalStake -= node.balance;
        totalKeys -= 1;
        delete blsKeys[_hashBlsKey(node.blsVK)];
        delete nodes[msg.sender];
        IERC20(tokenAddress).safeTransfer(msg.sender, node.balance);
        return node.balance;
    }

    /// @inheritdoc AbstractStakeTable
    function updateConsensusKeys(
        BN254.G2Point memory newBlsVK,
        EdOnBN254.EdOnBN254Point memory newSchnorrVK,
        BN254.G1Point memory newBlsSig
    ) external virtual override {
        Node storage node = _registered();
        if (node.exitEpoch != 0) revert ExitRequestInProgress();
        bool sameBlsKey = _isEqualBlsKey(newBlsVK, node.blsVK);
        bool sameSchnorrKey = newSchnorrVK.isEqual(node.schnorrVK);
        if (sameBlsKey && sameSchnorrKey) revert NoKeyChange();
        delete blsKeys[_hashBlsKey(node.blsVK)];
        _takeBlsKey(newBlsVK, newBlsSig);
        if (!sameSchnorrKey && !newSchnorrVK.isKey()) revert InvalidSchnorrVK();
        node.blsVK = newBlsVK;
        node.schnorrVK = newSchnorrVK;
        emit UpdatedConsensusKeys(msg.sender, newBlsVK, newSchnorrVK);
    }

    /// @notice Changes what new validators have to stake
    function updateMinStakeAmount(uint256 newMinStakeAmount) external virtual onlyOwner {
        if (newMinStakeAmount == 0 || newMinStakeAmount == minStakeAmount) revert InvalidValue();
        minStakeAmount = newMinStakeAmount;
        emit MinStakeAmountUpdated(newMinStakeAmount);
    }

    /// @notice Changes how many validators can join, and as many leave, in an epoch
    function updateMaxChurnRate(uint64 newMaxChurnRate) external virtual onlyOwner {
        if (newMaxChurnRate == 0 || newMaxChurnRate == maxNumChurnPerEpoch) revert InvalidValue();
        maxNumChurnPerEpoch = newMaxChurnRate;
        emit MaxChurnRateUpdated(newMaxChurnRate);
    }

    /// @notice Changes where epochs are read from
    function updateLightClientAddress(address newLightClientAddress) external virtual onlyOwner {
        if (newLightClientAddress == address(0) || newLightClientAddress == address(lightClient)) {
            revert InvalidAddress();
        }
        lightClient = LightClient(newLightClientAddress);
        emit LightClientAddressUpdated(newLightClientAddress);
    }

    /// @inheritdoc AbstractStakeTable
    function lookupStake(address account) external view virtual override returns (uint256) {
        return nodes[account].balance;
    }

    /// @inheritdoc AbstractStakeTable
    function lookupNode(address account) external view virtual override returns (Node memory) {
        return nodes[account];
    }

    /// @notice Stake that counts: that of all validators, as no snapshot is kept of who has joined and left already
    function totalVotingStake() external view virtual returns (uint256) {
        return totalStake;
    }

    /// @notice Epoch of the newest state that the light client knows
    function currentEpoch() public view virtual returns (uint64) {
        (, uint64 height,) = lightClient.finalizedState();
        return height / hotShotBlocksPerEpoch;
    }

    /// @notice Epochs between a validator's exit and the payment of its stake
    function exitEscrowPeriod(Node memory node) public pure virtual returns (uint64) {
        return node.balance > 100 ? 10 : 5;
    }

    /// @notice What a key is known by
    function _hashBlsKey(BN254.G2Point memory blsVK) public pure returns (bytes32) {
        return keccak256(abi.encode(blsVK));
    }

    /// @notice Whether two keys are the same
    function _isEqualBlsKey(BN254.G2Point memory a, BN254.G2Point memory b) public pure returns (bool) {
        return _hashBlsKey(a) == _hashBlsKey(b);
    }

    /// @dev Marks a key as used, if it is one, nobody's yet, and the sender can sign with it
    function _takeBlsKey(BN254.G2Point memory key, BN254.G1Point memory signature) private {
        bytes32 hash = _hashBlsKey(key);
        BN254.G2Point memory infinity;
        if (hash == _hashBlsKey(infinity) || blsKeys[hash]) revert InvalidBlsVK();
        BLSSig.verifyBlsSig(abi.encode(msg.sender), signature, key);
        blsKeys[hash] = true;
    }

    /// @dev The queue's epoch and its length there, with one more in it: the next epoch at the earliest, the one after the last
    /// when that is full
    function _nextPlace(uint64 epoch, uint64 pending) private view returns (uint64, uint64) {
        uint64 next = currentEpoch() + 1;
        if (epoch < next) return (next, 1);
        if (pending >= maxNumChurnPerEpoch) return (epoch + 1, 1);
        return (epoch, pending + 1);
    }

    function _registered() private view returns (Node storage node) {
        node = nodes[msg.sender];
        if (node.account == address(0)) revert NodeNotRegistered();
    }
}
