//! Payloads from every kind of selection of shares, good and bad.

#![allow(clippy::unwrap_used)]

use crema_vid::{Disperse, Error, Scheme, Share, Verifier};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

fn dispersed(nodes: u32, length: usize, rng: &mut ChaCha8Rng) -> (Vec<u8>, Verifier, Vec<Share>) {
    let mut payload = vec![0; length];
    rng.fill_bytes(&mut payload);
    let Disperse {
        commitment,
        common,
        shares,
    } = Scheme::new(nodes).unwrap().disperse(&payload).unwrap();
    (payload, Verifier::new(commitment, common).unwrap(), shares)
}

fn shuffle(shares: &mut [Share], rng: &mut ChaCha8Rng) {
    for i in (1..shares.len()).rev() {
        shares.swap(i, rng.next_u32() as usize % (i + 1));
    }
}

#[test]
fn every_selection_of_a_threshold_recovers() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for nodes in 1..=9 {
        let (payload, verifier, shares) = dispersed(nodes, 333, &mut rng);
        let threshold = verifier.parameters().threshold();
        for selection in 0..1u32 << nodes {
            let chosen: Vec<Share> = (0..nodes)
                .filter(|i| selection >> i & 1 == 1)
                .map(|i| shares[i as usize].clone())
                .collect();
            match verifier.recover(&chosen) {
                Ok(recovered) => assert_eq!(recovered, payload),
                Err(error) => {
                    assert!(chosen.len() < threshold, "{nodes} nodes, {selection:b}: {error}");
                    assert!(matches!(error, Error::TooFewShares { needed, found }
                        if needed == threshold && found == chosen.len()));
                }
            }
        }
    }
}

#[test]
fn random_selections_of_many_nodes_recover() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (nodes, length) in [
        (64, 5000),
        (100, 10_000),
        (150, 4000),
        (257, 20_000),
        (1000, 40_000),
    ] {
        let (payload, verifier, mut shares) = dispersed(nodes, length, &mut rng);
        shuffle(&mut shares, &mut rng);
        shares.truncate(verifier.parameters().threshold());
        assert_eq!(verifier.recover(&shares).unwrap(), payload, "{nodes} nodes");
    }
}

#[test]
fn every_length_recovers() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for length in (0..130).chain([247, 248, 249, 1000]) {
        let (payload, verifier, mut shares) = dispersed(6, length, &mut rng);
        shuffle(&mut shares, &mut rng);
        assert_eq!(verifier.recover(&shares).unwrap(), payload, "{length} bytes");
    }
}

/// A share of another dispersal to the same nodes, for a payload of the same length: well-formed, and wrong.
#[test]
fn wrong_shares_are_left_out_while_a_threshold_is_right() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (payload, verifier, good) = dispersed(10, 1000, &mut rng);
    let (_, _, bad) = dispersed(10, 1000, &mut rng);
    let (_, _, short) = dispersed(10, 100, &mut rng);
    let (_, _, foreign) = dispersed(40, 1000, &mut rng);
    for wrong in 0..=10 {
        // wrong ones first, then right ones of other nodes, then shapes that do not fit at all
        let mut shares: Vec<Share> = bad[..wrong].to_vec();
        shares.extend_from_slice(&good[wrong..]);
        shares.extend_from_slice(&short);
        shares.extend_from_slice(&foreign[10..]);
        match verifier.recover(&shares) {
            Ok(recovered) => {
                assert!(wrong <= 2, "recovered in spite of {wrong} wrong shares");
                assert_eq!(recovered, payload);
            }
            Err(Error::TooFewShares { needed: 8, found }) => assert_eq!(found, 10 - wrong),
            Err(error) => panic!("{wrong} wrong shares: {error}"),
        }
    }
    // for one node both: the right one counts, wherever it stands
    let both: Vec<Share> = bad
        .iter()
        .zip(&good)
        .flat_map(|(bad, good)| [bad.clone(), good.clone()])
        .collect();
    assert_eq!(verifier.recover(&both).unwrap(), payload);
}

#[test]
fn the_same_share_counts_once() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (_, verifier, shares) = dispersed(5, 100, &mut rng);
    let repeated = vec![shares[2].clone(); 20];
    assert!(matches!(
        verifier.recover(&repeated),
        Err(Error::TooFewShares { needed: 4, found: 1 })
    ));
}
