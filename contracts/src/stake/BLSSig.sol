// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";
import { MINUS_H_X0, MINUS_H_X1, MINUS_H_Y0, MINUS_H_Y1 } from "../BN254.sol";

/// @title BLS signatures over BN254 as HotShot's nodes make them: signatures in G1, keys in G2
library BLSSig {
    /// @notice The signature does not hold, or a point is none
    error BLSSigVerificationFailed();

    /// @dev Appended to every message
    bytes internal constant CIPHERSUITE = "BLS_SIG_BN254G1_XMD:KECCAK_NCTH_NUL_";
    /// @dev What the expander ends every block with: its domain separation tag (1), then the tag's length (1)
    bytes2 private constant TAG = 0x0101;
    uint256 private constant P = BN254.P_MOD;
    /// @dev p = 3 mod 4: this power of a square is one of its roots
    uint256 private constant SQUARE_ROOT = (P + 1) / 4;
    uint256 private constant MODEXP_GAS = 20_000;

    /// @notice Reverts unless `e(signature, [1]_2) = e(H(message), key)`
    /// @dev The pairing precompile checks that both points are on their curves and the key in the group of order r, with
    /// canonical coordinates. A key at infinity is the caller's to refuse: every signature at infinity holds for it.
    function verifyBlsSig(bytes memory message, BN254.G1Point memory signature, BN254.G2Point memory key)
        internal
        view
    {
        (uint256 x, uint256 y) = hashToCurve(message);
        bytes memory input = abi.encode(
            signature, MINUS_H_X1, MINUS_H_X0, MINUS_H_Y1, MINUS_H_Y0, x, y, key.x0, key.x1, key.y0, key.y1
        );
        // of 113,000 that two pairs cost; a bad point burns what it is given
        (bool ok, bytes memory answer) = address(8).staticcall{ gas: 200_000 }(input);
        if (!ok || answer.length != 32 || abi.decode(answer, (uint256)) != 1) revert BLSSigVerificationFailed();
    }

    /// @notice The point of G1 that stands for a message: the first at or above a hashed coordinate, with the smaller y
    function hashToCurve(bytes memory message) internal view returns (uint256 x, uint256 y) {
        x = _hashToField(abi.encodePacked(message, CIPHERSUITE));
        while (true) {
            uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
            y = _power(square, SQUARE_ROOT);
            if (mulmod(y, y, P) == square) break;
            x = addmod(x, 1, P);
        }
        if (y > P - y) y = P - y;
    }

    /// @dev 48 uniform bytes modulo p, big-endian. The expander is RFC 9380's `expand_message_xmd` with Keccak-256, but for its
    /// first block of 48 zeros where the RFC has 136: so does the library whose signatures these are.
    function _hashToField(bytes memory message) private pure returns (uint256) {
        bytes32 seed = keccak256(abi.encodePacked(new bytes(48), message, uint16(48), uint8(0), TAG));
        bytes32 first = keccak256(abi.encodePacked(seed, uint8(1), TAG));
        bytes32 second = keccak256(abi.encodePacked(seed ^ first, uint8(2), TAG));
        return addmod(mulmod(uint256(first), 1 << 128, P), uint256(second) >> 128, P);
    }

    function _power(uint256 base, uint256 exponent) private view returns (uint256) {
        (bool ok, bytes memory answer) =
            address(5).staticcall{ gas: MODEXP_GAS }(abi.encode(32, 32, 32, base, exponent, P));
        if (!ok) revert BLSSigVerificationFailed();
        return abi.decode(answer, (uint256));
    }
}
