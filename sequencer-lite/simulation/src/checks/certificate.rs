//! HotShot's rule for quorum certificates, a second time.

use crema_consensus::{Committee, DecidedLeaf};
use crema_light_client::bls;
use crema_types::vote::vote_commitment;

/// Whether the certificate of a decided leaf is a quorum's, on that leaf in its view.
pub(super) fn check(committee: &Committee, decided: &DecidedLeaf) -> Result<(), String> {
    let DecidedLeaf {
        leaf, certificate, ..
    } = decided;
    if certificate.data.leaf_commit != leaf.commit() {
        return Err("it is for another leaf".into());
    }
    if certificate.view_number != leaf.view_number {
        return Err("it is for another view".into());
    }
    let (signature, signers) = certificate.signatures.as_ref().ok_or("nobody signed it")?;
    let members = committee.members();
    if signers.len() != members.len() {
        return Err("its signers are another table's".into());
    }
    let keys: Vec<bls::VerifyingKey> = (0..members.len())
        .filter(|&place| signers.contains(place))
        .map(|place| members[place].stake_key)
        .collect();
    // more than two thirds
    if 3 * keys.len() <= 2 * members.len() {
        return Err(format!("{} of {} signed it", keys.len(), members.len()));
    }
    let message = vote_commitment(&certificate.data, certificate.view_number);
    let sum = bls::VerifyingKey::aggregate(&keys).map_err(|error| error.to_string())?;
    sum.verify(&message.0, signature)
        .map_err(|error| error.to_string())
}
