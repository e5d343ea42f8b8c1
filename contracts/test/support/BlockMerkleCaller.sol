// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BlockMerkle } from "../../src/libraries/BlockMerkle.sol";
import { KeccakF1600 } from "../../src/libraries/KeccakF1600.sol";

/// @dev The library behind calls, as a rollup's contract has it
contract BlockMerkleCaller {
    function rootOf(bytes32 header, uint256 index, bytes32[2][32] calldata siblings) external pure returns (bytes32) {
        return BlockMerkle.rootOf(header, index, siblings);
    }

    function isMember(bytes32 root, bytes32 header, uint256 index, bytes32[2][32] calldata siblings)
        external
        pure
        returns (bool)
    {
        return BlockMerkle.isMember(root, header, index, siblings);
    }

    /// @dev With something in memory, before and after
    function rootAndMemory(bytes memory filled, bytes32 header, uint256 index, bytes32[2][32] calldata siblings)
        external
        pure
        returns (bytes memory, bytes32 root)
    {
        root = BlockMerkle.rootOf(header, index, siblings);
        return (filled, root);
    }

    /// @dev Keccak-256 of 128 bytes: the last lane holds both ends of the padding
    function keccak(bytes32[4] calldata words) external pure returns (bytes32 digest) {
        uint256 saved = KeccakF1600.open();
        uint256 state = KeccakF1600.STATE;
        uint256 copies = KeccakF1600.COPIES;
        for (uint256 i = 0; i < 4; ++i) {
            KeccakF1600.absorb(4 * i, words[i]);
        }
        assembly {
            calldatacopy(add(state, 0x200), calldatasize(), 0x120)
            mstore(add(state, 0x200), mul(0x8000000000000001, copies))
        }
        KeccakF1600.permute();
        digest = KeccakF1600.squeeze();
        KeccakF1600.close(saved);
    }
}
