// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "./LightClient.sol";
import { LightClientV2 } from "./LightClientV2.sol";
import { INPUT0, INPUT3, INPUT4 } from "./PlonkLayout.sol";
import { R } from "./PlonkVerifier.sol";
import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";

/// @title Light client of HotShot on L1, version 3: the signers sign one digest
/// @notice What is signed, and proven, is keccak256 of state, next stake table and `authRoot`, modulo the scalar field.
/// @dev ABI, events, errors and storage of the contract that Espresso has deployed, behind the same proxy as version 2.
abstract contract LightClientV3 is LightClientV2 {
    // Storage after version 2's: slots 15 and 16.

    /// @notice Authenticates what rollups and the reward distribution read beside the state
    uint256 public authRoot;
    /// @dev Epoch of `epochStartBlock`; version 2's own is private to it
    uint64 private _firstEpoch;

    /// @notice Sets up a proxy for this version, once, right with the upgrade
    function initializeV3() public virtual onlyOwner reinitializer(3) {
        _firstEpoch = epochFromBlockNumber(epochStartBlock, blocksPerEpoch);
    }

    /// @notice Version 2's call; always reverts
    function newFinalizedState(LightClientState calldata, StakeTableState calldata, IPlonkVerifier.PlonkProof calldata)
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
    /// @param newAuthRoot Becomes `authRoot`
    /// @param proof Shows that `threshold` stake of the voting table has signed the digest of all three
    function newFinalizedState(
        LightClientState calldata newState,
        StakeTableState calldata nextStakeTable,
        uint256 newAuthRoot,
        IPlonkVerifier.PlonkProof calldata proof
    ) external virtual {
        (uint64 viewNum, uint64 blockHeight, uint256 root) = _read(newState);
        uint256 settings = _checkUpdate(viewNum, blockHeight, root, nextStakeTable);

        // The circuit's order: voting table, digest. Where no next table is named, the voting one stands in.
        _setVotingTable(INPUT0);
        bool named = _namesNextTable(blockHeight);
        assembly ("memory-safe") {
            // state | threshold, BLS, Schnorr, amounts | authRoot, in memory that the verifier overwrites
            calldatacopy(0x80, newState, 0x60)
            switch named
            case 0 {
                mstore(0xe0, mload(INPUT3))
                mcopy(0x100, INPUT0, 0x60)
            }
            default { calldatacopy(0xe0, nextStakeTable, 0x80) }
            mstore(0x160, newAuthRoot)
            mstore(INPUT4, mod(keccak256(0x80, 0x100), R))
        }
        if (!_verifyProof(proof, 5)) revert InvalidProof();
        authRoot = newAuthRoot;
        _accept(viewNum, blockHeight, root, nextStakeTable, settings);
    }

    /// @inheritdoc LightClient
    function getVersion()
        public
        pure
        virtual
        override
        returns (uint8 majorVersion, uint8 minorVersion, uint8 patchVersion)
    {
        return (3, 0, 0);
    }

    /// @inheritdoc LightClientV2
    function _epochOfStart() internal view virtual override returns (uint64) {
        return _firstEpoch;
    }
}
