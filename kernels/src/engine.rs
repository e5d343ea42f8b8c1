//! The trait that every engine implements, from the CPU reference to a card with everything resident.
//!
//! **An engine owns its data.** Vectors live where they are computed and cross this trait as handles; what comes back
//! to the host is a handful of field elements and points. Lengths are element counts; evaluation order is natural
//! (`values[i]` belongs to `ω^i`), coefficient order is ascending.

use std::ops::Range;

use ark_bn254::{Fr, G1Projective};

use crate::{
    Domain, Error, MemoryPlan, Point, Shared, Workload,
    quotient::{GrandProduct, QuotientCoset},
};

/// Number of cosets of size `n` on which the quotient is evaluated. Its degree is `5n + 7`, so five cosets determine
/// it once the coefficients from `5n` on are known; those eight come from the leading terms of the factors.
pub const QUOTIENT_COSETS: usize = 5;

/// A set of operations on resident vectors of scalars and resident points.
pub trait Engine: Send + Sync {
    /// A vector of scalars that lives where the engine computes.
    type Vector: Send + Sync;
    /// Points prepared for multi-scalar multiplication.
    type Bases: Send + Sync;
    /// A table of indices into a vector.
    type Index: Send + Sync;

    /// How the engine calls itself in logs and reports, for instance `cpu (avx512-ifma, 2 threads)`.
    fn name(&self) -> String;

    /// Divides the engine's memory for what a key and a proof will keep, and says how; [`Engine::prepare_bases`] then keeps
    /// to it. `None` from an engine that lives in the host's memory.
    ///
    /// # Errors
    /// When the memory cannot hold what the workload needs at least. Nothing has been taken then.
    fn divide_memory(&self, workload: &Workload) -> Result<Option<MemoryPlan>, Error> {
        let _ = workload;
        Ok(None)
    }

    /// Makes a host vector resident. Engines on the host may keep the mapping instead of copying it.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn upload(&self, values: Shared<Fr>) -> Result<Self::Vector, Error>;

    /// Makes an index table resident.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn upload_index(&self, values: Shared<u32>) -> Result<Self::Index, Error>;

    /// Prepares points for [`Engine::msm`].
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn prepare_bases(&self, points: Shared<Point>) -> Result<Self::Bases, Error>;

    /// Number of elements of a vector.
    fn length(&self, vector: &Self::Vector) -> usize;

    /// Copies a range of a vector to the host.
    ///
    /// # Errors
    /// [`Error::Length`] when the range leaves the vector.
    fn download(&self, vector: &Self::Vector, range: Range<usize>) -> Result<Vec<Fr>, Error>;

    /// A new vector with the elements of `range`.
    ///
    /// # Errors
    /// [`Error::Length`] when the range leaves the vector.
    fn slice(&self, vector: &Self::Vector, range: Range<usize>) -> Result<Self::Vector, Error>;

    /// `result[i] = values[index[i]]`.
    ///
    /// # Errors
    /// [`Error::Index`] when an index is outside `values`.
    fn gather(&self, values: &Self::Vector, index: &Self::Index) -> Result<Self::Vector, Error>;

    /// Coefficients of the polynomial of degree below `n` that takes `evaluations` on the subgroup of order `n`.
    ///
    /// # Errors
    /// [`Error::DomainSize`].
    fn interpolate(&self, evaluations: &Self::Vector) -> Result<Self::Vector, Error>;

    /// Values of a polynomial on the coset `shift · H`. A polynomial longer than the domain is first folded by
    /// `X^n = shift^n`.
    ///
    /// # Errors
    /// [`Error::DomainSize`].
    fn evaluate_coset(
        &self,
        coefficients: &Self::Vector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<Self::Vector, Error>;

    /// Coefficients of a polynomial of degree below `5n + top.len()` from its values on [`QUOTIENT_COSETS`] cosets
    /// `shifts[i] · H` and its coefficients from `5n` on.
    ///
    /// # Errors
    /// [`Error::Length`] when the vectors do not have the domain's size, [`Error::DivisionByZero`] when two cosets
    /// coincide.
    fn interpolate_cosets(
        &self,
        evaluations: [Self::Vector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<Self::Vector, Error>;

    /// Adds `(Σ blinders[i]·X^i)·(X^n - 1)` to a polynomial of `n` coefficients, which grows by `blinders.len()`.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn mask(&self, coefficients: &mut Self::Vector, blinders: &[Fr]) -> Result<(), Error>;

    /// Adds `values[k]` to `vector[start + k]`, growing the vector with zeros where needed.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn add_at(&self, vector: &mut Self::Vector, start: usize, values: &[Fr]) -> Result<(), Error>;

    /// The permutation argument's grand product, `n` values starting with one.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::DivisionByZero`] when a denominator vanishes.
    fn grand_product(&self, input: &GrandProduct<'_, Self::Vector>) -> Result<Self::Vector, Error>;

    /// The quotient polynomial's values on one coset.
    ///
    /// # Errors
    /// [`Error::Length`].
    fn quotient(&self, input: &QuotientCoset<'_, Self::Vector>) -> Result<Self::Vector, Error>;

    /// Values of several polynomials, each at its own point.
    ///
    /// # Errors
    /// When the device fails.
    fn evaluate(&self, queries: &[(&Self::Vector, Fr)]) -> Result<Vec<Fr>, Error>;

    /// `Σ factor·polynomial`, as long as the longest operand.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn linear_combination(&self, terms: &[(Fr, &Self::Vector)]) -> Result<Self::Vector, Error>;

    /// Quotient of a polynomial by `X - root`, the remainder dropped.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    fn divide_by_linear(&self, coefficients: &Self::Vector, root: Fr) -> Result<Self::Vector, Error>;

    /// `Σ scalars[k][i]·bases[i]` for every vector `scalars[k]`, each at most as long as the bases.
    ///
    /// # Errors
    /// [`Error::TooFewBases`].
    fn msm(&self, bases: &Self::Bases, scalars: &[&Self::Vector]) -> Result<Vec<G1Projective>, Error>;
}
