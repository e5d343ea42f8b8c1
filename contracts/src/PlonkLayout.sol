// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

// Where the verifier keeps what in memory. It owns everything from 0x80 up: a point is multiplied where it lies, its scalar
// written over whatever follows it, so that points are used up from the last to the first.
//
//   0x080  transcript state (0) | header | [tau]_2 compressed (2) | k0..k4 | selectors (13 points) | sigmas (5 points)
//   0x620  public inputs (at most 11) | a copy of the wire commitments, for the first challenge
//   0x8c0  wires (5 points)   0xa00 gap   0xa20 z   0xa60 gap   0xa80 splits (5 points)   0xbc0 gap
//   0xbe0  openings (2 points)   0xc60 gap   0xc80 evaluations (10)
//   0xdc0  input of the pairing: A | [tau]_2 | B | -[1]_2
//
// A gap holds the transcript's state in front of what the next challenge absorbs, later a scalar. Words whose contents are
// spent (the transcript's head, the inputs, the wires' copy) hold what is derived afterwards.
//
// All are literals, since inline assembly takes no other constants. tools/key-source.mjs writes the first row.

// The key's coset representatives (k0 = 1), selectors in the transcript's order, and permutation polynomials.
uint256 constant TRANSCRIPT = 0x080;
uint256 constant K1 = 0x120;
uint256 constant K2 = 0x140;
uint256 constant K3 = 0x160;
uint256 constant K4 = 0x180;
uint256 constant Q_LC0 = 0x1a0;
uint256 constant Q_LC1 = 0x1e0;
uint256 constant Q_LC2 = 0x220;
uint256 constant Q_LC3 = 0x260;
uint256 constant Q_MUL0 = 0x2a0;
uint256 constant Q_MUL1 = 0x2e0;
uint256 constant Q_HASH0 = 0x320;
uint256 constant Q_HASH1 = 0x360;
uint256 constant Q_HASH2 = 0x3a0;
uint256 constant Q_HASH3 = 0x3e0;
uint256 constant Q_O = 0x420;
uint256 constant Q_C = 0x460;
uint256 constant Q_ECC = 0x4a0;
uint256 constant SIGMA0 = 0x4e0;
uint256 constant SIGMA1 = 0x520;
uint256 constant SIGMA2 = 0x560;
uint256 constant SIGMA3 = 0x5a0;
uint256 constant SIGMA4 = 0x5e0;

// Public inputs; the eighth is where a loop takes over, the eleventh the last that any circuit has.
uint256 constant INPUT0 = 0x620;
uint256 constant INPUT1 = 0x640;
uint256 constant INPUT2 = 0x660;
uint256 constant INPUT3 = 0x680;
uint256 constant INPUT4 = 0x6a0;
uint256 constant INPUT5 = 0x6c0;
uint256 constant INPUT6 = 0x6e0;
uint256 constant INPUT7 = 0x700;
uint256 constant INPUT10 = 0x760;

// Commitments of the proof.
uint256 constant WIRE0 = 0x8c0;
uint256 constant WIRE1 = 0x900;
uint256 constant WIRE2 = 0x940;
uint256 constant WIRE3 = 0x980;
uint256 constant WIRE4 = 0x9c0;
uint256 constant AFTER_WIRES = 0xa00;
uint256 constant Z = 0xa20;
uint256 constant AFTER_Z = 0xa60;
uint256 constant SPLIT0 = 0xa80;
uint256 constant SPLIT1 = 0xac0;
uint256 constant SPLIT2 = 0xb00;
uint256 constant SPLIT3 = 0xb40;
uint256 constant SPLIT4 = 0xb80;
uint256 constant AFTER_SPLITS = 0xbc0;
uint256 constant OPENING = 0xbe0;
uint256 constant OPENING_SHIFTED = 0xc20;
uint256 constant AFTER_OPENINGS = 0xc60;

// Evaluations: wires and permutation polynomials at zeta, z at zeta * omega.
uint256 constant W0 = 0xc80;
uint256 constant W1 = 0xca0;
uint256 constant W2 = 0xcc0;
uint256 constant W3 = 0xce0;
uint256 constant W4 = 0xd00;
uint256 constant S0 = 0xd20;
uint256 constant S1 = 0xd40;
uint256 constant S2 = 0xd60;
uint256 constant S3 = 0xd80;
uint256 constant Z_SHIFTED = 0xda0;

// Input of the pairing. TERM, the next summand of B, overlaps -[1]_2, which is therefore written last.
uint256 constant A = 0xdc0;
uint256 constant TAU_G2 = 0xe00;
uint256 constant B = 0xe80;
uint256 constant B_Y = 0xea0;
uint256 constant TERM = 0xec0;
uint256 constant MINUS_H = 0xec0;

// Challenges, over the transcript's head and over the wires' copy.
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
uint256 constant LAGRANGE0 = 0x820;
uint256 constant INPUTS_AT_ZETA = 0x840;
// A running sum and, behind it, the scalar that it is multiplied with again and again. Over spent public inputs.
uint256 constant HORNER = 0x640;
uint256 constant HORNER_SCALAR = 0x680;
