//! What can go wrong while proving, verifying, and reading keys and proofs.

/// Failure to make a proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The witness does not belong to the key's circuit.
    #[error(
        "the witness has {found} values, the circuit {expected} variables: it belongs to another circuit or capacity"
    )]
    Witness {
        /// Variables of the circuit.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The number of public inputs is not the circuit's.
    #[error("{found} public inputs given, the circuit has {expected}")]
    PublicInputs {
        /// Public inputs of the circuit.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The witness violates the circuit: the statement is false.
    #[error("the statement is false: its witness does not satisfy the circuit")]
    Unsatisfied,
    /// The operating system gave no random bytes.
    #[error("the operating system's random number generator failed")]
    Randomness,
    /// An engine failed.
    #[error(transparent)]
    Kernel(#[from] crema_kernels::Error),
    /// A commitment failed.
    #[error(transparent)]
    Kzg(#[from] crema_kzg::Error),
}

/// Why a proof is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The number of public inputs is not the key's.
    #[error("{found} public inputs given, the key has {expected}")]
    PublicInputs {
        /// Public inputs of the key.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The key's domain is not a power of two within the field's two-adicity.
    #[error("the verification key's domain size {0} is not a power of two of at most 2^28")]
    Domain(u64),
    /// The evaluation point fell into the domain, which an honest proof meets with probability 2^-230.
    #[error("the evaluation challenge lies in the domain")]
    Challenge,
    /// The pairing equation does not hold.
    #[error("the proof does not verify: the pairing equation does not hold")]
    Pairing,
}

/// Why bytes are not a key or a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The encoding has another length.
    #[error("{what}: expected {expected} bytes, found {found}")]
    Length {
        /// What was decoded.
        what: &'static str,
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// A coordinate or scalar is not below its modulus.
    #[error("{what}, word {word}: not below the modulus")]
    NonCanonical {
        /// What was decoded.
        what: &'static str,
        /// The 32-byte word.
        word: usize,
    },
    /// A point is not on the curve.
    #[error("{what}, words {word} and {}: the point is not on the curve", word + 1)]
    OffCurve {
        /// What was decoded.
        what: &'static str,
        /// The first of the point's words.
        word: usize,
    },
    /// The G2 point is not canonical, on the curve and in the subgroup.
    #[error("{0}: the G2 point is invalid")]
    G2(&'static str),
    /// The domain size is not a power of two, or a count is absurd.
    #[error("verification key: {0}")]
    Header(String),
    /// Some other encoding does not parse.
    #[error("{what}: {reason}")]
    Malformed {
        /// What was decoded.
        what: &'static str,
        /// Why.
        reason: String,
    },
}
