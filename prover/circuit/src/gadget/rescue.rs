//! The Rescue permutation and its sponge.

use ark_bn254::Fr;
use ark_ff::Field;
use crema_kernels::quotient::Selector;
use crema_light_client::rescue::{
    HALF_ROUNDS, RATE, STATE_WIDTH, fifth_power, fifth_roots, mds, mix, round_keys,
};
use crema_plonk::constraint_system::{Builder, Gate, Variable};

use super::arithmetic::{add, enforce_add_constant};

/// Variables of a permutation: the keyed input, and per pair of half rounds the roots and two states.
const VARIABLES: usize = STATE_WIDTH + HALF_ROUNDS / 2 * 3 * STATE_WIDTH;

/// The permutation.
pub fn permute<B: Builder>(builder: &mut B, state: [Variable; STATE_WIDTH]) -> [Variable; STATE_WIDTH] {
    let variables = builder.variables(VARIABLES, |w| trace(state.map(|element| w.value(element))));
    let (blocks, _) = variables.as_chunks::<STATE_WIDTH>();
    for i in 0..STATE_WIDTH {
        enforce_add_constant(builder, state[i], round_keys()[0][i], blocks[0][i]);
    }
    let mut before = blocks[0];
    let zero = builder.zero();
    for (round, [roots, affine, powers]) in blocks[1..].as_chunks::<3>().0.iter().enumerate() {
        for i in 0..STATE_WIDTH {
            let gate = Gate::with_output(Selector::Hash0, &[Fr::ONE]);
            builder.gate(gate, [roots[i], zero, zero, zero, before[i]]);
        }
        enforce_mixed(
            builder,
            Selector::Lc0,
            &round_keys()[2 * round + 1],
            *roots,
            *affine,
        );
        enforce_mixed(
            builder,
            Selector::Hash0,
            &round_keys()[2 * round + 2],
            *affine,
            *powers,
        );
        before = *powers;
    }
    before
}

/// Requires `after = MDS·before + keys`, with `before` or, for [`Selector::Hash0`], its fifth powers.
fn enforce_mixed<B: Builder>(
    builder: &mut B,
    start: Selector,
    keys: &[Fr; STATE_WIDTH],
    before: [Variable; STATE_WIDTH],
    after: [Variable; STATE_WIDTH],
) {
    for i in 0..STATE_WIDTH {
        let mut gate = Gate::with_output(start, &mds()[i]);
        gate.0[Selector::Constant as usize] = keys[i];
        builder.gate(gate, [before[0], before[1], before[2], before[3], after[i]]);
    }
}

/// Values of a permutation's variables in order.
fn trace(state: [Fr; STATE_WIDTH]) -> Vec<Fr> {
    let keys = round_keys();
    let mut trace = Vec::with_capacity(VARIABLES);
    let mut state: [Fr; STATE_WIDTH] = std::array::from_fn(|i| state[i] + keys[0][i]);
    trace.extend(state);
    for pair in keys[1..].as_chunks::<2>().0 {
        let roots = fifth_roots(state);
        let affine = mix(&roots, &pair[0]);
        state = mix(&affine.map(fifth_power), &pair[1]);
        trace.extend([roots, affine, state].as_flattened());
    }
    trace
}

/// The first element that the sponge yields for `inputs`, padded with a one and zeros to whole blocks.
pub fn hash<B: Builder>(builder: &mut B, inputs: &[Variable]) -> Variable {
    let mut padded = inputs.to_vec();
    padded.push(builder.one());
    padded.resize(padded.len().next_multiple_of(RATE), builder.zero());
    let (blocks, _) = padded.as_chunks::<RATE>();
    // the first block meets a state of zeros and needs no addition
    let [first, rest @ ..] = blocks else {
        return builder.zero();
    };
    let mut state = permute(builder, [first[0], first[1], first[2], builder.zero()]);
    for block in rest {
        let absorbed = [block[0], block[1], block[2], builder.zero()];
        let mut next = state;
        for i in 0..STATE_WIDTH {
            next[i] = add(builder, state[i], absorbed[i]);
        }
        state = permute(builder, next);
    }
    state[0]
}
