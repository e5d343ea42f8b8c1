//! Stake tables that are not the contract's.

use axum::http::StatusCode;
use crema_service::update::UpdateError;
use serde_json::json;

use crate::{
    chain::Chain,
    services::{Services, failure, nobody},
    testing::{Network, state},
};

#[tokio::test]
async fn each_bad_stake_table_has_its_own_error() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::start().await;
    services.relay_bundle(&network.bundle(state(10, 5), &[0, 1, 2]));

    let error = failure(&chain, &services, &["--sequencer-url", &nobody().await]).await;
    assert!(matches!(error, UpdateError::Sequencer(_)), "{error}");
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::Sequencer(_)), "{error}");
    services.sequencer(StatusCode::SERVICE_UNAVAILABLE, "starting");
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::Sequencer(_)), "{error}");

    let mut twice = network.config();
    let nodes = twice["config"]["known_nodes_with_stake"].as_array_mut().unwrap();
    nodes.push(nodes[0].clone());
    let empty = json!({ "config": { "known_nodes_with_stake": [] } });
    for config in [json!({}), json!({ "config": 5 }), empty, twice] {
        services.sequencer_config(&config);
        let error = failure(&chain, &services, &[]).await;
        assert!(matches!(error, UpdateError::MalformedConfig(_)), "{error}");
    }
    services.sequencer(StatusCode::OK, vec![b'['; 16 << 20]);
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::MalformedConfig(_)), "{error}");

    services.sequencer_config(&Network::new(5, 2).config());
    let error = failure(&chain, &services, &[]).await;
    assert!(
        matches!(error, UpdateError::StakeTableMismatch { entries: 5, .. }),
        "{error}"
    );
    services.sequencer_config(&Network::new(11, 1).config());
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::Uncommittable(_)), "{error}");

    services.sequencer_config(&network.config());
    let error = failure(&chain, &services, &["--stake-table-capacity", "200"]).await;
    assert!(
        matches!(
            error,
            UpdateError::WrongCapacity {
                configured: 200,
                contract: 10
            }
        ),
        "{error}"
    );

    // the contract may be stricter than a third and one
    let mut strict = network.table.commit(10).unwrap();
    strict.threshold = 4.into();
    chain.commit_to(&strict).await;
    let error = failure(&chain, &services, &[]).await;
    assert!(
        matches!(error, UpdateError::BelowThreshold { needed, .. } if needed == 4.into()),
        "{error}"
    );
}
