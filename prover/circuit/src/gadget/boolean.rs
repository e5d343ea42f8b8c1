//! Logic on variables that are zero or one.

use ark_bn254::Fr;
use ark_ff::Field;
use crema_kernels::quotient::Selector;
use crema_plonk::constraint_system::{Builder, Gate, Variable};

use super::arithmetic;

/// Requires `a` to be zero or one.
pub fn enforce_bool<B: Builder>(builder: &mut B, a: Variable) {
    let zero = builder.zero();
    builder.gate(
        Gate::with_output(Selector::Mul0, &[Fr::ONE]),
        [a, a, zero, zero, a],
    );
}

/// A new variable that is zero or one.
pub fn bit<B: Builder>(builder: &mut B, value: impl FnOnce(&B) -> Fr) -> Variable {
    let bit = builder.variable(value);
    enforce_bool(builder, bit);
    bit
}

/// `a ∧ b`.
pub fn and<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    arithmetic::mul(builder, a, b)
}

/// `a ∨ b`.
pub fn or<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let zero = builder.zero();
    let either = builder.variable(|w| {
        let (a, b) = (w.value(a), w.value(b));
        a + b - a * b
    });
    let mut gate = Gate::with_output(Selector::Lc0, &[Fr::ONE, Fr::ONE]);
    gate.0[Selector::Mul0 as usize] = -Fr::ONE;
    builder.gate(gate, [a, b, zero, zero, either]);
    either
}

/// `¬a`.
pub fn not<B: Builder>(builder: &mut B, a: Variable) -> Variable {
    arithmetic::is_zero(builder, a)
}

/// Requires `bit·if_one + (1 - bit)·if_zero = selected`.
pub fn enforce_selected<B: Builder>(
    builder: &mut B,
    bit: Variable,
    if_zero: Variable,
    if_one: Variable,
    selected: Variable,
) {
    let gate = Gate::new(&[
        (Selector::Lc1, Fr::ONE),
        (Selector::Mul0, -Fr::ONE),
        (Selector::Mul1, Fr::ONE),
        (Selector::Output, Fr::ONE),
    ]);
    builder.gate(gate, [bit, if_zero, bit, if_one, selected]);
}
