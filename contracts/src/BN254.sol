// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

// -[1]_2, the generator of G2 with y negated; imaginary parts first, as the pairing precompile reads them.
uint256 constant MINUS_H_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
uint256 constant MINUS_H_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
uint256 constant MINUS_H_Y1 = 0x275dc4a288d1afb3cbb1ac09187524c7db36395df7be3b99e673b13a075a65ec;
uint256 constant MINUS_H_Y0 = 0x1d9befcd05a5323e6da4d435f3b617cdb3af83285c2df711ef39c01571827f9d;

/// @title Types and constants of the curve BN254 (EIP-196, EIP-197), under the names that the deployed ABI carries
library BN254 {
    /// @dev Element of the field over which the curve is defined
    type BaseField is uint256;
    /// @dev Element of the field of the group's order
    type ScalarField is uint256;

    /// @dev Affine point of the curve y^2 = x^3 + 3; (0, 0) is infinity
    struct G1Point {
        BaseField x;
        BaseField y;
    }

    /// @dev Affine point of the twist over Fp2, as the pairing precompile reads it: imaginary parts (x0, y0) first; all zeros is
    /// infinity
    struct G2Point {
        BaseField x0;
        BaseField x1;
        BaseField y0;
        BaseField y1;
    }

    /// @dev Base field modulus
    uint256 internal constant P_MOD = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    /// @dev Scalar field modulus
    uint256 internal constant R_MOD = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    /// @dev Reverts, with the deployed contracts' wording, unless the scalar is canonical
    function validateScalarField(ScalarField scalar) internal pure {
        require(ScalarField.unwrap(scalar) < R_MOD, "Bn254: invalid scalar field");
    }
}
