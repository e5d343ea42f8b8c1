// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";
import { LittleEndian } from "./LittleEndian.sol";

/// @title That some bytes are a namespace's part of a block's payload, for networks of four to seven storage nodes
/// @dev The payload's 31-byte elements are, four by four, the values of polynomials at the fourth roots of unity; the header
/// commits to KZG commitments of these. The polynomials that the namespace touches are put together again and compared with
/// their commitments all at once: sum of r^j C_j = sum over i of (sum of r^j e_(4j+i)) [L_i], where r is a hash of everything in it
/// and [L_i] commits to the i-th Lagrange polynomial over the ceremony's powers.
library NamespaceProof {
    /// @dev What the payload commitment is a hash of
    struct Dispersal {
        uint32 payloadLength;
        uint32 nodes;
        /// @dev Commitments to polynomials, 64 bytes each as they are hashed: little-endian, with arkworks' flags
        bytes points;
    }

    /// @dev What surrounds the namespace in the polynomials that it touches
    struct Surroundings {
        bytes prefixBytes;
        bytes suffixBytes;
        uint256[] prefixElements;
        uint256[] suffixElements;
    }

    /// @dev Where the namespace lies: bytes from start to end, elements, polynomials
    struct Place {
        uint256 start;
        uint256 end;
        uint256 firstElement;
        uint256 endElement;
        uint256 firstPolynomial;
        uint256 endPolynomial;
        uint256 allElements;
    }

    uint256 private constant ELEMENT_BYTES = 31;
    uint256 private constant THRESHOLD = 4;

    uint256 private constant L0_X =
        15_340_928_877_424_905_070_636_536_462_523_921_736_965_535_916_051_153_217_240_746_680_881_608_218_862;
    uint256 private constant L0_Y =
        20_367_880_735_330_533_867_401_650_515_424_666_189_219_915_075_545_301_471_287_038_309_427_050_601_398;
    uint256 private constant L1_X =
        8_762_323_606_951_926_319_323_916_857_072_813_201_189_555_599_774_545_115_823_379_834_013_485_200_390;
    uint256 private constant L1_Y =
        15_154_213_225_849_184_261_622_161_322_423_180_855_364_188_813_822_657_567_060_660_659_281_199_595_744;
    uint256 private constant L2_X =
        4_370_997_222_100_343_555_162_602_637_981_188_015_572_065_007_682_952_585_162_901_027_671_790_505_921;
    uint256 private constant L2_Y =
        11_644_677_290_797_760_505_098_184_445_693_500_865_948_782_218_442_169_076_310_441_626_019_894_082_578;
    uint256 private constant L3_X =
        18_451_993_175_572_153_528_866_375_408_098_747_393_070_046_272_143_369_241_516_076_398_126_582_421_752;
    uint256 private constant L3_Y =
        11_142_790_584_040_179_358_876_025_717_306_945_414_203_576_690_188_708_273_297_367_947_348_474_319_420;

    /// @notice Whether `payload` is what entry `entry` of the header's namespace table has in the committed payload
    /// @param commitment The header's payload commitment
    /// @param table The header's namespace table
    function verify(
        bytes32 commitment,
        bytes calldata table,
        uint256 entry,
        bytes calldata payload,
        Dispersal calldata dispersal,
        Surroundings calldata around
    ) internal view returns (bool) {
        if (dispersal.nodes < THRESHOLD || dispersal.nodes >= 2 * THRESHOLD) return false;
        if (hashOf(dispersal) != commitment) return false;
        (bool inside, Place memory place) = placeOf(table, entry, dispersal);
        if (!inside || payload.length != place.end - place.start) return false;
        if (payload.length == 0) return true;
        if (!fits(place, dispersal.payloadLength, around)) return false;
        (bool canonical, uint256[] memory elements) = elementsOf(place, payload, around);
        if (!canonical) return false;
        return commitsTo(commitment, place, dispersal.points, elements);
    }

    function hashOf(Dispersal calldata dispersal) private pure returns (bytes32) {
        uint32 length = uint32(LittleEndian.reverse(dispersal.payloadLength) >> 224);
        uint32 nodes = uint32(LittleEndian.reverse(dispersal.nodes) >> 224);
        return sha256(abi.encodePacked(length, nodes, dispersal.points));
    }

    function placeOf(bytes calldata table, uint256 entry, Dispersal calldata dispersal)
        private
        pure
        returns (bool, Place memory place)
    {
        if (table.length < 4 || entry >= LittleEndian.readU32(table, 0) || table.length < 12 + 8 * entry) {
            return (false, place);
        }
        place.start = entry == 0 ? 0 : LittleEndian.readU32(table, 8 * entry);
        place.end = LittleEndian.readU32(table, 8 + 8 * entry);
        place.allElements = ceilDiv(dispersal.payloadLength, ELEMENT_BYTES);
        place.firstElement = place.start / ELEMENT_BYTES;
        place.endElement = ceilDiv(place.end, ELEMENT_BYTES);
        place.firstPolynomial = place.firstElement / THRESHOLD;
        place.endPolynomial = ceilDiv(place.endElement, THRESHOLD);
        bool counted = dispersal.points.length == 64 * ceilDiv(place.allElements, THRESHOLD);
        return (counted && place.start <= place.end && place.end <= dispersal.payloadLength, place);
    }

    /// @dev Whether everything around the namespace has the length that its place leaves
    function fits(Place memory place, uint256 payloadLength, Surroundings calldata around) private pure returns (bool) {
        uint256 endByte = min(place.endElement * ELEMENT_BYTES, payloadLength);
        uint256 endTouched = min(place.endPolynomial * THRESHOLD, place.allElements);
        return around.prefixBytes.length == place.start - place.firstElement * ELEMENT_BYTES
            && around.suffixBytes.length == endByte - place.end
            && around.prefixElements.length == place.firstElement - place.firstPolynomial * THRESHOLD
            && around.suffixElements.length == endTouched - place.endElement;
    }

    /// @dev All elements of the polynomials touched, zeros behind the last; false when one is not canonical
    function elementsOf(Place memory place, bytes calldata payload, Surroundings calldata around)
        private
        pure
        returns (bool, uint256[] memory elements)
    {
        elements = new uint256[]((place.endPolynomial - place.firstPolynomial) * THRESHOLD);
        uint256 next = 0;
        for (uint256 i = 0; i < around.prefixElements.length; ++i) {
            if (around.prefixElements[i] >= BN254.R_MOD) return (false, elements);
            elements[next++] = around.prefixElements[i];
        }
        // a word of zeros behind the bytes, for the last element to read
        bytes memory inner = abi.encodePacked(around.prefixBytes, payload, around.suffixBytes, bytes32(0));
        uint256 count = place.endElement - place.firstElement;
        for (uint256 i = 0; i < count; ++i) {
            uint256 word;
            assembly {
                word := mload(add(add(inner, 32), mul(i, ELEMENT_BYTES)))
            }
            elements[next++] = LittleEndian.reverse(word) & type(uint248).max;
        }
        for (uint256 i = 0; i < around.suffixElements.length; ++i) {
            if (around.suffixElements[i] >= BN254.R_MOD) return (false, elements);
            elements[next++] = around.suffixElements[i];
        }
        return (true, elements);
    }

    /// @dev Compares the polynomials with their commitments, by Horner's rule over both
    function commitsTo(bytes32 commitment, Place memory place, bytes calldata points, uint256[] memory elements)
        private
        view
        returns (bool)
    {
        // the commitment covers every point, the rest is all that they are compared with
        uint256 r = uint256(keccak256(abi.encode(commitment, place.firstPolynomial, elements))) % BN254.R_MOD;
        uint256[4] memory sums;
        uint256 x;
        uint256 y;
        for (uint256 last = place.endPolynomial; last > place.firstPolynomial; --last) {
            uint256 j = last - 1;
            uint256 base = (j - place.firstPolynomial) * THRESHOLD;
            for (uint256 i = 0; i < THRESHOLD; ++i) {
                sums[i] = addmod(mulmod(sums[i], r, BN254.R_MOD), elements[base + i], BN254.R_MOD);
            }
            (x, y) = multiply(x, y, r);
            (uint256 px, uint256 py) = pointAt(points, j);
            (x, y) = add(x, y, px, py);
        }
        (uint256 sx, uint256 sy) = multiply(L0_X, L0_Y, sums[0]);
        (uint256 ux, uint256 uy) = multiply(L1_X, L1_Y, sums[1]);
        (sx, sy) = add(sx, sy, ux, uy);
        (ux, uy) = multiply(L2_X, L2_Y, sums[2]);
        (sx, sy) = add(sx, sy, ux, uy);
        (ux, uy) = multiply(L3_X, L3_Y, sums[3]);
        (sx, sy) = add(sx, sy, ux, uy);
        return x == sx && y == sy;
    }

    /// @dev The two top bits are flags that the coordinates tell anyway
    function pointAt(bytes calldata points, uint256 j) private pure returns (uint256 x, uint256 y) {
        x = LittleEndian.reverse(uint256(bytes32(points[64 * j:64 * j + 32])));
        y = LittleEndian.reverse(uint256(bytes32(points[64 * j + 32:64 * j + 64]))) & (type(uint256).max >> 2);
    }

    /// @notice A point was not on the curve, or the call had too little gas
    error CurveOperationFailed();

    function multiply(uint256 x, uint256 y, uint256 scalar) private view returns (uint256 rx, uint256 ry) {
        bool done;
        assembly {
            let at := mload(0x40)
            mstore(at, x)
            mstore(add(at, 0x20), y)
            mstore(add(at, 0x40), scalar)
            done := staticcall(gas(), 7, at, 0x60, at, 0x40)
            rx := mload(at)
            ry := mload(add(at, 0x20))
        }
        if (!done) revert CurveOperationFailed();
    }

    function add(uint256 x, uint256 y, uint256 px, uint256 py) private view returns (uint256 rx, uint256 ry) {
        bool done;
        assembly {
            let at := mload(0x40)
            mstore(at, x)
            mstore(add(at, 0x20), y)
            mstore(add(at, 0x40), px)
            mstore(add(at, 0x60), py)
            done := staticcall(gas(), 6, at, 0x80, at, 0x40)
            rx := mload(at)
            ry := mload(add(at, 0x20))
        }
        if (!done) revert CurveOperationFailed();
    }

    function ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
