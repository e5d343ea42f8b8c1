//! The interface that gadgets are written against.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::quotient::{SELECTORS, Selector, WIRES};

/// A circuit variable: an index into the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variable(pub u32);

impl Variable {
    /// The variable that is constantly zero in every circuit.
    pub const ZERO: Self = Self(0);
    /// The variable that is constantly one in every circuit.
    pub const ONE: Self = Self(1);
}

/// A gate's selectors, in the order of [`Selector`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate(pub [Fr; SELECTORS]);

impl Gate {
    /// The gate with all selectors zero, satisfied by anything.
    pub const NOTHING: Self = Self([Fr::ZERO; SELECTORS]);

    /// A gate with some selectors set and the others zero.
    pub fn new(selectors: &[(Selector, Fr)]) -> Self {
        let mut gate = Self::NOTHING;
        for (selector, value) in selectors {
            gate.0[*selector as usize] = *value;
        }
        gate
    }

    /// The selectors `(first, second, …)` from `start` on, the output selector one, and the others zero.
    pub fn with_output(start: Selector, values: &[Fr]) -> Self {
        let mut gate = Self::new(&[(Selector::Output, Fr::ONE)]);
        for (k, value) in values.iter().enumerate() {
            gate.0[start as usize + k] = *value;
        }
        gate
    }
}

/// What gadgets build with. The order of calls defines the circuit.
pub trait Builder: Sized {
    /// A new variable. The closure gives its value and may read earlier variables; it runs only where values matter,
    /// and must not panic on values that violate the circuit.
    fn variable(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable;

    /// `count` new variables in a row, for values that are cheaper to compute together than one by one (a ladder's
    /// points share one inversion). The closure obeys what [`Builder::variable`] asks and yields exactly `count` values.
    fn variables(&mut self, count: usize, values: impl FnOnce(&Self) -> Vec<Fr>) -> Vec<Variable>;

    /// A variable's value. Called only from closures given to [`Builder::variable`] and [`Builder::variables`].
    fn value(&self, variable: Variable) -> Fr;

    /// Something that is computed from the values of earlier variables, for closures of later ones to use: what many of
    /// them need is cheaper to compute at once. `None` where values do not matter.
    fn compute<T>(&self, compute: impl FnOnce(&Self) -> T) -> Option<T> {
        let _ = compute;
        None
    }

    /// Adds a gate on five wires.
    fn gate(&mut self, gate: Gate, wires: [Variable; WIRES]);

    /// A new variable bound to the next public input.
    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable;

    /// Builds `count` pieces in order. Witnesses are computed in parallel.
    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output>;

    /// The variable that is constantly zero; unused wires carry it.
    fn zero(&self) -> Variable {
        Variable::ZERO
    }

    /// The variable that is constantly one.
    fn one(&self) -> Variable {
        Variable::ONE
    }
}

/// A list of pieces of a circuit that do not depend on one another.
pub trait Segment: Sync {
    /// What a piece leaves for the rest of the circuit.
    type Output: Send;

    /// Builds piece `index`.
    fn build<B: Builder>(&self, builder: &mut B, index: usize) -> Self::Output;

    /// Names the shape of piece `index`: pieces of equal shape create equally many variables. By default all are alike.
    fn shape(&self, _index: usize) -> usize {
        0
    }
}
