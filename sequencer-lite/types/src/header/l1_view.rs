//! What a header says of the L1, against this node's own view of it.

use super::{Header, HeaderError};
use crate::l1::{L1BlockInfo, L1Snapshot};

/// What a node's own view of the L1 says of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum L1Verdict {
    /// The same L1.
    Agrees,
    /// This node's L1 has not got that far: vote when it has, if the view still lasts.
    Behind {
        /// The number that the L1's head has to reach.
        head: u64,
        /// The number that has to be finalized.
        finalized: u64,
    },
    /// Ask the L1 for this block, which is finalized, and check again.
    Unknown {
        /// The block's number.
        number: u64,
    },
    /// Another L1: do not vote.
    Disagrees(HeaderError),
}

/// Compares what a header says of the L1 with this node's own view. `block` is asked for a finalized block by number.
///
/// A leader can claim any L1 block. A node votes only for one that its own L1 has finalized, so that an invented one
/// is never agreed on.
pub fn check_l1(
    header: &Header,
    parent: &Header,
    snapshot: &L1Snapshot,
    block: impl FnOnce(u64) -> Option<L1BlockInfo>,
) -> L1Verdict {
    let Some(found) = header.l1_finalized else {
        return behind_or_agrees(header, 0, snapshot);
    };
    // agreed on with the parent
    if parent.l1_finalized == Some(found) {
        return behind_or_agrees(header, 0, snapshot);
    }
    if found.number > header.l1_head {
        return L1Verdict::Disagrees(HeaderError::L1FinalizedAboveHead {
            finalized: found.number,
            head: header.l1_head,
        });
    }
    let verdict = behind_or_agrees(header, found.number, snapshot);
    if verdict != L1Verdict::Agrees {
        return verdict;
    }
    let known = match snapshot.finalized {
        Some(own) if own.number == found.number => Some(own),
        _ => block(found.number),
    };
    match known {
        None => L1Verdict::Unknown { number: found.number },
        Some(expected) if expected == found => L1Verdict::Agrees,
        Some(expected) => L1Verdict::Disagrees(HeaderError::L1Finalized {
            number: found.number,
            expected: expected.commit(),
            found: found.commit(),
        }),
    }
}

/// Whether this node's L1 has reached the header's head and has finalized block `finalized`.
fn behind_or_agrees(header: &Header, finalized: u64, snapshot: &L1Snapshot) -> L1Verdict {
    let own = snapshot.finalized.map_or(0, |block| block.number);
    if header.l1_head > snapshot.head || finalized > own {
        L1Verdict::Behind {
            head: header.l1_head,
            finalized,
        }
    } else {
        L1Verdict::Agrees
    }
}
