//! Messages to points of G1, by hashing to a coordinate and counting up until one fits.
//!
//! The expander follows RFC 9380's `expand_message_xmd` with Keccak-256, except that its first block is 48 zero bytes,
//! the output's length, where the RFC has 136, the hash's block length. Deployed signatures depend on it.

use ark_bn254::{Fq, G1Affine, g1};
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{Field, PrimeField};
use sha3::{Digest, Keccak256};

/// Appended to every message.
const CIPHERSUITE: &[u8] = b"BLS_SIG_BN254G1_XMD:KECCAK_NCTH_NUL_";
/// The domain separation tag of the expander.
const DOMAIN: u8 = 1;
/// Uniform bytes per coordinate: 254 bits and 128 of security, rounded up.
const EXPANDED: usize = 48;

/// The point that stands for `message`, with the smaller of its two `y` coordinates.
///
/// Its running time depends on the message, which is public.
pub fn hash_to_curve(message: &[u8]) -> G1Affine {
    let mut x = Fq::from_be_bytes_mod_order(&expand(message));
    loop {
        let square = x.square() * x + g1::Config::COEFF_B;
        if let Some(root) = square.sqrt() {
            let y = if root <= -root { root } else { -root };
            return G1Affine::new_unchecked(x, y);
        }
        x += Fq::ONE;
    }
}

/// 48 uniform bytes of `message`.
fn expand(message: &[u8]) -> [u8; EXPANDED] {
    // the tag and its length, both 1
    let suffix = [DOMAIN, 1];
    let mut hasher = Keccak256::new();
    hasher.update([0; EXPANDED]);
    hasher.update(message);
    hasher.update(CIPHERSUITE);
    hasher.update((EXPANDED as u16).to_be_bytes());
    hasher.update([0]);
    hasher.update(suffix);
    let seed = hasher.finalize();

    let block = |input: &[u8], index: u8| {
        Keccak256::new()
            .chain_update(input)
            .chain_update([index])
            .chain_update(suffix)
            .finalize()
    };
    let first = block(&seed, 1);
    let mixed: Vec<u8> = seed.iter().zip(&first).map(|(a, b)| a ^ b).collect();
    let second = block(&mixed, 2);

    let mut expanded = [0; EXPANDED];
    expanded[..32].copy_from_slice(&first);
    expanded[32..].copy_from_slice(&second[..EXPANDED - 32]);
    expanded
}

#[cfg(test)]
mod tests {
    use ark_ff::field_hashers::{DefaultFieldHasher, HashToField};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn expands_as_the_library_does(message: Vec<u8>) {
            let input = [message.as_slice(), CIPHERSUITE].concat();
            let library = <DefaultFieldHasher<Keccak256, 128> as HashToField<Fq>>::new(&[DOMAIN]);
            let [expected]: [Fq; 1] = library.hash_to_field(&input);
            prop_assert_eq!(Fq::from_be_bytes_mod_order(&expand(&message)), expected);
        }

        #[test]
        fn lands_on_the_curve_with_the_smaller_y(message: Vec<u8>) {
            let point = hash_to_curve(&message);
            prop_assert!(point.is_on_curve() && point != G1Affine::identity());
            prop_assert!(point.y <= -point.y);
        }
    }
}
