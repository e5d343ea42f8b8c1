// What a transform's launches are told. The same structs stand in src/cuda/ntt/, field by field.
//
// A transform of 2^L points is done in passes (Stockham's order, so that both ends are in natural order without a permutation).
// A pass of radix R = 2^b, after passes whose radices multiply to D, sees its input as an R x N/R matrix, row by row, and
//   1. takes the columns' transforms of length R: y[k][c] = sum over n of x[n][c]·w_R^(n·k), with w_R of order R;
//   2. multiplies y[k][c] by w_(N/D)^(k·floor(c/D));
//   3. writes it to index floor(c/D)·D·R + k·D + (c mod D).
// After the last pass, where floor(c/D) is zero, the index is the frequency. Derivation: split the input index as
// n·N/(D·R) + m and the frequency as k + R·k'.
#pragma once

#include "field.cuh"

#if defined(__CUDACC__)
#define GRID_CONSTANT __grid_constant__
#else
#define GRID_CONSTANT
#endif

// base^e for e up to 2^28, by two tables.
struct Powers {
    const Fr* high;     // base^(i·2^low_bits); null: there is no factor
    const Fr* low;      // base^i for i below 2^low_bits; null: exponents are multiples of 2^low_bits
    uint32_t low_bits;
    uint32_t shift;     // exponents are multiplied by 2^shift first
};

// One vector of a batch.
struct Job {
    Fr fold;            // an input longer than the transform is folded by X^N = fold
    Powers input;       // x[i] is multiplied by input^i as it is read
    Powers output;      // X[k] is multiplied by output^k as it is written
    const Fr* source;
    Fr* target;
    uint32_t length;    // of the source; beyond are zeros
    uint32_t padding[3];
};

constexpr uint32_t max_jobs = 8;
struct Batch {
    Job jobs[max_jobs];
};
static_assert(sizeof(Powers) == 24 && sizeof(Job) == 112, "src/cuda/ntt/parameters.rs has the same structs");

enum PassFlags : uint32_t {
    first_pass = 1,         // reads the transform's input
    last_pass = 2,          // writes its output
    reversed_input = 4,     // x[i] stands at the bit reversal of i
    reversed_output = 8,    // X[k] goes to the bit reversal of k
    inverse_roots = 16,     // X[k] is computed as that of frequency -k: a transform by the inverse root
};

struct Pass {
    uint32_t log_size;      // L
    uint32_t log_done;      // of D
    uint32_t log_radix;     // b
    uint32_t log_columns;   // columns per block
    uint32_t flags;
};

// Largest number of elements that a block holds, and its threads: eight elements each.
constexpr uint32_t log_max_tile = 11;
constexpr uint32_t max_pass_threads = 256;
