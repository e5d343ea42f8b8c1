//! Between rows and what they mean. What the store holds came from this program, and is checked all the same.

use std::{collections::BTreeMap, str::FromStr};

use alloy::primitives::{Bytes, hex};
use crema_light_client::{field, state::LightClientState};
use serde::de::DeserializeOwned;
use sqlx::{Row, any::AnyRow};

use super::{Failure, Job, JobId, Mined, ProofRecord, StoreError, Target, Transaction};
use crate::update::gas::Fees;

/// A number that sorts as text.
pub fn padded(number: u64) -> String {
    format!("{number:020}")
}

/// SQL's integers are signed; what does not fit is as good as infinite.
pub fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

struct Reader<'a> {
    row: &'a AnyRow,
    id: String,
}

impl<'a> Reader<'a> {
    fn new(row: &'a AnyRow, id: &'static str) -> Result<Self, StoreError> {
        Ok(Self {
            row,
            id: row.try_get(id)?,
        })
    }

    fn corrupt(&self, column: &'static str, problem: &impl ToString) -> StoreError {
        StoreError::Corrupt {
            id: self.id.clone(),
            column,
            problem: problem.to_string(),
        }
    }

    fn parse<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: String = self.row.try_get(column)?;
        text.parse()
            .map_err(|error: T::Err| self.corrupt(column, &error.to_string()))
    }

    fn optional<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.row.try_get(column)?;
        let parsed = text.map(|text| text.parse()).transpose();
        parsed.map_err(|error: T::Err| self.corrupt(column, &error.to_string()))
    }

    fn unsigned(&self, column: &'static str) -> Result<u64, StoreError> {
        let number: i64 = self.row.try_get(column)?;
        u64::try_from(number).map_err(|error| self.corrupt(column, &error))
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.row.try_get(column)?;
        let parsed = text.map(|text| serde_json::from_str(&text)).transpose();
        parsed.map_err(|error| self.corrupt(column, &error))
    }

    fn bytes(&self, column: &'static str) -> Result<Option<Bytes>, StoreError> {
        let text: Option<String> = self.row.try_get(column)?;
        let decoded = text.map(|text| hex::decode(text).map(Bytes::from)).transpose();
        decoded.map_err(|error| self.corrupt(column, &error))
    }

    fn required<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column, &"missing"))
    }
}

/// A job without its transactions.
pub fn job(row: &AnyRow) -> Result<Job, StoreError> {
    let reader = Reader::new(row, "id")?;
    let root: String = row.try_get("block_comm_root")?;
    let failure: Option<String> = row.try_get("failure_code")?;
    let message: Option<String> = row.try_get("failure")?;
    Ok(Job {
        id: JobId(reader.id.clone()),
        target: Target {
            chain_id: reader.parse("chain_id")?,
            genesis: reader.parse("genesis")?,
            contract: reader.parse("contract")?,
        },
        state: LightClientState {
            view_number: reader.parse("view_number")?,
            block_height: reader.parse("block_height")?,
            block_comm_root: field::parse_hex(&root)
                .map_err(|error| reader.corrupt("block_comm_root", &error))?,
        },
        phase: reader.parse("phase")?,
        statement: reader.optional("statement")?,
        calldata: reader.bytes("calldata")?,
        account: reader.optional("account")?,
        receipt: reader.json::<Mined>("receipt")?,
        attempts: u32::try_from(reader.unsigned("attempts")?).unwrap_or(u32::MAX),
        not_before: reader.unsigned("not_before")?,
        failure: failure.map(|code| Failure {
            code,
            message: message.unwrap_or_default(),
        }),
        seconds: reader.json::<BTreeMap<_, _>>("seconds")?.unwrap_or_default(),
        created: reader.unsigned("created")?,
        updated: reader.unsigned("updated")?,
        transactions: Vec::new(),
    })
}

/// A transaction.
pub fn transaction(row: &AnyRow) -> Result<Transaction, StoreError> {
    let reader = Reader::new(row, "job")?;
    let raw = reader.bytes("raw")?;
    Ok(Transaction {
        hash: reader.parse("hash")?,
        raw: reader.required("raw", raw)?,
        nonce: reader.unsigned("nonce")?,
        gas_limit: reader.unsigned("gas_limit")?,
        fees: Fees {
            max: reader.parse("max_fee")?,
            priority: reader.parse("priority_fee")?,
        },
        signed: reader.unsigned("signed")?,
    })
}

/// A proof.
pub fn proof(row: &AnyRow) -> Result<ProofRecord, StoreError> {
    let reader = Reader::new(row, "statement")?;
    let (public_inputs, proof) = (reader.bytes("public_inputs")?, reader.bytes("proof")?);
    Ok(ProofRecord {
        statement: reader.parse("statement")?,
        circuit: row.try_get("circuit")?,
        verifying_key: row.try_get("verifying_key")?,
        public_inputs: reader.required("public_inputs", public_inputs)?,
        proof: reader.required("proof", proof)?,
        seconds: reader.json("seconds")?.unwrap_or_default(),
    })
}
