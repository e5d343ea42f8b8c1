// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Numbers as HotShot and arkworks write them, lowest byte first
library LittleEndian {
    /// @notice The bytes of a word in reverse
    function reverse(uint256 word) internal pure returns (uint256) {
        unchecked {
            uint256 mask = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
            word = ((word >> 8) & mask) | ((word & mask) << 8);
            mask = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
            word = ((word >> 16) & mask) | ((word & mask) << 16);
            mask = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
            word = ((word >> 32) & mask) | ((word & mask) << 32);
            mask = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
            word = ((word >> 64) & mask) | ((word & mask) << 64);
            return (word >> 128) | (word << 128);
        }
    }

    /// @notice The eight bytes of a number, lowest first
    function toBytes(uint64 value) internal pure returns (bytes8) {
        return bytes8(uint64(reverse(value) >> 192));
    }

    /// @notice The number in the four bytes from `offset` on; reverts where there are fewer
    function readU32(bytes calldata data, uint256 offset) internal pure returns (uint256) {
        return reverse(uint256(uint32(bytes4(data[offset:offset + 4])))) >> 224;
    }
}
