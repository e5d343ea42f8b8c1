//! Leaves.

use axum::extract::{Path, State};
use axum::response::Response;
use crema_http::reply::Reply;
use crema_storage::{LeafId, StoredLeaf};
use crema_types::{Leaf, Leaf2, QuorumCertificate, QuorumCertificate2};
use serde::Serialize;

use super::{Answer, Availability, Error, SMALL_RANGE, whole};
use crate::params;
use crate::stream::{self, Upgrade};

/// A leaf and the certificate for it, in the shape of the version asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum LeafQueryData {
    /// Version 0.
    V0 {
        /// The leaf.
        leaf: Box<Leaf>,
        /// The certificate.
        qc: QuorumCertificate,
    },
    /// Version 1.
    V1 {
        /// The leaf.
        leaf: Box<Leaf2>,
        /// The certificate.
        qc: QuorumCertificate2,
    },
}

impl LeafQueryData {
    /// A leaf in the shape of a version.
    pub fn new(version: u64, stored: StoredLeaf) -> Self {
        let StoredLeaf { leaf, certificate } = stored;
        match version {
            0 => Self::V0 {
                leaf: Box::new(leaf),
                qc: certificate,
            },
            _ => Self::V1 {
                leaf: Box::new(leaf.into()),
                qc: certificate.into(),
            },
        }
    }
}

async fn find(state: &Availability, id: LeafId) -> Answer<LeafQueryData> {
    let stored = state.chain.find(|store| store.leaf(id), |found| found).await?;
    let stored = stored.ok_or_else(|| Error::FetchLeaf {
        resource: id.to_string(),
    })?;
    Ok(Reply::ok(LeafQueryData::new(state.version, stored)))
}

pub(super) async fn by_height(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<LeafQueryData> {
    find(&state, LeafId::Height(params::integer(&height)?)).await
}

pub(super) async fn by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<LeafQueryData> {
    find(&state, LeafId::Hash(params::hash(&hash)?)).await
}

pub(super) async fn range(
    State(state): State<Availability>,
    Path((from, until)): Path<(String, String)>,
) -> Answer<Vec<LeafQueryData>> {
    let heights = super::range(&from, &until, SMALL_RANGE)?;
    let leaves = state
        .chain
        .find(
            |store| store.leaves(heights.clone()),
            |found| whole(found, &heights),
        )
        .await?
        .ok_or_else(|| Error::FetchLeaf {
            resource: format!("{from}..{until}"),
        })?;
    let leaves = leaves
        .into_iter()
        .map(|leaf| LeafQueryData::new(state.version, leaf));
    Ok(Reply::ok(leaves.collect()))
}

pub(super) async fn stream(
    State(state): State<Availability>,
    Path(height): Path<String>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let from = params::integer(&height)?;
    let version = state.version;
    Ok(stream::serve(upgrade, state.chain, from, move |chain, height| {
        Box::pin(async move {
            let stored = chain.store().leaf(LeafId::Height(height)).await?;
            Ok(stored.map(|stored| LeafQueryData::new(version, stored)))
        })
    }))
}
