// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LittleEndian } from "./LittleEndian.sol";

/// @title Hashes of HotShot's headers, versions 0.2 and 0.3
/// @dev Keccak-256 over named fields. A name ends with two bytes that no text has; numbers are eight bytes, lowest first. Every
/// field but the namespace table is of a fixed length, and the table goes in by its hash: no two headers have one encoding.
library BlockHeader {
    /// @notice A header without its namespace table and its builder's signature, which the hash does not cover
    struct Header {
        /// @dev 2 or 3; version 0.1 hashes otherwise
        uint64 minorVersion;
        /// @dev Hash of the chain's configuration
        bytes32 chainConfig;
        uint64 height;
        uint64 timestamp;
        uint64 l1Head;
        /// @dev Hash of the finalized L1 block, zero where the header has none
        bytes32 l1Finalized;
        bytes32 payloadCommitment;
        bytes32 builderCommitment;
        TreeCommitment blockMerkleTree;
        TreeCommitment feeMerkleTree;
        /// @dev Hash of account and amount
        bytes32 feeInfo;
    }

    /// @notice A Merkle tree's 48 bytes as they stand in a header: the root, then height and number of leaves
    struct TreeCommitment {
        bytes32 root;
        bytes16 heightAndLeaves;
    }

    /// @dev Ends a name
    bytes2 private constant END = 0xc07f;

    /// @notice The block's hash, a leaf of the block Merkle tree
    function hash(Header calldata header, bytes calldata namespaceTable) internal pure returns (bytes32) {
        bytes32 fields = keccak256(
            bytes.concat(firstFields(header), commitments(header, hashOfTable(namespaceTable)), trees(header))
        );
        return keccak256(
            abi.encodePacked(
                "BLOCK",
                END,
                "version_major",
                END,
                bytes8(0),
                "version_minor",
                END,
                LittleEndian.toBytes(header.minorVersion),
                "fields",
                END,
                fields
            )
        );
    }

    /// @notice The hash of a namespace table
    function hashOfTable(bytes calldata table) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("NSTABLE", END, LittleEndian.toBytes(uint64(table.length)), table));
    }

    function firstFields(Header calldata header) private pure returns (bytes memory) {
        return abi.encodePacked(
            "BLOCK",
            END,
            "chain_config",
            END,
            header.chainConfig,
            number("height", header.height),
            number("timestamp", header.timestamp),
            number("l1_head", header.l1Head),
            "l1_finalized",
            END,
            header.l1Finalized == 0 ? bytes(hex"0000000000000000") : bytes.concat(header.l1Finalized)
        );
    }

    function commitments(Header calldata header, bytes32 tableHash) private pure returns (bytes memory) {
        return abi.encodePacked(
            "payload_commitment",
            END,
            header.payloadCommitment,
            "builder_commitment",
            END,
            header.builderCommitment,
            "ns_table",
            END,
            tableHash
        );
    }

    function trees(Header calldata header) private pure returns (bytes memory) {
        return abi.encodePacked(
            tree("block_merkle_tree_root", header.blockMerkleTree),
            tree("fee_merkle_tree_root", header.feeMerkleTree),
            "fee_info",
            END,
            header.feeInfo
        );
    }

    function number(string memory name, uint64 value) private pure returns (bytes memory) {
        return abi.encodePacked(name, END, LittleEndian.toBytes(value));
    }

    /// @dev A field of variable length: its length comes first
    function tree(string memory name, TreeCommitment calldata commitment) private pure returns (bytes memory) {
        return abi.encodePacked(name, END, LittleEndian.toBytes(48), commitment.root, commitment.heightAndLeaves);
    }
}
