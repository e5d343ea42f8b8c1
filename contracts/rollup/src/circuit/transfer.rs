//! One transfer: from the root before to the root after it.

use ark_bn254::Fr;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ed_on_bn254::EdwardsConfig;
use ark_ff::{AdditiveGroup, Field};
use crema_circuit::gadget::{
    arithmetic::{
        add, enforce_equal, enforce_linear_combination, is_equal, is_zero, linear_combination, mul, sub,
        two_products,
    },
    boolean::{and, not},
    comparison::{Unpack, unpack},
    edwards::Point,
    schnorr::{self, Signature},
};
use crema_plonk::constraint_system::{Builder, Variable};

use super::path::{Place, compress};
use crate::token::{Account, Step};

/// Bits of a balance, an amount and a nonce.
const NUMBER_BITS: usize = 64;

/// The variables of an account.
struct Holder {
    key: Point,
    balance: Variable,
    nonce: Variable,
}

impl Holder {
    /// Witnesses an account. Both numbers are bounded, so that the leaf, which has them as one, has them in one way only.
    fn new<B: Builder>(builder: &mut B, account: &Account) -> Self {
        let [x, y] = account.key.map(|coordinate| builder.variable(|_| coordinate));
        let balance = number(builder, account.balance);
        let nonce = number(builder, account.nonce);
        Self {
            key: Point { x, y },
            balance,
            nonce,
        }
    }

    /// The leaf with these numbers in place of its own.
    fn leaf<B: Builder>(&self, builder: &mut B, balance: Variable, nonce: Variable) -> Variable {
        let zero = builder.zero();
        let funds = linear_combination(
            builder,
            [balance, nonce, zero, zero],
            [Fr::ONE, power_of_two(64), Fr::ZERO, Fr::ZERO],
        );
        compress(builder, [self.key.x, self.key.y, funds])
    }
}

/// Executes the transfer that `elements` are, and gives the root after it.
///
/// Every transfer that the contract hands over satisfies this, valid or not: what would not (an index that no account has, an `s`
/// of more than 252 bits) is no transfer to the contract.
pub(super) fn execute<B: Builder>(
    builder: &mut B,
    root: Variable,
    domain: Variable,
    elements: [Variable; 4],
    step: &Step,
) -> Variable {
    let transfer = &step.transfer;
    let from = Place::new(builder, transfer.from as usize, &step.payer_path);
    let to = Place::new(builder, transfer.to as usize, &step.payee_path);
    let amount = number(builder, transfer.amount);
    let nonce = number(builder, transfer.nonce);
    let places = [160, 128, 64, 0].map(power_of_two);
    enforce_linear_combination(
        builder,
        [from.index, to.index, amount, nonce],
        places,
        elements[0],
    );

    let payer = Holder::new(builder, &step.payer);
    let leaf = payer.leaf(builder, payer.balance, payer.nonce);
    let found = from.root(builder, leaf);
    enforce_equal(builder, found, root);
    let payee = Holder::new(builder, &step.payee);

    let signed = is_signed(builder, payer.key, domain, elements);
    let next = is_equal(builder, nonce, payer.nonce);
    let covered = is_at_least(builder, payer.balance, amount);
    let nobody = is_zero(builder, payee.key.y);
    let somebody = not(builder, nobody);
    let in_order = and(builder, signed, next);
    let possible = and(builder, covered, somebody);
    let valid = and(builder, in_order, possible);

    let moved = mul(builder, valid, amount);
    let left = sub(builder, payer.balance, moved);
    let made = add(builder, payer.nonce, valid);
    let leaf = payer.leaf(builder, left, made);
    let paid = from.root(builder, leaf);

    let leaf = payee.leaf(builder, payee.balance, payee.nonce);
    let found = to.root(builder, leaf);
    enforce_equal(builder, found, paid);
    // stays below 2^64, as all balances together do
    let credited = add(builder, payee.balance, moved);
    let leaf = payee.leaf(builder, credited, payee.nonce);
    to.root(builder, leaf)
}

/// Whether the payer's key has signed. The signature's point comes from the chain, where anything can stand.
fn is_signed<B: Builder>(
    builder: &mut B,
    key: Point,
    domain: Variable,
    [order, x, y, s]: [Variable; 4],
) -> Variable {
    let on_curve = is_on_curve(builder, Point { x, y });
    let signature = Signature { s, r: Point { x, y } };
    let valid = schnorr::is_valid(builder, key, signature, &[order, domain], Unpack::Canonical);
    and(builder, on_curve, valid)
}

/// Whether `x^2 + y^2 = 1 + d x^2 y^2`.
fn is_on_curve<B: Builder>(builder: &mut B, Point { x, y }: Point) -> Variable {
    let (zero, one) = (builder.zero(), builder.one());
    let left = two_products(builder, [x, x, y, y]);
    let product = mul(builder, x, y);
    let square = mul(builder, product, product);
    let right = linear_combination(
        builder,
        [square, one, zero, zero],
        [EdwardsConfig::COEFF_D, Fr::ONE, Fr::ZERO, Fr::ZERO],
    );
    is_equal(builder, left, right)
}

/// Whether `a ≥ b`, both of [`NUMBER_BITS`]: the bit above these in `a - b + 2^64`.
fn is_at_least<B: Builder>(builder: &mut B, a: Variable, b: Variable) -> Variable {
    let (zero, one) = (builder.zero(), builder.one());
    let difference = linear_combination(
        builder,
        [a, b, one, zero],
        [Fr::ONE, -Fr::ONE, power_of_two(NUMBER_BITS as u32), Fr::ZERO],
    );
    unpack(builder, difference, NUMBER_BITS + 1, Unpack::Canonical)[NUMBER_BITS]
}

/// A witnessed number of [`NUMBER_BITS`].
fn number<B: Builder>(builder: &mut B, value: u64) -> Variable {
    let number = builder.variable(|_| Fr::from(value));
    unpack(builder, number, NUMBER_BITS, Unpack::Canonical);
    number
}

fn power_of_two(exponent: u32) -> Fr {
    Fr::from(2).pow([u64::from(exponent)])
}
