//! Keys that are not the contract's, and keys that cannot be had: all named before any work.

use std::fs;

use crema_circuit::Version;
use crema_service::update::{UpdateError, key_match::KnownKey};

use crate::{
    chain::Chain,
    key,
    services::{Services, failure},
    testing::{Network, state},
};

#[tokio::test]
async fn a_key_that_is_not_in_the_code_is_named_before_any_proof() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(10, 5), &[0, 1, 2])).await;

    let error = failure(&chain, &services, &["--circuit", "v1"]).await;
    assert!(
        matches!(&error, UpdateError::KeyNotInContract(keys) if keys.recognised.is_none()),
        "{error}"
    );
    assert!(error.to_string().contains("v1"), "{error}");

    // one bit of one coordinate
    let mut code = chain.code(chain.implementation).await;
    let coordinate = key::prover().verifying_key().coordinates()[7];
    let at = code
        .windows(32)
        .position(|window| window == coordinate)
        .expect("the contract's code holds its key");
    code[at + 31] ^= 1;
    chain.set_code(chain.implementation, &code).await;
    let error = failure(&chain, &services, &["--circuit", "v1-canonical"]).await;
    assert!(
        matches!(&error, UpdateError::KeyNotInContract(keys) if keys.tried[0].2.found + 1 == keys.tried[0].2.of),
        "{error}"
    );

    // a contract as deployed elsewhere is recognised, and its soundness is not left unsaid
    let published =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/published/v1-10.hex")).unwrap();
    code.extend(alloy::hex::decode(published.trim()).unwrap());
    chain.set_code(chain.implementation, &code).await;
    let error = failure(&chain, &services, &[]).await;
    let recognised = KnownKey {
        version: Version::V1,
        capacity: 10,
    };
    assert!(
        matches!(&error, UpdateError::KeyNotInContract(keys) if keys.recognised == Some(recognised)),
        "{error}"
    );
    assert!(error.to_string().contains("--srs aztec"), "{error}");
}

#[tokio::test]
async fn reference_strings_that_are_missing_or_corrupt_are_told_apart() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(10, 5), &[0, 1, 2])).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();

    let missing = format!("file:{}", path("missing.bin"));
    let error = failure(&chain, &services, &["--srs", &missing]).await;
    assert!(matches!(error, UpdateError::MissingSrs(_)), "{error}");

    fs::write(path("corrupt.bin"), [7; 1000]).unwrap();
    let corrupt = format!("file:{}", path("corrupt.bin"));
    let error = failure(&chain, &services, &["--srs", &corrupt]).await;
    assert!(matches!(error, UpdateError::CorruptSrs(_)), "{error}");

    // a folder for keys that cannot be one
    fs::write(path("file"), []).unwrap();
    let error = failure(&chain, &services, &["--key-cache", &path("file")]).await;
    assert!(matches!(error, UpdateError::Key(_)), "{error}");
}
