use ark_bn254::G1Projective;
use ark_ec::{CurveGroup, PrimeGroup};
use commonware_consensus::simplex::types::{Proposal, Subject};
use commonware_consensus::types::{Epoch, Round, View};
use commonware_cryptography::certificate::{Scheme as _, Verifier as _};
use commonware_cryptography::{Signer as _, ed25519, sha256};
use commonware_parallel::Sequential;
use commonware_utils::{non_empty, test_rng};
use crema_light_client::schnorr;
use crema_types::vote::{DaData, ViewNumber};
use crema_types::{Commitment, VidCommitment};

use super::*;
use crate::committee::Member;

type Vote<C> = Attestation<Scheme<C>>;

fn key(place: usize) -> SigningKey {
    SigningKey::from_scalar(KnownSecrets::secret(place)).unwrap()
}

fn members(number: usize) -> Arc<Committee> {
    let members = (0..number).map(|place| Member {
        stake_key: key(place).verifying_key(),
        state_key: schnorr::SigningKey::from_seed(&[place as u8; 32]).verifying_key(),
        network_key: ed25519::PrivateKey::from_seed(place as u64).public_key(),
        stores_payloads: place % 2 == 0,
    });
    Arc::new(Committee::of_verified(members.collect()).unwrap())
}

/// The scheme of each member.
fn schemes<C: SignatureCheck>(number: usize, check: impl Fn(&Committee) -> C) -> Vec<Scheme<C>> {
    let committee = members(number);
    let scheme = |place| {
        Scheme::with_check(
            Arc::clone(&committee),
            [9; 32],
            check(&committee),
            Some(key(place)),
        )
    };
    (0..number).map(scheme).collect()
}

fn proposal(parent: u64) -> Proposal<sha256::Digest> {
    Proposal::new(
        Round::new(Epoch::zero(), View::new(7)),
        View::new(parent),
        sha256::Digest([3; 32]),
    )
}

fn votes<C: SignatureCheck>(
    schemes: &[Scheme<C>],
    subject: Subject<'_, sha256::Digest>,
    places: impl IntoIterator<Item = usize>,
) -> Vec<Vote<C>> {
    places
        .into_iter()
        .map(|place| schemes[place].sign(subject).unwrap())
        .collect()
}

fn assemble<C: SignatureCheck>(
    scheme: &Scheme<C>,
    votes: Vec<Vote<C>>,
) -> Result<VoteCertificate, AssemblyError> {
    scheme.assemble(non_empty![@votes], &Sequential)
}

#[test]
fn a_notarization_contains_a_certificate_that_hotshots_rule_accepts() {
    let schemes = schemes(7, Pairing::new);
    let committee = schemes[0].committee();
    let table: Vec<_> = committee
        .members()
        .iter()
        .map(|member| member.stake_key)
        .collect();
    let places = [6, 0, 3, 2, 5];
    assert_ne!(
        (0..7)
            .map(|place| usize::from(committee.participant_at(place)))
            .collect::<Vec<_>>(),
        (0..7).collect::<Vec<_>>(),
        "the two orders differ in this test"
    );
    let proposal = proposal(6);
    let subject = Subject::Notarize { proposal: &proposal };
    let certificate = assemble(&schemes[1], votes(&schemes, subject, places)).unwrap();
    assert!(schemes[2].verify_certificate(&mut test_rng(), subject, &certificate, &Sequential));

    let hotshot = schemes[1].quorum_certificate(&proposal, &certificate).unwrap();
    assert_eq!(hotshot.data.leaf_commit, Commitment([3; 32]));
    assert_eq!(hotshot.view_number, ViewNumber(7));
    // the check of another crate, by another code path
    hotshot.verify(&table, 5).unwrap();
    schemes[3].verify_quorum_certificate(&hotshot).unwrap();
    let (_, signers) = hotshot.signatures.as_ref().unwrap();
    assert_eq!(signers.iter().collect::<Vec<_>>(), [0, 2, 3, 5, 6]);

    let mut other_view = hotshot.clone();
    other_view.view_number = ViewNumber(8);
    assert!(schemes[3].verify_quorum_certificate(&other_view).is_err());
}

#[test]
fn votes_cannot_be_relabelled() {
    let schemes = schemes(4, Pairing::new);
    let mut rng = test_rng();
    let (honest, relabelled) = (proposal(6), proposal(5));
    let subject = Subject::Notarize { proposal: &honest };
    let certificate = assemble(&schemes[0], votes(&schemes, subject, 0..3)).unwrap();
    let mut accepts = |subject| schemes[3].verify_certificate(&mut rng, subject, &certificate, &Sequential);
    assert!(accepts(subject));
    assert!(!accepts(Subject::Notarize {
        proposal: &relabelled
    }));
    assert!(!accepts(Subject::Finalize { proposal: &honest }));
    assert!(!accepts(Subject::Nullify { round: honest.round }));

    // nor moved to another network
    let elsewhere = Scheme::new(members(4), [8; 32], None);
    assert!(!elsewhere.verify_certificate(&mut test_rng(), subject, &certificate, &Sequential));
}

#[test]
fn a_quorum_is_a_quorum() {
    let schemes = schemes(6, Pairing::new);
    let proposal = proposal(6);
    let subject = Subject::Finalize { proposal: &proposal };
    let quorum = schemes[0].committee().quorum();
    assert_eq!(quorum, 5);
    assert_eq!(
        assemble(&schemes[0], votes(&schemes, subject, 0..4)),
        Err(AssemblyError::InsufficientAttestations(5, 4))
    );
    assert!(matches!(
        assemble(&schemes[0], votes(&schemes, subject, [0, 1, 2, 3, 3])),
        Err(AssemblyError::DuplicateSigner(_))
    ));
    let certificate = assemble(&schemes[0], votes(&schemes, subject, 0..5)).unwrap();
    assert!(schemes[0].verify_certificate(&mut test_rng(), subject, &certificate, &Sequential));
    // one signer less than named, one named less than signed
    let committee = schemes[0].committee();
    let named = |places: &[usize]| {
        Signers::new(6, places.iter().map(|&place| committee.participant_at(place))).unwrap()
    };
    for signers in [
        named(&[0, 1, 2, 3]),
        named(&[0, 1, 2, 3, 5]),
        named(&[0, 1, 2, 3, 4, 5]),
    ] {
        let wrong = VoteCertificate {
            signers,
            sum: certificate.sum.clone(),
        };
        assert!(!schemes[0].verify_certificate(&mut test_rng(), subject, &wrong, &Sequential));
    }
}

#[test]
fn wrong_votes_are_found_in_a_batch() {
    fn run<C: SignatureCheck>(check: impl Fn(&Committee) -> C) {
        let schemes = schemes(9, check);
        let proposal = proposal(6);
        let subject = Subject::Notarize { proposal: &proposal };
        let mut batch = votes(&schemes, subject, 0..9);
        // two that cancel out in the plain sum, and one with its parts exchanged
        let error = G1Projective::generator();
        for (place, error) in [(2, error), (5, -error)] {
            let mut signature = batch[place].signature.get().unwrap().clone();
            signature.vote = (error + signature.vote).into_affine();
            batch[place].signature = signature.into();
        }
        let signature = batch[7].signature.get().unwrap().clone();
        batch[7].signature = VoteSignature {
            vote: signature.binding,
            binding: signature.vote,
        }
        .into();

        let found = schemes[0].verify_attestations(&mut test_rng(), subject, batch.clone(), &Sequential);
        let mut wrong: Vec<_> = found
            .invalid
            .iter()
            .map(|participant| schemes[0].committee().place_of(*participant).unwrap())
            .collect();
        wrong.sort_unstable();
        assert_eq!(wrong, [2, 5, 7]);
        assert_eq!(found.verified.len(), 6);
        for (place, vote) in batch.iter().enumerate() {
            let good = schemes[0].verify_attestation(&mut test_rng(), subject, vote, &Sequential);
            assert_eq!(good, !wrong.contains(&place), "{place}");
        }
        // and assembling says so
        let result = schemes[0].optimistic_assemble(&mut test_rng(), subject, batch, [], &Sequential);
        assert_eq!(result.err().unwrap().invalid.len(), 3);
    }
    run(Pairing::new);
    run(|committee| KnownSecrets::new(committee.len()));
}

#[test]
fn availability_takes_two_thirds_of_those_that_store() {
    let schemes = schemes(7, Pairing::new);
    let committee = schemes[0].committee();
    assert_eq!(committee.storing(), [0, 2, 4, 6]);
    assert_eq!(committee.storing_quorum(), 3);
    let (data, view) = (
        DaData {
            payload_commit: VidCommitment([4; 32]),
        },
        ViewNumber(5),
    );
    let vote = |place: usize| schemes[place].sign_vote(&data, view).unwrap();
    let mut votes = DaVotes::new(data, view, 4);
    assert!(votes.add(&schemes[0], 0, vote(0)).is_none());
    // one that stores nothing, one twice, one with another's signature
    assert!(votes.add(&schemes[0], 1, vote(1)).is_none());
    assert!(votes.add(&schemes[0], 0, vote(0)).is_none());
    assert!(votes.add(&schemes[0], 2, vote(4)).is_none());
    assert!(
        votes.add(&schemes[0], 4, vote(4)).is_none(),
        "the wrong vote is dropped"
    );
    let certificate = votes.add(&schemes[0], 6, vote(6)).unwrap();
    schemes[1].verify_da_certificate(&certificate).unwrap();
    let keys: Vec<_> = [0, 2, 4, 6]
        .map(|place| committee.members()[place].stake_key)
        .into();
    certificate.verify(&keys, 3).unwrap();
}
