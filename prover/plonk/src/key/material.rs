//! What a proving key consists of, on the host.

use std::collections::HashMap;

use ark_bn254::Fr;
use crema_kernels::{
    Point, Shared, Workload,
    engine::QUOTIENT_COSETS,
    quotient::{SELECTORS, WIRES},
};

use crate::VerifyingKey;

/// Number of fixed polynomials: the selectors, then the permutation.
pub(super) const FIXED: usize = SELECTORS + WIRES;

/// A part of a proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// Powers of the reference string's secret, `n + 3` points.
    Powers,
    /// The reference string in Lagrange form, `n` points; absent when the key was made without.
    Lagrange,
    /// The variables on a wire but for the constant zero, each once, ascending; there with [`Section::Lagrange`].
    WireVariables(u8),
    /// For each of them the sum of the Lagrange bases of its rows.
    WireBases(u8),
    /// The variable on each row of a wire, `n` indices.
    WireIndex(u8),
    /// Values of a permutation polynomial on the domain, `n` scalars.
    SigmaValues(u8),
    /// Coefficients of a fixed polynomial (selectors, then permutation), `n` scalars.
    Coefficients(u8),
    /// Values of a fixed polynomial on a quotient coset, `n` scalars: coset, polynomial.
    Coset(u8, u8),
}

impl Section {
    /// All sections of a key in the order in which they are made.
    pub(super) fn all(with_lagrange: bool) -> impl Iterator<Item = Self> {
        let wires = || 0..WIRES as u8;
        std::iter::once(Self::Powers)
            .chain(with_lagrange.then_some(Self::Lagrange))
            .chain(wires().map(Self::WireIndex))
            .chain(
                wires()
                    .filter(move |_| with_lagrange)
                    .flat_map(|wire| [Self::WireVariables(wire), Self::WireBases(wire)]),
            )
            .chain(wires().map(Self::SigmaValues))
            .chain((0..FIXED as u8).flat_map(|poly| {
                std::iter::once(Self::Coefficients(poly))
                    .chain((0..QUOTIENT_COSETS as u8).map(move |coset| Self::Coset(coset, poly)))
            }))
    }
}

/// What identifies a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The circuit and its size, as its maker names it, for instance `v1-canonical/200/aztec`.
    pub label: String,
    /// Gates before padding.
    pub gates: usize,
    /// Variables of the circuit.
    pub variables: usize,
    /// The verification key.
    pub verifying_key: VerifyingKey,
}

/// A proving key's data, in memory or mapped from a file.
#[derive(Clone)]
pub struct KeyMaterial {
    /// What the key is for.
    pub info: KeyInfo,
    /// Scalar sections.
    pub scalars: HashMap<Section, Shared<Fr>>,
    /// Point sections.
    pub points: HashMap<Section, Shared<Point>>,
    /// Index sections.
    pub indices: HashMap<Section, Shared<u32>>,
}

/// Vectors of a domain's length that are there at once in the middle of a proof: wires, grand product and quotient, as values
/// and as coefficients, and those of one coset.
const WORKING_VECTORS: u64 = 27;

impl KeyMaterial {
    /// What the key and a proof will keep in an engine, bases in the order in which
    /// [`ProvingKey::new`](super::ProvingKey::new) prepares them.
    pub fn workload(&self) -> Workload {
        let n = self.info.verifying_key.domain_size;
        let length = |section| self.points.get(&section).map(|points| points.len());
        Workload {
            resident: self.scalars.values().map(|values| values.len() as u64).sum(),
            indices: self.indices.values().map(|values| values.len() as u64).sum(),
            bases: std::iter::once(Section::Lagrange)
                .chain((0..WIRES as u8).map(Section::WireBases))
                .chain([Section::Powers])
                .filter_map(length)
                .collect(),
            working: WORKING_VECTORS * n + self.info.variables as u64,
            longest: n as usize,
        }
    }
}

/// Takes a key's sections as preprocessing makes them, each once.
pub trait Sink {
    /// What can go wrong.
    type Error;

    /// Takes a section of scalars.
    ///
    /// # Errors
    /// When the section cannot be stored.
    fn scalars(&mut self, section: Section, values: Vec<Fr>) -> Result<(), Self::Error>;

    /// Takes a section of points.
    ///
    /// # Errors
    /// When the section cannot be stored.
    fn points(&mut self, section: Section, values: &[Point]) -> Result<(), Self::Error>;

    /// Takes a section of indices.
    ///
    /// # Errors
    /// When the section cannot be stored.
    fn indices(&mut self, section: Section, values: &[u32]) -> Result<(), Self::Error>;
}

/// Keeps a key in memory, for small circuits.
#[derive(Default)]
pub struct MemorySink {
    scalars: HashMap<Section, Shared<Fr>>,
    points: HashMap<Section, Shared<Point>>,
    indices: HashMap<Section, Shared<u32>>,
}

impl MemorySink {
    /// The finished key.
    pub fn finish(self, info: KeyInfo) -> KeyMaterial {
        KeyMaterial {
            info,
            scalars: self.scalars,
            points: self.points,
            indices: self.indices,
        }
    }
}

impl Sink for MemorySink {
    type Error = std::convert::Infallible;

    fn scalars(&mut self, section: Section, values: Vec<Fr>) -> Result<(), Self::Error> {
        self.scalars.insert(section, values.into());
        Ok(())
    }

    fn points(&mut self, section: Section, values: &[Point]) -> Result<(), Self::Error> {
        self.points.insert(section, values.to_vec().into());
        Ok(())
    }

    fn indices(&mut self, section: Section, values: &[u32]) -> Result<(), Self::Error> {
        self.indices.insert(section, values.to_vec().into());
        Ok(())
    }
}
