//! What can go wrong when a payload is dispersed, checked or recovered.

use crema_types::NamespaceId;

/// Why a dispersal, a share or a proof is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number of storage nodes that the embedded reference string does not serve.
    #[error("a dispersal to {found} storage nodes is not supported: use 1 to {max}")]
    Nodes {
        /// Nodes asked for.
        found: u32,
        /// Most that the reference string serves.
        max: u32,
    },
    /// A payload whose length does not fit the 32 bits that the commitment has for it.
    #[error(
        "a payload of {found} bytes is too long to be committed to: at most {} bytes",
        u32::MAX
    )]
    PayloadLength {
        /// Bytes of the payload.
        found: usize,
    },
    /// A dispersal for another number of nodes than the one asked for.
    #[error(
        "the dispersal is for {found} storage nodes, expected {expected}: check which stake table made it"
    )]
    NodeCount {
        /// Nodes of the stake table.
        expected: u32,
        /// Nodes in the dispersal's common data.
        found: u32,
    },
    /// Another multiplicity than the one HotShot uses.
    #[error("the dispersal has multiplicity {found}, expected 1")]
    Multiplicity {
        /// Multiplicity in the common data.
        found: u32,
    },
    /// A number of polynomial commitments that does not fit the payload's length.
    #[error("the dispersal of {payload} bytes has {found} polynomial commitments, expected {expected}")]
    PolynomialCount {
        /// Payload length in the common data.
        payload: u32,
        /// Commitments that such a payload has.
        expected: usize,
        /// Commitments present.
        found: usize,
    },
    /// The common data does not hash to the payload commitment.
    #[error(
        "the dispersal's common data is not that of this payload commitment: fetch it again from another peer"
    )]
    CommitmentMismatch,
    /// A share for a node that does not exist.
    #[error("share index {found} is not below the {nodes} storage nodes")]
    ShareIndex {
        /// Index in the share.
        found: u32,
        /// Nodes of the dispersal.
        nodes: u32,
    },
    /// A share with another number of evaluations than there are polynomials.
    #[error("share {index} has {found} evaluations, expected {expected}, one per polynomial")]
    EvaluationCount {
        /// The share.
        index: u32,
        /// Polynomials of the dispersal.
        expected: usize,
        /// Evaluations in the share.
        found: usize,
    },
    /// A share whose evaluations are not the leaf of the evaluations' Merkle tree.
    #[error("share {index} is not in the tree of evaluations that the dispersal commits to")]
    EvaluationPath {
        /// The share.
        index: u32,
    },
    /// A share whose evaluations are not values of the committed polynomials.
    #[error(
        "share {index} fails its opening proof: its evaluations are not those of the committed polynomials"
    )]
    OpeningProof {
        /// The share.
        index: u32,
    },
    /// Fewer good shares than the recovery threshold.
    #[error("recovery needs {needed} valid shares of different nodes, found {found}")]
    TooFewShares {
        /// The recovery threshold.
        needed: usize,
        /// Different valid shares given.
        found: usize,
    },
    /// Valid shares that do not encode any payload: whoever dispersed it committed to something else.
    #[error("the shares are valid but no payload has this commitment: its disperser is faulty")]
    NoSuchPayload,
    /// A payload that is not the one committed to.
    #[error("the payload is not the one that its polynomial commitments are for")]
    PayloadMismatch,
    /// A byte range outside the payload, or an empty one.
    #[error("the byte range {start}..{end} is empty or leaves the payload of {payload} bytes")]
    Range {
        /// First byte.
        start: usize,
        /// Byte after the last.
        end: usize,
        /// Bytes of the payload.
        payload: usize,
    },
    /// A proof whose parts do not have the lengths that the range implies.
    #[error("the range proof has {found} {part}, the range needs {expected}")]
    ProofShape {
        /// Which part.
        part: &'static str,
        /// What the range needs.
        expected: usize,
        /// What is there.
        found: usize,
    },
    /// Bytes that are not those of the committed payload at that range.
    #[error("the range proof fails: these bytes are not in the committed payload at {start}..{end}")]
    RangeProof {
        /// First byte.
        start: usize,
        /// Byte after the last.
        end: usize,
    },
    /// A proof for an entry that the namespace table does not have.
    #[error("the namespace proof is for entry {found}, the block's namespace table has {entries}")]
    NamespaceIndex {
        /// The proof's entry.
        found: usize,
        /// Entries of the table.
        entries: usize,
    },
    /// A namespace proof with another number of bytes than the table gives the namespace, or without the range proof that
    /// these bytes need.
    #[error(
        "namespace {namespace} has {expected} bytes in this block, its proof has {found} or the wrong parts"
    )]
    NamespaceBytes {
        /// The namespace.
        namespace: NamespaceId,
        /// Bytes by the table.
        expected: usize,
        /// Bytes in the proof.
        found: usize,
    },
    /// No proof although the table lists the namespace.
    #[error(
        "namespace {namespace} is in the block's namespace table, but the answer has no proof: ask another node"
    )]
    NamespaceListed {
        /// The namespace.
        namespace: NamespaceId,
    },
    /// A proof although the table does not list the namespace.
    #[error(
        "namespace {namespace} is not in the block's namespace table, but the answer has a proof: ask another node"
    )]
    NamespaceUnlisted {
        /// The namespace.
        namespace: NamespaceId,
    },
    /// A proof for another namespace.
    #[error(
        "namespace {namespace} is entry {expected} of the namespace table, the proof is for entry {found}"
    )]
    NamespaceMismatch {
        /// The namespace.
        namespace: NamespaceId,
        /// Its entry.
        expected: usize,
        /// The proof's entry.
        found: usize,
    },
    /// The embedded reference string or an engine failed.
    #[error(transparent)]
    Setup(#[from] crema_kzg::Error),
}

impl From<crema_kernels::Error> for Error {
    fn from(error: crema_kernels::Error) -> Self {
        Self::Setup(error.into())
    }
}
