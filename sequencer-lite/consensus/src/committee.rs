//! Who orders blocks: the members in stake-table order, their network identities, and who stores payloads.
//!
//! A member has one BLS key for consensus, which is its HotShot identity, one Schnorr key for light-client states and
//! one ed25519 key for connections. The BLS key vouches for the other two in the registration, which doubles as its
//! proof of possession: whoever can choose a key as a function of other keys cannot sign for it.

use std::collections::HashMap;

use commonware_cryptography::ed25519;
use commonware_utils::Participant;
use commonware_utils::ordered::Set;
use crema_light_client::{bls, schnorr};
use crema_types::commitment::CommitmentBuilder;
use thiserror::Error;

/// The identity of a node on the network.
pub type NetworkKey = ed25519::PublicKey;

/// Most members of a committee: what the published powers of the data-availability setup reach.
pub const MAX_MEMBERS: usize = 1024;

/// A member of the committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Signs votes.
    pub stake_key: bls::VerifyingKey,
    /// Signs light-client states.
    pub state_key: schnorr::VerifyingKey,
    /// Authenticates connections.
    pub network_key: NetworkKey,
    /// Whether it belongs to the data-availability committee, which stores whole payloads.
    pub stores_payloads: bool,
}

/// A member's entry before anybody has checked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The claimed member.
    pub member: Member,
    /// Signature of the member's BLS key over all of its keys.
    pub proof: bls::Signature,
}

/// Why some registrations are no committee.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CommitteeError {
    /// Nobody.
    #[error("a committee needs at least one member that stores payloads; register one with is-da")]
    NobodyStores,
    /// More than the commitment scheme reaches.
    #[error("a committee has at most {MAX_MEMBERS} members, found {found}")]
    TooMany {
        /// Members given.
        found: usize,
    },
    /// The proof of possession does not verify.
    #[error("member {index} does not prove possession of its BLS key: {source}; it must register again")]
    Possession {
        /// Place in the table.
        index: usize,
        /// What is wrong with the signature.
        source: bls::Error,
    },
    /// Two members share a key.
    #[error("members {first} and {second} have the same {kind} key; remove one")]
    Duplicate {
        /// `BLS`, `Schnorr` or `network`.
        kind: &'static str,
        /// Place of the earlier member.
        first: usize,
        /// Place of the later member.
        second: usize,
    },
}

impl Member {
    /// What the proof of possession signs. Votes are commitments with other tags, so neither stands for the other.
    fn possession_message(&self) -> [u8; 32] {
        CommitmentBuilder::new("crema registration")
            .fixed_field("bls key", &self.stake_key.to_compressed_bytes())
            .bytes_field("schnorr key", &self.state_key.to_compressed_bytes())
            .fixed_field("network key", self.network_key.as_ref())
            .u64_field("stores payloads", self.stores_payloads.into())
            .finish()
    }

    /// This member's registration, signed by its BLS key.
    pub fn register(self, key: &bls::SigningKey) -> Registration {
        let proof = key.sign(&self.possession_message());
        Registration { member: self, proof }
    }
}

impl Registration {
    /// The member, if it holds the key it claims.
    ///
    /// # Errors
    /// As [`bls::VerifyingKey::verify`].
    pub fn verify(&self) -> Result<&Member, bls::Error> {
        let message = self.member.possession_message();
        self.member.stake_key.verify(&message, &self.proof)?;
        Ok(&self.member)
    }
}

/// The members in the order of the stake table, and the order in which simplex knows them.
#[derive(Clone, Debug)]
pub struct Committee {
    members: Vec<Member>,
    /// Network keys, sorted: simplex's participants.
    participants: Set<NetworkKey>,
    /// Place in the stake table of each participant.
    places: Vec<usize>,
    /// Participant of each place in the stake table.
    by_place: Vec<Participant>,
    /// Places of the members that store payloads, ascending.
    storing: Vec<usize>,
}

impl Committee {
    /// The committee of `registrations` in this order, every proof of possession checked.
    ///
    /// # Errors
    /// As [`CommitteeError`] lists.
    pub fn register(registrations: &[Registration]) -> Result<Self, CommitteeError> {
        let members = registrations.iter().enumerate().map(|(index, registration)| {
            registration
                .verify()
                .cloned()
                .map_err(|source| CommitteeError::Possession { index, source })
        });
        Self::of_verified(members.collect::<Result<_, _>>()?)
    }

    /// The committee of members whose registrations were verified earlier.
    ///
    /// # Errors
    /// As [`CommitteeError`] lists, except [`CommitteeError::Possession`], which nobody can check any more.
    pub fn of_verified(members: Vec<Member>) -> Result<Self, CommitteeError> {
        if members.len() > MAX_MEMBERS {
            return Err(CommitteeError::TooMany { found: members.len() });
        }
        distinct("BLS", members.iter().map(|member| member.stake_key))?;
        distinct("Schnorr", members.iter().map(|member| member.state_key))?;
        distinct("network", members.iter().map(|member| member.network_key.clone()))?;
        let storing: Vec<usize> = (0..members.len())
            .filter(|&place| members[place].stores_payloads)
            .collect();
        if storing.is_empty() {
            return Err(CommitteeError::NobodyStores);
        }

        let participants = Set::from_iter_dedup(members.iter().map(|member| member.network_key.clone()));
        let place_of: HashMap<&NetworkKey, usize> = members
            .iter()
            .enumerate()
            .map(|(place, member)| (&member.network_key, place))
            .collect();
        let places: Vec<usize> = participants.iter().map(|key| place_of[key]).collect();
        let mut by_place = vec![Participant::new(0); members.len()];
        for (participant, &place) in places.iter().enumerate() {
            by_place[place] = Participant::from_usize(participant);
        }
        Ok(Self {
            members,
            participants,
            places,
            by_place,
            storing,
        })
    }

    /// The members, in the order of the stake table.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// A committee has members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Votes that certify: more than two thirds of the members, `⌊2n/3⌋ + 1`, which is also simplex's `n − f`.
    pub fn quorum(&self) -> usize {
        2 * self.len() / 3 + 1
    }

    /// Places of the members that store payloads.
    pub fn storing(&self) -> &[usize] {
        &self.storing
    }

    /// Votes of storing members that certify availability: more than two thirds of them.
    pub fn storing_quorum(&self) -> usize {
        2 * self.storing.len() / 3 + 1
    }

    /// Place of the leader of `view`: the members take turns in the order of the stake table, as in HotShot.
    pub fn leader(&self, view: u64) -> usize {
        (view % self.len() as u64) as usize
    }

    /// The place of the member with this network key.
    pub fn place(&self, key: &NetworkKey) -> Option<usize> {
        self.participants.position(key).map(|index| self.places[index])
    }

    /// The network key at a place of the table.
    pub fn network_key(&self, place: usize) -> &NetworkKey {
        &self.members[place].network_key
    }

    /// Simplex's participants: the network keys, sorted.
    pub(crate) fn participants(&self) -> &Set<NetworkKey> {
        &self.participants
    }

    /// The place of a participant.
    pub(crate) fn place_of(&self, participant: Participant) -> Option<usize> {
        self.places.get(usize::from(participant)).copied()
    }

    /// The participant at a place.
    pub(crate) fn participant_at(&self, place: usize) -> Participant {
        self.by_place[place]
    }

    /// Names this committee: its members' keys, in order.
    pub fn commit(&self) -> [u8; 32] {
        let builder = CommitmentBuilder::new("crema committee").u64(self.len() as u64);
        self.members
            .iter()
            .fold(builder, |builder, member| {
                builder.fixed(&member.possession_message())
            })
            .finish()
    }
}

fn distinct<K: std::hash::Hash + Eq>(
    kind: &'static str,
    keys: impl Iterator<Item = K>,
) -> Result<(), CommitteeError> {
    let mut places = HashMap::new();
    for (second, key) in keys.enumerate() {
        if let Some(first) = places.insert(key, second) {
            return Err(CommitteeError::Duplicate { kind, first, second });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ark_ec::CurveGroup;
    use commonware_cryptography::Signer as _;

    use super::*;

    fn key(seed: u8) -> bls::SigningKey {
        bls::SigningKey::from_seed(&[seed; 32])
    }

    fn member(seed: u8) -> Member {
        Member {
            stake_key: key(seed).verifying_key(),
            state_key: schnorr::SigningKey::from_seed(&[seed; 32]).verifying_key(),
            network_key: ed25519::PrivateKey::from_seed(seed.into()).public_key(),
            stores_payloads: true,
        }
    }

    #[test]
    fn only_holders_of_their_keys_register() {
        let honest: Vec<Registration> = (1..4).map(|seed| member(seed).register(&key(seed))).collect();
        Committee::register(&honest).unwrap();

        // a key that is the attacker's minus a victim's: the sum of both would be the attacker's own
        let (attacker, victim) = (key(9).verifying_key().0, key(1).verifying_key().0);
        let rogue = Member {
            stake_key: bls::VerifyingKey((attacker - victim).into_affine()),
            ..member(9)
        };
        let mut registrations = honest.clone();
        registrations.push(rogue.clone().register(&key(9)));
        let refused = CommitteeError::Possession {
            index: 3,
            source: bls::Error::Invalid,
        };
        assert_eq!(Committee::register(&registrations).unwrap_err(), refused);

        // another member's proof, and a proof for other keys
        registrations[3] = Registration {
            member: rogue,
            proof: honest[0].proof,
        };
        assert_eq!(Committee::register(&registrations).unwrap_err(), refused);
        registrations[3] = member(8).register(&key(8));
        registrations[3].member.network_key = ed25519::PrivateKey::from_seed(77).public_key();
        assert_eq!(Committee::register(&registrations).unwrap_err(), refused);
    }

    #[test]
    fn keys_are_distinct() {
        let with = |change: fn(&mut Member)| {
            let mut members: Vec<Member> = (1..4).map(member).collect();
            change(&mut members[2]);
            Committee::of_verified(members).map(|_| ()).unwrap_err()
        };
        let duplicate = |kind| CommitteeError::Duplicate {
            kind,
            first: 0,
            second: 2,
        };
        assert_eq!(
            with(|other| other.stake_key = member(1).stake_key),
            duplicate("BLS")
        );
        assert_eq!(
            with(|other| other.state_key = member(1).state_key),
            duplicate("Schnorr")
        );
        assert_eq!(
            with(|other| other.network_key = member(1).network_key),
            duplicate("network")
        );
        let idle = Member {
            stores_payloads: false,
            ..member(1)
        };
        assert_eq!(
            Committee::of_verified(vec![idle]).map(|_| ()),
            Err(CommitteeError::NobodyStores)
        );
    }

    #[test]
    fn both_orders_name_the_same_members() {
        let committee = Committee::of_verified((1..30).map(member).collect()).unwrap();
        for (place, member) in committee.members().iter().enumerate() {
            assert_eq!(committee.place(&member.network_key), Some(place));
            assert_eq!(committee.place_of(committee.participant_at(place)), Some(place));
            assert_eq!(committee.leader(29 * 5 + place as u64), place);
        }
        assert_eq!(
            committee.place(&ed25519::PrivateKey::from_seed(99).public_key()),
            None
        );
    }

    #[test]
    fn quorums_are_hotshots_and_simplexs() {
        use commonware_utils::{Faults as _, N3f1};
        for members in 1..=40u8 {
            let committee = Committee::of_verified((1..=members).map(member).collect()).unwrap();
            assert_eq!(committee.quorum(), N3f1::quorum(u32::from(members)) as usize);
            assert_eq!(committee.quorum(), 2 * usize::from(members) / 3 + 1);
        }
    }
}
