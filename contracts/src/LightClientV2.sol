// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "./BN254.sol";
import { LightClient } from "./LightClient.sol";
import { INPUT10, INPUT3, INPUT7 } from "./PlonkLayout.sol";
import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";

/// @title Light client of HotShot on L1, version 2: the stake table changes with epochs
/// @notice An epoch is `blocksPerEpoch` HotShot blocks. The state at its root, the fifth block before its last, names the stake
/// table of the next epoch, and is signed by the current one: the contract follows the chain of tables, so no epoch's root may
/// be left out.
/// @dev ABI, events, errors and storage of the contract that Espresso has deployed, behind the same proxy as version 1.
abstract contract LightClientV2 is LightClient {
    /// @notice The next epoch's stake table is known and votes from now on
    event NewEpoch(uint64 epoch);

    /// @notice States of an epoch can follow only after its predecessor's root
    error MissingEpochRootUpdate();
    /// @notice The call belongs to an older version
    error DeprecatedApi();

    /// @dev Blocks from an epoch's root to its end
    uint64 internal constant ROOT_DISTANCE = 5;

    // Storage after version 1's: slots 10 (three numbers) and 11-14.

    /// @notice Number of HotShot blocks in an epoch
    uint64 public blocksPerEpoch;
    /// @notice HotShot height from which tables change with epochs
    uint64 public epochStartBlock;
    /// @dev Epoch of `epochStartBlock`
    uint64 private firstEpoch;
    /// @notice Stake table whose signatures count now
    StakeTableState public votingStakeTableState;

    /// @notice Sets up a proxy for this version, once, right with the upgrade
    /// @param _blocksPerEpoch More than five: a root needs room in its epoch
    /// @param _epochStartBlock Height from which epochs count
    function initializeV2(uint64 _blocksPerEpoch, uint64 _epochStartBlock) public virtual onlyOwner reinitializer(2) {
        if (_blocksPerEpoch <= ROOT_DISTANCE) revert InvalidArgs();
        blocksPerEpoch = _blocksPerEpoch;
        epochStartBlock = _epochStartBlock;
        firstEpoch = epochFromBlockNumber(_epochStartBlock, _blocksPerEpoch);
        votingStakeTableState = genesisStakeTableState;
    }

    /// @notice Version 1's call; always reverts
    function newFinalizedState(LightClientState calldata, IPlonkVerifier.PlonkProof calldata)
        external
        pure
        virtual
        override
    {
        revert DeprecatedApi();
    }

    /// @notice Submits a newer state with its proof
    /// @param newState Both view and height must exceed those of `finalizedState`
    /// @param nextStakeTable The next epoch's table; counts only when `newState` is an epoch's root
    /// @param proof Shows that `threshold` stake of the voting table has signed the state, and with a root the next table
    function newFinalizedState(
        LightClientState calldata newState,
        StakeTableState calldata nextStakeTable,
        IPlonkVerifier.PlonkProof calldata proof
    ) external virtual {
        (uint64 viewNum, uint64 blockHeight, uint256 root) = _read(newState);
        uint256 settings = _checkUpdate(viewNum, blockHeight, root, nextStakeTable);

        // The circuit's order: state, voting table, next table. Where no next table is named, the voting one stands in.
        _setPublicInput(0, viewNum);
        _setPublicInput(1, blockHeight);
        _setPublicInput(2, root);
        _setVotingTable(INPUT3);
        if (_namesNextTable(blockHeight)) {
            assembly ("memory-safe") {
                calldatacopy(INPUT7, add(nextStakeTable, 0x20), 0x60)
                mstore(INPUT10, calldataload(nextStakeTable))
            }
        } else {
            assembly ("memory-safe") {
                mcopy(INPUT7, INPUT3, 0x80)
            }
        }
        if (!_verifyProof(proof, 11)) revert InvalidProof();
        _accept(viewNum, blockHeight, root, nextStakeTable, settings);
    }

    /// @notice Remembers updates for longer; version 1's call under its correct spelling
    /// @param historySeconds More than now, and between an hour and 365 days
    function setStateHistoryRetentionPeriod(uint32 historySeconds) public virtual onlyOwner {
        setstateHistoryRetentionPeriod(historySeconds);
    }

    /// @inheritdoc LightClient
    function getVersion()
        public
        pure
        virtual
        override
        returns (uint8 majorVersion, uint8 minorVersion, uint8 patchVersion)
    {
        return (2, 0, 0);
    }

    /// @notice Epoch of the newest proven state
    function currentEpoch() public view virtual returns (uint64) {
        return epochFromBlockNumber(finalizedState.blockHeight, blocksPerEpoch);
    }

    /// @notice Epoch of a height: the first has number 1 and begins with the genesis block
    /// @param blockNum HotShot height
    /// @param _blocksPerEpoch Number of blocks in an epoch, or zero where there are none: then all is epoch 0
    function epochFromBlockNumber(uint64 blockNum, uint64 _blocksPerEpoch) public pure virtual returns (uint64) {
        if (_blocksPerEpoch == 0) return 0;
        if (blockNum == 0) return 1;
        return blockNum / _blocksPerEpoch + (blockNum % _blocksPerEpoch == 0 ? 0 : 1);
    }

    /// @notice Whether the block at this height is an epoch's root
    function isEpochRoot(uint64 blockHeight) public view virtual returns (bool) {
        uint256 length = blocksPerEpoch;
        return blockHeight != 0 && length != 0 && (uint256(blockHeight) + ROOT_DISTANCE) % length == 0;
    }

    /// @notice Whether the block at this height comes between an epoch's root and the epoch's last block
    /// @dev False for the last block itself, as in the deployed contract. Such a state is accepted without the root, and
    /// none of the next epoch after it: the README says what to do about that.
    function isGtEpochRoot(uint64 blockHeight) public view virtual returns (bool) {
        uint64 length = blocksPerEpoch;
        return blockHeight != 0 && length != 0 && blockHeight % length > length - ROOT_DISTANCE;
    }

    /// @dev Everything about an update that can be judged without its proof
    function _checkUpdate(uint64 viewNum, uint64 blockHeight, uint256 root, StakeTableState calldata nextStakeTable)
        internal
        view
        returns (uint256 settings)
    {
        settings = _checkProver();
        if (!_isNewer(viewNum, blockHeight)) revert OutdatedState();
        BN254.validateScalarField(BN254.ScalarField.wrap(root));
        BN254.validateScalarField(nextStakeTable.blsKeyComm);
        BN254.validateScalarField(nextStakeTable.schnorrKeyComm);
        BN254.validateScalarField(nextStakeTable.amountComm);

        uint64 newEpoch = epochFromBlockNumber(blockHeight, blocksPerEpoch);
        uint64 first = _epochOfStart();
        if (newEpoch >= first && isGtEpochRoot(blockHeight)) revert MissingEpochRootUpdate();
        if (newEpoch > first) {
            uint64 current = currentEpoch();
            if (newEpoch > current && (newEpoch - current > 1 || !isEpochRoot(finalizedState.blockHeight))) {
                revert MissingEpochRootUpdate();
            }
        }
    }

    /// @dev What follows from a proof that held. The next table is taken only where the proof has bound it: the caller may claim
    /// any. (The deployed contract takes it at every root from the first epoch on, also at one below `epochStartBlock`, where
    /// nothing vouches for it.)
    function _accept(
        uint64 viewNum,
        uint64 blockHeight,
        uint256 root,
        StakeTableState calldata nextStakeTable,
        uint256 settings
    ) internal {
        if (isEpochRoot(blockHeight)) {
            uint64 newEpoch = epochFromBlockNumber(blockHeight, blocksPerEpoch);
            if (newEpoch >= _epochOfStart()) {
                if (_namesNextTable(blockHeight)) votingStakeTableState = nextStakeTable;
                emit NewEpoch(newEpoch + 1);
            }
        }
        _finalize(viewNum, blockHeight, root, settings);
        emit NewState(viewNum, blockHeight, BN254.ScalarField.wrap(root));
    }

    /// @dev Whether the signers of the state at this height sign the next epoch's table with it
    function _namesNextTable(uint64 blockHeight) internal view returns (bool) {
        return blockHeight >= epochStartBlock && isEpochRoot(blockHeight);
    }

    /// @dev Epoch of `epochStartBlock`
    function _epochOfStart() internal view virtual returns (uint64) {
        return firstEpoch;
    }

    /// @dev Puts the voting table where four consecutive public inputs begin: BLS, Schnorr, amounts, threshold
    function _setVotingTable(uint256 place) internal view {
        assembly ("memory-safe") {
            mstore(place, sload(add(votingStakeTableState.slot, 1)))
            mstore(add(place, 0x20), sload(add(votingStakeTableState.slot, 2)))
            mstore(add(place, 0x40), sload(add(votingStakeTableState.slot, 3)))
            mstore(add(place, 0x60), sload(votingStakeTableState.slot))
        }
    }
}
