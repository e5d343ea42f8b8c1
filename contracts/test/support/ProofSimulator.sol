// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../../src/BN254.sol";
import { Test } from "./Test.sol";

/// @dev Proves any statement under a key whose tau is known: commitments and evaluations are drawn, and the verification
/// equation is solved for the two openings. Written from the equation (PLONK, section 8.3, and jellyfish's custom gate), point by
/// point and without a thought for gas, so that it shares nothing with the verifier that it tests.
abstract contract ProofSimulator is Test {
    /// @dev tau of every insecure key in this repository
    uint256 private constant TAU = 0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef;
    uint256 private constant R = BN254.R_MOD;

    /// @dev A kept key. Points in the order of the transcript: 13 selectors, 5 permutation polynomials
    struct Key {
        uint256 domainSize;
        uint256[5] k;
        Point[13] selectors;
        Point[5] sigmas;
        bytes32[2] tauCompressed;
    }

    struct Point {
        uint256 x;
        uint256 y;
    }

    struct Proof {
        Point[5] wires;
        Point z;
        Point[5] splits;
        Point opening;
        Point openingShifted;
        uint256[5] w;
        uint256[4] s;
        uint256 zShifted;
    }

    struct Challenges {
        uint256 beta;
        uint256 gamma;
        uint256 alpha;
        uint256 zeta;
        uint256 v;
    }

    /// @dev Reads `keys/<name>.json`
    function readKey(string memory name) private view returns (Key memory key) {
        string memory json = vm.readFile(string.concat("keys/", name, ".json"));
        bytes32[] memory k = vm.parseJsonBytes32Array(json, ".k");
        bytes memory words = vm.parseJsonBytes(json, ".solidity_words_concat");
        check(k.length == 5 && words.length == 40 * 32, "five representatives, 40 words");
        key.domainSize = wordAt(words, 0);
        for (uint256 i = 0; i < 5; i++) {
            key.k[i] = uint256(k[i]);
            key.sigmas[i] = pointAt(words, 2 + 2 * i);
        }
        // the contract's order of selectors has q_o and q_c before the hash selectors
        uint8[13] memory order = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 6, 7, 12];
        for (uint256 i = 0; i < 13; i++) {
            key.selectors[i] = pointAt(words, 12 + 2 * order[i]);
        }
        key.tauCompressed = [bytes32(wordAt(words, 38)), bytes32(wordAt(words, 39))];
    }

    /// @return The 36 words of a proof under `keys/<keyName>.json`
    function simulate(string memory keyName, uint256[] memory inputs, uint256 seed)
        internal
        view
        returns (bytes memory)
    {
        Key memory key = readKey(keyName);
        Proof memory proof;
        uint256 drawn;
        for (uint256 i = 0; i < 5; i++) {
            proof.wires[i] = times(Point(1, 2), draw(seed, drawn++));
            proof.splits[i] = times(Point(1, 2), draw(seed, drawn++));
            proof.w[i] = draw(seed, drawn++);
            if (i < 4) proof.s[i] = draw(seed, drawn++);
        }
        proof.z = times(Point(1, 2), draw(seed, drawn++));
        proof.zShifted = draw(seed, drawn++);

        Challenges memory c = challenges(key, inputs, proof);
        uint256 zetaOmega = mulmod(c.zeta, power(5, (R - 1) / key.domainSize), R);
        proof.opening = times(combination(key, inputs, proof, c), power(addmod(TAU, R - c.zeta, R), R - 2));
        proof.openingShifted =
            times(plus(proof.z, times(Point(1, 2), R - proof.zShifted)), power(addmod(TAU, R - zetaOmega, R), R - 2));
        return abi.encode(proof);
    }

    function challenges(Key memory key, uint256[] memory inputs, Proof memory proof)
        private
        pure
        returns (Challenges memory c)
    {
        bytes memory sent = abi.encodePacked(
            bytes32(0), uint32(254), uint64(key.domainSize), uint64(inputs.length), bytes12(0), key.tauCompressed, key.k
        );
        bytes memory points = abi.encode(key.selectors, key.sigmas);
        bytes32 state = keccak256(bytes.concat(sent, points, abi.encodePacked(inputs), abi.encode(proof.wires)));
        c.beta = uint256(state) % R;
        state = keccak256(abi.encode(state));
        c.gamma = uint256(state) % R;
        state = keccak256(abi.encode(state, proof.z));
        c.alpha = uint256(state) % R;
        state = keccak256(abi.encode(state, proof.splits));
        c.zeta = uint256(state) % R;
        state = keccak256(abi.encode(state, proof.w, proof.s, proof.zShifted));
        c.v = uint256(state) % R;
    }

    /// @dev The polynomial that is opened at zeta, as the verifier knows it: linearization, wires and permutation polynomials,
    /// minus their values
    function combination(Key memory key, uint256[] memory inputs, Proof memory proof, Challenges memory c)
        private
        view
        returns (Point memory sum)
    {
        uint256 vanishing = addmod(power(c.zeta, key.domainSize), R - 1, R);
        uint256 constant_ = inputsAt(key, inputs, c.zeta, vanishing);
        (uint256 permuted, uint256 shuffled) = permutation(key, proof, c);
        uint256 alphaL0 = mulmod(mulmod(c.alpha, c.alpha, R), lagrange(key, 0, c.zeta, vanishing), R);
        constant_ = addmod(constant_, R - alphaL0, R);
        constant_ = addmod(constant_, R - mulmod(shuffled, addmod(proof.w[4], c.gamma, R), R), R);

        uint256[13] memory gate = monomials(proof.w);
        for (uint256 i = 0; i < 13; i++) {
            sum = plus(sum, times(key.selectors[i], gate[i]));
        }
        sum = plus(sum, times(proof.z, addmod(mulmod(c.alpha, permuted, R), alphaL0, R)));
        sum = plus(sum, times(key.sigmas[4], R - mulmod(shuffled, c.beta, R)));
        uint256 scalar = addmod(0, R - vanishing, R);
        for (uint256 i = 0; i < 5; i++) {
            sum = plus(sum, times(proof.splits[i], scalar));
            scalar = mulmod(scalar, power(c.zeta, key.domainSize + 2), R);
        }
        scalar = 1;
        for (uint256 i = 0; i < 9; i++) {
            scalar = mulmod(scalar, c.v, R);
            sum = plus(sum, times(i < 5 ? proof.wires[i] : key.sigmas[i - 5], scalar));
            constant_ = addmod(constant_, R - mulmod(scalar, i < 5 ? proof.w[i] : proof.s[i - 5], R), R);
        }
        return plus(sum, times(Point(1, 2), constant_));
    }

    /// @dev prod_j (w_j + beta k_j zeta + gamma), and alpha z_omega prod_{j<4} (w_j + beta sigma_j + gamma)
    function permutation(Key memory key, Proof memory proof, Challenges memory c)
        private
        pure
        returns (uint256 permuted, uint256 shuffled)
    {
        permuted = 1;
        shuffled = mulmod(c.alpha, proof.zShifted, R);
        uint256 betaZeta = mulmod(c.beta, c.zeta, R);
        for (uint256 j = 0; j < 5; j++) {
            uint256 wire = addmod(proof.w[j], c.gamma, R);
            permuted = mulmod(permuted, addmod(wire, mulmod(key.k[j], betaZeta, R), R), R);
            if (j < 4) shuffled = mulmod(shuffled, addmod(wire, mulmod(proof.s[j], c.beta, R), R), R);
        }
    }

    /// @dev q_lc, q_mul, q_hash, q_o, q_c, q_ecc
    function monomials(uint256[5] memory w) private view returns (uint256[13] memory m) {
        uint256 product = 1;
        for (uint256 i = 0; i < 5; i++) {
            product = mulmod(product, w[i], R);
            if (i == 4) break;
            m[i] = w[i];
            m[6 + i] = power(w[i], 5);
        }
        (m[4], m[5]) = (mulmod(w[0], w[1], R), mulmod(w[2], w[3], R));
        (m[10], m[11], m[12]) = (R - w[4], 1, product);
    }

    function inputsAt(Key memory key, uint256[] memory inputs, uint256 zeta, uint256 vanishing)
        private
        view
        returns (uint256 sum)
    {
        for (uint256 i = 0; i < inputs.length; i++) {
            sum = addmod(sum, mulmod(inputs[i], lagrange(key, i, zeta, vanishing), R), R);
        }
    }

    function lagrange(Key memory key, uint256 i, uint256 zeta, uint256 vanishing) private view returns (uint256) {
        uint256 row = power(power(5, (R - 1) / key.domainSize), i);
        uint256 denominator = mulmod(key.domainSize, addmod(zeta, R - row, R), R);
        return mulmod(mulmod(row, vanishing, R), power(denominator, R - 2), R);
    }

    function draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("proof simulator", seed, index))) % R;
    }

    function plus(Point memory a, Point memory b) private view returns (Point memory) {
        return abi.decode(precompile(6, abi.encode(a, b)), (Point));
    }

    function times(Point memory a, uint256 scalar) private view returns (Point memory) {
        return abi.decode(precompile(7, abi.encode(a, scalar)), (Point));
    }

    function power(uint256 base, uint256 exponent) private view returns (uint256) {
        return abi.decode(precompile(5, abi.encode(32, 32, 32, base, exponent, R)), (uint256));
    }

    function precompile(uint160 number, bytes memory input) private view returns (bytes memory) {
        (bool ok, bytes memory output) = address(number).staticcall(input);
        check(ok, "precompile");
        return output;
    }

    function pointAt(bytes memory words, uint256 index) private pure returns (Point memory) {
        return Point(wordAt(words, index), wordAt(words, index + 1));
    }

    function wordAt(bytes memory words, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(words, 0x20), shl(5, index)))
        }
    }
}
