//! Killed in the middle of its work, and started again: nothing that was accepted is lost.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crema_light_client::bundle::Version;
use reqwest::StatusCode;
use tempfile::TempDir;

use super::network::{state, table, vote};
use super::process::{Process, write_table};

const NODES: u8 = 4;

#[tokio::test]
async fn no_accepted_signature_is_lost_by_a_kill() {
    // four nodes that post all the time, and one without which nothing reaches the threshold
    let stakes = [1, 1, 1, 1, 20];
    let folder = TempDir::new().unwrap();
    write_table(folder.path(), &table(&stakes));
    let options = ["--pending-per-signer", "1000000"];
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let mut process = Process::start(folder.path(), &options).await;
    for round in 0u64..4 {
        let posting: Vec<_> = (0..NODES)
            .map(|node| {
                let (client, accepted) = (process.client.clone(), Arc::clone(&accepted));
                tokio::spawn(async move {
                    for height in 1_000_000 * round + 1.. {
                        match client.try_post(&vote(node, state(height))).await {
                            Ok((status, message)) => assert_eq!(status, StatusCode::OK, "{message}"),
                            Err(_) => return, // killed
                        }
                        accepted.lock().unwrap().push((node, height));
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100 + 70 * round)).await;
        process.kill();
        for task in posting {
            task.await.unwrap();
        }
        process = Process::start(folder.path(), &options).await;
        let so_far = accepted.lock().unwrap().clone();
        for (node, height) in so_far {
            let (status, message) = process.client.post(&vote(node, state(height))).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "node {node} at {height} is lost");
            assert!(message.contains("is here already"), "{message}");
        }
    }
    let accepted = accepted.lock().unwrap().clone();
    assert!(
        accepted.len() > 4 * 4,
        "too few posts to tell: {}",
        accepted.len()
    );
    println!("{} accepted signatures, four kills", accepted.len());

    // and what was collected before counts
    let (_, height) = *accepted.iter().max_by_key(|(_, height)| *height).unwrap();
    assert_eq!(
        process.client.post(&vote(4, state(height))).await.0,
        StatusCode::OK
    );
    let bundle = process.client.bundle().await.unwrap();
    let signers = accepted.iter().filter(|(_, other)| *other == height).count();
    assert!(bundle.signatures.len() > signers);
    bundle.verify_against(&table(&stakes), Version::V1).unwrap();
    process.terminate();

    // a graceful stop keeps it as well; so does a start without the source of the stake table
    std::fs::remove_file(folder.path().join("stake-table.json")).unwrap();
    let process = Process::start(folder.path(), &options).await;
    assert_eq!(process.client.bundle().await.unwrap(), bundle);
    process.terminate();
}

#[tokio::test]
async fn one_folder_serves_one_relay() {
    let folder = TempDir::new().unwrap();
    write_table(folder.path(), &table(&[1; 4]));
    let _first = Process::start(folder.path(), &[]).await;
    let store = folder.path().join("store");
    let error = crema_relay::store::Store::open(&store).unwrap_err();
    assert!(
        error.to_string().contains("in use by another state-relay-server"),
        "{error}"
    );
}
