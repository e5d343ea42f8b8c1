//! Values in the form in which the database holds them.

use crema_types::vote::{QuorumCertificate, UpgradeCertificate};
use crema_types::{Commitment, Header, Leaf, ViewNumber, wire};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::driver::Row;
use crate::error::StoreError;
use crate::record::StoredLeaf;

/// What a leaf has beside its header.
#[derive(Serialize, Deserialize)]
struct Links {
    view_number: ViewNumber,
    justify_qc: QuorumCertificate,
    parent_commitment: Commitment,
    upgrade_certificate: Option<UpgradeCertificate>,
}

pub(super) fn encode<T: Serialize + ?Sized>(value: &T, what: &'static str) -> Result<Vec<u8>, StoreError> {
    wire::encode_unversioned(value).map_err(|source| StoreError::Encode { what, source })
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, StoreError> {
    wire::decode_unversioned(bytes).map_err(|source| StoreError::Decode { what, source })
}

pub(super) fn encode_links(leaf: &Leaf) -> Result<Vec<u8>, StoreError> {
    let links = Links {
        view_number: leaf.view_number,
        justify_qc: leaf.justify_qc.clone(),
        parent_commitment: leaf.parent_commitment,
        upgrade_certificate: leaf.upgrade_certificate.clone(),
    };
    encode(&links, "a leaf")
}

/// The header in a column.
pub(super) fn header(row: &Row, column: usize) -> Result<Header, StoreError> {
    decode(row.bytes(column)?, "a header")
}

/// The leaf in the columns header, links, certificate.
pub(super) fn leaf(row: &Row) -> Result<StoredLeaf, StoreError> {
    let Links {
        view_number,
        justify_qc,
        parent_commitment,
        upgrade_certificate,
    } = decode(row.bytes(1)?, "a leaf")?;
    Ok(StoredLeaf {
        leaf: Leaf {
            view_number,
            justify_qc,
            parent_commitment,
            block_header: header(row, 0)?,
            upgrade_certificate,
            block_payload: None,
        },
        certificate: decode(row.bytes(2)?, "a certificate")?,
    })
}

/// The 32 bytes in a column.
pub(super) fn hash(row: &Row, column: usize) -> Result<[u8; 32], StoreError> {
    decode(row.bytes(column)?, "a hash")
}
