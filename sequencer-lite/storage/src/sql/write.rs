//! Writing blocks.

use crema_types::{BlockHash, Header, Payload};
use crema_vid::{Common, Share};

use super::SqlStore;
use super::driver::{Transaction, Value};
use super::records::{self, encode};
use crate::error::StoreError;
use crate::gap::{Kind, opened, without};
use crate::record::StoredBlock;

/// Blocks whose sums are added up at a time.
const SUMS_AT_ONCE: i64 = 1000;

impl SqlStore {
    /// Adds blocks, or what was missing of them; what is stored already stays. All of it is written, or none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another block is stored at a height, [`StoreError::CertificateMismatch`] and
    /// [`StoreError::PayloadMismatch`] for parts that do not belong to the leaf, and those of the database.
    pub async fn store_blocks(&self, blocks: &[StoredBlock]) -> Result<(), StoreError> {
        let _turn = self.writing.lock().await;
        let mut tx = self.pool.begin().await?;
        let pruned = pruned(&mut tx).await?;
        for block in blocks {
            let header = &block.leaf.block_header;
            if pruned.is_some_and(|pruned| header.height.cast_signed() <= pruned) {
                continue;
            }
            let gaps = store_leaf(&mut tx, block).await?;
            if let Some(payload) = &block.payload {
                store_payload(&mut tx, header, payload, gaps).await?;
            }
            let parts = (block.common.as_ref(), block.share.as_ref());
            store_dispersal(&mut tx, header.height, parts, gaps).await?;
        }
        add_totals(&mut tx).await?;
        tx.commit().await
    }

    /// Adds the payload of a stored block.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlock`], [`StoreError::PayloadMismatch`], and those of the database.
    pub async fn store_payload(&self, height: u64, payload: &Payload) -> Result<(), StoreError> {
        let _turn = self.writing.lock().await;
        let mut tx = self.pool.begin().await?;
        let header = stored_header(&mut tx, height).await?;
        store_payload(&mut tx, &header, payload, Gaps::Noted).await?;
        add_totals(&mut tx).await?;
        tx.commit().await
    }

    /// Adds what a stored block's dispersal has left here. The caller has checked that it belongs to the header's
    /// payload commitment.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlock`], and those of the database.
    pub async fn store_dispersal(
        &self,
        height: u64,
        common: Option<&Common>,
        share: Option<&Share>,
    ) -> Result<(), StoreError> {
        let _turn = self.writing.lock().await;
        let mut tx = self.pool.begin().await?;
        stored_header(&mut tx, height).await?;
        store_dispersal(&mut tx, height, (common, share), Gaps::Noted).await?;
        tx.commit().await
    }
}

/// Whether gaps say that the parts of a block are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gaps {
    /// They do, and have to be told when a part arrives.
    Noted,
    /// The block is the newest, and only what has not come along was noted.
    Exact,
}

async fn stored_header(tx: &mut Transaction, height: u64) -> Result<Header, StoreError> {
    let row = tx
        .one("SELECT header FROM block WHERE height = $1", &[height.into()])
        .await?
        .ok_or(StoreError::NoSuchBlock { height })?;
    records::header(&row, 0)
}

async fn store_leaf(tx: &mut Transaction, block: &StoredBlock) -> Result<Gaps, StoreError> {
    let StoredBlock {
        leaf, certificate, ..
    } = block;
    let header = &leaf.block_header;
    let (name, hash, height) = (leaf.commit(), header.commit(), header.height);
    if certificate.data.leaf_commit != name {
        return Err(StoreError::CertificateMismatch {
            height,
            expected: name,
            found: certificate.data.leaf_commit,
        });
    }
    let newest = tx.one("SELECT MAX(height) FROM block", &[]).await?;
    let newest = newest.map(|row| row.maybe_int(0)).transpose()?.flatten();
    let new = tx
        .execute(
            "INSERT INTO block (height, hash, leaf_hash, payload_hash, timestamp, size, header, links, certificate) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (height) DO NOTHING",
            &[
                height.into(),
                hash.0.as_slice().into(),
                name.0.as_slice().into(),
                header.payload_commitment.0.as_slice().into(),
                header.timestamp.into(),
                payload_size(header).into(),
                (&encode(header, "a header")?).into(),
                (&records::encode_links(leaf)?).into(),
                (&encode(certificate, "a certificate")?).into(),
            ],
        )
        .await?;
    if new == 0 {
        check_same(tx, height, hash).await?;
        return Ok(Gaps::Noted);
    }
    tx.execute(
        "INSERT INTO block_hash (height, hash) VALUES ($1, $2) ON CONFLICT (height) DO NOTHING",
        &[height.into(), hash.0.as_slice().into()],
    )
    .await?;
    open_gaps(tx, newest, block).await
}

/// Bytes of the payload.
fn payload_size(header: &Header) -> u64 {
    header.ns_table.iter().last().map_or(0, |entry| entry.end.into())
}

async fn check_same(tx: &mut Transaction, height: u64, offered: BlockHash) -> Result<(), StoreError> {
    let row = tx
        .one("SELECT hash FROM block WHERE height = $1", &[height.into()])
        .await?
        .ok_or(StoreError::NoSuchBlock { height })?;
    let stored = BlockHash(records::hash(&row, 0)?);
    if stored == offered {
        Ok(())
    } else {
        Err(StoreError::Conflict {
            height,
            stored,
            offered,
        })
    }
}

/// Notes what is missing now that `block` is here, where `newest` was the highest.
async fn open_gaps(
    tx: &mut Transaction,
    newest: Option<i64>,
    block: &StoredBlock,
) -> Result<Gaps, StoreError> {
    let next = match newest {
        Some(newest) => newest + 1,
        None => pruned(tx).await?.map_or(0, |pruned| pruned + 1),
    };
    let height = block.leaf.block_header.height;
    if height.cast_signed() < next {
        fill(tx, Kind::Leaf, height).await?;
        return Ok(Gaps::Noted);
    }
    for kind in Kind::ALL {
        let here = match kind {
            Kind::Leaf => true,
            Kind::Payload => block.payload.is_some(),
            Kind::Common => block.common.is_some(),
            Kind::Share => block.share.is_some(),
        };
        let Some(gap) = opened(next, height.cast_signed(), here) else {
            continue;
        };
        let grown = tx
            .execute(
                "UPDATE gap SET last = $1 WHERE kind = $2 AND last = $3",
                &[
                    (*gap.end()).into(),
                    kind.number().into(),
                    (*gap.start() - 1).into(),
                ],
            )
            .await?;
        if grown == 0 {
            insert_gap(tx, kind, *gap.start(), *gap.end()).await?;
        }
    }
    Ok(Gaps::Exact)
}

pub(super) async fn pruned(tx: &mut Transaction) -> Result<Option<i64>, StoreError> {
    tx.one("SELECT height FROM pruned", &[])
        .await?
        .map(|row| row.int(0))
        .transpose()
}

async fn insert_gap(tx: &mut Transaction, kind: Kind, first: i64, last: i64) -> Result<(), StoreError> {
    let values = [kind.number().into(), first.into(), last.into()];
    tx.execute("INSERT INTO gap (kind, first, last) VALUES ($1, $2, $3)", &values)
        .await?;
    Ok(())
}

/// Notes that something is no longer missing.
async fn fill(tx: &mut Transaction, kind: Kind, height: u64) -> Result<(), StoreError> {
    let found = tx
        .one(
            "SELECT first, last FROM gap WHERE kind = $1 AND first <= $2 AND last >= $2",
            &[kind.number().into(), height.into()],
        )
        .await?;
    let Some(row) = found else {
        return Ok(());
    };
    let gap = row.int(0)?..=row.int(1)?;
    tx.execute(
        "DELETE FROM gap WHERE kind = $1 AND first = $2",
        &[kind.number().into(), (*gap.start()).into()],
    )
    .await?;
    for part in without(&gap, height.cast_signed()) {
        insert_gap(tx, kind, *part.start(), *part.end()).await?;
    }
    Ok(())
}

async fn store_payload(
    tx: &mut Transaction,
    header: &Header,
    payload: &Payload,
    gaps: Gaps,
) -> Result<(), StoreError> {
    let height = header.height;
    if *payload.ns_table() != header.ns_table || payload.as_bytes().len() as u64 != payload_size(header) {
        return Err(StoreError::PayloadMismatch { height });
    }
    let new = tx
        .execute(
            "INSERT INTO payload (height, data) VALUES ($1, $2) ON CONFLICT (height) DO NOTHING",
            &[height.into(), payload.as_bytes().into()],
        )
        .await?;
    if new == 0 {
        return Ok(());
    }
    if gaps == Gaps::Noted {
        fill(tx, Kind::Payload, height).await?;
    }
    let hashes: Vec<_> = payload
        .transactions()
        .map(|(_, transaction)| (transaction.namespace, transaction.commit()))
        .collect();
    let lines: Vec<Value<'_>> = hashes
        .iter()
        .zip(0u64..)
        .flat_map(|((namespace, hash), position)| {
            [
                height.into(),
                position.into(),
                u64::from(*namespace).into(),
                hash.0.as_slice().into(),
            ]
        })
        .collect();
    tx.insert_lines(
        "INSERT INTO tx (height, position, namespace, hash) VALUES",
        4,
        &lines,
        "ON CONFLICT (height, position) DO NOTHING",
    )
    .await?;
    let namespaces: Vec<Value<'_>> = header
        .ns_table
        .iter()
        .enumerate()
        .flat_map(|(index, entry)| {
            let transactions = payload.namespace(index).map_or(0, |part| part.len());
            let bytes = entry.end.saturating_sub(entry.start);
            [
                u64::from(entry.id).into(),
                (transactions as u64).into(),
                u64::from(bytes).into(),
                height.into(),
            ]
        })
        .collect();
    for line in namespaces.chunks(4) {
        tx.execute(
            "INSERT INTO namespace (id, transactions, bytes, last_height) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE SET transactions = namespace.transactions + excluded.transactions, \
             bytes = namespace.bytes + excluded.bytes, \
             last_height = CASE WHEN excluded.last_height > namespace.last_height \
             THEN excluded.last_height ELSE namespace.last_height END",
            line,
        )
        .await?;
    }
    tx.execute(
        "UPDATE block SET transactions = $2 WHERE height = $1",
        &[height.into(), (hashes.len() as u64).into()],
    )
    .await?;
    Ok(())
}

async fn store_dispersal(
    tx: &mut Transaction,
    height: u64,
    (common, share): (Option<&Common>, Option<&Share>),
    gaps: Gaps,
) -> Result<(), StoreError> {
    if let Some(common) = common {
        let data = encode(common, "the common part of a dispersal")?;
        tx.execute(
            "INSERT INTO vid_common (height, data) VALUES ($1, $2) ON CONFLICT (height) DO NOTHING",
            &[height.into(), (&data).into()],
        )
        .await?;
        if gaps == Gaps::Noted {
            fill(tx, Kind::Common, height).await?;
        }
    }
    if let Some(share) = share {
        let data = encode(share, "a share")?;
        tx.execute(
            "INSERT INTO vid_share (height, data) VALUES ($1, $2) ON CONFLICT (height) DO NOTHING",
            &[height.into(), (&data).into()],
        )
        .await?;
        if gaps == Gaps::Noted {
            fill(tx, Kind::Share, height).await?;
        }
    }
    Ok(())
}

/// Adds up blocks that have become complete.
async fn add_totals(tx: &mut Transaction) -> Result<(), StoreError> {
    let last = tx
        .one(
            "SELECT height, transactions, bytes FROM total ORDER BY height DESC LIMIT 1",
            &[],
        )
        .await?;
    let (mut next, mut transactions, mut bytes) = match last {
        Some(row) => (row.int(0)? + 1, row.int(1)?, row.int(2)?),
        None => (pruned(tx).await?.map_or(0, |pruned| pruned + 1), 0, 0),
    };
    loop {
        let rows = tx
            .all(
                "SELECT height, transactions, size FROM block WHERE height >= $1 AND height < $2 \
                 AND transactions IS NOT NULL ORDER BY height",
                &[next.into(), (next + SUMS_AT_ONCE).into()],
            )
            .await?;
        let mut lines: Vec<Value<'_>> = Vec::with_capacity(3 * rows.len());
        for row in &rows {
            if row.int(0)? != next {
                break;
            }
            transactions += row.int(1)?;
            bytes += row.int(2)?;
            lines.extend([next, transactions, bytes].map(Value::from));
            next += 1;
        }
        let complete = lines.len() == 3 * SUMS_AT_ONCE as usize;
        tx.insert_lines(
            "INSERT INTO total (height, transactions, bytes) VALUES",
            3,
            &lines,
            "",
        )
        .await?;
        if !complete {
            return Ok(());
        }
    }
}
