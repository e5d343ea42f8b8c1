//! Transfers: their bytes in the rollup's namespace, and the field elements that they are to the circuit.

use ark_bn254::Fr;
use ark_ed_on_bn254::EdwardsAffine;
use ark_ff::{AdditiveGroup, PrimeField};
use crema_light_client::{
    field,
    schnorr::{Signature, SigningKey},
};
use crema_types::payload::NamespacePayload;

use super::ACCOUNTS;

/// Length of a transfer: from, to (4 bytes each), amount, nonce (8 each), R.x, R.y, s (32 each), highest byte first.
pub const TRANSFER_BYTES: usize = 120;

/// An order to move tokens, signed by whom it is from, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Index of the account that pays, below [`ACCOUNTS`].
    pub from: u32,
    /// Index of the account that is paid, below [`ACCOUNTS`].
    pub to: u32,
    /// Tokens.
    pub amount: u64,
    /// Number of transfers that the payer made before.
    pub nonce: u64,
    /// The payer's signature over [`Transfer::message`]. The point need not lie on the curve: then nobody has signed.
    pub signature: Signature,
}

impl Transfer {
    /// Fills batches up. Nobody has signed it, so it does nothing.
    pub const NOTHING: Self = Self {
        from: 0,
        to: 0,
        amount: 0,
        nonce: 0,
        signature: Signature {
            s: ark_ed_on_bn254::Fr::ZERO,
            r: EdwardsAffine::new_unchecked(Fr::ZERO, Fr::ZERO),
        },
    };

    /// A transfer signed for the rollup with this domain.
    pub fn sign(key: &SigningKey, domain: Fr, [from, to]: [u32; 2], amount: u64, nonce: u64) -> Self {
        let mut transfer = Self {
            from,
            to,
            amount,
            nonce,
            ..Self::NOTHING
        };
        transfer.signature = key.sign(&transfer.message(domain));
        transfer
    }

    /// What is signed.
    pub fn message(&self, domain: Fr) -> [Fr; 2] {
        [self.order(), domain]
    }

    /// Everything but the signature, as one number.
    fn order(&self) -> Fr {
        let mut bytes = [0; 32];
        bytes[8..].copy_from_slice(&self.order_bytes());
        Fr::from_be_bytes_mod_order(&bytes)
    }

    fn order_bytes(&self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..4].copy_from_slice(&self.from.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.to.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.amount.to_be_bytes());
        bytes[16..].copy_from_slice(&self.nonce.to_be_bytes());
        bytes
    }

    /// What the contract packs it to, and the circuit is bound to.
    pub fn elements(&self) -> [Fr; 4] {
        let Signature { s, r } = &self.signature;
        [self.order(), r.x, r.y, Fr::from(s.into_bigint())]
    }

    /// The bytes of the transaction.
    pub fn to_bytes(&self) -> [u8; TRANSFER_BYTES] {
        let Signature { s, r } = &self.signature;
        let mut bytes = [0; TRANSFER_BYTES];
        bytes[..24].copy_from_slice(&self.order_bytes());
        bytes[24..56].copy_from_slice(&field::to_be_bytes(&r.x));
        bytes[56..88].copy_from_slice(&field::to_be_bytes(&r.y));
        bytes[88..].copy_from_slice(&field::to_be_bytes(s));
        bytes
    }

    /// Reads a transaction. `None` for what is no transfer: another length, an index that no account has, a number that is
    /// not below its modulus. The contract passes over the same.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; TRANSFER_BYTES] = bytes.try_into().ok()?;
        let word = |at: usize| -> [u8; 32] { std::array::from_fn(|i| bytes[at + i]) };
        let long = |at: usize| u64::from_be_bytes(std::array::from_fn(|i| bytes[at + i]));
        let index = |at: usize| {
            let index = u32::from_be_bytes(std::array::from_fn(|i| bytes[at + i]));
            ((index as usize) < ACCOUNTS).then_some(index)
        };
        let x = field::from_be_bytes(word(24)).ok()?;
        let y = field::from_be_bytes(word(56)).ok()?;
        Some(Self {
            from: index(0)?,
            to: index(4)?,
            amount: long(8),
            nonce: long(16),
            signature: Signature {
                s: field::from_be_bytes(word(88)).ok()?,
                r: EdwardsAffine::new_unchecked(x, y),
            },
        })
    }
}

/// The transfers in a namespace's bytes, each with its transaction's index there.
pub fn transfers(payload: &[u8]) -> impl Iterator<Item = (usize, Transfer)> + '_ {
    let payload = NamespacePayload(payload);
    (0..payload.len()).filter_map(move |index| Some((index, Transfer::from_bytes(payload.get(index)?)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_canonical_or_no_transfer() {
        let key = SigningKey::from_seed(&[1; 32]);
        let transfer = Transfer::sign(&key, Fr::from(5), [3, 80], u64::MAX, 7);
        let bytes = transfer.to_bytes();
        assert_eq!(Transfer::from_bytes(&bytes), Some(transfer));
        assert_eq!(Transfer::from_bytes(&bytes[1..]), None, "length");
        for at in [3, 7] {
            let mut other = bytes;
            other[at] = ACCOUNTS as u8;
            assert_eq!(Transfer::from_bytes(&other), None, "index at {at}");
        }
        for at in [24, 56, 88] {
            let mut other = bytes;
            other[at..at + 32].fill(0xff);
            assert_eq!(Transfer::from_bytes(&other), None, "number at {at}");
        }
        // s below the curve's modulus, but not below the subgroup's order
        let mut other = bytes;
        other[88..].copy_from_slice(&field::to_be_bytes(&-Fr::from(1)));
        assert_eq!(Transfer::from_bytes(&other), None, "s");
    }
}
