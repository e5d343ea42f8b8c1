// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { KeccakF1600 } from "./KeccakF1600.sol";
import { LittleEndian } from "./LittleEndian.sol";
import { Rescue } from "./Rescue.sol";

/// @title Membership in HotShot's block Merkle tree: arity 3, height 32, SHA3-256
/// @dev A leaf's digest is the hash of the header's commitment, a branch's that of its three children's digests. An empty
/// subtree has the digest zero. Every hash is of less than a block, hence one permutation; a proof takes 33.
library BlockMerkle {
    /// @dev Branches from a leaf to the root
    uint256 internal constant HEIGHT = 32;
    /// @dev Number of leaves that the tree has room for: 3 ** 32
    uint256 internal constant CAPACITY = 1_853_020_188_851_841;

    /// @dev FIPS 202 ends a message with these bits, and a block of 136 bytes with the top bit of its last lane
    uint256 private constant SUFFIX = 0x06;
    uint256 private constant LAST_BIT = 0x8000000000000000;

    /// @notice There is no leaf with this index
    error LeafIndexTooLarge(uint256 index);

    /// @notice Whether the header with this commitment is leaf `index` of the tree with this root
    /// @param root The first 32 bytes of the tree's commitment
    /// @param header The header's commitment
    /// @param index The header's height
    /// @param siblings Digests beside the path, from the leaf's to the root's, two for each branch in their order
    function isMember(bytes32 root, bytes32 header, uint256 index, bytes32[2][HEIGHT] calldata siblings)
        internal
        pure
        returns (bool)
    {
        return rootOf(header, index, siblings) == root;
    }

    /// @notice The root of the tree in which the header with this commitment is leaf `index`
    function rootOf(bytes32 header, uint256 index, bytes32[2][HEIGHT] calldata siblings)
        internal
        pure
        returns (bytes32 root)
    {
        if (index >= CAPACITY) revert LeafIndexTooLarge(index);
        uint256 saved = KeccakF1600.open();
        KeccakF1600.absorb(0, header);
        pad(4);
        KeccakF1600.permute();
        for (uint256 level = 0; level < HEIGHT; ++level) {
            bytes32[2] calldata beside = siblings[level];
            uint256 position = index % 3;
            index /= 3;
            // the digest from below is already there as lanes 0 to 3
            if (position != 0) moveDigest(position);
            KeccakF1600.absorb(position == 0 ? 4 : 0, beside[0]);
            KeccakF1600.absorb(position == 2 ? 4 : 8, beside[1]);
            pad(12);
            KeccakF1600.permute();
        }
        root = KeccakF1600.squeeze();
        KeccakF1600.close(saved);
    }

    /// @notice What the light client keeps of a tree, its `blockCommRoot`: the hash of the tree's commitment, which is 48 bytes
    /// (root, height, number of leaves), as two little-endian numbers of 31 and 17 bytes
    /// @param leaves The tree of the headers before height h has h leaves: the height that comes with a `blockCommRoot`
    function commitmentOf(bytes32 root, uint64 leaves) internal view returns (uint256) {
        uint256 low = LittleEndian.reverse(uint256(root)) & type(uint248).max;
        uint256 high = (uint256(leaves) << 72) | (HEIGHT << 8) | (uint256(root) & 0xff);
        return Rescue.hash(low, high);
    }

    /// @dev Copies the state's first 32 bytes to where child `position` belongs
    function moveDigest(uint256 position) private pure {
        uint256 state = KeccakF1600.STATE;
        assembly {
            mcopy(add(state, shl(7, position)), state, 0x80)
        }
    }

    /// @dev Ends the message before `lane`, clears the rest of the state
    function pad(uint256 lane) private pure {
        uint256 state = KeccakF1600.STATE;
        uint256 copies = KeccakF1600.COPIES;
        assembly {
            let at := add(state, shl(5, lane))
            // behind the end of the input there are only zeros
            calldatacopy(at, calldatasize(), sub(add(state, 0x320), at))
            mstore(at, mul(SUFFIX, copies))
            mstore(add(state, 0x200), mul(LAST_BIT, copies))
        }
    }
}
