//! What can go wrong in an engine.

/// An engine's failure. The engine stays usable after any of them unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A transform was asked for a length that is not a power of two or exceeds the field's two-adicity (2^28).
    #[error("a transform needs a power-of-two length of at most 2^28, got {0}")]
    DomainSize(usize),
    /// Two vectors that must have the same length do not.
    #[error("{what}: expected length {expected}, got {found}")]
    Length {
        /// Which operand is wrong.
        what: &'static str,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// More scalars than prepared bases.
    #[error("multi-scalar multiplication over {scalars} scalars, but only {bases} bases are prepared")]
    TooFewBases {
        /// Number of scalars given.
        scalars: usize,
        /// Number of bases prepared.
        bases: usize,
    },
    /// An index table points outside the vector that it gathers from.
    #[error("gather index {index} is outside a vector of length {length}")]
    Index {
        /// The offending index.
        index: usize,
        /// The length of the table.
        length: usize,
    },
    /// A value that must be invertible is zero, for instance a grand product's denominator.
    #[error("cannot invert zero in {0}")]
    DivisionByZero(&'static str),
    /// The accelerator failed; after [`DeviceError::Lost`](crate::DeviceError::Lost) its engine cannot be used any
    /// more.
    #[error(transparent)]
    Device(#[from] crate::DeviceError),
    /// ICICLE's libraries failed, or are not what they should be.
    #[error(transparent)]
    Icicle(#[from] crate::IcicleError),
}
