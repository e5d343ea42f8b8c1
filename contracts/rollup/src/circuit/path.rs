//! The way from a leaf to the root of the account tree.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_circuit::gadget::{
    arithmetic::{enforce_product, linear_combination, two_products},
    boolean::{bit, enforce_selected},
    rescue,
};
use crema_plonk::constraint_system::{Builder, Variable};

use crate::token::{ARITY, DEPTH, Path};

/// Hashes three elements as the tree does.
pub(super) fn compress<B: Builder>(builder: &mut B, [a, b, c]: [Variable; ARITY]) -> Variable {
    let zero = builder.zero();
    rescue::permute(builder, [a, b, c, zero])[0]
}

/// One level: which child the way comes from, as three bits of which one is set, and the two others.
struct Level {
    first: Variable,
    second: Variable,
    third: Variable,
    beside: [Variable; ARITY - 1],
}

/// A place in the tree: an index of base three, and the nodes beside the way.
pub(super) struct Place {
    /// The index, below the number of accounts.
    pub(super) index: Variable,
    levels: Vec<Level>,
}

impl Place {
    /// Witnesses a place. What its nodes are worth is seen from the root that they lead to.
    pub(super) fn new<B: Builder>(builder: &mut B, index: usize, path: &Path) -> Self {
        let mut rest = index;
        let mut digits = [builder.zero(); DEPTH];
        let levels = path
            .iter()
            .zip(&mut digits)
            .map(|(beside, place)| {
                let digit = rest % ARITY;
                rest /= ARITY;
                let (level, value) = Level::new(builder, digit, *beside);
                *place = value;
                level
            })
            .collect();
        let powers = [1u64, 3, 9, 27].map(Fr::from);
        Self {
            index: linear_combination(builder, digits, powers),
            levels,
        }
    }

    /// The root above a leaf at this place.
    pub(super) fn root<B: Builder>(&self, builder: &mut B, leaf: Variable) -> Variable {
        self.levels
            .iter()
            .fold(leaf, |node, level| level.parent(builder, node))
    }
}

impl Level {
    /// The level, and the digit that it is in the index.
    fn new<B: Builder>(builder: &mut B, digit: usize, beside: [Fr; ARITY - 1]) -> (Self, Variable) {
        let (zero, one) = (builder.zero(), builder.one());
        let second = bit(builder, |_| Fr::from(digit == 1));
        let third = bit(builder, |_| Fr::from(digit == 2));
        enforce_product(builder, second, third, zero);
        let first = linear_combination(
            builder,
            [one, second, third, zero],
            [Fr::ONE, -Fr::ONE, -Fr::ONE, Fr::ZERO],
        );
        let value = linear_combination(
            builder,
            [second, third, zero, zero],
            [1u64, 2, 0, 0].map(Fr::from),
        );
        let beside = beside.map(|node| builder.variable(|_| node));
        let level = Self {
            first,
            second,
            third,
            beside,
        };
        (level, value)
    }

    fn parent<B: Builder>(&self, builder: &mut B, node: Variable) -> Variable {
        let [lower, upper] = self.beside;
        let one = builder.one();
        let left = select(builder, self.first, lower, node);
        let middle = two_products(builder, [self.second, node, self.first, lower]);
        let middle = two_products(builder, [self.third, upper, middle, one]);
        let right = select(builder, self.third, upper, node);
        compress(builder, [left, middle, right])
    }
}

/// `if_one` where the bit is one, else `if_zero`.
fn select<B: Builder>(builder: &mut B, bit: Variable, if_zero: Variable, if_one: Variable) -> Variable {
    let selected = builder.variable(|w| {
        let (bit, zero, one) = (w.value(bit), w.value(if_zero), w.value(if_one));
        zero + bit * (one - zero)
    });
    enforce_selected(builder, bit, if_zero, if_one, selected);
    selected
}

const _: () = assert!(DEPTH == 4, "an index is one gate's sum of its digits");
