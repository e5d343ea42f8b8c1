//! Stake tables from a sequencer that comes up late, changes its mind, and goes away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use crema_light_client::u256::U256;
use crema_relay::stake_table::Follow;
use crema_relay::stop;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::network::{Running, SOON, config, state, table, vote};

type Answer = Arc<Mutex<Option<Value>>>;

async fn sequencer() -> (String, Answer) {
    let answer = Answer::default();
    let handler = async |State(answer): State<Answer>| match answer.lock().unwrap().clone() {
        Some(config) => axum::Json(config).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    let router = Router::new()
        .route("/v0/config/hotshot", get(handler))
        .with_state(Arc::clone(&answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, answer)
}

#[tokio::test]
async fn the_relay_waits_for_the_table_and_follows_it() {
    let running = Running::start(&[]).await;
    let client = &running.client;
    let (url, answer) = sequencer().await;
    let (stopper, stop) = stop::channel();
    let follow = Follow {
        source: url.parse().unwrap(),
        refresh: Some(Duration::from_millis(50)),
        expected_total: Some(U256::from(5)),
    };
    let relay = running.relay.clone();
    let following = tokio::spawn(async move { follow.run(&relay, stop).await });
    assert_eq!(
        client.post(&vote(0, state(5))).await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );

    *answer.lock().unwrap() = Some(config(&table(&[1; 7])));
    let taken = async {
        while client.metric("state_relay_signers").await != 7 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, taken).await.expect("the table is read");
    assert_eq!(client.post(&vote(0, state(5))).await.0, StatusCode::OK);
    assert_eq!(client.bundle().await, None);

    // now the first node alone is enough, and its signature is still there
    *answer.lock().unwrap() = Some(config(&table(&[5, 1, 1])));
    let finished = async {
        while client.bundle().await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, finished).await.expect("the votes are counted anew");
    // and goes on without the sequencer
    *answer.lock().unwrap() = None;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(client.post(&vote(1, state(5))).await.0, StatusCode::OK);
    assert_eq!(client.bundle().await.unwrap().accumulated_weight, U256::from(6));
    stopper.stop();
    timeout(SOON, following).await.unwrap().unwrap().unwrap();
    running.stop().await;
}
