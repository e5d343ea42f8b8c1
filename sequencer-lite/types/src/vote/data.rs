//! The data of votes: what a signer says yes to, one type per kind of vote.

use serde::{Deserialize, Serialize};

use super::ViewNumber;
use crate::commitment::{Commitment, CommitmentBuilder, VidCommitment};
use crate::version::Version;

/// What can be voted on.
pub trait VoteData {
    /// Commits to the data under the vote's own domain tag, so that no vote passes for one of another kind.
    fn commit(&self) -> Commitment;
}

/// What is signed for `data` in `view`: HotShot's `VersionedVoteData`.
///
/// The signed message is the 32 bytes of this commitment.
pub fn vote_commitment<D: VoteData + ?Sized>(data: &D, view: ViewNumber) -> Commitment {
    Commitment(
        CommitmentBuilder::new("Vote")
            .bytes(&data.commit().0)
            .u64(view.0)
            .finish(),
    )
}

/// Adds the epoch, where there is one.
fn with_epoch(builder: CommitmentBuilder, epoch: Option<u64>) -> CommitmentBuilder {
    match epoch {
        Some(epoch) => builder.u64_field("epoch number", epoch),
        None => builder,
    }
}

/// A vote for a leaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuorumData {
    /// The leaf's commitment.
    pub leaf_commit: Commitment,
}

/// A vote for a leaf, in the shape that knows epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuorumData2 {
    /// The leaf's commitment.
    pub leaf_commit: Commitment,
    /// The epoch; none before version 0.100.
    pub epoch: Option<u64>,
}

/// A vote for a leaf by the nodes of the next epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextEpochQuorumData2(pub QuorumData2);

/// A vote that a payload is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DaData {
    /// The payload's commitment.
    pub payload_commit: VidCommitment,
}

/// A vote that a view timed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeoutData {
    /// The view.
    pub view: ViewNumber,
}

/// A vote that a view timed out, in the shape that knows epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeoutData2 {
    /// The view.
    pub view: ViewNumber,
    /// The epoch; none before version 0.100.
    pub epoch: Option<u64>,
}

macro_rules! view_sync_data {
    ($($(#[$doc:meta])* $name:ident = $tag:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct $name {
            /// The relay that collects these votes.
            pub relay: u64,
            /// The view to meet in.
            pub round: ViewNumber,
        }

        impl VoteData for $name {
            fn commit(&self) -> Commitment {
                Commitment(CommitmentBuilder::new($tag).u64(self.round.0).u64(self.relay).finish())
            }
        }
    )+};
}

view_sync_data! {
    /// The first vote of view synchronization.
    ViewSyncPreCommitData = "View Sync Precommit";
    /// The second vote of view synchronization.
    ViewSyncCommitData = "View Sync Commit";
    /// The third vote of view synchronization.
    ViewSyncFinalizeData = "View Sync Finalize";
}

/// The third vote of view synchronization, in the shape that knows epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewSyncFinalizeData2 {
    /// The relay that collects these votes.
    pub relay: u64,
    /// The view to meet in.
    pub round: ViewNumber,
    /// The epoch; none before version 0.100.
    pub epoch: Option<u64>,
}

/// A vote to change the protocol's version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UpgradeData {
    /// The version left.
    pub old_version: Version,
    /// The version entered.
    pub new_version: Version,
    /// The last view in which the certificate can still be decided.
    pub decide_by: ViewNumber,
    /// Names the new version's code.
    pub new_version_hash: Vec<u8>,
    /// The last view of the old version.
    pub old_version_last_view: ViewNumber,
    /// The first view of the new version. Blocks between the two are empty.
    pub new_version_first_view: ViewNumber,
}

impl VoteData for QuorumData {
    fn commit(&self) -> Commitment {
        QuorumData2 {
            leaf_commit: self.leaf_commit,
            epoch: None,
        }
        .commit()
    }
}

impl VoteData for QuorumData2 {
    fn commit(&self) -> Commitment {
        let builder = CommitmentBuilder::new("Quorum data").bytes(&self.leaf_commit.0);
        Commitment(with_epoch(builder, self.epoch).finish())
    }
}

impl VoteData for NextEpochQuorumData2 {
    fn commit(&self) -> Commitment {
        self.0.commit()
    }
}

impl VoteData for DaData {
    fn commit(&self) -> Commitment {
        Commitment(
            CommitmentBuilder::new("DA data")
                .bytes(&self.payload_commit.0)
                .finish(),
        )
    }
}

impl VoteData for TimeoutData {
    fn commit(&self) -> Commitment {
        TimeoutData2 {
            view: self.view,
            epoch: None,
        }
        .commit()
    }
}

impl VoteData for TimeoutData2 {
    fn commit(&self) -> Commitment {
        let builder = CommitmentBuilder::new("Timeout data").u64(self.view.0);
        Commitment(with_epoch(builder, self.epoch).finish())
    }
}

impl VoteData for ViewSyncFinalizeData2 {
    fn commit(&self) -> Commitment {
        let builder = CommitmentBuilder::new("View Sync Finalize")
            .u64(self.round.0)
            .u64(self.relay);
        Commitment(with_epoch(builder, self.epoch).finish())
    }
}

impl VoteData for UpgradeData {
    fn commit(&self) -> Commitment {
        Commitment(
            CommitmentBuilder::new("Upgrade data")
                .u64(self.decide_by.0)
                .u64(self.new_version_first_view.0)
                .u64(self.old_version_last_view.0)
                .bytes(&self.new_version_hash)
                .u16(self.new_version.minor)
                .u16(self.new_version.major)
                .u16(self.old_version.minor)
                .u16(self.old_version.major)
                .finish(),
        )
    }
}
