//! An archive of encoded values by number and by 32-byte name.

use std::num::{NonZeroU16, NonZeroU64, NonZeroUsize};

use bytes::Bytes;
use commonware_codec::RangeCfg;
use commonware_runtime::buffer::paged::CacheRef;
use commonware_storage::Context;
use commonware_storage::archive::prunable::{Archive, Config};
use commonware_storage::archive::{Archive as _, Identifier, MultiArchive as _};
use commonware_storage::translator::EightCap;
use commonware_utils::sequence::FixedBytes;
use crema_types::{Version, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// The name of a record.
type Name = FixedBytes<32>;

/// Records per file.
const SECTION: NonZeroU64 = NonZeroU64::new(1024).expect("not zero");
/// Bytes gathered before a write.
const BUFFER: NonZeroUsize = NonZeroUsize::new(1 << 16).expect("not zero");
/// Cached pages of names and places, and their size.
const CACHE: (NonZeroU16, NonZeroUsize) = (
    NonZeroU16::new(4096).expect("not zero"),
    NonZeroUsize::new(64).expect("not zero"),
);

/// Values of one kind, in the order of their numbers, several of which may have one number.
pub(super) struct Records<E: Context> {
    /// What the records are, for messages.
    what: &'static str,
    /// Gone after a failed write: whoever goes on would rest on what is not on disk.
    archive: Option<Archive<EightCap, E, Name, Bytes>>,
}

impl<E: Context> Records<E> {
    /// Opens the records in the partitions that start with `prefix`.
    pub async fn open(context: E, prefix: &str, what: &'static str) -> Result<Self, StoreError> {
        let config = Config {
            translator: EightCap,
            metadata_partition: format!("{prefix}-{what}-marks"),
            key_partition: format!("{prefix}-{what}-names"),
            key_page_cache: CacheRef::new(CACHE.0, CACHE.1),
            value_partition: format!("{prefix}-{what}-values"),
            compression: None,
            codec_config: RangeCfg::from(..=wire::MAX_MESSAGE),
            items_per_section: SECTION,
            key_write_buffer: BUFFER,
            value_write_buffer: BUFFER,
            replay_buffer: BUFFER,
        };
        let archive = Archive::init(context, config)
            .await
            .map_err(|source| StoreError::Archive { what, source })?;
        Ok(Self {
            what,
            archive: Some(archive),
        })
    }

    fn archive(&self) -> Result<&Archive<EightCap, E, Name, Bytes>, StoreError> {
        self.archive.as_ref().ok_or(StoreError::Lost { what: self.what })
    }

    fn failed(&self) -> impl Fn(commonware_storage::archive::Error) -> StoreError + use<E> {
        let what = self.what;
        move |source| StoreError::Archive { what, source }
    }

    /// Writes a record; it is on disk when this returns. Writing the same again changes nothing.
    pub async fn put<T: Serialize>(
        &mut self,
        number: u64,
        name: [u8; 32],
        value: &T,
    ) -> Result<(), StoreError> {
        let name = Name::new(name);
        let has = self
            .archive()?
            .has_at(number, &name)
            .await
            .map_err(self.failed())?;
        if has {
            return Ok(());
        }
        let value = wire::encode(Version::V0_2, value).map_err(|source| StoreError::Encode {
            what: self.what,
            source,
        })?;
        let archive = self.archive.take().ok_or(StoreError::Lost { what: self.what })?;
        let archive = archive
            .put_multi_sync(number, name, &Bytes::from(value))
            .await
            .map_err(self.failed())?;
        self.archive = Some(archive);
        Ok(())
    }

    /// Whether there is a record of this name.
    pub async fn has(&self, name: [u8; 32]) -> Result<bool, StoreError> {
        let name = Name::new(name);
        self.archive()?
            .has(Identifier::Key(&name))
            .await
            .map_err(self.failed())
    }

    /// Whether there is a record of this number with another name.
    pub async fn has_other(&self, number: u64, name: [u8; 32]) -> Result<bool, StoreError> {
        let archive = self.archive()?;
        let any = archive
            .has(Identifier::Index(number))
            .await
            .map_err(self.failed())?;
        Ok(any
            && !archive
                .has_at(number, &Name::new(name))
                .await
                .map_err(self.failed())?)
    }

    /// The record of this name.
    pub async fn named<T: DeserializeOwned>(&self, name: [u8; 32]) -> Result<Option<T>, StoreError> {
        let name = Name::new(name);
        let found = self
            .archive()?
            .get(Identifier::Key(&name))
            .await
            .map_err(self.failed())?;
        found.map(|bytes| self.decode(&bytes)).transpose()
    }

    /// The first record of this number.
    pub async fn numbered<T: DeserializeOwned>(&self, number: u64) -> Result<Option<T>, StoreError> {
        let found = self
            .archive()?
            .get(Identifier::Index(number))
            .await
            .map_err(self.failed())?;
        found.map(|bytes| self.decode(&bytes)).transpose()
    }

    /// All records of this number.
    pub async fn all<T: DeserializeOwned>(&self, number: u64) -> Result<Vec<T>, StoreError> {
        let found = self.archive()?.get_all(number).await.map_err(self.failed())?;
        found
            .unwrap_or_default()
            .iter()
            .map(|bytes| self.decode(bytes))
            .collect()
    }

    /// The numbers from `from` on that have records.
    pub fn numbers_from(&self, from: u64) -> Result<Vec<u64>, StoreError> {
        let ranges = self.archive()?.ranges_from(from);
        Ok(ranges.flat_map(|(first, last)| first.max(from)..=last).collect())
    }

    /// The highest number.
    pub fn last(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.archive()?.last_index())
    }

    /// Forgets records below `number`, by whole files.
    pub async fn prune(&mut self, number: u64) -> Result<(), StoreError> {
        let archive = self.archive.take().ok_or(StoreError::Lost { what: self.what })?;
        self.archive = Some(archive.prune(number).await.map_err(self.failed())?);
        Ok(())
    }

    fn decode<T: DeserializeOwned>(&self, bytes: &Bytes) -> Result<T, StoreError> {
        wire::decode(Version::V0_2, bytes).map_err(|source| StoreError::Decode {
            what: self.what,
            source,
        })
    }
}
