// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";

// Scalar field modulus.
uint256 constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
// r - 1, that is -1, and r - 2, the exponent of Fermat's inverse.
uint256 constant MINUS_ONE = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000;
uint256 constant R_MINUS_TWO = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593efffffff;

// -[1]_2, the generator of G2 with y negated; imaginary parts first, as the pairing precompile reads them.
uint256 constant MINUS_H_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
uint256 constant MINUS_H_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
uint256 constant MINUS_H_Y1 = 0x275dc4a288d1afb3cbb1ac09187524c7db36395df7be3b99e673b13a075a65ec;
uint256 constant MINUS_H_Y0 = 0x1d9befcd05a5323e6da4d435f3b617cdb3af83285c2df711ef39c01571827f9d;

// Gas handed to ecMul and ecAdd. A precompile that is given a bad point burns all it was given, so it is given little: twice
// and more than six times the price, which leaves room for repricing.
uint256 constant MUL_GAS = 12_000;
uint256 constant ADD_GAS = 1000;

// Memory map. The verifier owns everything from 0x80 up: nothing is allocated, nothing is copied twice, and a point is
// multiplied where it lies, its scalar written over the word that follows it.
//
//   0x080  transcript state (0) | header | [tau]_2 compressed (2) | k0..k4 | selectors (13 points) | sigmas (5 points)
//   0x620  public inputs (at most 11) | a copy of the wire commitments, for the first challenge
//   0x8c0  wires (5 points)   0xa00 gap   0xa20 z   0xa60 gap   0xa80 splits (5 points)
//   0xbc0  gap   0xbe0 openings (2 points)   0xc60 gap   0xc80 evaluations (10)
//   0xdc0  input of the pairing: A | [tau]_2 | B | -[1]_2
//
// A gap holds the transcript's state in front of what the next challenge absorbs, later a scalar. Words whose contents are
// spent (the transcript's head, the wires' copy) hold what is derived afterwards.
uint256 constant INPUTS = 0x620;
uint256 constant WIRES = 0x8c0;
uint256 constant Z = 0xa20;
uint256 constant SPLITS = 0xa80;
uint256 constant OPENINGS = 0xbe0;
uint256 constant EVALUATIONS = 0xc80;
uint256 constant A = 0xdc0;
uint256 constant B = 0xe80;
// The term that is added to B next; overlaps -[1]_2, which is therefore written last.
uint256 constant TERM = 0xec0;

// Challenges and what follows from them.
uint256 constant BETA = 0x080;
uint256 constant GAMMA = 0x0a0;
uint256 constant ALPHA = 0x0c0;
uint256 constant ZETA = 0x0e0;
uint256 constant V = 0x780;
uint256 constant U = 0x7a0;
// zeta^n - 1, zeta^(n+2), zeta * omega, L_0(zeta), PI(zeta)
uint256 constant VANISHING = 0x7c0;
uint256 constant SPLIT_POINT = 0x7e0;
uint256 constant ZETA_OMEGA = 0x800;
uint256 constant LAGRANGE_0 = 0x820;
uint256 constant PUBLIC_INPUT_EVAL = 0x840;

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
///   - a call that fails makes `ok` zero for good, whatever memory then holds.
abstract contract PlonkVerifier {
    /// @dev Loads the verification key: its words where the memory map has them, its domain as the result
    /// @return log2Domain Binary logarithm of the number of rows n
    /// @return omega Generator of the domain
    /// @return omegaInverse Its inverse
    function _loadVerifyingKey()
        internal
        pure
        virtual
        returns (uint256 log2Domain, uint256 omega, uint256 omegaInverse);

    /// @dev Puts a public input in its place in the transcript; every input of the circuit must be set before `_verifyProof`
    function _setPublicInput(uint256 index, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(INPUTS, shl(5, index)), value)
        }
    }

    /// @dev Whether the proof holds for the public inputs that were set. Malformed points, scalars or inputs are a plain
    /// `false`. Memory from 0x80 up is overwritten, which no caller may have allocated.
    /// @param proof The proof, in calldata
    /// @param numInputs 5, 7 or 11, as the loaded key has it
    function _verifyProof(IPlonkVerifier.PlonkProof calldata proof, uint256 numInputs) internal view returns (bool ok) {
        uint256 freeMemory;
        assembly ("memory-safe") {
            freeMemory := mload(0x40)
        }
        assert(freeMemory == 0x80);

        (uint256 log2Domain, uint256 omega, uint256 omegaInverse) = _loadVerifyingKey();
        _drawChallenges(proof, numInputs);
        _evaluateVanishing(log2Domain, omega);
        ok = _evaluatePublicInputs(log2Domain, omegaInverse, numInputs);
        ok = _linearize(ok);
        ok = _addPermutationTerms(ok);
        ok = _addOpenedCommitments(ok);
        ok = _addGateTerms(ok);
        ok = _addQuotient(ok);
        ok = _addOpenings(ok);
        ok = _checkPairing(ok);
    }

    /// @dev Copies the proof to its places and draws the challenges (step 4). A challenge is the hash of the state before it
    /// and of what was sent since, mod r; the unreduced hash is the next state.
    function _drawChallenges(IPlonkVerifier.PlonkProof calldata proof, uint256 numInputs) private pure {
        assembly ("memory-safe") {
            calldatacopy(add(INPUTS, shl(5, numInputs)), proof, 0x140)
            calldatacopy(WIRES, proof, 0x140)
            calldatacopy(Z, add(proof, 0x140), 0x40)
            calldatacopy(SPLITS, add(proof, 0x180), 0x140)
            calldatacopy(OPENINGS, add(proof, 0x2c0), 0x80)
            calldatacopy(EVALUATIONS, add(proof, 0x340), 0x140)

            // key, public inputs, wires -> beta; nothing -> gamma
            let state := keccak256(0x80, add(0x6e0, shl(5, numInputs)))
            mstore(BETA, mod(state, R))
            mstore(0x00, state)
            state := keccak256(0x00, 0x20)
            mstore(GAMMA, mod(state, R))
            // z -> alpha
            mstore(0xa00, state)
            state := keccak256(0xa00, 0x60)
            mstore(ALPHA, mod(state, R))
            // splits -> zeta
            mstore(0xa60, state)
            state := keccak256(0xa60, 0x160)
            mstore(ZETA, mod(state, R))
            // evaluations -> v
            mstore(0xc60, state)
            state := keccak256(0xc60, 0x160)
            mstore(V, mod(state, R))
            // both openings -> u
            mstore(0xbc0, state)
            mstore(U, mod(keccak256(0xbc0, 0xa0), R))
        }
    }

    /// @dev zeta^n - 1 (step 5), zeta^(n+2) and zeta * omega. log2Domain is at most 28, the field's two-adicity.
    function _evaluateVanishing(uint256 log2Domain, uint256 omega) private pure {
        assembly ("memory-safe") {
            let zeta := mload(ZETA)
            let x := zeta
            if and(log2Domain, 16) {
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
            }
            if and(log2Domain, 8) {
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
            }
            if and(log2Domain, 4) {
                x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R) x := mulmod(x, x, R)
            }
            if and(log2Domain, 2) {
                x := mulmod(x, x, R) x := mulmod(x, x, R)
            }
            if and(log2Domain, 1) {
                x := mulmod(x, x, R)
            }
            // unreduced: at most 2r
            mstore(VANISHING, add(x, MINUS_ONE))
            mstore(SPLIT_POINT, mulmod(x, mulmod(zeta, zeta, R), R))
            mstore(ZETA_OMEGA, mulmod(zeta, omega, R))
        }
    }

    /// @dev L_0(zeta) and PI(zeta) (steps 6 and 7) with one inversion. With d_i = zeta omega^-i - 1,
    ///   L_i(zeta) = (zeta^n - 1) / (n d_i)      PI(zeta) = sum_i input_i L_i(zeta)
    /// and the sum over i >= 1 is kept as one fraction: numerator / denominator of sum_i input_i / d_i.
    function _evaluatePublicInputs(uint256 log2Domain, uint256 omegaInverse, uint256 numInputs)
        private
        view
        returns (bool ok)
    {
        assembly ("memory-safe") {
            let x := mulmod(mload(ZETA), omegaInverse, R)
            let numerator := mload(0x640)
            ok := and(lt(mload(INPUTS), R), lt(numerator, R))
            let denominator := add(x, MINUS_ONE)

            x := mulmod(x, omegaInverse, R)
            let d := add(x, MINUS_ONE)
            let input := mload(0x660)
            ok := and(ok, lt(input, R))
            numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
            denominator := mulmod(denominator, d, R)

            x := mulmod(x, omegaInverse, R)
            d := add(x, MINUS_ONE)
            input := mload(0x680)
            ok := and(ok, lt(input, R))
            numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
            denominator := mulmod(denominator, d, R)

            x := mulmod(x, omegaInverse, R)
            d := add(x, MINUS_ONE)
            input := mload(0x6a0)
            ok := and(ok, lt(input, R))
            numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
            denominator := mulmod(denominator, d, R)

            if gt(numInputs, 5) {
                x := mulmod(x, omegaInverse, R)
                d := add(x, MINUS_ONE)
                input := mload(0x6c0)
                ok := and(ok, lt(input, R))
                numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
                denominator := mulmod(denominator, d, R)

                x := mulmod(x, omegaInverse, R)
                d := add(x, MINUS_ONE)
                input := mload(0x6e0)
                ok := and(ok, lt(input, R))
                numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
                denominator := mulmod(denominator, d, R)

                for { let place := 0x700 } lt(place, add(INPUTS, shl(5, numInputs))) { place := add(place, 0x20) } {
                    x := mulmod(x, omegaInverse, R)
                    d := add(x, MINUS_ONE)
                    input := mload(place)
                    ok := and(ok, lt(input, R))
                    numerator := add(mulmod(numerator, d, R), mulmod(input, denominator, R))
                    denominator := mulmod(denominator, d, R)
                }
            }

            // inverse of n d_0 d_1 ... by Fermat; the product is zero only for zeta among the first rows of the domain
            d := add(mload(ZETA), MINUS_ONE)
            x := mulmod(mulmod(denominator, d, R), shl(log2Domain, 1), R)
            mstore(B, 0x20)
            mstore(0xea0, 0x20)
            mstore(0xec0, 0x20)
            mstore(0xee0, x)
            mstore(0xf00, R_MINUS_TWO)
            mstore(0xf20, R)
            pop(staticcall(gas(), 5, B, 0xc0, 0x00, 0x20))
            let inverse := mload(0x00)
            ok := and(ok, eq(mulmod(x, inverse, R), 1))

            // (zeta^n - 1) / (n d_0 d_1 ...)
            inverse := mulmod(inverse, mload(VANISHING), R)
            let lagrange := mulmod(inverse, denominator, R)
            mstore(LAGRANGE_0, lagrange)
            mstore(
                PUBLIC_INPUT_EVAL,
                add(mulmod(lagrange, mload(INPUTS), R), mulmod(mulmod(numerator, d, R), inverse, R))
            )
        }
    }

    /// @dev Scalars of the copy-constraint terms and -E (steps 8, 9 and 11). With w_j, sigma_j, z_omega the evaluations and
    /// g_j = w_j + gamma,
    ///   [z]       alpha prod_j (g_j + k_j beta zeta) + alpha^2 L_0 + u
    ///   [sigma_4] -s beta, where s = alpha z_omega prod_{j<4} (g_j + beta sigma_j)
    ///   -E        PI - alpha^2 L_0 - s g_4 - (v w_0 + ... + v^5 w_4 + v^6 sigma_0 + ... + v^9 sigma_3) - u z_omega
    function _linearize(bool previous) private pure returns (bool ok) {
        assembly ("memory-safe") {
            let z := mload(0xda0)
            ok := and(previous, lt(z, R))
            let minusE
            {
                // Horner over v; checks that the evaluations are canonical on the way
                let v := mload(V)
                let e := mload(0xd80)
                ok := and(ok, lt(e, R))
                let w := mload(0xd60)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xd40)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xd20)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xd00)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xce0)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xcc0)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(0xca0)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                w := mload(EVALUATIONS)
                ok := and(ok, lt(w, R))
                e := add(w, mulmod(e, v, R))
                minusE := sub(R, mulmod(e, v, R))
            }

            let alpha := mload(ALPHA)
            let beta := mload(BETA)
            let gamma := mload(GAMMA)
            let g0 := add(mload(0xc80), gamma)
            let g1 := add(mload(0xca0), gamma)
            let g2 := add(mload(0xcc0), gamma)
            let g3 := add(mload(0xce0), gamma)
            let g4 := add(mload(0xd00), gamma)

            let betaZeta := mulmod(beta, mload(ZETA), R)
            let product := mulmod(add(g0, betaZeta), add(g1, mulmod(mload(0x120), betaZeta, R)), R)
            product := mulmod(product, add(g2, mulmod(mload(0x140), betaZeta, R)), R)
            product := mulmod(product, add(g3, mulmod(mload(0x160), betaZeta, R)), R)
            product := mulmod(product, add(g4, mulmod(mload(0x180), betaZeta, R)), R)
            let alphaL0 := mulmod(alpha, mload(LAGRANGE_0), R)
            let u := mload(U)
            mstore(0xa60, add(mulmod(alpha, add(product, alphaL0), R), u))
            minusE := add(minusE, sub(R, mulmod(alpha, alphaL0, R)))
            minusE := add(minusE, sub(R, mulmod(u, z, R)))

            product := mulmod(add(g0, mulmod(mload(0xd20), beta, R)), add(g1, mulmod(mload(0xd40), beta, R)), R)
            product := mulmod(product, add(g2, mulmod(mload(0xd60), beta, R)), R)
            product := mulmod(product, add(g3, mulmod(mload(0xd80), beta, R)), R)
            product := mulmod(mulmod(product, z, R), alpha, R)
            mstore(INPUTS, sub(R, mulmod(product, beta, R)))
            // reduced, so that the sum of five stays below 2^256
            minusE := add(minusE, sub(R, mulmod(product, g4, R)))
            mstore(TERM, addmod(minusE, mload(PUBLIC_INPUT_EVAL), R))
        }
    }

    /// @dev B = -E [1]_1 + s_sigma4 [sigma_4] + s_z [z]
    function _addPermutationTerms(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            mstore(B, 1)
            mstore(0xea0, 2)
            ok := and(previous, staticcall(MUL_GAS, 7, B, 0x60, B, 0x40))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x5e0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            ok := and(ok, staticcall(MUL_GAS, 7, Z, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
        }
    }

    /// @dev B += v [w_0] + ... + v^5 [w_4] + v^6 [sigma_0] + ... + v^9 [sigma_3] (step 10), by Horner from the far end: the sum
    /// so far, times v, replaces the point it came from, which the next point borders on.
    function _addOpenedCommitments(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            let v := mload(V)
            // sigma_3 at 0x5a0
            mstore(0x5e0, v)
            ok := and(previous, staticcall(MUL_GAS, 7, 0x5a0, 0x60, 0x5a0, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x560, 0x80, 0x560, 0x40))
            mstore(0x5a0, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x560, 0x60, 0x560, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x520, 0x80, 0x520, 0x40))
            mstore(0x560, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x520, 0x60, 0x520, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x4e0, 0x80, 0x4e0, 0x40))
            mstore(0x520, v)
            // v sigma_0 + ... goes behind w_4, over the spent z
            ok := and(ok, staticcall(MUL_GAS, 7, 0x4e0, 0x60, 0xa00, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x9c0, 0x80, 0x9c0, 0x40))
            mstore(0xa00, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x9c0, 0x60, 0x9c0, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x980, 0x80, 0x980, 0x40))
            mstore(0x9c0, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x980, 0x60, 0x980, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x940, 0x80, 0x940, 0x40))
            mstore(0x980, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x940, 0x60, 0x940, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x900, 0x80, 0x900, 0x40))
            mstore(0x940, v)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x900, 0x60, 0x900, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, WIRES, 0x80, WIRES, 0x40))
            mstore(0x900, v)
            ok := and(ok, staticcall(MUL_GAS, 7, WIRES, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
        }
    }

    /// @dev B += the gate equation with evaluations for wires and commitments for selectors (step 9), from the last selector to
    /// the first: each scalar overwrites a point that is done with
    function _addGateTerms(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            let w0 := mload(0xc80)
            let w1 := mload(0xca0)
            let w2 := mload(0xcc0)
            let w3 := mload(0xce0)
            let w4 := mload(0xd00)
            let w01 := mulmod(w0, w1, R)
            let w23 := mulmod(w2, w3, R)
            // q_c + q_ecc w0 w1 w2 w3 w4
            mstore(0x4e0, mulmod(mulmod(w01, w23, R), w4, R))
            ok := and(previous, staticcall(MUL_GAS, 7, 0x4a0, 0x60, 0x4a0, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0x460, 0x80, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            // - q_o w4
            mstore(0x460, sub(R, w4))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x420, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            // q_hash3 w3^5 ... q_hash0 w0^5
            let square := mulmod(w3, w3, R)
            mstore(0x420, mulmod(mulmod(square, square, R), w3, R))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x3e0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            square := mulmod(w2, w2, R)
            mstore(0x3e0, mulmod(mulmod(square, square, R), w2, R))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x3a0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            square := mulmod(w1, w1, R)
            mstore(0x3a0, mulmod(mulmod(square, square, R), w1, R))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x360, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            square := mulmod(w0, w0, R)
            mstore(0x360, mulmod(mulmod(square, square, R), w0, R))
            ok := and(ok, staticcall(MUL_GAS, 7, 0x320, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            // q_mul1 w2 w3 + q_mul0 w0 w1
            mstore(0x320, w23)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x2e0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            mstore(0x2e0, w01)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x2a0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            // q_lc3 w3 ... q_lc0 w0
            mstore(0x2a0, w3)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x260, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            mstore(0x260, w2)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x220, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            mstore(0x220, w1)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x1e0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            mstore(0x1e0, w0)
            ok := and(ok, staticcall(MUL_GAS, 7, 0x1a0, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
        }
    }

    /// @dev B -= (zeta^n - 1) (t_0 + x t_1 + ... + x^4 t_4) with x = zeta^(n+2) (step 9), by Horner in place
    function _addQuotient(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            let x := mload(SPLIT_POINT)
            mstore(0xbc0, x)
            ok := and(previous, staticcall(MUL_GAS, 7, 0xb80, 0x60, 0xb80, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0xb40, 0x80, 0xb40, 0x40))
            mstore(0xb80, x)
            ok := and(ok, staticcall(MUL_GAS, 7, 0xb40, 0x60, 0xb40, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0xb00, 0x80, 0xb00, 0x40))
            mstore(0xb40, x)
            ok := and(ok, staticcall(MUL_GAS, 7, 0xb00, 0x60, 0xb00, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, 0xac0, 0x80, 0xac0, 0x40))
            mstore(0xb00, x)
            ok := and(ok, staticcall(MUL_GAS, 7, 0xac0, 0x60, 0xac0, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, SPLITS, 0x80, SPLITS, 0x40))
            mstore(0xac0, sub(mul(R, 2), mload(VANISHING)))
            ok := and(ok, staticcall(MUL_GAS, 7, SPLITS, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
        }
    }

    /// @dev With W, W' the openings at zeta and zeta omega (step 12):
    ///   A = W + u W'      B += zeta W + (zeta omega) (u W')
    function _addOpenings(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            mstore(0xc60, mload(U))
            ok := and(previous, staticcall(MUL_GAS, 7, 0xc20, 0x60, 0xc20, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, OPENINGS, 0x80, A, 0x40))
            mstore(0xc60, mload(ZETA_OMEGA))
            ok := and(ok, staticcall(MUL_GAS, 7, 0xc20, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
            mstore(0xc20, mload(ZETA))
            ok := and(ok, staticcall(MUL_GAS, 7, OPENINGS, 0x60, TERM, 0x40))
            ok := and(ok, staticcall(ADD_GAS, 6, B, 0x80, B, 0x40))
        }
    }

    /// @dev e(A, [tau]_2) e(B, -[1]_2) = 1 (step 12)
    function _checkPairing(bool previous) private view returns (bool ok) {
        assembly ("memory-safe") {
            mstore(TERM, MINUS_H_X1)
            mstore(0xee0, MINUS_H_X0)
            mstore(0xf00, MINUS_H_Y1)
            mstore(0xf20, MINUS_H_Y0)
            ok := and(previous, staticcall(gas(), 8, A, 0x180, 0x00, 0x20))
            // a statement of its own: as an argument beside the call it would be read before the call
            ok := and(ok, eq(mload(0x00), 1))
        }
    }
}
