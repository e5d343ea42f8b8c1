//! A proving key resident in an engine.

use std::collections::HashMap;

use ark_bn254::{Fr, G1Affine};
use crema_kernels::{
    Domain, Engine, Shared,
    engine::QUOTIENT_COSETS,
    quotient::{SELECTORS, WIRES},
};

use super::{KeyInfo, KeyMaterial, Section, preprocess::EXTRA_POWERS, quotient_shifts};
use crate::error::ProveError;

/// Number of leading coefficients by which the quotient exceeds five domains.
pub(crate) const TOP: usize = 8;

/// The fixed polynomials' values on one coset of the quotient.
pub(crate) struct CosetTables<V> {
    pub shift: Fr,
    pub selectors: [V; SELECTORS],
    pub sigmas: [V; WIRES],
}

/// Leading coefficients of the fixed polynomials that reach the quotient's top, highest first.
pub(crate) struct LeadingCoefficients {
    pub selectors: [Vec<Fr>; SELECTORS],
    pub sigmas: [Vec<Fr>; WIRES],
}

/// Everything fixed that a proof needs, where the engine computes. Load it once and make many proofs.
pub struct ProvingKey<E: Engine> {
    /// What the key is for.
    pub info: KeyInfo,
    pub(crate) domain: Domain,
    pub(crate) wire_index: [E::Index; WIRES],
    pub(crate) selectors: [E::Vector; SELECTORS],
    pub(crate) sigmas: [E::Vector; WIRES],
    pub(crate) sigma_values: [E::Vector; WIRES],
    pub(crate) cosets: [CosetTables<E::Vector>; QUOTIENT_COSETS],
    pub(crate) leading: LeadingCoefficients,
    /// Powers of the secret.
    pub(crate) powers: E::Bases,
    /// The same in Lagrange form.
    pub(crate) lagrange: Option<E::Bases>,
    /// `[x^{n+k}] - [x^k]`, what the k-th blinder of a mask multiplies.
    pub(crate) mask_points: [G1Affine; EXTRA_POWERS],
}

impl<E: Engine> ProvingKey<E> {
    /// Makes a key resident.
    ///
    /// # Errors
    /// When the engine's memory is exhausted.
    ///
    /// # Panics
    /// When the material lacks a section; [`super::load`] and preprocessing both give complete keys.
    pub fn new(engine: &E, material: &KeyMaterial) -> Result<Self, ProveError> {
        engine.divide_memory(&material.workload())?;
        let info = material.info.clone();
        let domain = Domain::new(info.verifying_key.domain_size as usize)?;
        let n = domain.size;
        let vector = |section| {
            engine
                .upload(section_of(&material.scalars, section))
                .map_err(ProveError::from)
        };
        let tail = |poly: usize| {
            let values = section_of(&material.scalars, Section::Coefficients(poly as u8));
            values.iter().rev().take(TOP).copied().collect::<Vec<Fr>>()
        };
        let shifts = quotient_shifts();
        let powers = section_of(&material.points, Section::Powers);
        let point = |index: usize| G1Affine::from(powers[index]);
        let mask_points = std::array::from_fn(|k| (point(n + k) - point(k)).into());
        Ok(Self {
            domain,
            wire_index: try_array(|w| {
                Ok(engine.upload_index(section_of(&material.indices, Section::WireIndex(w as u8)))?)
            })?,
            selectors: try_array(|i| vector(Section::Coefficients(i as u8)))?,
            sigmas: try_array(|w| vector(Section::Coefficients((SELECTORS + w) as u8)))?,
            sigma_values: try_array(|w| vector(Section::SigmaValues(w as u8)))?,
            cosets: try_array(|c| {
                Ok(CosetTables {
                    shift: shifts[c],
                    selectors: try_array(|i| vector(Section::Coset(c as u8, i as u8)))?,
                    sigmas: try_array(|w| vector(Section::Coset(c as u8, (SELECTORS + w) as u8)))?,
                })
            })?,
            leading: LeadingCoefficients {
                selectors: std::array::from_fn(tail),
                sigmas: std::array::from_fn(|w| tail(SELECTORS + w)),
            },
            lagrange: material
                .points
                .get(&Section::Lagrange)
                .map(|points| engine.prepare_bases(points.clone()))
                .transpose()?,
            powers: engine.prepare_bases(powers)?,
            mask_points,
            info,
        })
    }

    /// Commitment to a polynomial that interpolates `values` and carries a mask: from the values where the key has the
    /// reference string in Lagrange form, from the coefficients otherwise. The point is the same.
    pub(crate) fn commit_masked(
        &self,
        engine: &E,
        polynomials: &[(&E::Vector, &E::Vector, &[Fr])],
    ) -> Result<Vec<G1Affine>, ProveError> {
        let Some(lagrange) = &self.lagrange else {
            let coefficients: Vec<_> = polynomials
                .iter()
                .map(|(_, coefficients, _)| *coefficients)
                .collect();
            return Ok(crema_kzg::commit(engine, &self.powers, &coefficients)?);
        };
        let values: Vec<_> = polynomials.iter().map(|(values, _, _)| *values).collect();
        let points = engine.msm(lagrange, &values)?;
        let masked: Vec<_> = points
            .into_iter()
            .zip(polynomials)
            .map(|(point, (_, _, blinders))| {
                blinders
                    .iter()
                    .zip(&self.mask_points)
                    .fold(point, |sum, (blinder, mask)| sum + *mask * blinder)
            })
            .collect();
        Ok(ark_ec::CurveGroup::normalize_batch(&masked))
    }
}

fn section_of<T: crema_kernels::shared::Plain>(
    sections: &HashMap<Section, Shared<T>>,
    section: Section,
) -> Shared<T> {
    sections
        .get(&section)
        .cloned()
        .unwrap_or_else(|| panic!("key material lacks {section:?}"))
}

/// An array of fallible values.
fn try_array<T, const N: usize>(
    make: impl FnMut(usize) -> Result<T, ProveError>,
) -> Result<[T; N], ProveError> {
    let values = (0..N).map(make).collect::<Result<Vec<T>, ProveError>>()?;
    values
        .try_into()
        .map_err(|_| unreachable!("exactly N values were made"))
}
