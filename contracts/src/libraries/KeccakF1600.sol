// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title The permutation Keccak-f[1600] (FIPS 202), for hashes that the EVM has no instruction for
/// @dev The state stands at fixed addresses, so that reading a lane costs an instruction and its address. Callers move
/// what Solidity keeps there out of the way and back with `open` and `close`, and allocate nothing in between.
///
/// A lane of 64 bits is kept as four copies in a word of 256. A rotation of such a word by n is one shift: to the left
/// by n, or to the right by 64 - n, whichever is less. Each spoils as many bits at one end of the word; theta spoils one
/// more at the lower end. The least shift is at most 28 places in either direction, so that after two rounds all bits from
/// 58 to 200 are still good: the second copy, 64 to 127, is taken and copied again.
library KeccakF1600 {
    /// @dev Where lane (x, y) stands: at STATE + 32 * (x + 5 * y)
    uint256 internal constant STATE = 0x80;
    /// @dev First address behind what is used
    uint256 internal constant END = 0x7a0;
    /// @dev Times a lane: four copies of it
    uint256 internal constant COPIES = 0x1000000000000000100000000000000010000000000000001;
    /// @dev The lowest copy
    uint256 internal constant LANE = 0xffffffffffffffff;

    /// @notice Makes room for the state
    /// @return saved What `close` takes
    function open() internal pure returns (uint256 saved) {
        assembly {
            // behind all that Solidity has allocated, and behind the state
            saved := mload(0x40)
            if lt(saved, END) { saved := END }
            mcopy(saved, STATE, sub(END, STATE))
            // the round constants, eight bytes each
            mstore(0x6c0, 0x00000000000000010000000000008082800000000000808a8000000080008000)
            mstore(0x6e0, 0x000000000000808b000000008000000180000000800080818000000000008009)
            mstore(0x700, 0x000000000000008a00000000000000880000000080008009000000008000000a)
            mstore(0x720, 0x000000008000808b800000000000008b80000000000080898000000000008003)
            mstore(0x740, 0x80000000000080028000000000000080000000000000800a800000008000000a)
            mstore(0x760, 0x8000000080008081800000000000808000000000800000018000000080008008)
        }
    }

    /// @notice Puts back what stood where the state is
    function close(uint256 saved) internal pure {
        assembly {
            mcopy(STATE, saved, sub(END, STATE))
        }
    }

    /// @notice The 24 rounds, over four copies of each lane
    function permute() internal pure {
        assembly {
            // two rounds each time: from 0x80 to 0x3a0 and back, the round constants at i
            for { let i := 0x6c0 } lt(i, 0x780) { i := add(i, 16) } {
                {
                    let c0 := xor(mload(0x80), xor(mload(0x120), xor(mload(0x1c0), xor(mload(0x260), mload(0x300)))))
                    let c1 := xor(mload(0xa0), xor(mload(0x140), xor(mload(0x1e0), xor(mload(0x280), mload(0x320)))))
                    let c2 := xor(mload(0xc0), xor(mload(0x160), xor(mload(0x200), xor(mload(0x2a0), mload(0x340)))))
                    let c3 := xor(mload(0xe0), xor(mload(0x180), xor(mload(0x220), xor(mload(0x2c0), mload(0x360)))))
                    let c4 := xor(mload(0x100), xor(mload(0x1a0), xor(mload(0x240), xor(mload(0x2e0), mload(0x380)))))
                    let d0 := xor(c4, shl(1, c1))
                    let d1 := xor(c0, shl(1, c2))
                    let d2 := xor(c1, shl(1, c3))
                    let d3 := xor(c2, shl(1, c4))
                    let d4 := xor(c3, shl(1, c0))
                    {
                        let b0 := xor(mload(0x80), d0)
                        let b1 := shr(20, xor(mload(0x140), d1))
                        let b2 := shr(21, xor(mload(0x200), d2))
                        let b3 := shl(21, xor(mload(0x2c0), d3))
                        let b4 := shl(14, xor(mload(0x380), d4))
                        mstore(0x3a0, xor(xor(b0, and(not(b1), b2)), mul(shr(192, mload(i)), COPIES)))
                        mstore(0x3c0, xor(b1, and(not(b2), b3)))
                        mstore(0x3e0, xor(b2, and(not(b3), b4)))
                        mstore(0x400, xor(b3, and(not(b4), b0)))
                        mstore(0x420, xor(b4, and(not(b0), b1)))
                    }
                    {
                        let b0 := shl(28, xor(mload(0xe0), d3))
                        let b1 := shl(20, xor(mload(0x1a0), d4))
                        let b2 := shl(3, xor(mload(0x1c0), d0))
                        let b3 := shr(19, xor(mload(0x280), d1))
                        let b4 := shr(3, xor(mload(0x340), d2))
                        mstore(0x440, xor(b0, and(not(b1), b2)))
                        mstore(0x460, xor(b1, and(not(b2), b3)))
                        mstore(0x480, xor(b2, and(not(b3), b4)))
                        mstore(0x4a0, xor(b3, and(not(b4), b0)))
                        mstore(0x4c0, xor(b4, and(not(b0), b1)))
                    }
                    {
                        let b0 := shl(1, xor(mload(0xa0), d1))
                        let b1 := shl(6, xor(mload(0x160), d2))
                        let b2 := shl(25, xor(mload(0x220), d3))
                        let b3 := shl(8, xor(mload(0x2e0), d4))
                        let b4 := shl(18, xor(mload(0x300), d0))
                        mstore(0x4e0, xor(b0, and(not(b1), b2)))
                        mstore(0x500, xor(b1, and(not(b2), b3)))
                        mstore(0x520, xor(b2, and(not(b3), b4)))
                        mstore(0x540, xor(b3, and(not(b4), b0)))
                        mstore(0x560, xor(b4, and(not(b0), b1)))
                    }
                    {
                        let b0 := shl(27, xor(mload(0x100), d4))
                        let b1 := shr(28, xor(mload(0x120), d0))
                        let b2 := shl(10, xor(mload(0x1e0), d1))
                        let b3 := shl(15, xor(mload(0x2a0), d2))
                        let b4 := shr(8, xor(mload(0x360), d3))
                        mstore(0x580, xor(b0, and(not(b1), b2)))
                        mstore(0x5a0, xor(b1, and(not(b2), b3)))
                        mstore(0x5c0, xor(b2, and(not(b3), b4)))
                        mstore(0x5e0, xor(b3, and(not(b4), b0)))
                        mstore(0x600, xor(b4, and(not(b0), b1)))
                    }
                    {
                        let b0 := shr(2, xor(mload(0xc0), d2))
                        let b1 := shr(9, xor(mload(0x180), d3))
                        let b2 := shr(25, xor(mload(0x240), d4))
                        let b3 := shr(23, xor(mload(0x260), d0))
                        let b4 := shl(2, xor(mload(0x320), d1))
                        mstore(0x620, xor(b0, and(not(b1), b2)))
                        mstore(0x640, xor(b1, and(not(b2), b3)))
                        mstore(0x660, xor(b2, and(not(b3), b4)))
                        mstore(0x680, xor(b3, and(not(b4), b0)))
                        mstore(0x6a0, xor(b4, and(not(b0), b1)))
                    }
                }
                {
                    let c0 := xor(mload(0x3a0), xor(mload(0x440), xor(mload(0x4e0), xor(mload(0x580), mload(0x620)))))
                    let c1 := xor(mload(0x3c0), xor(mload(0x460), xor(mload(0x500), xor(mload(0x5a0), mload(0x640)))))
                    let c2 := xor(mload(0x3e0), xor(mload(0x480), xor(mload(0x520), xor(mload(0x5c0), mload(0x660)))))
                    let c3 := xor(mload(0x400), xor(mload(0x4a0), xor(mload(0x540), xor(mload(0x5e0), mload(0x680)))))
                    let c4 := xor(mload(0x420), xor(mload(0x4c0), xor(mload(0x560), xor(mload(0x600), mload(0x6a0)))))
                    let d0 := xor(c4, shl(1, c1))
                    let d1 := xor(c0, shl(1, c2))
                    let d2 := xor(c1, shl(1, c3))
                    let d3 := xor(c2, shl(1, c4))
                    let d4 := xor(c3, shl(1, c0))
                    {
                        let b0 := xor(mload(0x3a0), d0)
                        let b1 := shr(20, xor(mload(0x460), d1))
                        let b2 := shr(21, xor(mload(0x520), d2))
                        let b3 := shl(21, xor(mload(0x5e0), d3))
                        let b4 := shl(14, xor(mload(0x6a0), d4))
                        mstore(
                            0x80,
                            mul(
                                and(
                                    shr(64, xor(xor(b0, and(not(b1), b2)), mul(shr(192, mload(add(i, 8))), COPIES))),
                                    LANE
                                ),
                                COPIES
                            )
                        )
                        mstore(0xa0, mul(and(shr(64, xor(b1, and(not(b2), b3))), LANE), COPIES))
                        mstore(0xc0, mul(and(shr(64, xor(b2, and(not(b3), b4))), LANE), COPIES))
                        mstore(0xe0, mul(and(shr(64, xor(b3, and(not(b4), b0))), LANE), COPIES))
                        mstore(0x100, mul(and(shr(64, xor(b4, and(not(b0), b1))), LANE), COPIES))
                    }
                    {
                        let b0 := shl(28, xor(mload(0x400), d3))
                        let b1 := shl(20, xor(mload(0x4c0), d4))
                        let b2 := shl(3, xor(mload(0x4e0), d0))
                        let b3 := shr(19, xor(mload(0x5a0), d1))
                        let b4 := shr(3, xor(mload(0x660), d2))
                        mstore(0x120, mul(and(shr(64, xor(b0, and(not(b1), b2))), LANE), COPIES))
                        mstore(0x140, mul(and(shr(64, xor(b1, and(not(b2), b3))), LANE), COPIES))
                        mstore(0x160, mul(and(shr(64, xor(b2, and(not(b3), b4))), LANE), COPIES))
                        mstore(0x180, mul(and(shr(64, xor(b3, and(not(b4), b0))), LANE), COPIES))
                        mstore(0x1a0, mul(and(shr(64, xor(b4, and(not(b0), b1))), LANE), COPIES))
                    }
                    {
                        let b0 := shl(1, xor(mload(0x3c0), d1))
                        let b1 := shl(6, xor(mload(0x480), d2))
                        let b2 := shl(25, xor(mload(0x540), d3))
                        let b3 := shl(8, xor(mload(0x600), d4))
                        let b4 := shl(18, xor(mload(0x620), d0))
                        mstore(0x1c0, mul(and(shr(64, xor(b0, and(not(b1), b2))), LANE), COPIES))
                        mstore(0x1e0, mul(and(shr(64, xor(b1, and(not(b2), b3))), LANE), COPIES))
                        mstore(0x200, mul(and(shr(64, xor(b2, and(not(b3), b4))), LANE), COPIES))
                        mstore(0x220, mul(and(shr(64, xor(b3, and(not(b4), b0))), LANE), COPIES))
                        mstore(0x240, mul(and(shr(64, xor(b4, and(not(b0), b1))), LANE), COPIES))
                    }
                    {
                        let b0 := shl(27, xor(mload(0x420), d4))
                        let b1 := shr(28, xor(mload(0x440), d0))
                        let b2 := shl(10, xor(mload(0x500), d1))
                        let b3 := shl(15, xor(mload(0x5c0), d2))
                        let b4 := shr(8, xor(mload(0x680), d3))
                        mstore(0x260, mul(and(shr(64, xor(b0, and(not(b1), b2))), LANE), COPIES))
                        mstore(0x280, mul(and(shr(64, xor(b1, and(not(b2), b3))), LANE), COPIES))
                        mstore(0x2a0, mul(and(shr(64, xor(b2, and(not(b3), b4))), LANE), COPIES))
                        mstore(0x2c0, mul(and(shr(64, xor(b3, and(not(b4), b0))), LANE), COPIES))
                        mstore(0x2e0, mul(and(shr(64, xor(b4, and(not(b0), b1))), LANE), COPIES))
                    }
                    {
                        let b0 := shr(2, xor(mload(0x3e0), d2))
                        let b1 := shr(9, xor(mload(0x4a0), d3))
                        let b2 := shr(25, xor(mload(0x560), d4))
                        let b3 := shr(23, xor(mload(0x580), d0))
                        let b4 := shl(2, xor(mload(0x640), d1))
                        mstore(0x300, mul(and(shr(64, xor(b0, and(not(b1), b2))), LANE), COPIES))
                        mstore(0x320, mul(and(shr(64, xor(b1, and(not(b2), b3))), LANE), COPIES))
                        mstore(0x340, mul(and(shr(64, xor(b2, and(not(b3), b4))), LANE), COPIES))
                        mstore(0x360, mul(and(shr(64, xor(b3, and(not(b4), b0))), LANE), COPIES))
                        mstore(0x380, mul(and(shr(64, xor(b4, and(not(b0), b1))), LANE), COPIES))
                    }
                }
            }
        }
    }

    /// @notice The bytes of each of a word's four lanes in reverse: Keccak's lanes are little-endian
    function reverseLanes(uint256 word) internal pure returns (uint256) {
        unchecked {
            uint256 mask = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
            word = ((word >> 8) & mask) | ((word & mask) << 8);
            mask = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
            word = ((word >> 16) & mask) | ((word & mask) << 16);
            mask = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
            return ((word >> 32) & mask) | ((word & mask) << 32);
        }
    }

    /// @notice Sets the state's lanes from `lane` on to the 32 bytes of `word`
    function absorb(uint256 lane, bytes32 word) internal pure {
        uint256 lanes = reverseLanes(uint256(word));
        assembly {
            let at := add(STATE, shl(5, lane))
            mstore(at, mul(shr(192, lanes), COPIES))
            mstore(add(at, 0x20), mul(and(shr(128, lanes), LANE), COPIES))
            mstore(add(at, 0x40), mul(and(shr(64, lanes), LANE), COPIES))
            mstore(add(at, 0x60), mul(and(lanes, LANE), COPIES))
        }
    }

    /// @notice The state's first 32 bytes
    function squeeze() internal pure returns (bytes32) {
        uint256 lanes;
        assembly {
            let first := shl(192, mload(STATE))
            let second := and(mload(add(STATE, 0x20)), LANE)
            let third := and(mload(add(STATE, 0x40)), LANE)
            let fourth := and(mload(add(STATE, 0x60)), LANE)
            lanes := or(or(first, shl(128, second)), or(shl(64, third), fourth))
        }
        return bytes32(reverseLanes(lanes));
    }
}
