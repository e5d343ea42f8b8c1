//! Votes and certificates against the reference's commitments and a certificate with real signatures.

use crema_light_client::bls;
use crema_types::vote::{
    CertificateError, DaData, QuorumData, QuorumData2, Signers, TimeoutData, UpgradeData, ViewSyncCommitData,
    ViewSyncFinalizeData, ViewSyncPreCommitData, Vote, VoteData, vote_commitment,
};
use crema_types::{
    Commitment, QuorumCertificate, QuorumCertificate2, Version, VidCommitment, ViewNumber, genesis, wire,
};
use serde_json::{Value, json};

use crate::vectors::{bytes, list, network, text};

fn keys(vectors: &Value) -> Vec<bls::VerifyingKey> {
    list(&vectors["bls_keys"])
        .iter()
        .map(|key| text(key).parse().unwrap())
        .collect()
}

#[test]
fn data_of_every_kind_of_vote() {
    let vectors = network();
    let vector = &vectors["plain_data"];
    assert_eq!(
        ViewSyncPreCommitData::default().commit().to_string(),
        vector["view_sync_pre_commit"]
    );
    assert_eq!(
        ViewSyncCommitData::default().commit().to_string(),
        vector["view_sync_commit"]
    );
    assert_eq!(
        ViewSyncFinalizeData::default().commit().to_string(),
        vector["view_sync_finalize"]
    );
    assert_eq!(TimeoutData::default().commit().to_string(), vector["timeout"]);
    let da = DaData {
        payload_commit: genesis::genesis_payload_commitment(),
    };
    assert_eq!(da.commit().to_string(), vector["da_empty_payload"]);
    let upgrade = UpgradeData {
        old_version: Version::V0_1,
        new_version: Version { major: 1, minor: 0 },
        decide_by: ViewNumber(0),
        new_version_hash: Vec::new(),
        old_version_last_view: ViewNumber(0),
        new_version_first_view: ViewNumber(0),
    };
    assert_eq!(upgrade.commit().to_string(), vector["upgrade_0_1_to_1_0"]);

    let vector = &vectors["quorum_data"];
    let leaf_commit = Commitment(std::array::from_fn(|i| i as u8));
    assert_eq!(leaf_commit.0.to_vec(), bytes(&vector["leaf_commit_hex"]));
    let data = QuorumData { leaf_commit };
    assert_eq!(data.commit().0.to_vec(), bytes(&vector["commitment"]));
    let view = ViewNumber(vector["view"].as_u64().unwrap());
    assert_eq!(vote_commitment(&data, view).0.to_vec(), bytes(&vector["vote"]));
    let data2 = QuorumData2 {
        leaf_commit,
        epoch: None,
    };
    assert_eq!(data2.commit(), data.commit());
    let data2 = QuorumData2 {
        leaf_commit,
        epoch: Some(3),
    };
    assert_eq!(data2.commit().0.to_vec(), bytes(&vector["commitment_epoch_3"]));
}

#[test]
fn signatures_and_signers_in_both_encodings() {
    let vectors = network();
    let vector = &vectors["signers"];
    let (signature, signers): (bls::Signature, Signers) =
        serde_json::from_value(vector["json"].clone()).unwrap();
    assert_eq!((signers.len(), signers.count()), (5, 4));
    assert_eq!(
        wire::encode_unversioned(&signers).unwrap(),
        bytes(&vector["bits_binary"])
    );
    let pair = (signature, signers);
    assert_eq!(serde_json::to_value(&pair).unwrap(), vector["json"]);
    assert_eq!(wire::encode_unversioned(&pair).unwrap(), bytes(&vector["binary"]));
    let decoded: (bls::Signature, Signers) = wire::decode_unversioned(&bytes(&vector["binary"])).unwrap();
    assert_eq!(decoded, pair);
}

#[test]
fn a_certificate_with_real_signatures() {
    let vectors = network();
    let vector = &vectors["certificate"];
    let data = QuorumData {
        leaf_commit: text(&vector["leaf_commit"]).parse().unwrap(),
    };
    let signers: Signers = list(&vector["bits"]).iter().map(|bit| *bit == 1).collect();
    let view = ViewNumber(vector["view"].as_u64().unwrap());
    let certificate =
        QuorumCertificate::new(data, view, text(&vector["signature"]).parse().unwrap(), signers);
    assert_eq!(certificate.vote_commitment.to_string(), vector["vote_commitment"]);
    assert_eq!(certificate.commit().to_string(), vector["commitment"]);

    let keys = keys(&vectors);
    assert_eq!(certificate.verify(&keys, 4), Ok(()));
    assert_eq!(
        certificate.verify(&keys, 5),
        Err(CertificateError::Threshold {
            threshold: 5,
            found: 4
        })
    );
    assert_eq!(
        certificate.verify(&keys[..4], 4),
        Err(CertificateError::Table {
            expected: 4,
            found: 5
        })
    );
    let mut swapped = keys.clone();
    swapped.swap(0, 4);
    assert_eq!(certificate.verify(&swapped, 4), Err(bls::Error::Invalid.into()));
    let mut later = certificate.clone();
    later.view_number = ViewNumber(8);
    assert!(matches!(
        later.verify(&keys, 4),
        Err(CertificateError::VoteCommitment { .. })
    ));

    let json = serde_json::to_value(&certificate).unwrap();
    let expected = json!({
        "data": {"leaf_commit": vector["leaf_commit"]},
        "vote_commitment": vector["vote_commitment"],
        "view_number": 7,
        "signatures": [vector["signature"], vectors["signers"]["json"][1]],
        "_pd": null,
    });
    assert_eq!(json, expected);
    assert_eq!(
        serde_json::from_value::<QuorumCertificate>(json).unwrap(),
        certificate
    );
    let binary = wire::encode(Version::V0_2, &certificate).unwrap();
    assert_eq!(
        wire::decode::<QuorumCertificate>(Version::V0_2, &binary).unwrap(),
        certificate
    );
    // both shapes are one certificate
    let second = QuorumCertificate2::from(certificate.clone());
    assert_eq!(second.commit(), certificate.commit());
    assert_eq!(second.verify(&keys, 4), Ok(()));
    assert_eq!(QuorumCertificate::from(second), certificate);
}

#[test]
fn the_hashed_signature_bytes_are_the_references() {
    // the commitment above hashes them; this is what it hashes, for the reader of a failure
    let vectors = network();
    let vector = &vectors["certificate"];
    let signature: bls::Signature = text(&vector["signature"]).parse().unwrap();
    let signers: Signers = list(&vector["bits"]).iter().map(|bit| *bit == 1).collect();
    let expected = [
        b"Yesbitvec proof".to_vec(),
        wire::encode_unversioned(&signers).unwrap(),
        b"aggregated signature".to_vec(),
        wire::encode_unversioned(&signature).unwrap(),
    ]
    .concat();
    assert_eq!(expected, bytes(&vector["signature_bytes"]));
}

#[test]
fn the_empty_payloads_commitment() {
    let vectors = network();
    let expected: VidCommitment = text(&vectors["empty"]["payload_commitment"]).parse().unwrap();
    assert_eq!(genesis::genesis_payload_commitment(), expected);
}

#[test]
fn a_vote_counts_for_its_data_and_view_only() {
    let key = bls::SigningKey::from_seed(&[3; 32]);
    let data = TimeoutData { view: ViewNumber(4) };
    let vote = Vote::sign(&key, data, ViewNumber(4));
    assert_eq!(vote.verify(), Ok(()));
    let json = serde_json::to_value(&vote).unwrap();
    let expected = json!({
        "signature": [key.verifying_key().to_string(), vote.signature.1.to_string()],
        "data": {"view": 4},
        "view_number": 4,
    });
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<Vote<TimeoutData>>(json).unwrap(), vote);
    let binary = wire::encode(Version::V0_2, &vote).unwrap();
    assert_eq!(
        wire::decode::<Vote<TimeoutData>>(Version::V0_2, &binary).unwrap(),
        vote
    );

    let mut later = vote.clone();
    later.view_number = ViewNumber(5);
    assert_eq!(later.verify(), Err(bls::Error::Invalid));
    let mut other = vote.clone();
    other.data.view = ViewNumber(5);
    assert_eq!(other.verify(), Err(bls::Error::Invalid));
    // the same numbers in another kind of vote
    let sync = |relay| ViewSyncCommitData {
        relay,
        round: ViewNumber(4),
    };
    assert_ne!(sync(0).commit(), data.commit());
    assert_ne!(sync(0).commit(), sync(1).commit());
}

#[test]
fn genesis_certificates_are_known_and_not_verified() {
    let data = QuorumData::default();
    let null = QuorumCertificate::unsigned(data, ViewNumber(0), vote_commitment(&data, ViewNumber(0)));
    assert!(null.is_genesis());
    assert_eq!(
        null.verify(&[], 0),
        Err(CertificateError::Unsigned { view: ViewNumber(0) })
    );
    let later = QuorumCertificate::unsigned(data, ViewNumber(1), vote_commitment(&data, ViewNumber(1)));
    assert!(!later.is_genesis());
    assert_eq!(
        later.verify(&[], 0),
        Err(CertificateError::Unsigned { view: ViewNumber(1) })
    );
}
