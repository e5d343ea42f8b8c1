// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";

/// @title The proof as it travels in calldata
interface IPlonkVerifier {
    /// @dev TurboPlonk proof with five wires: 13 commitments, then 10 evaluations. All static, so the ABI inlines it as 36
    /// words (1,152 bytes).
    struct PlonkProof {
        // wire polynomials
        BN254.G1Point wire0;
        BN254.G1Point wire1;
        BN254.G1Point wire2;
        BN254.G1Point wire3;
        BN254.G1Point wire4;
        // grand product of the copy constraints
        BN254.G1Point prodPerm;
        // the quotient, in five pieces of n + 2 coefficients
        BN254.G1Point split0;
        BN254.G1Point split1;
        BN254.G1Point split2;
        BN254.G1Point split3;
        BN254.G1Point split4;
        // KZG opening proofs at zeta and at zeta * omega
        BN254.G1Point zeta;
        BN254.G1Point zetaOmega;
        // wires at zeta
        BN254.ScalarField wireEval0;
        BN254.ScalarField wireEval1;
        BN254.ScalarField wireEval2;
        BN254.ScalarField wireEval3;
        BN254.ScalarField wireEval4;
        // the first four permutation polynomials at zeta
        BN254.ScalarField sigmaEval0;
        BN254.ScalarField sigmaEval1;
        BN254.ScalarField sigmaEval2;
        BN254.ScalarField sigmaEval3;
        // grand product at zeta * omega
        BN254.ScalarField prodPermZetaOmegaEval;
    }
}
