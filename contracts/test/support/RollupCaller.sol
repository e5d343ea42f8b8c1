// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ILightClient } from "../../src/interfaces/ILightClient.sol";
import { BlockHeader } from "../../src/libraries/BlockHeader.sol";
import { BlockMerkle } from "../../src/libraries/BlockMerkle.sol";
import { Derivation } from "../../src/libraries/Derivation.sol";
import { NamespaceTransactions } from "../../src/libraries/NamespaceTransactions.sol";
import { Rescue } from "../../src/libraries/Rescue.sol";

/// @dev The libraries behind calls, as a rollup's contract has them
contract RollupCaller {
    function hash(uint256 first, uint256 second) external view returns (uint256) {
        return Rescue.hash(first, second);
    }

    function commitmentOf(bytes32 root, uint64 leaves) external view returns (uint256) {
        return BlockMerkle.commitmentOf(root, leaves);
    }

    function headerHash(BlockHeader.Header calldata header, bytes calldata table) external pure returns (bytes32) {
        return BlockHeader.hash(header, table);
    }

    function check(
        ILightClient lightClient,
        uint64 height,
        uint32 namespace,
        bytes calldata transactions,
        Derivation.Proof calldata proof
    ) external view {
        Derivation.check(lightClient, height, namespace, transactions, proof);
    }

    function transaction(bytes calldata payload, uint256 index) external pure returns (uint256, bytes memory) {
        return (NamespaceTransactions.count(payload), NamespaceTransactions.get(payload, index));
    }
}
