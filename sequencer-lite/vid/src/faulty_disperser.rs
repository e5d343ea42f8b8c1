//! What a disperser can do that commits to something else than a payload, and what the nodes make of it.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::{Engine, cpu::CpuEngine};

use crate::{
    Aggregation, Disperse, Error, Scheme, Share, Verifier, committer::Committer, scheme::Coefficients, tree,
};

const NODES: u32 = 5;

fn coefficients(values: Vec<Fr>) -> Coefficients {
    Coefficients(CpuEngine::default().upload(values.into()).unwrap())
}

fn scheme(longest: usize) -> Scheme {
    Scheme::new(NODES)
        .unwrap()
        .with_committer(Committer::get(longest).unwrap())
}

/// All shares pass, and yet no four of them give a payload: all say so, none gives another payload than the rest.
fn assert_no_payload(disperse: Disperse) {
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    for share in &disperse.shares {
        verifier.verify_share(share).unwrap();
    }
    for left_out in 0..disperse.shares.len() {
        let mut shares = disperse.shares.clone();
        shares.remove(left_out);
        assert!(
            matches!(verifier.recover(&shares), Err(Error::NoSuchPayload)),
            "without {left_out}"
        );
    }
    assert!(matches!(
        verifier.recover(&disperse.shares),
        Err(Error::NoSuchPayload)
    ));
}

#[test]
fn a_polynomial_of_a_higher_degree_is_no_payload() {
    let high = coefficients((1..=8).map(Fr::from).collect());
    assert_no_payload(scheme(8).share_out(100, &[high]).unwrap());
}

#[test]
fn an_element_of_32_bytes_is_no_payload() {
    let mut values = vec![Fr::ZERO; 4];
    values[0] = Fr::from(2).pow([248]);
    assert_no_payload(scheme(4).share_out(100, &[coefficients(values)]).unwrap());
}

#[test]
fn bytes_behind_the_end_are_no_payload() {
    // the constant polynomial one: a byte in each of the four elements, of which 50 bytes take only two
    let mut values = vec![Fr::ZERO; 4];
    values[0] = Fr::ONE;
    assert_no_payload(scheme(4).share_out(50, &[coefficients(values)]).unwrap());
}

/// Evaluations with the right sum and nothing else right, committed to by a tree of their own.
#[test]
fn evaluations_with_the_right_sum_pass_as_jellyfish_has_it_and_fail_as_it_should_be() {
    for aggregation in [Aggregation::Canonical, Aggregation::Jellyfish] {
        let scheme = Scheme::new(NODES).unwrap().with_aggregation(aggregation);
        let payload: Vec<u8> = (0..200).collect();
        let polynomials = scheme.polynomials(&payload).unwrap();
        let mut evaluations = scheme.evaluations(&polynomials).unwrap();
        for values in &mut evaluations {
            values[0] += Fr::ONE;
            values[1] -= Fr::ONE;
        }
        let disperse = scheme.share_out_evaluations(200, &polynomials, evaluations);
        let verifier = Verifier::new(disperse.commitment, disperse.common)
            .unwrap()
            .with_aggregation(aggregation);
        for share in &disperse.shares {
            match (aggregation, verifier.verify_share(share)) {
                (Aggregation::Jellyfish, Ok(()))
                | (Aggregation::Canonical, Err(Error::OpeningProof { .. })) => {}
                (_, verdict) => panic!("{aggregation:?}: {verdict:?}"),
            }
        }
        // recovery does not rely on it
        assert!(verifier.recover(&disperse.shares).is_err());
    }
}

/// A share that climbs to the right root by a path of another height.
#[test]
fn a_path_of_another_height_is_refused() {
    let disperse = Scheme::new(1).unwrap().disperse(&[1, 2, 3]).unwrap();
    let verifier = Verifier::new(disperse.commitment, disperse.common.clone()).unwrap();
    let share = &disperse.shares[0];
    assert!(share.path.is_empty());
    verifier.verify_share(share).unwrap();
    let digest = tree::leaf(0, &share.evaluations);
    let longer = Share {
        path: vec![[Some(digest), None, None]],
        ..share.clone()
    };
    assert!(matches!(
        verifier.verify_share(&longer),
        Err(Error::EvaluationPath { index: 0 })
    ));
}
