//! `case.json`: a stake table with its signatures, and the state that was signed.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_circuit::{Entry, Message, Statement, Version};
use crema_light_client::{
    field::to_le_bytes,
    schnorr::{Signature, VerifyingKey},
    stake_table::StakeTableState,
    state::LightClientState,
    tagged::Tagged,
};
use serde_json::Value;

use super::field_json::{bytes, integer, list, member, scalar};

/// What a case says, before a circuit is chosen.
pub(super) struct Case {
    pub capacity: Option<usize>,
    pub state: LightClientState,
    pub next_stake_table: Option<StakeTableState>,
    pub auth_root: Option<[u8; 32]>,
    stake_table: StakeTableState,
    entries: Vec<Entry>,
}

impl Case {
    /// Reads a case; a list `bits` beside it, or in it, overrides `signed`.
    pub fn read(value: &Value) -> Result<Self, String> {
        let outer = value;
        let value = value.get("case").filter(|case| case.is_object()).unwrap_or(value);
        let mut entries = list(member(value, "entries")?, "entries")?
            .iter()
            .enumerate()
            .map(|(i, line)| entry(line).map_err(|reason| format!("entry {i}: {reason}")))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(bits) = outer.get("bits").or_else(|| value.get("bits")) {
            let bits = list(bits, "bits")?
                .iter()
                .map(|bit| scalar(bit, "bits"))
                .collect::<Result<Vec<Fr>, _>>()?;
            if bits.len() != entries.len() {
                return Err(format!("{} bits for {} entries", bits.len(), entries.len()));
            }
            entries
                .iter_mut()
                .zip(bits)
                .for_each(|(entry, bit)| entry.bit = bit);
        }
        let state = member(value, "light_client_state")?;
        let auth_root = match value.get("digest").and_then(|digest| digest.get("auth_root")) {
            None => None,
            Some(root) => Some(
                bytes(root, "auth_root")?
                    .try_into()
                    .map_err(|_| "`auth_root` does not have 32 bytes")?,
            ),
        };
        let capacity = value
            .get("capacity")
            .map(|capacity| integer(capacity, "capacity"))
            .transpose()?;
        let case = Self {
            capacity: capacity.map(|capacity| capacity as usize),
            state: LightClientState {
                view_number: integer(member(state, "view_number")?, "view_number")?,
                block_height: integer(member(state, "block_height")?, "block_height")?,
                block_comm_root: scalar(member(state, "block_comm_root")?, "block_comm_root")?,
            },
            next_stake_table: value
                .get("next_stake_table_state")
                .map(stake_table_state)
                .transpose()?,
            auth_root,
            stake_table: stake_table_state(member(value, "stake_table_state")?)?,
            entries,
        };
        case.check_digest(value)?;
        Ok(case)
    }

    /// A digest that is spelled out must be the one that its preimage has.
    fn check_digest(&self, value: &Value) -> Result<(), String> {
        let Some(given) = value.get("digest").and_then(|digest| digest.get("digest_mod_r")) else {
            return Ok(());
        };
        if scalar::<Fr>(given, "digest_mod_r")? == self.digest()? {
            Ok(())
        } else {
            Err(
                "`digest_mod_r` is not the digest of the state, the next stake table and the auth root"
                    .to_owned(),
            )
        }
    }

    fn next(&self) -> Result<&StakeTableState, String> {
        self.next_stake_table
            .as_ref()
            .ok_or_else(|| "`next_stake_table_state` is missing".to_owned())
    }

    fn digest(&self) -> Result<Fr, String> {
        let auth_root = self.auth_root.as_ref().ok_or("`digest.auth_root` is missing")?;
        Ok(self.state.digest(self.next()?, auth_root))
    }

    /// The statement for a circuit.
    pub fn statement(&self, version: Version) -> Result<Statement, String> {
        let message = match version {
            Version::V1 | Version::V1Canonical => Message::State(self.state),
            Version::V2 | Version::V2Canonical => Message::StateAndNextStakeTable {
                state: self.state,
                next_stake_table: *self.next()?,
            },
            Version::V3 => Message::Digest(self.digest()?),
        };
        Ok(Statement {
            entries: self.entries.clone(),
            message,
            stake_table: self.stake_table,
        })
    }
}

fn entry(value: &Value) -> Result<Entry, String> {
    let key = point_bytes(member(value, "schnorr_vk")?, "schnorr_vk")?;
    let signed = member(value, "signed")?
        .as_bool()
        .ok_or("`signed` is not true or false")?;
    let signature = match value.get("signature").filter(|signature| !signature.is_null()) {
        None if signed => return Err("signed, but `signature` is missing".to_owned()),
        None => Signature::default(),
        Some(signature) => {
            let s: ark_ed_on_bn254::Fr = scalar(member(signature, "s")?, "signature.s")?;
            let mut bytes = to_le_bytes(&s).to_vec();
            bytes.extend(point_bytes(member(signature, "R")?, "signature.R")?);
            Signature::from_value(&bytes).map_err(|error| format!("`signature`: {error}"))?
        }
    };
    Ok(Entry {
        key: VerifyingKey::from_value(&key).map_err(|error| format!("`schnorr_vk`: {error}"))?,
        amount: scalar(member(value, "amount")?, "amount")?,
        bit: if signed { Fr::ONE } else { Fr::ZERO },
        signature,
    })
}

/// An Edwards point's coordinates, little-endian one after the other.
fn point_bytes(value: &Value, name: &str) -> Result<Vec<u8>, String> {
    let (x, y): (Fr, Fr) = (
        scalar(member(value, "x")?, name)?,
        scalar(member(value, "y")?, name)?,
    );
    Ok([to_le_bytes(&x), to_le_bytes(&y)].concat())
}

fn stake_table_state(value: &Value) -> Result<StakeTableState, String> {
    let element = |name: &str| scalar(member(value, name)?, name);
    Ok(StakeTableState {
        bls_key_comm: element("bls_key_comm")?,
        schnorr_key_comm: element("schnorr_key_comm")?,
        amount_comm: element("amount_comm")?,
        threshold: element("threshold")?,
    })
}
