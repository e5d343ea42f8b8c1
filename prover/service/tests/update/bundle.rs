//! Bundles that must not be proved.

use axum::http::StatusCode;
use crema_service::update::UpdateError;

use crate::{
    chain::Chain,
    services::{Services, failure, nobody},
    testing::{Network, state},
};

#[tokio::test]
async fn each_bad_bundle_has_its_own_error() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::start().await;
    services.sequencer_config(&network.config());

    let error = failure(&chain, &services, &["--relay-server", &nobody().await]).await;
    assert!(matches!(error, UpdateError::Relay(_)), "{error}");
    let error = failure(
        &chain,
        &services,
        &["--relay-server", "file:/no/such/bundle.json"],
    )
    .await;
    assert!(matches!(error, UpdateError::Relay(_)), "{error}");

    // nothing has reached the relay's threshold yet
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::NoBundle(_)), "{error}");
    assert!(error.to_string().contains("nothing here"), "{error}");

    services.relay(StatusCode::INTERNAL_SERVER_ERROR, "database on fire");
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::Relay(_)), "{error}");
    assert!(error.to_string().contains("database on fire"), "{error}");

    for body in [
        &b"{"[..],
        b"null",
        b"[]",
        br#"{"state":"LIGHT_CLIENT_STATE~AAAA"}"#,
        &[0xff; 100],
        b"",
    ] {
        services.relay(StatusCode::OK, body);
        let error = failure(&chain, &services, &[]).await;
        assert!(matches!(error, UpdateError::MalformedBundle(_)), "{error}");
    }
    services.relay(StatusCode::OK, vec![b' '; 4 << 20]);
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::MalformedBundle(_)), "{error}");

    services.relay_bundle(&network.bundle(state(10, 5), &[2]));
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::BelowThreshold { .. }), "{error}");

    let mut strangers = Network::new(8, 1).bundle(state(10, 5), &[6, 7]);
    services.relay_bundle(&strangers);
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::UnknownSigner(_)), "{error}");

    strangers = network.bundle(state(10, 5), &[0, 1, 2]);
    strangers.state.view_number += 1;
    services.relay_bundle(&strangers);
    let error = failure(&chain, &services, &[]).await;
    assert!(matches!(error, UpdateError::BadSignature(_)), "{error}");
}
