// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

// Where the verifier keeps what in memory. It owns everything from 0x80 up: a point is multiplied where it lies, its scalar
// written over whatever follows it, so that points are used up from the last to the first.
//
//   0x080  input of the pairing: A | [tau]_2 | B | -[1]_2
//   0x200  transcript state (0) | header | [tau]_2 compressed (2) | k0..k4 | selectors (13 points) | sigmas (5 points)
//   0x7a0  public inputs (at most 11) | a copy of the wire commitments, for the first challenge
//   0xa40  wires (5 points)   0xb80 gap   0xba0 z   0xbe0 gap   0xc00 splits (5 points)   0xd40 gap
//   0xd60  openings (2 points)   0xde0 gap   0xe00 evaluations (10)
//
// The first two rows come from the code in one copy. A gap holds the transcript's state in front of what the next challenge
// absorbs, which is also the challenge that came before (unreduced), and later a scalar. Words whose contents are spent (the
// inputs, the wires' copy) hold what is derived afterwards.
//
// All are literals, since inline assembly takes no other constants. tools/key-source.mjs writes the first two rows.

// Input of the pairing.
uint256 constant A = 0x080;
uint256 constant TAU_G2 = 0x0c0;
uint256 constant B = 0x140;
uint256 constant MINUS_H = 0x180;

// The key's coset representatives (k0 = 1), selectors in the transcript's order, and permutation polynomials.
uint256 constant TRANSCRIPT = 0x200;
uint256 constant K1 = 0x2a0;
uint256 constant K2 = 0x2c0;
uint256 constant K3 = 0x2e0;
uint256 constant K4 = 0x300;
uint256 constant Q_LC0 = 0x320;
uint256 constant Q_LC1 = 0x360;
uint256 constant Q_LC2 = 0x3a0;
uint256 constant Q_LC3 = 0x3e0;
uint256 constant Q_MUL0 = 0x420;
uint256 constant Q_MUL1 = 0x460;
uint256 constant Q_HASH0 = 0x4a0;
uint256 constant Q_HASH1 = 0x4e0;
uint256 constant Q_HASH2 = 0x520;
uint256 constant Q_HASH3 = 0x560;
uint256 constant Q_O = 0x5a0;
uint256 constant Q_C = 0x5e0;
uint256 constant Q_ECC = 0x620;
uint256 constant SIGMA0 = 0x660;
uint256 constant SIGMA1 = 0x6a0;
uint256 constant SIGMA2 = 0x6e0;
uint256 constant SIGMA3 = 0x720;
uint256 constant SIGMA4 = 0x760;

// Public inputs; the eighth is where a loop takes over, the eleventh the last that any circuit has.
uint256 constant INPUT0 = 0x7a0;
uint256 constant INPUT1 = 0x7c0;
uint256 constant INPUT2 = 0x7e0;
uint256 constant INPUT3 = 0x800;
uint256 constant INPUT4 = 0x820;
uint256 constant INPUT5 = 0x840;
uint256 constant INPUT6 = 0x860;
uint256 constant INPUT7 = 0x880;
uint256 constant INPUT10 = 0x8e0;

// Commitments of the proof.
uint256 constant WIRE0 = 0xa40;
uint256 constant WIRE1 = 0xa80;
uint256 constant WIRE2 = 0xac0;
uint256 constant WIRE3 = 0xb00;
uint256 constant WIRE4 = 0xb40;
uint256 constant AFTER_WIRES = 0xb80;
uint256 constant Z = 0xba0;
uint256 constant AFTER_Z = 0xbe0;
uint256 constant SPLIT0 = 0xc00;
uint256 constant SPLIT1 = 0xc40;
uint256 constant SPLIT2 = 0xc80;
uint256 constant SPLIT3 = 0xcc0;
uint256 constant SPLIT4 = 0xd00;
uint256 constant AFTER_SPLITS = 0xd40;
uint256 constant OPENING = 0xd60;
uint256 constant OPENING_SHIFTED = 0xda0;
uint256 constant AFTER_OPENINGS = 0xde0;

// Evaluations: wires and permutation polynomials at zeta, z at zeta * omega.
uint256 constant W0 = 0xe00;
uint256 constant W1 = 0xe20;
uint256 constant W2 = 0xe40;
uint256 constant W3 = 0xe60;
uint256 constant W4 = 0xe80;
uint256 constant S0 = 0xea0;
uint256 constant S1 = 0xec0;
uint256 constant S2 = 0xee0;
uint256 constant S3 = 0xf00;
uint256 constant Z_SHIFTED = 0xf20;

// B so far and, behind it, the next summand. Over spent public inputs, as all that follows.
uint256 constant SUM = 0x840;
uint256 constant SUM_Y = 0x860;
uint256 constant TERM = 0x880;
// A running sum and, behind it, the scalar that it is multiplied with again and again.
uint256 constant HORNER = 0x7c0;
uint256 constant HORNER_SCALAR = 0x800;
// What is asked of the modular exponentiation.
uint256 constant INVERSION = 0x7c0;
