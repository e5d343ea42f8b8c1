// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";
import "./PlonkLayout.sol";

// Scalar field modulus.
uint256 constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
// r - 1, that is -1, and r - 2, the exponent of Fermat's inverse.
uint256 constant MINUS_ONE = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000;
uint256 constant R_MINUS_TWO = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593efffffff;

// Gas handed to ecMul and ecAdd where a point of the proof, or what came of one, goes in. A precompile burns all it was given
// when the point is bad, so it is given little: twice and more than six times the price, which leaves room for repricing.
uint256 constant MUL_GAS = 12_000;
uint256 constant ADD_GAS = 1000;

/// @title TurboPlonk verifier: five wires, thirteen selectors, KZG over BN254, keccak transcript
/// @notice Accepts exactly the proofs of jf-plonk's `SolidityTranscript` light-client circuits. Equations: PLONK
/// (eprint 2019/953, section 8.3, verifier steps 4-12), with the custom gate of jellyfish's TurboPlonk:
///
///   PI + q_c + sum q_lc_i w_i + q_mul0 w0 w1 + q_mul1 w2 w3 + sum q_hash_i w_i^5 + q_ecc w0 w1 w2 w3 w4 - q_o w4 = 0
///
/// @dev Written for gas: 32 scalar multiplications and 32 additions are what the equation needs, with one inversion and one
/// pairing they are 98 % of the cost. In all of this file
///   - sums of at most five reduced scalars go unreduced into the next mulmod or into ecMul: 5 r < 2^256;
///   - a precompile's result is never read in the expression that calls it: Yul evaluates arguments right to left;
///   - a call that a point of the proof enters is checked, and one failure makes `ok` zero for good, whatever memory then
///     holds. A call on the key's points or on earlier results has nothing to reject: it can only run out of gas, and then
///     the pairing, which costs nineteen times as much, has none either.
abstract contract PlonkVerifier {
    /// @dev Loads the verification key: its words where `PlonkLayout` has them, its domain as the result
    /// @return domainSize Number of rows n, a power of two up to 2^28, the two-adicity of the field
    /// @return omega Generator of the domain
    /// @return omegaInverse Its inverse
    function _loadVerifyingKey() internal pure virtual returns (uint256 domainSize, uint256 omega, uint256 omegaInverse);

    /// @dev x^n mod r: as many squarings as the key's domain takes
    function _raiseToDomainSize(uint256 x) internal pure virtual returns (uint256 power);

    /// @dev Puts a public input in its place in the transcript; every input of the circuit must be set before `_verifyProof`
    function _setPublicInput(uint256 index, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(INPUT0, shl(5, index)), value)
        }
    }

    /// @dev Whether the proof holds for the public inputs that were set. Malformed points, scalars or inputs are a plain
    /// `false`. Memory from 0x80 up is overwritten, which no caller may have allocated.
    ///
    /// One function, its sections the steps: what crosses from one to the next stays on the stack, which a call would not allow.
    /// @param proof The proof, in calldata
    /// @param numInputs 5, 7 or 11, as the loaded key has it
    function _verifyProof(IPlonkVerifier.PlonkProof calldata proof, uint256 numInputs) internal view returns (bool ok) {
        {
            uint256 freeMemory;
            assembly ("memory-safe") {
                freeMemory := mload(0x40)
            }
            assert(freeMemory == 0x80);
        }
        uint256 zeta;
        uint256 zetaOmega;
        uint256 power;
        uint256 u;
        {
            (uint256 domainSize, uint256 omega, uint256 omegaInverse) = _loadVerifyingKey();

            // Step 4. Copies the proof to its places and draws the challenges: a challenge is the hash of the state before it
            // and of what was sent since, mod r; the unreduced hash is the next state. It serves as the challenge too where that
            // is only a factor.
            assembly ("memory-safe") {
                calldatacopy(add(INPUT0, shl(5, numInputs)), proof, 0x140)
                calldatacopy(WIRE0, proof, 0x140)
                calldatacopy(Z, add(proof, 0x140), 0x40)
                calldatacopy(SPLIT0, add(proof, 0x180), 0x140)
                calldatacopy(OPENING, add(proof, 0x2c0), 0x80)
                calldatacopy(W0, add(proof, 0x340), 0x140)

                // key, public inputs, wires -> beta; nothing -> gamma. 0x6e0: from TRANSCRIPT to INPUT0, and the wires
                mstore(0x00, keccak256(TRANSCRIPT, add(0x6e0, shl(5, numInputs))))
                mstore(AFTER_WIRES, keccak256(0x00, 0x20))
                // z -> alpha
                mstore(AFTER_Z, keccak256(AFTER_WIRES, 0x60))
                // splits -> zeta
                zeta := keccak256(AFTER_Z, 0x160)
                mstore(AFTER_OPENINGS, zeta)
                // evaluations -> v
                mstore(AFTER_SPLITS, keccak256(AFTER_OPENINGS, 0x160))
                // both openings -> u
                u := mod(keccak256(AFTER_SPLITS, 0xa0), R)
            }

            // Step 5: zeta^n. One is subtracted where it is used. Here and for d below no borrow can occur: power and zeta are
            // zero only for a hash that is a multiple of r.
            power = _raiseToDomainSize(zeta);
            uint256 lagrange;
            uint256 inputsAtZeta;

            // Steps 6 and 7: L_0(zeta) and PI(zeta) with one inversion. With d_i = zeta omega^-i - 1,
            //   L_i(zeta) = (zeta^n - 1) / (n d_i)      PI(zeta) = sum_i input_i L_i(zeta)
            // where the sum over i >= 1 is kept as one fraction, numerator / denominator, until the end.
            assembly ("memory-safe") {
                zetaOmega := mulmod(zeta, omega, R)
                // canonical public inputs only
                ok := and(
                    and(lt(mload(INPUT0), R), lt(mload(INPUT1), R)),
                    and(lt(mload(INPUT2), R), and(lt(mload(INPUT3), R), lt(mload(INPUT4), R)))
                )
                let x := mulmod(zeta, omegaInverse, R)
                let denominator := add(x, MINUS_ONE)
                x := mulmod(x, omegaInverse, R)
                let d := add(x, MINUS_ONE)
                let numerator := add(mulmod(mload(INPUT1), d, R), mulmod(mload(INPUT2), denominator, R))
                denominator := mulmod(denominator, d, R)
                x := mulmod(x, omegaInverse, R)
                d := add(x, MINUS_ONE)
                numerator := add(mulmod(numerator, d, R), mulmod(mload(INPUT3), denominator, R))
                denominator := mulmod(denominator, d, R)
                x := mulmod(x, omegaInverse, R)
                d := add(x, MINUS_ONE)
                numerator := add(mulmod(numerator, d, R), mulmod(mload(INPUT4), denominator, R))
                denominator := mulmod(denominator, d, R)
                if gt(numInputs, 5) {
                    ok := and(ok, and(lt(mload(INPUT5), R), lt(mload(INPUT6), R)))
                    x := mulmod(x, omegaInverse, R)
                    d := add(x, MINUS_ONE)
                    numerator := add(mulmod(numerator, d, R), mulmod(mload(INPUT5), denominator, R))
                    denominator := mulmod(denominator, d, R)
                    x := mulmod(x, omegaInverse, R)
                    d := add(x, MINUS_ONE)
                    numerator := add(mulmod(numerator, d, R), mulmod(mload(INPUT6), denominator, R))
                    denominator := mulmod(denominator, d, R)
                }
                if gt(numInputs, 7) {
                    for { let place := INPUT7 } lt(place, add(INPUT0, shl(5, numInputs))) { place := add(place, 0x20) }
                    {
                        ok := and(ok, lt(mload(place), R))
                        x := mulmod(x, omegaInverse, R)
                        d := add(x, MINUS_ONE)
                        numerator := add(mulmod(numerator, d, R), mulmod(mload(place), denominator, R))
                        denominator := mulmod(denominator, d, R)
                    }
                }

                // inverse of n d_0 d_1 ... by Fermat; the product is zero only for zeta among the first rows of the domain
                d := sub(zeta, 1)
                x := mulmod(mulmod(denominator, d, R), domainSize, R)
                mstore(INVERSION, 0x20)
                mstore(0x7e0, 0x20)
                mstore(0x800, 0x20)
                mstore(0x820, x)
                mstore(0x840, R_MINUS_TWO)
                mstore(0x860, R)
                pop(staticcall(gas(), 5, INVERSION, 0xc0, INVERSION, 0x20))
                let inverse := mload(INVERSION)
                ok := and(ok, eq(mulmod(x, inverse, R), 1))

                // (zeta^n - 1) / (n d_0 d_1 ...)
                inverse := mulmod(inverse, sub(power, 1), R)
                lagrange := mulmod(inverse, denominator, R)
                inputsAtZeta := add(mulmod(lagrange, mload(INPUT0), R), mulmod(mulmod(numerator, d, R), inverse, R))
            }

            // Scalars of the copy-constraint terms and -E (steps 8, 9 and 11). With w_j, sigma_j, z_omega the evaluations,
            //   [z]       alpha prod_j (w_j + gamma + k_j beta zeta) + alpha^2 L_0 + u
            //   [sigma_4] -s beta, where s = alpha z_omega prod_{j<4} (w_j + gamma + beta sigma_j)
            //   -E        PI - alpha^2 L_0 - s (w_4 + gamma) - (v w_0 + ... + v^5 w_4 + v^6 sigma_0 + ... + v^9 sigma_3) - u z_omega
            assembly ("memory-safe") {
                // canonical evaluations only
                ok := and(
                    and(
                        and(and(lt(mload(W0), R), lt(mload(W1), R)), and(lt(mload(W2), R), lt(mload(W3), R))),
                        and(and(lt(mload(W4), R), lt(mload(S0), R)), and(lt(mload(S1), R), lt(mload(S2), R)))
                    ),
                    and(and(lt(mload(S3), R), lt(mload(Z_SHIFTED), R)), ok)
                )
                let beta := mload(0x00)
                let gamma := mod(mload(AFTER_WIRES), R)
                let alpha := mload(AFTER_Z)

                // prod_j (w_j + gamma + k_j beta zeta), k_0 = 1
                let y := mulmod(beta, zeta, R)
                y := mulmod(
                    mulmod(
                        mulmod(add(add(mload(W0), gamma), y), add(add(mload(W1), gamma), mulmod(mload(K1), y, R)), R),
                        mulmod(
                            add(add(mload(W2), gamma), mulmod(mload(K2), y, R)),
                            add(add(mload(W3), gamma), mulmod(mload(K3), y, R)),
                            R
                        ),
                        R
                    ),
                    add(add(mload(W4), gamma), mulmod(mload(K4), y, R)),
                    R
                )
                let alphaL0 := mulmod(alpha, lagrange, R)
                mstore(AFTER_Z, add(mulmod(alpha, add(y, alphaL0), R), u))

                // s
                y := mulmod(
                    mulmod(
                        mulmod(
                            add(add(mload(W0), gamma), mulmod(mload(S0), beta, R)),
                            add(add(mload(W1), gamma), mulmod(mload(S1), beta, R)),
                            R
                        ),
                        mulmod(
                            add(add(mload(W2), gamma), mulmod(mload(S2), beta, R)),
                            add(add(mload(W3), gamma), mulmod(mload(S3), beta, R)),
                            R
                        ),
                        R
                    ),
                    mulmod(mload(Z_SHIFTED), alpha, R),
                    R
                )
                mstore(INPUT0, sub(R, mulmod(y, beta, R)))

                // Horner over v; PI + E, then, is at most 4 r
                let v := mload(AFTER_SPLITS)
                let e := add(mload(S1), mulmod(add(mload(S2), mulmod(mload(S3), v, R)), v, R))
                e := add(mload(W4), mulmod(add(mload(S0), mulmod(e, v, R)), v, R))
                e := add(mload(W2), mulmod(add(mload(W3), mulmod(e, v, R)), v, R))
                e := mulmod(add(mload(W0), mulmod(add(mload(W1), mulmod(e, v, R)), v, R)), v, R)
                e := add(
                    add(mulmod(alpha, alphaL0, R), mulmod(y, add(mload(W4), gamma), R)),
                    add(e, mulmod(u, mload(Z_SHIFTED), R))
                )
                mstore(TERM, addmod(sub(mul(R, 4), e), inputsAtZeta, R))
            }
        }

        // The terms of B that the key enters, with the wires and z (steps 9 to 11):
        //   B = -E [1]_1 + s_4 [sigma_4] + s_z [z] + (v [w_0] + ... + v^9 [sigma_3]) + gate equation
        // From here on `returndatasize()` is the length of the last point, 0x40: cheaper than the literal. After a call that
        // failed it is zero, and the next result is dropped, which no longer matters.
        assembly ("memory-safe") {
            mstore(SUM, 1)
            mstore(SUM_Y, 2)
            pop(staticcall(gas(), 7, SUM, 0x60, SUM, 0x40))
            pop(staticcall(gas(), 7, SIGMA4, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            let okZ := staticcall(MUL_GAS, 7, Z, 0x60, TERM, returndatasize())
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))

            // v [w_0] + ... + v^9 [sigma_3] by Horner from the far end: the sum so far, times v, lands behind the next point
            let v := mload(AFTER_SPLITS)
            mstore(SIGMA4, v)
            pop(staticcall(gas(), 7, SIGMA3, 0x60, SIGMA3, returndatasize()))
            mstore(HORNER_SCALAR, v)
            pop(staticcall(gas(), 6, SIGMA2, 0x80, HORNER, returndatasize()))
            pop(staticcall(gas(), 7, HORNER, 0x60, SIGMA2, returndatasize()))
            pop(staticcall(gas(), 6, SIGMA1, 0x80, HORNER, returndatasize()))
            pop(staticcall(gas(), 7, HORNER, 0x60, SIGMA1, returndatasize()))
            pop(staticcall(gas(), 6, SIGMA0, 0x80, HORNER, returndatasize()))
            pop(staticcall(gas(), 7, HORNER, 0x60, AFTER_WIRES, returndatasize()))
            let ok4 := staticcall(ADD_GAS, 6, WIRE4, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, WIRE4, returndatasize()))
            let ok3 := staticcall(ADD_GAS, 6, WIRE3, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, WIRE3, returndatasize()))
            let ok2 := staticcall(ADD_GAS, 6, WIRE2, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, WIRE2, returndatasize()))
            let ok1 := staticcall(ADD_GAS, 6, WIRE1, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, WIRE1, returndatasize()))
            let ok0 := staticcall(ADD_GAS, 6, WIRE0, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            ok := and(and(and(ok4, ok3), and(ok2, ok1)), and(and(ok0, okZ), ok))
        }
        assembly ("memory-safe") {
            // the gate equation from its last selector to its first: a scalar overwrites a point that is done with
            let w01 := mulmod(mload(W0), mload(W1), R)
            let w23 := mulmod(mload(W2), mload(W3), R)
            // q_c + q_ecc w0 w1 w2 w3 w4
            mstore(SIGMA0, mulmod(mulmod(w01, w23, R), mload(W4), R))
            pop(staticcall(gas(), 7, Q_ECC, 0x60, Q_ECC, returndatasize()))
            pop(staticcall(gas(), 6, Q_C, 0x80, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            // -q_o w4
            mstore(Q_C, sub(R, mload(W4)))
            pop(staticcall(gas(), 7, Q_O, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            // q_hash3 w3^5 ... q_hash0 w0^5
            let w := mload(W3)
            let square := mulmod(w, w, R)
            mstore(Q_O, mulmod(mulmod(square, square, R), w, R))
            pop(staticcall(gas(), 7, Q_HASH3, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            w := mload(W2)
            square := mulmod(w, w, R)
            mstore(Q_HASH3, mulmod(mulmod(square, square, R), w, R))
            pop(staticcall(gas(), 7, Q_HASH2, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            w := mload(W1)
            square := mulmod(w, w, R)
            mstore(Q_HASH2, mulmod(mulmod(square, square, R), w, R))
            pop(staticcall(gas(), 7, Q_HASH1, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            w := mload(W0)
            square := mulmod(w, w, R)
            mstore(Q_HASH1, mulmod(mulmod(square, square, R), w, R))
            pop(staticcall(gas(), 7, Q_HASH0, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            // q_mul1 w2 w3 + q_mul0 w0 w1
            mstore(Q_HASH0, w23)
            pop(staticcall(gas(), 7, Q_MUL1, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            mstore(Q_MUL1, w01)
            pop(staticcall(gas(), 7, Q_MUL0, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            // q_lc3 w3 ... q_lc0 w0
            mstore(Q_MUL0, mload(W3))
            pop(staticcall(gas(), 7, Q_LC3, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            mstore(Q_LC3, mload(W2))
            pop(staticcall(gas(), 7, Q_LC2, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            mstore(Q_LC2, mload(W1))
            pop(staticcall(gas(), 7, Q_LC1, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            mstore(Q_LC1, w)
            pop(staticcall(gas(), 7, Q_LC0, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
        }

        // The rest of B and the check (steps 9 and 12). With x = zeta^(n+2), W and W' the openings at zeta and zeta omega,
        //   B -= (zeta^n - 1) ([t_0] + x [t_1] + ... + x^4 [t_4])
        //   A = W + u W'      B += zeta W + (zeta omega) (u W')      e(A, [tau]_2) e(B, -[1]_2) = 1
        assembly ("memory-safe") {
            let x := mulmod(power, mulmod(zeta, zeta, R), R)
            mstore(AFTER_SPLITS, x)
            let ok4 := staticcall(MUL_GAS, 7, SPLIT4, 0x60, SPLIT4, returndatasize())
            mstore(HORNER_SCALAR, x)
            let ok3 := staticcall(ADD_GAS, 6, SPLIT3, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, SPLIT3, returndatasize()))
            let ok2 := staticcall(ADD_GAS, 6, SPLIT2, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, SPLIT2, returndatasize()))
            let ok1 := staticcall(ADD_GAS, 6, SPLIT1, 0x80, HORNER, returndatasize())
            pop(staticcall(gas(), 7, HORNER, 0x60, SPLIT1, returndatasize()))
            let ok0 := staticcall(ADD_GAS, 6, SPLIT0, 0x80, SPLIT0, returndatasize())
            mstore(SPLIT1, sub(add(R, 1), power))
            pop(staticcall(MUL_GAS, 7, SPLIT0, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))

            mstore(AFTER_OPENINGS, u)
            let okShifted := staticcall(MUL_GAS, 7, OPENING_SHIFTED, 0x60, OPENING_SHIFTED, returndatasize())
            let okOpening := staticcall(ADD_GAS, 6, OPENING, 0x80, A, returndatasize())
            mstore(AFTER_OPENINGS, zetaOmega)
            pop(staticcall(MUL_GAS, 7, OPENING_SHIFTED, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, SUM, returndatasize()))
            mstore(OPENING_SHIFTED, zeta)
            pop(staticcall(MUL_GAS, 7, OPENING, 0x60, TERM, returndatasize()))
            pop(staticcall(gas(), 6, SUM, 0x80, B, returndatasize()))
            ok := and(and(and(ok4, ok3), and(ok2, ok1)), and(and(ok0, okShifted), and(okOpening, ok)))
        }

        // not with a bad proof: the pairing, too, burns all it is given when a point is bad
        if (ok) {
            assembly ("memory-safe") {
                ok := staticcall(gas(), 8, A, 0x180, 0x00, 0x20)
                // a statement of its own: as an argument beside the call it would be read before the call
                ok := and(ok, eq(mload(0x00), 1))
            }
        }
    }
}
