//! The Rescue permutation and its sponge.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInt, Field};
use crema_kernels::{cpu::CpuEngine, quotient::Selector};
use crema_light_client::rescue::{
    HALF_ROUNDS, RATE, STATE_WIDTH, fifth_power, fifth_roots, mds, mix, round_keys,
};
use crema_plonk::constraint_system::{Builder, Gate, Variable};

use super::arithmetic::{add, enforce_add_constant};

/// Variables of a permutation: the keyed input, and per pair of half rounds the roots and two states.
const VARIABLES: usize = STATE_WIDTH + HALF_ROUNDS / 2 * 3 * STATE_WIDTH;

/// Fifth roots are powers with this exponent: five times it is one modulo `r - 1`.
const FIFTH_ROOT: BigInt<4> = BigInt([
    0xcfe7_f7a9_8ccc_cccd,
    0x535c_b9d3_9494_5a0d,
    0x9373_6af8_679a_ad17,
    0x26b6_a528_b427_b354,
]);

/// The permutation.
pub fn permute<B: Builder>(builder: &mut B, state: [Variable; STATE_WIDTH]) -> [Variable; STATE_WIDTH] {
    permute_traced(builder, state, None)
}

/// The permutation, whose variables' values may be known already.
fn permute_traced<B: Builder>(
    builder: &mut B,
    state: [Variable; STATE_WIDTH],
    known: Option<&[Fr]>,
) -> [Variable; STATE_WIDTH] {
    let variables = builder.variables(VARIABLES, |w| {
        known.map_or_else(|| trace(state.map(|element| w.value(element))), <[Fr]>::to_vec)
    });
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

/// Values of the variables of all permutations of some sponges, one list for each list of inputs.
///
/// The sponges run in step, so that their fifth roots, which are most of a witness's work, are taken side by side.
pub fn traces(inputs: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
    let padded: Vec<Vec<Fr>> = inputs
        .iter()
        .map(|inputs| {
            let mut padded = inputs.clone();
            padded.push(Fr::ONE);
            padded.resize(padded.len().next_multiple_of(RATE), Fr::ZERO);
            padded
        })
        .collect();
    let mut traces: Vec<Vec<Fr>> = padded
        .iter()
        .map(|padded| Vec::with_capacity(padded.len() / RATE * VARIABLES))
        .collect();
    let mut states = vec![[Fr::ZERO; STATE_WIDTH]; padded.len()];
    let steps = padded.iter().map(|padded| padded.len() / RATE).max().unwrap_or(0);
    for step in 0..steps {
        let active: Vec<usize> = (0..padded.len())
            .filter(|sponge| padded[*sponge].len() > step * RATE)
            .collect();
        let mut batch: Vec<[Fr; STATE_WIDTH]> = active
            .iter()
            .map(|sponge| {
                let mut state = states[*sponge];
                for (element, input) in state.iter_mut().zip(&padded[*sponge][step * RATE..][..RATE]) {
                    *element += input;
                }
                state
            })
            .collect();
        permute_all(&mut batch, |position, values| {
            traces[active[position]].extend(values);
        });
        for (sponge, state) in active.into_iter().zip(batch) {
            states[sponge] = state;
        }
    }
    traces
}

/// Permutes all states and hands out their variables' values: the state's position, and the next of its values.
fn permute_all(states: &mut [[Fr; STATE_WIDTH]], mut emit: impl FnMut(usize, &[Fr])) {
    let keys = round_keys();
    let engine = CpuEngine::default();
    for (position, state) in states.iter_mut().enumerate() {
        *state = std::array::from_fn(|i| state[i] + keys[0][i]);
        emit(position, state);
    }
    for pair in keys[1..].as_chunks::<2>().0 {
        let mut roots = states.to_vec();
        engine.raise(roots.as_flattened_mut(), FIFTH_ROOT);
        for (position, (state, roots)) in states.iter_mut().zip(&roots).enumerate() {
            let affine = mix(roots, &pair[0]);
            *state = mix(&affine.map(fifth_power), &pair[1]);
            emit(position, roots);
            emit(position, &affine);
            emit(position, state);
        }
    }
}

/// The first element that the sponge yields for `inputs`, padded with a one and zeros to whole blocks.
pub fn hash<B: Builder>(builder: &mut B, inputs: &[Variable]) -> Variable {
    hash_traced(builder, inputs, None)
}

/// As [`hash`], with what [`traces`] gives for the inputs' values where that is known already.
pub fn hash_traced<B: Builder>(builder: &mut B, inputs: &[Variable], known: Option<&[Fr]>) -> Variable {
    let mut known = known.map(|known| known.chunks_exact(VARIABLES));
    let mut next = || known.as_mut().and_then(Iterator::next);
    let mut padded = inputs.to_vec();
    padded.push(builder.one());
    padded.resize(padded.len().next_multiple_of(RATE), builder.zero());
    let (blocks, _) = padded.as_chunks::<RATE>();
    // the first block meets a state of zeros and needs no addition
    let [first, rest @ ..] = blocks else {
        return builder.zero();
    };
    let mut state = permute_traced(builder, [first[0], first[1], first[2], builder.zero()], next());
    for block in rest {
        let absorbed = [block[0], block[1], block[2], builder.zero()];
        for i in 0..STATE_WIDTH {
            state[i] = add(builder, state[i], absorbed[i]);
        }
        state = permute_traced(builder, state, next());
    }
    state[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sponges_in_step_are_sponges_one_by_one() {
        let value = |i: usize| Fr::from(i as u64 + 2).inverse().expect("not zero") - Fr::from(7);
        let inputs: Vec<Vec<Fr>> = [8, 0, 2, 3, 8, 31, 1, 5, 6]
            .map(|length| (0..length).map(|i| value(length * 40 + i)).collect())
            .to_vec();
        for (inputs, found) in inputs.iter().zip(traces(&inputs)) {
            let mut state = [Fr::ZERO; STATE_WIDTH];
            let mut expected = Vec::new();
            let mut padded = [inputs.clone(), vec![Fr::ONE]].concat();
            padded.resize(padded.len().next_multiple_of(RATE), Fr::ZERO);
            for block in padded.chunks(RATE) {
                for (element, input) in state.iter_mut().zip(block) {
                    *element += input;
                }
                expected.extend(trace(state));
                state.copy_from_slice(&expected[expected.len() - STATE_WIDTH..]);
            }
            assert_eq!(found, expected, "{} inputs", inputs.len());
            assert_eq!(state[0], crema_light_client::rescue::hash(inputs));
        }
    }
}
