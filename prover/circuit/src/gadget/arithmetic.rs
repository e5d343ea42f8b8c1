//! Sums, products and constants of field elements.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use crema_kernels::quotient::Selector;
use crema_plonk::constraint_system::{Builder, Gate, Variable};

/// Requires `variable = value`.
pub fn enforce_constant<B: Builder>(builder: &mut B, variable: Variable, value: Fr) {
    let zero = builder.zero();
    let gate = Gate::new(&[(Selector::Output, Fr::ONE), (Selector::Constant, value)]);
    builder.gate(gate, [zero, zero, zero, zero, variable]);
}

/// A new variable that is fixed to `value`.
pub fn constant<B: Builder>(builder: &mut B, value: Fr) -> Variable {
    let variable = builder.variable(|_| value);
    enforce_constant(builder, variable, value);
    variable
}

/// Requires `a = b`.
pub fn enforce_equal<B: Builder>(builder: &mut B, a: Variable, b: Variable) {
    let zero = builder.zero();
    builder.gate(
        Gate::with_output(Selector::Lc0, &[Fr::ONE, -Fr::ONE]),
        [a, b, zero, zero, zero],
    );
}

/// `a + b`.
pub fn add<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let zero = builder.zero();
    let sum = builder.variable(|w| w.value(a) + w.value(b));
    builder.gate(
        Gate::with_output(Selector::Lc0, &[Fr::ONE, Fr::ONE]),
        [a, b, zero, zero, sum],
    );
    sum
}

/// `a - b`.
pub fn sub<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let zero = builder.zero();
    let difference = builder.variable(|w| w.value(a) - w.value(b));
    builder.gate(
        Gate::with_output(Selector::Lc0, &[Fr::ONE, -Fr::ONE]),
        [a, b, zero, zero, difference],
    );
    difference
}

/// Requires `a·b = product`.
pub fn enforce_product<B: Builder>(builder: &mut B, a: Variable, b: Variable, product: Variable) {
    let zero = builder.zero();
    builder.gate(
        Gate::with_output(Selector::Mul0, &[Fr::ONE]),
        [a, b, zero, zero, product],
    );
}

/// `a·b`.
pub fn mul<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let product = builder.variable(|w| w.value(a) * w.value(b));
    enforce_product(builder, a, b, product);
    product
}

/// Requires `wires[0]·wires[1] + wires[2]·wires[3] = wires[4]`.
pub fn enforce_two_products<B: Builder>(builder: &mut B, wires: [Variable; 5]) {
    builder.gate(Gate::with_output(Selector::Mul0, &[Fr::ONE, Fr::ONE]), wires);
}

/// `a·b + c·d` for `[a, b, c, d]`.
pub fn two_products<B: Builder>(builder: &mut B, [a, b, c, d]: [Variable; 4]) -> Variable {
    let sum = builder.variable(|w| w.value(a) * w.value(b) + w.value(c) * w.value(d));
    enforce_two_products(builder, [a, b, c, d, sum]);
    sum
}

/// Requires `Σ coefficients[i]·terms[i] = sum`.
pub fn enforce_linear_combination<B: Builder>(
    builder: &mut B,
    [a, b, c, d]: [Variable; 4],
    coefficients: [Fr; 4],
    sum: Variable,
) {
    builder.gate(Gate::with_output(Selector::Lc0, &coefficients), [a, b, c, d, sum]);
}

/// `Σ coefficients[i]·terms[i]`.
pub fn linear_combination<B: Builder>(
    builder: &mut B,
    terms: [Variable; 4],
    coefficients: [Fr; 4],
) -> Variable {
    let sum = builder.variable(|w| linear_combination_value(w, terms, coefficients));
    enforce_linear_combination(builder, terms, coefficients, sum);
    sum
}

fn linear_combination_value<B: Builder>(builder: &B, terms: [Variable; 4], coefficients: [Fr; 4]) -> Fr {
    terms
        .iter()
        .zip(coefficients)
        .map(|(term, coefficient)| builder.value(*term) * coefficient)
        .sum()
}

/// Folds `terms` four at a time, the running value being the first of each next four, so that the last fold gives
/// `result`: `acc ← c_0·acc + c_1·t + c_2·t' + c_3·t''`. The number of terms is one more than a multiple of three.
pub fn enforce_fold<B: Builder>(
    builder: &mut B,
    terms: &[Variable],
    coefficients: [Fr; 4],
    result: Variable,
) {
    debug_assert!(terms.len() > 3 && terms.len() % 3 == 1, "terms are padded");
    let mut accumulator = terms[0];
    let folds = (terms.len() - 1) / 3;
    for (index, next) in terms[1..].chunks_exact(3).enumerate() {
        let four = [accumulator, next[0], next[1], next[2]];
        if index + 1 == folds {
            enforce_linear_combination(builder, four, coefficients, result);
        } else {
            accumulator = linear_combination(builder, four, coefficients);
        }
    }
}

/// Number of terms that `terms` terms are padded to before [`enforce_fold`].
///
/// jellyfish goes to the next larger multiple of three even where `terms - 1` is one already, except for three. The keys
/// of capacities with 7, 10, 13, … terms depend on that extra gate.
pub const fn padded_terms(terms: usize) -> usize {
    let rest = terms - 1;
    if rest <= 3 { 4 } else { (rest / 3 + 1) * 3 + 1 }
}

/// The sum of all `terms`, at least one.
pub fn sum<B: Builder>(builder: &mut B, terms: &[Variable]) -> Variable {
    let total = builder.variable(|w| terms.iter().map(|term| w.value(*term)).sum());
    let mut padded = terms.to_vec();
    padded.resize(padded_terms(terms.len()), builder.zero());
    enforce_fold(builder, &padded, [Fr::ONE; 4], total);
    total
}

/// `a + constant`.
pub fn add_constant<B: Builder>(builder: &mut B, a: Variable, constant: Fr) -> Variable {
    let sum = builder.variable(|w| w.value(a) + constant);
    enforce_add_constant(builder, a, constant, sum);
    sum
}

/// Requires `a + constant = sum`.
pub fn enforce_add_constant<B: Builder>(builder: &mut B, a: Variable, constant: Fr, sum: Variable) {
    let (zero, one) = (builder.zero(), builder.one());
    let gate = Gate::new(&[
        (Selector::Lc0, Fr::ONE),
        (Selector::Output, Fr::ONE),
        (Selector::Constant, constant),
    ]);
    // the second wire carries the variable one although nothing multiplies it: jellyfish's wiring
    builder.gate(gate, [a, one, zero, zero, sum]);
}

/// Whether `a = 0`.
pub fn is_zero<B: Builder>(builder: &mut B, a: Variable) -> Variable {
    let (zero, one) = (builder.zero(), builder.one());
    let answer = builder.variable(|w| Fr::from(w.value(a).is_zero()));
    let inverse = builder.variable(|w| {
        let a = w.value(a);
        // bits are most of what is asked about, and an inversion costs a few hundred multiplications
        if a == Fr::ONE {
            a
        } else {
            a.inverse().unwrap_or(Fr::ZERO)
        }
    });
    enforce_two_products(builder, [a, inverse, one, answer, one]);
    enforce_product(builder, answer, a, zero);
    answer
}

/// Whether `a = b`.
pub fn is_equal<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let difference = sub(builder, a, b);
    is_zero(builder, difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_has_jellyfishs_quirk() {
        let expected = [
            (1, 4),
            (2, 4),
            (4, 4),
            (5, 7),
            (6, 7),
            (7, 10),
            (8, 10),
            (10, 13),
            (100, 103),
            (254 + 2, 259),
        ];
        for (terms, padded) in expected {
            assert_eq!(padded_terms(terms), padded, "{terms} terms");
        }
    }
}
