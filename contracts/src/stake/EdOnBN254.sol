// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";

/// @title The Edwards curve x^2 + y^2 = 1 + d x^2 y^2 over BN254's scalar field, on which the state keys lie
library EdOnBN254 {
    /// @dev Affine point; the neutral element is (0, 1)
    struct EdOnBN254Point {
        uint256 x;
        uint256 y;
    }

    /// @dev The curve's field
    uint256 internal constant P_MOD = BN254.R_MOD;
    /// @dev Order of the group that keys lie in; the curve has eight times as many points
    uint256 internal constant ORDER =
        2_736_030_358_979_909_402_780_800_718_157_159_386_076_813_972_158_567_259_200_215_660_948_447_373_041;
    /// @dev No square, so that the addition law has no exceptions
    uint256 internal constant D =
        9_706_598_848_417_545_097_372_247_223_557_719_406_784_115_219_466_060_233_080_913_168_975_159_366_771;

    /// @notice Whether two points are the same
    function isEqual(EdOnBN254Point memory a, EdOnBN254Point memory b) internal pure returns (bool) {
        return a.x == b.x && a.y == b.y;
    }

    /// @notice Whether the point can be a key: canonical, on the curve, of the group of prime order, and not its neutral element
    function isKey(EdOnBN254Point memory point) internal pure returns (bool) {
        if (point.x == 0) return false;
        return isOnCurve(point) && _isNeutralTimesOrder(point);
    }

    /// @notice Whether the coordinates are canonical and satisfy the equation
    function isOnCurve(EdOnBN254Point memory point) internal pure returns (bool) {
        if (point.x >= P_MOD || point.y >= P_MOD) return false;
        uint256 xx = mulmod(point.x, point.x, P_MOD);
        uint256 yy = mulmod(point.y, point.y, P_MOD);
        return addmod(xx, yy, P_MOD) == addmod(1, mulmod(D, mulmod(xx, yy, P_MOD), P_MOD), P_MOD);
    }

    /// @dev Whether ORDER times the point is neutral. Double and add in projective coordinates (Bernstein et al., "Twisted Edwards
    /// curves", eprint 2008/013, section 6, with a = 1).
    function _isNeutralTimesOrder(EdOnBN254Point memory point) private pure returns (bool neutral) {
        uint256 px = point.x;
        uint256 py = point.y;
        uint256 p = P_MOD;
        assembly ("memory-safe") {
            let x := px
            let y := py
            let z := 1
            // the bit below ORDER's highest, number 250
            for { let bit := shl(249, 1) } bit { bit := shr(1, bit) } {
                let c := mulmod(x, x, p)
                let e := mulmod(y, y, p)
                let f := add(c, e)
                let g := add(x, y)
                let b := add(mulmod(g, g, p), sub(shl(1, p), f))
                let j := addmod(f, shl(1, sub(p, mulmod(z, z, p))), p)
                x := mulmod(b, j, p)
                y := mulmod(f, add(c, sub(p, e)), p)
                z := mulmod(f, j, p)
                if and(ORDER, bit) {
                    // A = z, since the point's own z is 1
                    b := mulmod(z, z, p)
                    c := mulmod(x, px, p)
                    e := mulmod(y, py, p)
                    g := mulmod(D, mulmod(c, e, p), p)
                    j := add(mulmod(add(x, y), add(px, py), p), sub(shl(1, p), add(c, e)))
                    f := add(b, sub(p, g))
                    g := add(b, g)
                    x := mulmod(mulmod(z, f, p), j, p)
                    y := mulmod(mulmod(z, g, p), add(e, sub(p, c)), p)
                    z := mulmod(f, g, p)
                }
            }
            neutral := and(iszero(x), eq(y, z))
        }
    }
}
