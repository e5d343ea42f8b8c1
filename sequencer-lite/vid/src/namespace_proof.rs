//! Proofs that a namespace's transactions are those of a block, for clients that know the block's header alone.

use crema_types::{
    NamespaceId, NamespaceTable, Payload, Transaction, base64_bytes, payload::NamespacePayload,
};
use serde::{Deserialize, Serialize};

use crate::{Error, Parameters, RangeProof, Verifier};

/// All bytes of one namespace, with the proof that they are what the block's payload holds where its namespace table
/// says. That a namespace has no transactions in a block needs no proof: its table, which the header carries, does not
/// list it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceProof {
    ns_index: [u8; 4],
    #[serde(with = "base64_bytes")]
    ns_payload: Vec<u8>,
    /// Missing where the table gives the namespace no bytes.
    ns_proof: Option<RangeProof>,
}

impl NamespaceProof {
    /// The proof for a namespace of a payload dispersed with `parameters`, or `None` when its table does not list it.
    ///
    /// # Errors
    /// None for a payload whose table describes it.
    pub fn new(
        parameters: Parameters,
        payload: &Payload,
        namespace: NamespaceId,
    ) -> Result<Option<Self>, Error> {
        let bytes = payload.as_bytes();
        let Some((index, range)) = payload.ns_table().find(namespace).and_then(|index| {
            let range = payload.ns_table().range(index, bytes.len())?;
            Some((index, range))
        }) else {
            return Ok(None);
        };
        let ns_proof = if range.is_empty() {
            None
        } else {
            Some(RangeProof::new(parameters, bytes, range.clone())?)
        };
        Ok(Some(Self {
            ns_index: (index as u32).to_le_bytes(),
            ns_payload: bytes[range].to_vec(),
            ns_proof,
        }))
    }

    /// The entry of the namespace table that this proof is for.
    pub fn index(&self) -> usize {
        u32::from_le_bytes(self.ns_index) as usize
    }

    /// The namespace's bytes, unverified.
    pub fn payload(&self) -> NamespacePayload<'_> {
        NamespacePayload(&self.ns_payload)
    }

    /// The namespace and its transactions, once its bytes are those of the payload that the verifier's commitment is to.
    /// `table` must be that of the header with this commitment.
    ///
    /// # Errors
    /// [`Error::NamespaceIndex`], [`Error::NamespaceBytes`], and those of [`Verifier::verify_range`].
    pub fn verify(
        &self,
        verifier: &Verifier,
        table: &NamespaceTable,
    ) -> Result<(NamespaceId, Vec<Transaction>), Error> {
        let index = self.index();
        let found = table
            .get(index)
            .zip(table.range(index, verifier.common().payload_length() as usize));
        let Some((entry, range)) = found else {
            return Err(Error::NamespaceIndex {
                found: index,
                entries: table.len(),
            });
        };
        if range.len() != self.ns_payload.len() || range.is_empty() == self.ns_proof.is_some() {
            return Err(Error::NamespaceBytes {
                namespace: entry.id,
                expected: range.len(),
                found: self.ns_payload.len(),
            });
        }
        if let Some(proof) = &self.ns_proof {
            verifier.verify_range(range, &self.ns_payload, proof)?;
        }
        Ok((entry.id, self.payload().transactions(entry.id).collect()))
    }
}

impl Verifier {
    /// The transactions of `namespace` in the block whose header has this verifier's commitment and `table`, from an
    /// answer that nobody needs to be trusted for.
    ///
    /// # Errors
    /// [`Error::NamespaceListed`] when an answer without proof hides a listed namespace, [`Error::NamespaceUnlisted`] when
    /// there is a proof for one that is not, [`Error::NamespaceMismatch`] when it is for another; and those of
    /// [`NamespaceProof::verify`].
    pub fn verify_namespace(
        &self,
        table: &NamespaceTable,
        namespace: NamespaceId,
        proof: Option<&NamespaceProof>,
    ) -> Result<Vec<Transaction>, Error> {
        match (table.find(namespace), proof) {
            (None, None) => Ok(Vec::new()),
            (Some(_), None) => Err(Error::NamespaceListed { namespace }),
            (None, Some(_)) => Err(Error::NamespaceUnlisted { namespace }),
            (Some(index), Some(proof)) if proof.index() == index => {
                proof.verify(self, table).map(|(_, transactions)| transactions)
            }
            (Some(expected), Some(proof)) => Err(Error::NamespaceMismatch {
                namespace,
                expected,
                found: proof.index(),
            }),
        }
    }
}
