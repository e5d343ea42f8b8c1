//! The TurboPlonk gate equation and the permutation argument, row by row.
//!
//! Wires are `w_0..w_4`; selectors stand in the order [`Selector`] gives them. Source: the gate equation of jellyfish's
//! TurboPlonk, and for the permutation argument the PLONK paper (eprint 2019/953, section 8).

use ark_bn254::Fr;
use ark_ff::{Field, Zero};

use crate::Domain;

/// Wires per gate.
pub const WIRES: usize = 5;
/// Selectors per gate.
pub const SELECTORS: usize = 13;

/// Position of a selector in every list of thirteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Selector {
    /// Linear terms `w_0..w_3`.
    Lc0 = 0,
    /// Second linear term.
    Lc1 = 1,
    /// Third linear term.
    Lc2 = 2,
    /// Fourth linear term.
    Lc3 = 3,
    /// Product `w_0·w_1`.
    Mul0 = 4,
    /// Product `w_2·w_3`.
    Mul1 = 5,
    /// Fifth powers `w_0^5..w_3^5`.
    Hash0 = 6,
    /// Second fifth power.
    Hash1 = 7,
    /// Third fifth power.
    Hash2 = 8,
    /// Fourth fifth power.
    Hash3 = 9,
    /// Output wire `w_4`, with a minus sign.
    Output = 10,
    /// Constant.
    Constant = 11,
    /// Product of all five wires.
    Ecc = 12,
}

/// `x^5`.
#[inline]
pub fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

/// The monomials in the wires that the selectors multiply, in selector order: the gate equation is their inner
/// product with the selectors plus the public input. The constant's monomial is one and the output's is `-w_4`.
#[inline]
pub fn monomials(w: &[Fr; WIRES]) -> [Fr; SELECTORS] {
    let w01 = w[0] * w[1];
    let w23 = w[2] * w[3];
    [
        w[0],
        w[1],
        w[2],
        w[3],
        w01,
        w23,
        fifth_power(w[0]),
        fifth_power(w[1]),
        fifth_power(w[2]),
        fifth_power(w[3]),
        -w[4],
        Fr::ONE,
        w01 * w23 * w[4],
    ]
}

/// Value of the gate equation: zero on every row of a satisfied circuit.
#[inline]
pub fn gate(selectors: &[Fr; SELECTORS], wires: &[Fr; WIRES], public_input: Fr) -> Fr {
    monomials(wires)
        .iter()
        .zip(selectors)
        .fold(public_input, |sum, (monomial, selector)| {
            if selector.is_zero() {
                sum
            } else {
                sum + *monomial * selector
            }
        })
}

/// What [`crate::Engine::grand_product`] multiplies up:
/// `z(1) = 1`, `z(ω^{g+1}) = z(ω^g)·Π_j (w_j + β·k_j·ω^g + γ) / (w_j + β·σ_j + γ)`.
pub struct GrandProduct<'a, V> {
    /// The subgroup of order `n`.
    pub domain: &'a Domain,
    /// Wire values on the subgroup, `n` each.
    pub wires: [&'a V; WIRES],
    /// Permutation values on the subgroup, `n` each.
    pub sigmas: [&'a V; WIRES],
    /// Coset representatives of the wires.
    pub k: [Fr; WIRES],
    /// Challenge β.
    pub beta: Fr,
    /// Challenge γ.
    pub gamma: Fr,
}

/// Everything that the quotient's values on one coset depend on. Vectors hold `n` values on `shift·H`.
pub struct QuotientCoset<'a, V> {
    /// The subgroup `H` of order `n`.
    pub domain: &'a Domain,
    /// The coset's representative.
    pub shift: Fr,
    /// Selector values.
    pub selectors: [&'a V; SELECTORS],
    /// Permutation values.
    pub sigmas: [&'a V; WIRES],
    /// Wire values.
    pub wires: [&'a V; WIRES],
    /// Grand product values; the value at `ω·x` is the next one, cyclically.
    pub grand_product: &'a V,
    /// The public inputs, which occupy the subgroup's first rows.
    pub public_inputs: &'a [Fr],
    /// Coset representatives of the wires.
    pub k: [Fr; WIRES],
    /// Challenge α.
    pub alpha: Fr,
    /// Challenge β.
    pub beta: Fr,
    /// Challenge γ.
    pub gamma: Fr,
}
