//! The members of a simulated committee, and the network's genesis.

use std::sync::Arc;

use commonware_cryptography::{Signer as _, ed25519};
use crema_consensus::scheme::{KnownSecrets, Pairing, SignatureCheck};
use crema_consensus::{Committee, Member};
use crema_light_client::{bls, schnorr};
use crema_types::{Genesis, Leaf, ValidatedState};

/// The secrets of a member.
pub(crate) struct Secrets {
    pub stake: bls::SigningKey,
    pub state: schnorr::SigningKey,
    pub network: ed25519::PrivateKey,
}

/// How signatures are checked, and which secrets go with that.
pub(crate) trait Crypto: SignatureCheck {
    /// For a committee.
    fn of(committee: &Committee) -> Self;

    /// The BLS key of the member at `place`.
    fn stake_key(place: usize) -> bls::SigningKey;
}

impl Crypto for KnownSecrets {
    fn of(committee: &Committee) -> Self {
        Self::new(committee.len())
    }

    fn stake_key(place: usize) -> bls::SigningKey {
        bls::SigningKey::from_scalar(Self::secret(place)).expect("small numbers are secrets")
    }
}

impl Crypto for Pairing {
    fn of(committee: &Committee) -> Self {
        Self::new(committee)
    }

    fn stake_key(place: usize) -> bls::SigningKey {
        bls::SigningKey::from_seed(&[place as u8; 32])
    }
}

/// The secrets of the member at `place`.
pub(crate) fn secrets<C: Crypto>(place: usize) -> Secrets {
    Secrets {
        stake: C::stake_key(place),
        state: schnorr::SigningKey::from_seed(&[place as u8; 32]),
        network: ed25519::PrivateKey::from_seed(place as u64),
    }
}

/// A committee of `nodes`, of which the first `storing` store payloads.
pub(crate) fn committee<C: Crypto>(nodes: usize, storing: usize) -> Arc<Committee> {
    let members = (0..nodes).map(|place| {
        let Secrets {
            stake,
            state,
            network,
        } = secrets::<C>(place);
        Member {
            stake_key: stake.verifying_key(),
            state_key: state.verifying_key(),
            network_key: network.public_key(),
            stores_payloads: place < storing,
        }
    });
    Arc::new(Committee::of_verified(members.collect()).expect("all keys differ"))
}

/// Genesis of a chain without fees.
pub(crate) fn genesis() -> (Leaf, ValidatedState) {
    let genesis = Genesis::from_toml(include_str!("genesis.toml")).expect("the genesis file is one");
    let header = genesis.header(None).expect("genesis without an L1 has a header");
    let state = genesis.state().expect("genesis has a state");
    (Leaf::genesis(header), state)
}
