//! The proof as the prover writes it, 36 words, and as the contract takes it.

use alloy::sol_types::SolType;

use crate::IPlonkVerifier::PlonkProof;

/// Length of a proof: 13 points and 10 scalars.
pub const PROOF_BYTES: usize = 36 * 32;

/// Bytes that are no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not 36 words.
    #[error("a proof has {PROOF_BYTES} bytes (36 words), found {found}")]
    Length {
        /// Number of bytes given.
        found: usize,
    },
    /// Words that do not decode; every word does, so this names a fault in the bindings.
    #[error("the proof's words do not decode: {0}; regenerate the bindings")]
    Decode(#[from] alloy::sol_types::Error),
}

/// The contract's struct from the prover's `solidity_words_concat`. Says nothing about whether points and scalars are canonical:
/// that is the contract's to judge.
///
/// # Errors
/// [`ProofError::Length`] unless there are exactly 36 words.
pub fn plonk_proof(words: &[u8]) -> Result<PlonkProof, ProofError> {
    if words.len() != PROOF_BYTES {
        return Err(ProofError::Length { found: words.len() });
    }
    Ok(PlonkProof::abi_decode(words)?)
}
