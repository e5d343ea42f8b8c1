//! How a payload is cut for a number of storage nodes.

use std::ops::Range;

use crate::{Error, elements};

/// Most storage nodes that the 1,025 embedded powers serve: beyond, the recovery threshold would be 2,048.
pub const MAX_NODES: u32 = 2047;

/// The erasure code of a dispersal, a function of the number of storage nodes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    nodes: u32,
}

impl Parameters {
    /// The code for `nodes` storage nodes.
    ///
    /// # Errors
    /// [`Error::Nodes`] unless `nodes` is between 1 and [`MAX_NODES`].
    pub fn new(nodes: u32) -> Result<Self, Error> {
        if (1..=MAX_NODES).contains(&nodes) {
            Ok(Self { nodes })
        } else {
            Err(Error::Nodes {
                found: nodes,
                max: MAX_NODES,
            })
        }
    }

    /// Storage nodes, each of which gets one share.
    pub fn nodes(self) -> u32 {
        self.nodes
    }

    /// Shares that suffice for recovery, and coefficients of each polynomial: the largest power of two not above the
    /// number of nodes.
    pub fn threshold(self) -> usize {
        1 << self.nodes.ilog2()
    }

    /// Size of the subgroup whose first points belong to the nodes.
    pub(crate) fn points(self) -> usize {
        (self.nodes as usize).next_power_of_two()
    }

    /// Polynomials that hold a payload of `length` bytes.
    pub fn polynomials(self, length: usize) -> usize {
        elements::count(length).div_ceil(self.threshold())
    }

    /// Polynomials that a range of elements touches.
    pub(crate) fn touched(self, elements: &Range<usize>) -> Range<usize> {
        elements.start / self.threshold()..elements.end.div_ceil(self.threshold())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threshold_is_the_power_of_two_below() {
        let code = |nodes| {
            let parameters = Parameters::new(nodes).unwrap();
            (parameters.threshold(), parameters.points())
        };
        assert_eq!(code(1), (1, 1));
        assert_eq!(code(5), (4, 8));
        assert_eq!(code(100), (64, 128));
        assert_eq!(code(128), (128, 128));
        assert_eq!(code(MAX_NODES), (1024, 2048));
    }

    #[test]
    fn refuses_what_the_reference_string_cannot_serve() {
        for nodes in [0, MAX_NODES + 1, u32::MAX] {
            assert!(matches!(Parameters::new(nodes), Err(Error::Nodes { found, .. }) if found == nodes));
        }
    }
}
