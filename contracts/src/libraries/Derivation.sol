// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ILightClient } from "../interfaces/ILightClient.sol";
import { BlockHeader } from "./BlockHeader.sol";
import { BlockMerkle } from "./BlockMerkle.sol";
import { LittleEndian } from "./LittleEndian.sol";
import { NamespaceProof } from "./NamespaceProof.sol";

/// @title What a rollup derives from HotShot: the bytes of its namespace in the block at a height
/// @dev The light client's commitment opens to the root of the block Merkle tree, a path leads from there to the block's hash,
/// this opens to the header, and the header has the payload's commitment and the namespace table. Nobody has to be trusted but
/// the light client: what the proof says is either true or refused.
library Derivation {
    /// @notice Everything between the light client's commitment and the namespace's bytes
    struct Proof {
        BlockHeader.Header header;
        bytes namespaceTable;
        /// @dev Root of the tree that the light client's commitment for the block's height is to
        bytes32 treeRoot;
        bytes32[2][32] siblings;
        /// @dev Not looked at when the table does not list the namespace; nor is what follows
        NamespaceProof.Dispersal dispersal;
        NamespaceProof.Surroundings around;
    }

    /// @notice The light client has another commitment than the one to this root
    error WrongTreeRoot(uint256 expected, uint256 found);
    /// @notice The header is another height's
    error WrongHeight(uint64 expected, uint64 found);
    /// @notice The header is not in the tree
    error HeaderNotInTree(bytes32 hash);
    /// @notice The table does not list the namespace, and bytes were given
    error NamespaceNotListed(uint32 namespace);
    /// @notice The bytes are not the namespace's
    error WrongNamespaceBytes(uint32 namespace);

    /// @notice Returns if the namespace's bytes in the block at `height` are exactly `transactions`, reverts otherwise. A block
    /// whose table does not list the namespace has none.
    /// @dev Also reverts with the light client's own error when it does not know the block yet. A proof holds as long as the light
    /// client answers with the same commitment; when that leaves its history, the path must be made anew, to a later root.
    function check(
        ILightClient lightClient,
        uint64 height,
        uint32 namespace,
        bytes calldata transactions,
        Proof calldata proof
    ) internal view {
        checkHeader(lightClient, height, proof);
        (bool listed, uint256 entry) = entryOf(proof.namespaceTable, namespace);
        if (!listed) {
            if (transactions.length != 0) revert NamespaceNotListed(namespace);
            return;
        }
        bool exact = NamespaceProof.verify(
            proof.header.payloadCommitment, proof.namespaceTable, entry, transactions, proof.dispersal, proof.around
        );
        if (!exact) revert WrongNamespaceBytes(namespace);
    }

    /// @notice Returns if the proof's header and namespace table are those of the block at `height`
    function checkHeader(ILightClient lightClient, uint64 height, Proof calldata proof) internal view {
        if (proof.header.height != height) revert WrongHeight(height, proof.header.height);
        // a state of height h commits to the headers before it, which are h
        (uint256 expected, uint64 leaves) = lightClient.getHotShotCommitment(height);
        uint256 found = BlockMerkle.commitmentOf(proof.treeRoot, leaves);
        if (found != expected) revert WrongTreeRoot(expected, found);
        bytes32 hash = BlockHeader.hash(proof.header, proof.namespaceTable);
        if (!BlockMerkle.isMember(proof.treeRoot, hash, height, proof.siblings)) revert HeaderNotInTree(hash);
    }

    /// @notice The first entry of a namespace in a table
    /// @dev A table's length may say less than its count; it then has as many entries as there is room for. (No valid block has
    /// such a table, or a namespace twice.)
    function entryOf(bytes calldata table, uint32 namespace) internal pure returns (bool listed, uint256 entry) {
        if (table.length < 4) return (false, 0);
        uint256 count = LittleEndian.readU32(table, 0);
        uint256 room = (table.length - 4) / 8;
        if (room < count) count = room;
        for (entry = 0; entry < count; ++entry) {
            if (LittleEndian.readU32(table, 4 + 8 * entry) == namespace) return (true, entry);
        }
        return (false, 0);
    }
}
