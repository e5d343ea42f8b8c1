//! The seventeen scalars that make a proof zero-knowledge.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, PrimeField};
use crema_kernels::quotient::WIRES;
use zeroize::Zeroize;

use crate::error::ProveError;

/// Number of blinders in a proof.
pub const BLINDERS: usize = 17;

/// A proof's blinders, wiped when dropped. Never reuse them: two proofs under one set leak their witnesses' difference.
#[derive(Clone)]
pub struct Blinders {
    /// Two per wire.
    pub(crate) wires: [[Fr; 2]; WIRES],
    /// Three for the grand product.
    pub(crate) grand_product: [Fr; 3],
    /// One at each joint of the quotient's pieces.
    pub(crate) quotient: [Fr; WIRES - 1],
}

impl Blinders {
    /// Fresh blinders from the operating system, uniform up to `2^-256`.
    ///
    /// # Errors
    /// [`ProveError::Randomness`].
    pub fn random() -> Result<Self, ProveError> {
        let mut bytes = [0u8; 64 * BLINDERS];
        getrandom::fill(&mut bytes).map_err(|_| ProveError::Randomness)?;
        let mut scalars = [Fr::ZERO; BLINDERS];
        for (scalar, chunk) in scalars.iter_mut().zip(bytes.chunks(64)) {
            *scalar = Fr::from_le_bytes_mod_order(chunk);
        }
        bytes.zeroize();
        let blinders = Self::insecure(scalars);
        scalars.zeroize();
        Ok(blinders)
    }

    /// Chosen blinders, in the order in which jellyfish draws them: wires, grand product, quotient. For reproducing a
    /// proof; whoever knows them can undo the hiding.
    pub fn insecure(scalars: [Fr; BLINDERS]) -> Self {
        Self {
            wires: std::array::from_fn(|i| [scalars[2 * i], scalars[2 * i + 1]]),
            grand_product: std::array::from_fn(|i| scalars[2 * WIRES + i]),
            quotient: std::array::from_fn(|i| scalars[2 * WIRES + 3 + i]),
        }
    }

    /// The scalars that [`Blinders::insecure`] takes. Whoever sees them can undo the hiding of a proof made with them.
    pub(crate) fn in_draw_order(&self) -> [Fr; BLINDERS] {
        let mut scalars = [Fr::ZERO; BLINDERS];
        let all = self
            .wires
            .as_flattened()
            .iter()
            .chain(&self.grand_product)
            .chain(&self.quotient);
        for (slot, scalar) in scalars.iter_mut().zip(all) {
            *slot = *scalar;
        }
        scalars
    }
}

impl Drop for Blinders {
    fn drop(&mut self) {
        self.wires.iter_mut().for_each(Zeroize::zeroize);
        self.grand_product.zeroize();
        self.quotient.zeroize();
    }
}

impl std::fmt::Debug for Blinders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blinders(hidden)")
    }
}
