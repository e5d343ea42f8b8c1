//! The files beside this test: circuits' and witnesses' hashes, and statements.

use std::{collections::BTreeMap, io::Read, path::Path};

use ark_bn254::Fr;
use ark_ed_on_bn254::EdwardsAffine;
use ark_ff::{AdditiveGroup, PrimeField};
use crema_circuit::{Entry, Message, Statement, Version};
use crema_light_client::{
    schnorr::{Signature, VerifyingKey},
    stake_table::StakeTableState,
    state::LightClientState,
};
use serde::{Deserialize, Serialize};

const CIRCUITS: &str = include_str!("../vectors/circuits.json");
const CANONICAL: &str = include_str!("../vectors/canonical.json");
const CASES: &[u8] = include_bytes!("../vectors/cases.json.gz");

/// What is known of a circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub version: String,
    pub capacity: usize,
    pub gates: usize,
    pub variables: usize,
    pub domain: usize,
    pub public_input_gates: Vec<usize>,
    pub selector_sha256: Vec<String>,
    pub sigma_sha256: Vec<String>,
    pub wire_variables_sha256: Vec<String>,
    /// Witness of [`preprocessing_statement`].
    pub preprocessing_witness_sha256: String,
    /// Witnesses of the cases of this version and capacity.
    pub case_witness_sha256: BTreeMap<String, String>,
}

impl Expected {
    pub fn version(&self) -> Version {
        self.version.parse().unwrap()
    }
}

/// The reference library's circuits.
pub fn circuits() -> Vec<Expected> {
    serde_json::from_str(CIRCUITS).unwrap()
}

/// Our own circuits, as they were when their file was last regenerated.
pub fn canonical_circuits() -> Vec<Expected> {
    serde_json::from_str(CANONICAL).unwrap()
}

/// A statement with its name and the reference's public inputs.
pub struct Case {
    pub name: String,
    pub version: Version,
    pub capacity: usize,
    pub statement: Statement,
    pub public_inputs: Vec<Fr>,
}

/// A false statement.
pub struct FalseStatement {
    pub because: String,
    pub case: Case,
    /// The gate that the reference's own check stopped at.
    pub first_failing_gate: usize,
}

/// True statements.
pub fn cases() -> Vec<Case> {
    files().cases.into_iter().map(RawCase::read).collect()
}

/// The true statement of that name.
pub fn case(version: Version, capacity: usize, name: &str) -> Case {
    cases()
        .into_iter()
        .find(|case| case.version == version && case.capacity == capacity && case.name == name)
        .unwrap()
}

/// False statements.
pub fn false_statements() -> Vec<FalseStatement> {
    let read = |raw: RawFalseStatement| FalseStatement {
        because: raw.false_because,
        case: raw.case.read(),
        first_failing_gate: raw.first_failing_gate,
    };
    files().false_statements.into_iter().map(read).collect()
}

/// What the reference preprocesses with: nobody in the stake table, small numbers as commitments. It is false.
pub fn preprocessing_statement(version: Version) -> Statement {
    let stake_table = || StakeTableState {
        bls_key_comm: Fr::from(123),
        schnorr_key_comm: Fr::from(123),
        amount_comm: Fr::from(20),
        threshold: Fr::from(1),
    };
    let state = LightClientState {
        view_number: 0,
        block_height: 0,
        block_comm_root: Fr::ZERO,
    };
    let message = match version {
        Version::V1 | Version::V1Canonical => Message::State(state),
        Version::V2 | Version::V2Canonical => Message::StateAndNextStakeTable {
            state,
            next_stake_table: stake_table(),
        },
        Version::V3 => Message::Digest(Fr::ZERO),
    };
    Statement {
        entries: Vec::new(),
        message,
        stake_table: stake_table(),
    }
}

#[test]
fn every_vector_file_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["canonical.json", "cases.json.gz", "circuits.json"]);
}

#[derive(Deserialize)]
struct Files {
    cases: Vec<RawCase>,
    false_statements: Vec<RawFalseStatement>,
}

fn files() -> Files {
    let mut text = String::new();
    flate2::read::GzDecoder::new(CASES)
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

#[derive(Deserialize)]
struct RawFalseStatement {
    #[serde(flatten)]
    case: RawCase,
    false_because: String,
    first_failing_gate: usize,
}

#[derive(Deserialize)]
struct RawCase {
    name: String,
    version: String,
    capacity: usize,
    entries: Vec<RawEntry>,
    /// Overrides the entries' `signed`.
    bits: Option<Vec<String>>,
    light_client_state: RawState,
    stake_table_state: RawStakeTable,
    next_stake_table_state: Option<RawStakeTable>,
    digest: Option<String>,
    public_inputs: Vec<String>,
}

#[derive(Deserialize)]
struct RawEntry {
    key: RawPoint,
    amount: String,
    signed: bool,
    signature: RawSignature,
}

#[derive(Deserialize)]
struct RawPoint {
    x: String,
    y: String,
}

#[derive(Deserialize)]
#[allow(non_snake_case)]
struct RawSignature {
    s: String,
    R: RawPoint,
}

#[derive(Deserialize)]
struct RawState {
    view_number: u64,
    block_height: u64,
    block_comm_root: String,
}

#[derive(Deserialize)]
struct RawStakeTable {
    bls_key_comm: String,
    schnorr_key_comm: String,
    amount_comm: String,
    threshold: String,
}

fn scalar<F: PrimeField>(text: &str) -> F {
    let bytes = hex::decode(text.strip_prefix("0x").unwrap()).unwrap();
    F::from_be_bytes_mod_order(&bytes)
}

impl RawPoint {
    fn read(&self) -> EdwardsAffine {
        let point = EdwardsAffine::new_unchecked(scalar(&self.x), scalar(&self.y));
        assert!(point.is_on_curve());
        point
    }
}

impl RawStakeTable {
    fn read(&self) -> StakeTableState {
        StakeTableState {
            bls_key_comm: scalar(&self.bls_key_comm),
            schnorr_key_comm: scalar(&self.schnorr_key_comm),
            amount_comm: scalar(&self.amount_comm),
            threshold: scalar(&self.threshold),
        }
    }
}

impl RawCase {
    fn read(self) -> Case {
        let version: Version = self.version.parse().unwrap();
        let entry = |(index, entry): (usize, &RawEntry)| Entry {
            key: VerifyingKey(entry.key.read()),
            amount: scalar(&entry.amount),
            bit: self
                .bits
                .as_ref()
                .map_or(Fr::from(entry.signed), |bits| scalar(&bits[index])),
            signature: Signature {
                s: scalar(&entry.signature.s),
                r: entry.signature.R.read(),
            },
        };
        let state = LightClientState {
            view_number: self.light_client_state.view_number,
            block_height: self.light_client_state.block_height,
            block_comm_root: scalar(&self.light_client_state.block_comm_root),
        };
        let message = match (&self.digest, &self.next_stake_table_state) {
            (Some(digest), _) => Message::Digest(scalar(digest)),
            (None, Some(next)) => Message::StateAndNextStakeTable {
                state,
                next_stake_table: next.read(),
            },
            (None, None) => Message::State(state),
        };
        let entries = self.entries.iter().enumerate().map(entry).collect();
        let statement = Statement {
            entries,
            message,
            stake_table: self.stake_table_state.read(),
        };
        let public_inputs = self.public_inputs.iter().map(|input| scalar(input)).collect();
        Case {
            name: self.name,
            version,
            capacity: self.capacity,
            statement,
            public_inputs,
        }
    }
}
