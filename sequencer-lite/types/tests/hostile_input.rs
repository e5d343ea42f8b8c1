//! Input from strangers: typed errors, no panic, no memory before it is earned.
#![allow(
    clippy::unwrap_used,
    reason = "a test's readers may panic as its tests do; clippy exempts only the latter"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crema_types::merkle::{FeeAccountProof, FeeTreeSnapshot};
use crema_types::vote::Signers;
use crema_types::{
    BlockHash, ChainConfig, FeeMerkleTree, Genesis, Header, Leaf, Leaf2, MerkleProof, NamespaceTable,
    Payload, QuorumCertificate, Transaction, Version, VidCommitment, wire,
};
use serde::de::DeserializeOwned;

/// Counts what is allocated, and remembers the most there was at once.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// One test at a time: all threads share the counters.
static ALONE: Mutex<()> = Mutex::new(());

// SAFETY: every call is passed on to the system's allocator unchanged; the counters do not touch the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract, and so does this call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `pointer` came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` returns, and the most memory that it held at once.
fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    (result, PEAK.load(Ordering::Relaxed).saturating_sub(before))
}

/// Every decoder refuses `bytes`, within `limit` bytes of memory.
fn refused_by_all(bytes: &[u8], limit: usize) {
    fn one<T: DeserializeOwned>(bytes: &[u8], limit: usize) {
        let (result, peak) = measured(|| wire::decode_unversioned::<T>(bytes).is_err());
        let name = std::any::type_name::<T>();
        assert!(result, "{name} read from {:02x?}…", &bytes[..bytes.len().min(16)]);
        assert!(peak <= limit, "{name} took {peak} bytes of memory");
    }
    one::<Transaction>(bytes, limit);
    one::<Vec<Transaction>>(bytes, limit);
    one::<Payload>(bytes, limit);
    one::<NamespaceTable>(bytes, limit);
    one::<Header>(bytes, limit);
    one::<Leaf>(bytes, limit);
    one::<Leaf2>(bytes, limit);
    one::<ChainConfig>(bytes, limit);
    one::<QuorumCertificate>(bytes, limit);
    one::<Signers>(bytes, limit);
    one::<MerkleProof>(bytes, limit);
    one::<FeeAccountProof>(bytes, limit);
    one::<FeeTreeSnapshot>(bytes, limit);
    one::<BlockHash>(bytes, limit);
}

/// Every length that a decoder can meet is claimed to be gigantic.
#[test]
fn lengths_that_nothing_follows_reserve_nothing() {
    let _alone = ALONE.lock().unwrap();
    for claim in [u64::MAX, u64::MAX / 8, 1 << 40, 1 << 32, 1 << 31] {
        for lead in 0..8 {
            let mut bytes = vec![0; 4 * lead];
            for _ in 0..4 {
                bytes.extend_from_slice(&claim.to_le_bytes());
            }
            refused_by_all(&bytes, 2 << 20);
        }
    }
    refused_by_all(&[], 1 << 16);
    refused_by_all(&[0xff; 200], 2 << 20);
}

/// A list of the smallest elements that there are must not multiply in memory.
#[test]
fn lists_of_nothing_are_bounded() {
    let _alone = ALONE.lock().unwrap();
    let count = 1u64 << 20;
    let position = wire::encode_unversioned(
        &FeeMerkleTree::new()
            .prove(&crema_types::Address::default())
            .unwrap(),
    )
    .unwrap();
    // `pos` of a proof ends where its list of nodes begins
    let mut proof = vec![];
    let frame = wire::encode_unversioned(&crema_types::merkle::FieldBytes(vec![0; 20])).unwrap();
    proof.extend_from_slice(&frame);
    assert!(position.windows(frame.len()).any(|window| window == frame));
    proof.extend_from_slice(&count.to_le_bytes());
    proof.resize(proof.len() + 4 * count as usize, 0);
    let (result, peak) =
        measured(|| wire::decode_unversioned::<MerkleProof>(&proof).map_err(|error| error.to_string()));
    assert!(result.unwrap_err().contains("at most 65"));
    assert!(peak < 1 << 16, "{peak} bytes of memory");

    let too_long = vec![0; wire::MAX_MESSAGE + 1];
    let (error, peak) = measured(|| {
        wire::decode_unversioned::<Payload>(&too_long)
            .unwrap_err()
            .to_string()
    });
    assert!(error.contains("at most"), "{error}");
    assert!(peak < 1 << 16, "{peak} bytes of memory");
}

/// A tree inside a tree inside a tree: as deep as the format allows, and no deeper.
#[test]
fn nesting_ends() {
    let _alone = ALONE.lock().unwrap();
    // a branch: variant 1, a digest, 256 children of which the first is a branch again
    let mut open = 1u32.to_le_bytes().to_vec();
    open.extend(wire::encode_unversioned(&crema_types::merkle::FieldBytes(vec![0; 32])).unwrap());
    open.extend_from_slice(&256u64.to_le_bytes());
    for depth in [21, 1000, 100_000] {
        let bytes = open.repeat(depth);
        let error = wire::decode_unversioned::<FeeTreeSnapshot>(&bytes)
            .unwrap_err()
            .to_string();
        assert!(error.contains("20 levels"), "{error}");
    }
    let json = "{\"root\":".to_owned()
        + &"{\"Branch\":{\"value\":\"FIELD~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-\",\"children\":["
            .repeat(10_000);
    assert!(serde_json::from_str::<FeeTreeSnapshot>(&json).is_err());
    for nested in ["[".repeat(100_000), "{\"fields\":".repeat(100_000)] {
        assert!(serde_json::from_str::<Header>(&nested).is_err());
        assert!(serde_json::from_str::<Leaf2>(&nested).is_err());
        assert!(serde_json::from_str::<MerkleProof>(&nested).is_err());
    }
    // a proof's children hold no children
    let child = r#"{"pos":"FIELD~AAAAAAAAAAD7","proof":[{"Branch":{"value":"FIELD~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-","children":[{"Branch":{}}]}}]}"#;
    let error = serde_json::from_str::<MerkleProof>(child)
        .unwrap_err()
        .to_string();
    assert!(error.contains("only empty and forgotten children"), "{error}");
    assert!(Genesis::from_toml(&format!("a = {}", "[".repeat(100_000))).is_err());
}

#[test]
fn tags_checksums_and_lengths() {
    let _alone = ALONE.lock().unwrap();
    let good = "HASH~AazstQer_ho1SqgGT0r10_Gs0BnjfbPBHJdSO3HHbp29";
    assert!(good.parse::<VidCommitment>().is_ok());
    for (text, told) in [
        ("AazstQer_ho1SqgGT0r10_Gs0BnjfbPBHJdSO3HHbp29", "no ~"),
        ("HASH~", "no data"),
        ("HASH~AazstQer_ho1SqgGT0r10_Gs0BnjfbPBHJdSO3HHbp28", "checksum"),
        (
            "BLOCK~AazstQer_ho1SqgGT0r10_Gs0BnjfbPBHJdSO3HHbp29",
            "expected a value tagged HASH",
        ),
        ("HASH~AazstQer_ho1SqgGT0r10_Gs0BnjfbPBHJdSO3HHbp2=", "base64"),
        ("HASH~AazstQer+ho1SqgGT0r10/Gs0BnjfbPBHJdSO3HHbp29", "base64"),
    ] {
        let error = text.parse::<VidCommitment>().unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
    // a signature with a coordinate that is not reduced
    let signature = crema_light_client::tagged::encode("BLS_SIG", &[0x3f; 64]);
    let json = format!(
        r#"{{"data":{{"leaf_commit":"{}"}},"vote_commitment":"{}","view_number":1,"signatures":["{signature}",{{"order":"bitvec::order::Lsb0","head":{{"width":64,"index":0}},"bits":1,"data":[1]}}],"_pd":null}}"#,
        crema_types::Commitment([1; 32]),
        crema_types::Commitment([2; 32]),
    );
    let error = serde_json::from_str::<QuorumCertificate>(&json)
        .unwrap_err()
        .to_string();
    assert!(error.contains("not canonically encoded"), "{error}");
}

#[test]
fn numbers_out_of_range() {
    let _alone = ALONE.lock().unwrap();
    let error = |json: &str| serde_json::from_str::<Transaction>(json).unwrap_err().to_string();
    assert!(error(r#"{"namespace":4294967296,"payload":""}"#).contains("at most 4294967295"));
    assert!(error(r#"{"namespace":-1,"payload":""}"#).contains("invalid value"));
    assert!(error(r#"{"namespace":1.5,"payload":""}"#).contains("invalid type"));
    assert!(error(r#"{"namespace":1,"payload":"AQI"}"#).contains("base64"));
    assert!(error(r#"{"namespace":1,"payload":"AQ_="}"#).contains("base64"));
    assert!(error(r#"{"namespace":1,"payload":[1]}"#).contains("base64"));
    assert!(error(r#"{"namespace":1}"#).contains("payload"));
    let mut binary = wire::encode_unversioned(&Transaction {
        namespace: 1.into(),
        payload: vec![],
    })
    .unwrap();
    binary[4] = 1;
    assert!(wire::decode_unversioned::<Transaction>(&binary).is_err());

    let config = |key: &str, value: &str| {
        let json = r#"{"chain_id":"1","max_block_size":"1","base_fee":"1","fee_contract":null,"fee_recipient":"0x0000000000000000000000000000000000000000"}"#;
        let from = if key == "fee_contract" {
            format!("\"{key}\":null")
        } else {
            format!("\"{key}\":\"1\"")
        };
        assert!(json.contains(&from));
        serde_json::from_str::<ChainConfig>(&json.replace(&from, &format!("\"{key}\":{value}")))
            .map_err(|error| error.to_string())
    };
    assert!(config("chain_id", "7").is_ok() && config("chain_id", "\"0x7\"").is_ok());
    assert!(config("max_block_size", "\"1mb\"").is_ok() && config("base_fee", "\"1 gwei\"").is_ok());
    assert!(
        config("chain_id", &format!("\"0x1{}\"", "0".repeat(64)))
            .unwrap_err()
            .contains("too many")
    );
    assert!(config("chain_id", "-7").is_err() && config("chain_id", "true").is_err());
    assert!(
        config("max_block_size", "\"18446744073709551616\"")
            .unwrap_err()
            .contains("64 bits")
    );
    assert!(
        config("base_fee", "\"1 dollar\"")
            .unwrap_err()
            .contains("unknown unit")
    );
    assert!(
        config("base_fee", &format!("\"{}\"", "9".repeat(10_000)))
            .unwrap_err()
            .contains("too many")
    );
    assert!(
        config("fee_contract", "\"0x00\"")
            .unwrap_err()
            .contains("40 hexadecimal")
    );
}

#[test]
fn headers_of_unknown_versions_and_shapes() {
    let _alone = ALONE.lock().unwrap();
    let genesis = Genesis::from_toml(
        r#"
        base_version = "0.2"
        upgrade_version = "0.2"
        stake_table = { capacity = 10 }
        chain_config = { chain_id = 1, max_block_size = 1, base_fee = 0, fee_recipient = "0x0000000000000000000000000000000000000000" }
        header = { timestamp = 0 }
        "#,
    )
    .unwrap();
    let header = genesis.header(None).unwrap();
    let json = serde_json::to_string(&header).unwrap();
    let error = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        serde_json::from_str::<Header>(&json.replacen(from, to, 1))
            .unwrap_err()
            .to_string()
    };
    assert!(error("\"minor\":2", "\"minor\":99").contains("version 0.99 are not supported"));
    assert!(error("\"minor\":2", "\"minor\":1").contains("has no version in front"));
    assert!(error("\"minor\":2", "\"minor\":70000").contains("invalid value"));
    assert!(error("\"fields\":", "\"field\":").contains("missing field `fields`"));
    assert!(error("\"version\":", "\"versions\":").contains("missing field `version`"));
    assert!(error("\"height\":0,", "").contains("missing field `height`"));
    assert!(error("\"height\":0,", "\"height\":0,\"height\":0,").contains("duplicate field"));
    assert!(error("\"Left\"", "\"Middle\"").contains("unknown variant"));

    let binary = wire::encode(Version::V0_2, &header).unwrap();
    for (minor, told) in [(1u16, "has no version in front"), (99, "not supported")] {
        let mut altered = binary.clone();
        altered[10..12].copy_from_slice(&minor.to_le_bytes());
        let error = wire::decode::<Header>(Version::V0_2, &altered)
            .unwrap_err()
            .to_string();
        assert!(error.contains(told), "{error}");
    }
    let mut altered = binary.clone();
    altered[4] = 3;
    assert!(wire::decode::<Header>(Version::V0_2, &altered).is_err());
    assert!(matches!(
        wire::decode::<Header>(Version::V0_3, &binary),
        Err(wire::WireError::Version {
            expected: Version::V0_3,
            found: Version::V0_2
        })
    ));
    assert!(matches!(
        wire::decode::<Header>(Version::V0_2, &binary[..3]),
        Err(wire::WireError::NoVersion { found: 3 })
    ));
}
