//! Transactions that are refused, stuck, replaced and reverted.

use std::time::Duration;

use alloy::{
    network::TransactionBuilder, primitives::Bytes, providers::Provider, rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner, sol_types::SolCall,
};
use crema_contracts::LightClient;
use crema_light_client::state::LightClientState;
use crema_service::update::{
    UpdateError,
    l1::L1,
    secret::Mnemonic,
    source::http_client,
    submission::{self, Fate, Pending, Terms},
};

use crate::{
    chain::{Chain, MNEMONIC},
    key,
    testing::{Network, state},
};

/// A connection for an account of the chain.
fn connect(chain: &Chain, account: u32) -> L1 {
    let mnemonic: Mnemonic = MNEMONIC.parse().unwrap();
    let signer: PrivateKeySigner = mnemonic.signer(account).unwrap();
    L1::new(http_client().unwrap(), &[chain.url().parse().unwrap()], signer)
}

fn terms(chain: &Chain) -> Terms {
    let patience = Duration::from_millis(700);
    Terms {
        contract: chain.light_client,
        chain_id: 31337,
        max_gas_price: None,
        patience,
        confirmations: 1,
    }
}

/// Prepares a transaction and sends it.
async fn send(l1: &L1, terms: &Terms, new: LightClientState, input: Bytes) -> Result<Pending, UpdateError> {
    let mut pending = submission::prepare(l1, terms, new, input).await?;
    submission::send(l1, terms, &mut pending, &mut ()).await?;
    Ok(pending)
}

fn call(call: &impl SolCall) -> Bytes {
    call.abi_encode().into()
}

#[tokio::test]
async fn what_the_contract_would_refuse_is_not_sent() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let l1 = connect(&chain, 1);
    let new = state(12, 10);
    let mut wrong = key::proved_call(&network, &network.bundle(new, &[0, 1])).to_vec();
    // the state's root, so that the proof is for another state
    wrong[4 + 95] ^= 1;
    let error = send(&l1, &terms(&chain), new, wrong.into()).await.unwrap_err();
    assert!(matches!(error, UpdateError::Simulation(_)), "{error}");
    assert!(error.to_string().contains("InvalidProof"), "{error}");

    let owners = call(&LightClient::disablePermissionedProverModeCall {});
    let error = send(&l1, &terms(&chain), new, owners).await.unwrap_err();
    assert!(
        error.to_string().contains("OwnableUnauthorizedAccount"),
        "{error}"
    );

    let harmless = call(&LightClient::getVersionCall {});
    let elsewhere = Terms {
        chain_id: 1,
        ..terms(&chain)
    };
    let error = send(&l1, &elsewhere, new, harmless).await.unwrap_err();
    assert!(matches!(error, UpdateError::NotSent { .. }), "{error}");
    assert_eq!(chain.nonce(1).await, 0);
}

#[tokio::test]
async fn a_stuck_transaction_is_replaced_and_counted_once() {
    let chain = Chain::start(&Network::new(5, 1)).await;
    let (l1, terms) = (connect(&chain, 1), terms(&chain));
    let harmless = call(&LightClient::getVersionCall {});
    chain.automine(false).await;
    let mut pending = send(&l1, &terms, state(12, 10), harmless).await.unwrap();
    let first = pending.hash();
    let error = submission::settle(&l1, &terms, &pending).await.unwrap_err();
    assert!(
        matches!(error, UpdateError::ReceiptTimeout { hash, .. } if hash == first),
        "{error}"
    );

    let fate = submission::resume(&l1, &terms, &mut pending, &mut ())
        .await
        .unwrap();
    assert!(matches!(fate, Fate::Waiting));
    let second = pending.hash();
    assert_ne!(first, second, "the transaction was not replaced");
    // a cap that leaves no room keeps it as it is
    let capped = Terms {
        max_gas_price: Some(1),
        ..terms
    };
    assert!(matches!(
        submission::resume(&l1, &capped, &mut pending, &mut ())
            .await
            .unwrap(),
        Fate::Waiting
    ));
    assert_eq!(pending.hash(), second);

    chain.mine().await;
    let Fate::Mined(receipt) = submission::resume(&l1, &terms, &mut pending, &mut ())
        .await
        .unwrap()
    else {
        panic!("not mined");
    };
    assert_eq!(receipt.transaction_hash, second);
    assert_eq!(chain.nonce(1).await, 1);
}

#[tokio::test]
async fn a_transaction_whose_nonce_is_taken_is_given_up() {
    let chain = Chain::start(&Network::new(5, 1)).await;
    let (l1, terms) = (connect(&chain, 1), terms(&chain));
    chain.automine(false).await;
    let harmless = call(&LightClient::getVersionCall {});
    let mut pending = send(&l1, &terms, state(12, 10), harmless).await.unwrap();
    // another program with the same account outbids it
    let mut other = pending.clone();
    let impatient = Terms {
        patience: Duration::ZERO,
        ..terms
    };
    submission::resume(&l1, &impatient, &mut other, &mut ())
        .await
        .unwrap();
    assert_ne!(other.hash(), pending.hash());
    chain.mine().await;
    assert!(matches!(
        submission::resume(&l1, &terms, &mut pending, &mut ())
            .await
            .unwrap(),
        Fate::Gone
    ));
}

#[tokio::test]
async fn a_competitor_in_the_mempool_is_seen_before_gas_is_spent() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let new = state(12, 10);
    let update = key::proved_call(&network, &network.bundle(new, &[0, 1]));
    chain.automine(false).await;
    send(&connect(&chain, 1), &terms(&chain), new, update.clone())
        .await
        .unwrap();
    let error = send(&connect(&chain, 2), &terms(&chain), new, update)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, UpdateError::Simulation(failure) if failure.is_outdated()),
        "{error}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_reverted_transaction_tells_why() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let terms = terms(&chain);
    let new = state(12, 10);
    let update = key::proved_call(&network, &network.bundle(new, &[0, 1]));
    chain.automine(false).await;
    let slow = connect(&chain, 2);
    let loser = send(&slow, &terms, new, update.clone()).await.unwrap();
    // while it waits, somebody submits the same state and bids more
    let outbidding = TransactionRequest::default()
        .with_from(chain.account(0))
        .with_to(chain.light_client)
        .with_input(update)
        .with_gas_limit(1_000_000)
        .with_max_fee_per_gas(100_000_000_000)
        .with_max_priority_fee_per_gas(50_000_000_000);
    let winner = chain.provider.send_transaction(outbidding).await.unwrap();
    chain.mine().await;
    let receipt = winner.get_receipt().await.unwrap();
    assert!(receipt.status());
    assert_eq!(chain.finalized().await, (12, 10));
    let error = submission::settle(&slow, &terms, &loser).await.unwrap_err();
    assert!(
        matches!(&error, UpdateError::Reverted { hash, gas_used, .. } if *hash == loser.hash() && *gas_used > 21_000),
        "{error}"
    );
    assert!(error.to_string().contains("OutdatedState"), "{error}");
}
