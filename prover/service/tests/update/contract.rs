//! Chains and contracts that cannot be updated, and accounts that may not.

use alloy::primitives::{Address, address};
use axum::{Router, http::StatusCode, routing::post};
use crema_service::update::UpdateError;
use serde_json::json;

use crate::{
    chain::{Chain, PROVER_INDEX},
    services::{Services, failure, nobody, options, run, serve},
    testing::{Network, state},
};

const ELSEWHERE: Address = address!("00000000000000000000000000000000000c0de5");

async fn ready() -> (Network, Chain, Services) {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(10, 5), &[0, 1, 2])).await;
    (network, chain, services)
}

#[tokio::test]
async fn each_wrong_chain_or_contract_has_its_own_error() {
    let (_, chain, services) = ready().await;

    let error = failure(&chain, &services, &["--l1-provider", &nobody().await]).await;
    assert!(matches!(error, UpdateError::L1Unreachable { .. }), "{error}");
    let error = failure(&chain, &services, &["--chain-id", "1"]).await;
    assert!(
        matches!(
            error,
            UpdateError::WrongChain {
                expected: 1,
                found: 31337
            }
        ),
        "{error}"
    );

    let elsewhere = ELSEWHERE.to_string();
    let at_elsewhere = ["--light-client-address", elsewhere.as_str()];
    let error = failure(&chain, &services, &at_elsewhere).await;
    assert!(
        matches!(
            error,
            UpdateError::NoContract {
                address: ELSEWHERE,
                ..
            }
        ),
        "{error}"
    );
    // REVERT, and RETURN of nothing
    for code in ["5f5ffd", "5f5ff3"] {
        chain
            .set_code(ELSEWHERE, &alloy::hex::decode(code).unwrap())
            .await;
        let error = failure(&chain, &services, &at_elsewhere).await;
        assert!(
            matches!(
                error,
                UpdateError::NotLightClient {
                    call: "getVersion",
                    ..
                }
            ),
            "{error}"
        );
    }
    // answers every call with the words 2, 0, 0, 0
    chain
        .set_code(ELSEWHERE, &alloy::hex::decode("60025f5260805ff3").unwrap())
        .await;
    let error = failure(&chain, &services, &at_elsewhere).await;
    assert!(
        matches!(error, UpdateError::UnsupportedVersion { major: 2, .. }),
        "{error}"
    );
    // and with 2^256 - 1
    chain
        .set_code(ELSEWHERE, &alloy::hex::decode("5f195f5260205ff3").unwrap())
        .await;
    let error = failure(&chain, &services, &at_elsewhere).await;
    assert!(matches!(error, UpdateError::NotLightClient { .. }), "{error}");
}

#[tokio::test]
async fn endpoints_that_misbehave_are_told_apart_and_passed_over() {
    let (_, chain, services) = ready().await;
    let answering = |status: StatusCode, body: String| async move {
        let router = Router::new().route("/", post(move || async move { (status, body) }));
        format!("http://{}", serve(router).await)
    };

    let refusal = json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": -32005, "message": "daily limit" } });
    let refusing = answering(StatusCode::OK, refusal.to_string()).await;
    let error = failure(&chain, &services, &["--l1-provider", &refusing]).await;
    assert!(
        matches!(&error, UpdateError::L1Refused { reason, .. } if reason.contains("daily limit")),
        "{error}"
    );

    let mut broken = Vec::new();
    for (status, body) in [
        (StatusCode::TOO_MANY_REQUESTS, "slow down".to_owned()),
        (StatusCode::OK, "<html>maintenance</html>".to_owned()),
        (StatusCode::OK, "9".repeat(3 << 20)),
        (StatusCode::BAD_GATEWAY, String::new()),
    ] {
        let url = answering(status, body).await;
        let error = failure(&chain, &services, &["--l1-provider", &url]).await;
        assert!(matches!(error, UpdateError::L1Unreachable { .. }), "{error}");
        broken.push(url);
    }

    // with all of them before a good endpoint, work goes on: as far as the missing funds
    let all = [broken.join(","), nobody().await, chain.url()].join(",");
    let error = failure(
        &chain,
        &services,
        &["--l1-provider", &all, "--eth-account-index", "50"],
    )
    .await;
    assert!(matches!(error, UpdateError::NoFunds { .. }), "{error}");
}

#[tokio::test]
async fn accounts_that_may_not_or_cannot_pay_are_refused_before_any_work() {
    let (_, chain, services) = ready().await;

    let error = failure(&chain, &services, &["--eth-account-index", "50"]).await;
    assert!(matches!(error, UpdateError::NoFunds { .. }), "{error}");
    let error = failure(&chain, &services, &["--max-gas-price", "0"]).await;
    assert!(matches!(error, UpdateError::GasPrice { .. }), "{error}");

    chain.permit(chain.account(3)).await;
    let error = failure(&chain, &services, &[]).await;
    let (permitted, account) = (chain.account(3), chain.account(PROVER_INDEX));
    assert!(
        matches!(error, UpdateError::NotPermitted { permitted: p, account: a } if (p, a) == (permitted, account)),
        "{error}"
    );
}

#[tokio::test]
async fn a_contract_that_is_newer_is_left_alone_without_asking_for_the_stake_table() {
    let (_, chain, services) = ready().await;
    let sequencer = nobody().await;
    for (view, height) in [(10, 5), (11, 6), (11, 4), (9, 6)] {
        chain.finalize(&state(view, height)).await;
        let outcome = run(options(&chain, &services, &["--sequencer-url", &sequencer]))
            .await
            .unwrap();
        assert!(
            matches!(outcome, crema_service::update::Outcome::UpToDate(_)),
            "{outcome}"
        );
    }
    assert_eq!(chain.nonce(PROVER_INDEX).await, 0);
}
