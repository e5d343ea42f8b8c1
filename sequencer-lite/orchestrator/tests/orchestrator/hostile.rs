//! Registrations that nobody should get.

use commonware_cryptography::{Signer as _, ed25519};
use crema_light_client::bls;
use crema_orchestrator::claim::{Claim, NetworkId, Ready};
use crema_orchestrator::key_list::{self, KeyListError, ListedKeys};
use crema_orchestrator::registry::Admission;
use reqwest::StatusCode;
use serde_json::json;

use crate::service::{Node, Service, node};

fn listed(seeds: impl IntoIterator<Item = u8>) -> Admission {
    let keys = seeds.into_iter().map(|seed| {
        let member = node(seed).registration.member;
        ListedKeys {
            stake_table_key: member.stake_key,
            state_ver_key: member.state_key,
            da: member.stores_payloads,
            stake: 1,
        }
    });
    Admission::Listed(keys.collect())
}

#[tokio::test]
async fn strangers_do_not_take_slots() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), listed(0..3), None);
    let network = service.network().await;
    let refused = async |path: &str, claim: &Claim, expected: StatusCode, why: &str| {
        let (status, answer) = service.post(path, claim).await;
        assert_eq!(status, expected, "{answer}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
    };
    // a key of their own, with every proof, in every slot
    for slot in 0..3 {
        let stranger = node(100 + slot).claim(&network, 1);
        refused(
            &format!("api/pop/{slot}"),
            &stranger,
            StatusCode::FORBIDDEN,
            "not on the",
        )
        .await;
    }
    // a listed key that is not theirs: no proof of possession
    let victim = node(1);
    let mut claim = victim.claim(&network, 1);
    claim.peer.possession = node(100).registration.proof;
    refused("api/pop/1", &claim, StatusCode::BAD_REQUEST, "possession").await;
    // with the victim's proof, which is public, and an address of their own
    let mut claim = victim.claim(&network, 1);
    claim.peer.address = "thief:1769".into();
    refused("api/pop/1", &claim, StatusCode::BAD_REQUEST, "signature").await;
    // with a network key of their own
    let mut claim = victim.claim(&network, 1);
    claim.peer.network_key = hex::encode(ed25519::PrivateKey::from_seed(100).public_key().as_ref());
    refused("api/pop/1", &claim, StatusCode::BAD_REQUEST, "possession").await;
    // a claim from another network
    let elsewhere = victim.claim(&NetworkId([9; 32]), 1);
    refused("api/pop/1", &elsewhere, StatusCode::BAD_REQUEST, "signature").await;
    // a listed node in a slot or a role that is not its own
    let claim = victim.claim(&network, 1);
    refused("api/pop/0", &claim, StatusCode::CONFLICT, "slot 1").await;
    refused(
        "api/pop/18446744073709551615",
        &claim,
        StatusCode::CONFLICT,
        "slot 1",
    )
    .await;
    let mut idle = node(1);
    idle.registration.member.stores_payloads = false;
    let idle = idle.registration.member.clone().register(&idle.key);
    let idle = Node {
        registration: idle,
        ..node(1)
    };
    refused(
        "api/pop/1",
        &idle.claim(&network, 1),
        StatusCode::FORBIDDEN,
        "--is-da",
    )
    .await;

    // after all of that the three nodes come in
    assert_eq!(service.get("healthcheck").await["registered"], json!(0));
    for seed in 0..3 {
        let (status, answer) = service.claim(&node(seed), 1).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    assert_eq!(service.get("api/peer_pub_ready").await, json!(true));

    // only a node says that it is ready
    for (index, key) in [(0, 1), (1, 100), (7, 0)] {
        let key = bls::SigningKey::from_seed(&[key; 32]);
        let (status, _) = service
            .post("api/ready", &Ready::sign(index, &network, &key))
            .await;
        assert!(status.is_client_error());
    }
    assert_eq!(service.get("api/start").await, json!(false));
    service.stop().await;
}

#[tokio::test]
async fn bodies_that_are_no_claims_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), Admission::Open { slots: 2 }, None);
    let network = service.network().await;
    let good = serde_json::to_value(node(0).claim(&network, 1)).unwrap();
    for (pointer, value) in [
        ("/stake_key", json!("BLS_VER_KEY~AAAA")),
        ("/stake_key", json!(7)),
        ("/peer/network_key", json!("zz")),
        ("/peer/network_key", json!("00".repeat(4000))),
        ("/peer/address", json!("no-port")),
        ("/peer/address", json!(":1769")),
        ("/peer/address", json!("host:0")),
        ("/peer/address", json!(format!("{}:1", "a".repeat(4000)))),
        ("/issued_at", json!(-1)),
    ] {
        let mut claim = good.clone();
        *claim.pointer_mut(pointer).unwrap() = value;
        let (status, answer) = service.post("api/pop/0", &claim).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{pointer}: {answer}");
        assert_eq!(answer["status"], json!(400));
    }
    let long = "x".repeat(1 << 20);
    let (status, _) = service.post("api/pop/0", &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let post = service.client.post(service.url.join("api/pop/0").unwrap());
    let answer = post
        .header("content-type", "application/octet-stream")
        .body(vec![0xff; 64]);
    assert_eq!(answer.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(service.post("api/config/0", &()).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(service.post("api/nothing", &()).await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.post("api/pop/0", &good).await.0, StatusCode::OK);
    service.stop().await;
}

#[tokio::test]
async fn keys_are_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), Admission::Open { slots: 3 }, None);
    assert_eq!(service.claim(&node(0), 5).await.0, StatusCode::OK);
    // a second node with the Schnorr key of the first, which it does not have to prove
    let mut second = node(1);
    let mut member = second.registration.member.clone();
    member.state_key = node(0).registration.member.state_key;
    second.registration = member.register(&second.key);
    let (status, answer) = service.claim(&second, 5).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(answer["message"].as_str().unwrap().contains("same Schnorr key"));
    // the first moves; an old claim of its, which somebody has recorded, does not move it back
    let network = service.network().await;
    let moved = {
        let first = node(0);
        Claim::sign(&first.registration, "new:1769".into(), 6, &network, &first.key)
    };
    assert_eq!(service.post("api/pop/0", &moved).await.0, StatusCode::OK);
    assert_eq!(service.post("api/pop/0", &moved).await.0, StatusCode::OK);
    let (status, answer) = service.claim(&node(0), 5).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
    service.stop().await;
}

#[test]
fn lists_of_keys_are_read_strictly() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let member = node(0).registration.member;
    let entry = format!(
        "[[public_keys]]\nstake_table_key = \"{}\"\nstate_ver_key = \"{}\"\nda = true\n",
        member.stake_key, member.state_key
    );
    std::fs::write(file.path(), &entry).unwrap();
    assert_eq!(
        key_list::read(file.path()).unwrap()[0].stake_table_key,
        member.stake_key
    );
    std::fs::write(file.path(), format!("{entry}stake = 2\n")).unwrap();
    assert!(matches!(
        key_list::read(file.path()),
        Err(KeyListError::Stake { found: 2, .. })
    ));
    std::fs::write(file.path(), entry.replace("BLS_VER_KEY~", "BLS_VER_KEY~A")).unwrap();
    assert!(matches!(
        key_list::read(file.path()),
        Err(KeyListError::Toml { .. })
    ));
}
