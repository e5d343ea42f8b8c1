//! From a circuit and a reference string to a proving key.

use ark_bn254::{Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use crema_kernels::{
    Engine, Point, Shared,
    quotient::{SELECTORS, WIRES},
};
use crema_kzg::{
    Srs,
    aggregate::{Aggregated, aggregate},
    lagrange::lagrange_bases,
};

use super::{KeyInfo, Section, Sink, material::FIXED, quotient_shifts};
use crate::{
    Circuit, VerifyingKey, constraint_system::Variable, coset_representatives, error::ProveError,
    progress::Progress,
};

/// Coefficients beyond the domain's size that a committed polynomial has: masks of three, quotient pieces of three.
pub const EXTRA_POWERS: usize = 3;

/// Why preprocessing failed: the arithmetic, or the sink.
#[derive(Debug, thiserror::Error)]
pub enum PreprocessError<S: std::fmt::Debug + std::fmt::Display> {
    /// The reference string is too small, or an engine failed.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The key could not be stored.
    #[error("{0}")]
    Sink(S),
}

/// Makes a proving key and hands its sections to `sink`, one polynomial at a time.
///
/// `with_lagrange` adds the reference string in Lagrange form and, summed up by variable, for each wire: commitments to
/// wires are then cheap.
///
/// # Errors
/// [`PreprocessError`].
pub fn preprocess<E: Engine, S: Sink>(
    engine: &E,
    circuit: &Circuit,
    srs: &Srs,
    label: &str,
    with_lagrange: bool,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<KeyInfo, PreprocessError<S::Error>>
where
    S::Error: std::fmt::Debug + std::fmt::Display,
{
    let n = circuit.domain.size;
    let powers = srs.powers(n + EXTRA_POWERS).map_err(ProveError::from)?;
    sink.points(Section::Powers, powers)
        .map_err(PreprocessError::Sink)?;
    let bases = if with_lagrange {
        let report = |done| progress.report("Lagrange bases", done);
        let lagrange = lagrange_bases(srs, &circuit.domain, &report).map_err(ProveError::from)?;
        sink.points(Section::Lagrange, &lagrange)
            .map_err(PreprocessError::Sink)?;
        wire_bases(circuit, &lagrange, sink, progress)?;
        Shared::from(lagrange)
    } else {
        Shared::from(powers.to_vec())
    };
    let bases = engine.prepare_bases(bases).map_err(ProveError::from)?;
    for (wire, index) in circuit.wires.iter().enumerate() {
        sink.indices(Section::WireIndex(wire as u8), index)
            .map_err(PreprocessError::Sink)?;
    }
    let mut permutation = circuit.permutation();
    for (wire, values) in permutation.iter().enumerate() {
        sink.scalars(Section::SigmaValues(wire as u8), values.clone())
            .map_err(PreprocessError::Sink)?;
    }

    let mut commitments = [G1Affine::zero(); FIXED];
    for (poly, commitment) in commitments.iter_mut().enumerate() {
        progress.report("fixed polynomials", poly as f64 / FIXED as f64);
        let values = match poly.checked_sub(SELECTORS) {
            None => circuit.selector(poly),
            Some(wire) => std::mem::take(&mut permutation[wire]),
        };
        *commitment = fixed_polynomial(engine, circuit, values, poly as u8, with_lagrange, &bases, sink)?;
    }
    progress.report("fixed polynomials", 1.0);

    let (selectors, sigmas) = commitments.split_at(SELECTORS);
    Ok(KeyInfo {
        label: label.to_owned(),
        gates: circuit.gates,
        variables: circuit.variables,
        verifying_key: VerifyingKey {
            domain_size: n as u64,
            public_inputs: circuit.public_inputs as u64,
            k: coset_representatives(),
            selectors: std::array::from_fn(|i| selectors[i]),
            sigmas: std::array::from_fn::<_, WIRES, _>(|i| sigmas[i]),
            h: srs.h,
            beta_h: srs.beta_h,
        },
    })
}

/// Sums up each wire's Lagrange bases by variable. Which rows carry a variable is fixed, so that a commitment to a wire
/// needs one scalar for each of its variables instead of one for each row.
fn wire_bases<S: Sink>(
    circuit: &Circuit,
    lagrange: &[Point],
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<(), PreprocessError<S::Error>>
where
    S::Error: std::fmt::Debug + std::fmt::Display,
{
    for (wire, variables) in circuit.wires.iter().enumerate() {
        progress.report("bases by variable", wire as f64 / WIRES as f64);
        let Aggregated { labels, bases } = aggregate(lagrange, variables, Variable::ZERO.0);
        sink.indices(Section::WireVariables(wire as u8), &labels)
            .map_err(PreprocessError::Sink)?;
        sink.points(Section::WireBases(wire as u8), &bases)
            .map_err(PreprocessError::Sink)?;
    }
    progress.report("bases by variable", 1.0);
    Ok(())
}

/// Commits to one fixed polynomial and stores its coefficients and its values on the quotient's cosets.
fn fixed_polynomial<E: Engine, S: Sink>(
    engine: &E,
    circuit: &Circuit,
    values: Vec<Fr>,
    poly: u8,
    lagrange: bool,
    bases: &E::Bases,
    sink: &mut S,
) -> Result<G1Affine, PreprocessError<S::Error>>
where
    S::Error: std::fmt::Debug + std::fmt::Display,
{
    let n = circuit.domain.size;
    let kernel = |error| PreprocessError::Prove(ProveError::Kernel(error));
    let values = engine.upload(values.into()).map_err(kernel)?;
    let coefficients = engine.interpolate(&values).map_err(kernel)?;
    let scalars = if lagrange { &values } else { &coefficients };
    let commitment = engine.msm(bases, &[scalars]).map_err(kernel)?[0].into_affine();
    let download = |vector: &E::Vector| engine.download(vector, 0..n).map_err(kernel);
    sink.scalars(Section::Coefficients(poly), download(&coefficients)?)
        .map_err(PreprocessError::Sink)?;
    for (coset, shift) in quotient_shifts().into_iter().enumerate() {
        let values = engine
            .evaluate_coset(&coefficients, &circuit.domain, shift)
            .map_err(kernel)?;
        sink.scalars(Section::Coset(coset as u8, poly), download(&values)?)
            .map_err(PreprocessError::Sink)?;
    }
    Ok(commitment)
}
