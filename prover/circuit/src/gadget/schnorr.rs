//! Schnorr signatures over Baby Jubjub with Rescue.

use ark_bn254::Fr;
use crema_light_client::schnorr::{CHALLENGE_BITS, domain_separator};
use crema_plonk::constraint_system::{Builder, Variable};

use super::{
    arithmetic::{constant, is_equal},
    boolean::and,
    comparison::{FIELD_BITS, Unpack, unpack},
    edwards::{self, Point},
    rescue,
};

/// The variables of a signature.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Response.
    pub s: Variable,
    /// Commitment to the nonce.
    pub r: Point,
}

/// Whether `signature` is `key`'s for `message`: `s·G = R + c·key`.
///
/// No gate asks whether the points lie on the curve, as in jellyfish: who commits to the stake table answers for the key.
pub fn is_valid<B: Builder>(
    builder: &mut B,
    key: Point,
    signature: Signature,
    message: &[Variable],
    mode: Unpack,
) -> Variable {
    is_valid_traced(builder, key, signature, message, mode, None)
}

/// As [`is_valid`], with what [`rescue::traces`] gives for the challenge's preimage where that is known already.
pub fn is_valid_traced<B: Builder>(
    builder: &mut B,
    key: Point,
    signature: Signature,
    message: &[Variable],
    mode: Unpack,
    known: Option<&[Fr]>,
) -> Variable {
    let separator = constant(builder, domain_separator());
    let mut preimage = vec![separator, key.x, key.y, signature.r.x, signature.r.y];
    preimage.extend(message);
    let hash = rescue::hash_traced(builder, &preimage, known);
    let challenge = unpack(builder, hash, FIELD_BITS, mode);
    let left = edwards::mul_generator(builder, signature.s);
    let right = edwards::mul(builder, &challenge[..CHALLENGE_BITS], key);
    let right = edwards::add(builder, signature.r, right);
    let same_x = is_equal(builder, left.x, right.x);
    let same_y = is_equal(builder, left.y, right.y);
    and(builder, same_x, same_y)
}
