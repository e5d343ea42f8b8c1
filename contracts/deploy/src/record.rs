//! What was deployed on a chain: a file that is written before and after every creation.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Name in the Solidity sources.
    pub contract: String,
    /// Where it is, or will be once the creation is mined.
    pub address: Address,
    /// Who created it.
    pub deployer: Address,
    /// The creation's nonce.
    pub nonce: u64,
    /// Keccak-256 of the creation code with its arguments.
    pub creation_code_hash: B256,
    /// Hash of the creation, once it is mined.
    pub transaction: Option<B256>,
    /// Its block.
    pub block: Option<u64>,
    /// Its gas.
    pub gas_used: Option<u64>,
}

/// The file's contents.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    chain_id: u64,
    /// Hash of block 0: another chain of the same id has another.
    genesis: B256,
    contracts: BTreeMap<String, Entry>,
}

/// The record of one chain.
pub struct Record {
    path: PathBuf,
    contents: Contents,
}

impl Record {
    /// Reads the record of a chain, or begins one. A record of another chain with the same id is moved aside, as is any with
    /// `fresh`.
    pub fn open(folder: &Path, chain: u64, genesis: B256, fresh: bool) -> Result<Self> {
        let folder = folder.join(chain.to_string());
        let path = folder.join("deploy.json");
        let empty = Contents {
            chain_id: chain,
            genesis,
            contracts: BTreeMap::new(),
        };
        let contents = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => empty,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
            Ok(bytes) => {
                let found: Contents = serde_json::from_slice(&bytes).with_context(|| {
                    format!(
                        "{} is not a record of deployments; move it away, or repair it",
                        path.display()
                    )
                })?;
                if fresh || found.genesis != genesis {
                    let aside = if found.genesis == genesis {
                        free_name(&folder)?
                    } else {
                        // only development chains come again under their id, every time they are started
                        folder.join("deploy.previous-chain.json")
                    };
                    fs::rename(&path, &aside).with_context(|| format!("moving {}", path.display()))?;
                    eprintln!("the record of before is now {}", aside.display());
                    empty
                } else {
                    found
                }
            }
        };
        Ok(Self { path, contents })
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of a contract.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.contents.contracts.get(name)
    }

    /// Notes a contract, on disk before this returns.
    pub fn put(&mut self, name: &str, entry: Entry) -> Result<()> {
        self.contents.contracts.insert(name.to_owned(), entry);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let mut text = serde_json::to_vec_pretty(&self.contents)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)
            .with_context(|| format!("writing {}", self.path.display()))?;
        Ok(())
    }
}

/// The first `deploy.N.json` that does not exist.
fn free_name(folder: &Path) -> Result<PathBuf> {
    (1..=u32::MAX)
        .map(|n| folder.join(format!("deploy.{n}.json")))
        .find(|path| !path.exists())
        .context("no name is left for the old record")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test says where")]

    use super::*;

    fn entry(nonce: u64) -> Entry {
        Entry {
            contract: "FeeContract".into(),
            address: Address::with_last_byte(1),
            deployer: Address::with_last_byte(2),
            nonce,
            creation_code_hash: B256::repeat_byte(3),
            transaction: None,
            block: Some(4),
            gas_used: None,
        }
    }

    #[test]
    fn outlives_the_process_and_knows_its_chain() {
        let folder = tempfile::tempdir().unwrap();
        let genesis = B256::repeat_byte(7);
        let mut record = Record::open(folder.path(), 5, genesis, false).unwrap();
        record.put("fee_contract", entry(1)).unwrap();
        let again = Record::open(folder.path(), 5, genesis, false).unwrap();
        assert_eq!(again.get("fee_contract"), Some(&entry(1)));
        // another chain id, another chain of this id, and a fresh start: three ways to an empty record
        assert!(
            Record::open(folder.path(), 6, genesis, false)
                .unwrap()
                .get("fee_contract")
                .is_none()
        );
        let other = Record::open(folder.path(), 5, B256::repeat_byte(8), false).unwrap();
        assert!(other.get("fee_contract").is_none());
        assert!(folder.path().join("5/deploy.previous-chain.json").exists());
        let mut record = Record::open(folder.path(), 5, genesis, false).unwrap();
        record.put("fee_contract", entry(2)).unwrap();
        let fresh = Record::open(folder.path(), 5, genesis, true).unwrap();
        assert!(fresh.get("fee_contract").is_none());
        assert!(folder.path().join("5/deploy.1.json").exists());
    }

    #[test]
    fn damage_is_not_taken_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("5")).unwrap();
        fs::write(folder.path().join("5/deploy.json"), b"{\"chain_id\":5,").unwrap();
        let error = Record::open(folder.path(), 5, B256::ZERO, false).err().unwrap();
        assert!(error.to_string().contains("not a record"), "{error:#}");
    }
}
