//! What an orchestrator said is so after it was killed.

use crema_orchestrator::claim::Ready;
use crema_orchestrator::registry::Admission;
use crema_orchestrator::store::StoreError;
use reqwest::StatusCode;
use serde_json::json;

use crate::service::{Service, node, open};

const OPEN: Admission = Admission::Open { slots: 5 };

#[tokio::test]
async fn registrations_survive_and_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = None;
    for seed in 0..5 {
        // a new process for every node
        let service = Service::start(folder.path(), OPEN, None);
        let network = service.network().await;
        assert_eq!(
            *first.get_or_insert(network),
            network,
            "the network has another name"
        );
        let node = node(seed);
        let (status, answer) = service.claim(&node, 1).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let ready = Ready::sign(seed.into(), &network, &node.key);
        assert_eq!(service.post("api/ready", &ready).await.0, StatusCode::OK);
        service.stop().await;
    }
    let service = Service::start(folder.path(), OPEN, None);
    assert_eq!(service.get("api/start").await, json!(true));
    let (_, config) = service.post("api/config/3", &()).await;
    let own = node(3).registration.member.stake_key.to_string();
    let entry = &config["config"]["known_nodes_with_stake"][3]["stake_table_entry"];
    assert_eq!(entry["stake_key"], json!(own));
    // the same claim again, by a node that did not hear the answer
    assert_eq!(service.claim(&node(3), 1).await.0, StatusCode::OK);

    // one process at a time
    let second = open(folder.path(), OPEN, None);
    assert!(matches!(second, Err(StoreError::Locked { .. })));
    service.stop().await;
}

#[tokio::test]
async fn what_is_not_its_record_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), OPEN, None);
    assert_eq!(service.claim(&node(0), 1).await.0, StatusCode::OK);
    service.stop().await;
    let record = folder.path().join("registrations.json");
    let text = std::fs::read_to_string(&record).unwrap();
    let opened = |admission| open(folder.path(), admission, None).map(|_| ()).unwrap_err();
    assert!(matches!(
        opened(Admission::Open { slots: 4 }),
        StoreError::Slots {
            expected: 4,
            found: 5,
            ..
        }
    ));
    std::fs::write(&record, text.replace("node0:1769", "evil:1769")).unwrap();
    assert!(matches!(opened(OPEN), StoreError::Claim { slot: 0, .. }));
    std::fs::write(&record, &text[..text.len() / 2]).unwrap();
    assert!(matches!(opened(OPEN), StoreError::Damaged { .. }));
}
