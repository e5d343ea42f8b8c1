//! Nodes join with the client that the sequencer uses.

use crema_orchestrator::client::{JoinError, Joining, registrations};
use crema_orchestrator::registry::Admission;
use reqwest::StatusCode;
use serde_json::json;

use crate::service::{SOON, Service, node};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_nodes_get_one_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), Admission::Open { slots: 5 }, None);
    // all at once: each asks for the same slot first
    let joins = (0..5).map(|seed| {
        let url = service.url.clone();
        tokio::spawn(async move {
            let node = node(seed);
            let address = format!("localhost:{}", 7000 + u16::from(seed));
            let joining = Joining::new(&url, &node.registration, &node.key, address).unwrap();
            (seed, joining.join().await.unwrap())
        })
    });
    let mut first = None;
    for join in joins.collect::<Vec<_>>() {
        let (seed, mut config) = tokio::time::timeout(SOON, join).await.unwrap().unwrap();
        let index = usize::try_from(config.node_index).unwrap();
        assert_eq!(
            config.peers[index].address,
            format!("localhost:{}", 7000 + u16::from(seed))
        );
        assert_eq!(registrations(&config).unwrap()[index], node(seed).registration);
        config.node_index = 0;
        assert_eq!(*first.get_or_insert_with(|| config.clone()), config);
    }
    let config = first.unwrap();
    assert_eq!(config.config.known_da_nodes.len(), 4);
    assert_eq!(config.config.builder_urls, ["http://localhost:31003"]);
    assert_eq!(config.config.next_view_timeout, 12_000);
    assert_eq!(service.get("v0/api/start").await, json!(true));

    // a sixth is told why not, at once
    let late = node(6);
    let joining = Joining::new(&service.url, &late.registration, &late.key, "late:1".into()).unwrap();
    let refused = joining.join().await.unwrap_err();
    let JoinError::Refused { status, message } = refused else {
        panic!("{refused}");
    };
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(message.contains("all 5 slots"), "{message}");
    // a configuration in which somebody's proof was exchanged is no configuration
    let mut forged = config.clone();
    forged.peers[1].possession = forged.peers[0].possession;
    assert!(matches!(registrations(&forged), Err(JoinError::Committee(_))));
    forged.peers.pop();
    assert!(matches!(
        registrations(&forged),
        Err(JoinError::Lengths { staked: 5, peers: 4 })
    ));
    service.stop().await;
}

#[tokio::test]
async fn a_password_starts_the_network_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), Admission::Open { slots: 1 }, Some("go"));
    let one = node(0);
    assert_eq!(service.claim(&one, 1).await.0, StatusCode::OK);
    let ready = crema_orchestrator::claim::Ready::sign(0, &service.network().await, &one.key);
    assert_eq!(service.post("api/ready", &ready).await.0, StatusCode::OK);
    assert_eq!(service.get("api/start").await, json!(false));
    let (status, config) = service.post("api/config/0", &()).await;
    assert_eq!(
        (status, &config["manual_start_password"]),
        (StatusCode::OK, &json!("*****"))
    );
    assert_eq!(
        service.post("api/manual_start", b"gx").await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(service.get("api/start").await, json!(false));
    assert_eq!(service.post("api/manual_start", b"go").await.0, StatusCode::OK);
    assert_eq!(service.get("api/start").await, json!(true));
    service.stop().await;
}
