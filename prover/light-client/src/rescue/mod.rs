//! Rescue over BN254's scalar field: the permutation, and the variable-length hash built on it.
//!
//! State of four, twelve rounds of two half rounds, alpha = 5, the inverse power first. The sponge has rate three and
//! always pads with a one, so that inputs of different lengths never meet.
//! Design: Aly, Ashur, Ben-Sasson, Dhooghe, Szepieniec, <https://eprint.iacr.org/2019/426>.

mod constants;
mod fifth_root;

use ark_ff::{AdditiveGroup, Field};

use crate::field::Fr;

pub use fifth_root::fifth_root;

/// Elements in the permutation's state.
pub const STATE_WIDTH: usize = 4;
/// Half rounds in the permutation; even ones take fifth roots, odd ones fifth powers.
pub const HALF_ROUNDS: usize = 24;
/// Elements that the sponge absorbs or yields per permutation.
pub const RATE: usize = 3;

/// The mixing matrix, by rows: element `i` of the mixed state is row `i` times the state.
pub fn mds() -> &'static [[Fr; STATE_WIDTH]; STATE_WIDTH] {
    &constants::MDS
}

/// What is added to the state: entry 0 before the first half round, entry `i + 1` after half round `i`.
pub fn round_keys() -> &'static [[Fr; STATE_WIDTH]; HALF_ROUNDS + 1] {
    &constants::ROUND_KEYS
}

/// `x^5`.
pub fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

/// The fifth root of each element of a state.
pub fn fifth_roots(state: [Fr; STATE_WIDTH]) -> [Fr; STATE_WIDTH] {
    state.map(fifth_root)
}

/// `mds() * state + key`: the linear part of a half round.
pub fn mix(state: &[Fr; STATE_WIDTH], key: &[Fr; STATE_WIDTH]) -> [Fr; STATE_WIDTH] {
    std::array::from_fn(|i| Fr::sum_of_products(&constants::MDS[i], state) + key[i])
}

/// The permutation.
pub fn permute(state: [Fr; STATE_WIDTH]) -> [Fr; STATE_WIDTH] {
    let keys = &constants::ROUND_KEYS;
    let mut state: [Fr; STATE_WIDTH] = std::array::from_fn(|i| state[i] + keys[0][i]);
    for pair in keys[1..].chunks_exact(2) {
        state = mix(&fifth_roots(state), &pair[0]);
        state = mix(&state.map(fifth_power), &pair[1]);
    }
    state
}

/// The hash of `input`, of any length.
pub fn hash(input: &[Fr]) -> Fr {
    let [digest] = sponge(input);
    digest
}

/// The hash with `N` output elements; the first is [`hash`]'s.
pub fn sponge<const N: usize>(input: &[Fr]) -> [Fr; N] {
    let mut state = [Fr::ZERO; STATE_WIDTH];
    let blocks = input.chunks_exact(RATE);
    let rest = blocks.remainder();
    for block in blocks {
        absorb(&mut state, block);
        state = permute(state);
    }
    absorb(&mut state, rest);
    state[rest.len()] += Fr::ONE;
    state = permute(state);

    let mut output = [Fr::ZERO; N];
    for (i, part) in output.chunks_mut(RATE).enumerate() {
        if i > 0 {
            state = permute(state);
        }
        part.copy_from_slice(&state[..part.len()]);
    }
    output
}

fn absorb(state: &mut [Fr; STATE_WIDTH], block: &[Fr]) {
    for (element, input) in state.iter_mut().zip(block) {
        *element += input;
    }
}
