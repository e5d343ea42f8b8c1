//! A proving key resident in an engine.

use std::collections::HashMap;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
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

/// Bases for commitments to values.
pub(crate) struct LagrangeForm<E: Engine> {
    /// One for each row.
    rows: E::Bases,
    /// For each wire, one for each of its variables.
    wires: [WireBases<E>; WIRES],
}

/// A wire's variables, each once, and what they multiply.
struct WireBases<E: Engine> {
    variables: E::Index,
    bases: E::Bases,
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
    pub(crate) lagrange: Option<LagrangeForm<E>>,
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
            // in the order in which the workload lists them
            lagrange: LagrangeForm::new(engine, material)?,
            powers: engine.prepare_bases(powers)?,
            mask_points,
            info,
        })
    }

    /// Commitments to the wires: from the variables' values where the key has the reference string in Lagrange form, from
    /// the masked coefficients otherwise. The points are the same.
    pub(crate) fn commit_wires(
        &self,
        engine: &E,
        witness: &E::Vector,
        coefficients: &[E::Vector; WIRES],
        blinders: &[[Fr; 2]; WIRES],
    ) -> Result<[G1Affine; WIRES], ProveError> {
        let Some(lagrange) = &self.lagrange else {
            let commitments = crema_kzg::commit(engine, &self.powers, &coefficients.each_ref())?;
            return Ok(std::array::from_fn(|wire| commitments[wire]));
        };
        let masked: [G1Projective; WIRES] = try_array(|wire| {
            let WireBases { variables, bases } = &lagrange.wires[wire];
            let values = engine.gather(witness, variables)?;
            Ok(self.masked(engine.msm(bases, &[&values])?[0], &blinders[wire]))
        })?;
        let commitments = CurveGroup::normalize_batch(&masked);
        Ok(std::array::from_fn(|wire| commitments[wire]))
    }

    /// Commitment to a polynomial that interpolates `values` and carries a mask: from the values where the key has the
    /// reference string in Lagrange form, from the coefficients otherwise. The point is the same.
    pub(crate) fn commit_masked(
        &self,
        engine: &E,
        values: &E::Vector,
        coefficients: &E::Vector,
        blinders: &[Fr],
    ) -> Result<G1Affine, ProveError> {
        let Some(lagrange) = &self.lagrange else {
            return Ok(crema_kzg::commit(engine, &self.powers, &[coefficients])?[0]);
        };
        let point = engine.msm(&lagrange.rows, &[values])?[0];
        Ok(self.masked(point, blinders).into_affine())
    }

    /// Adds what a mask `Σ blinders[k]·X^k·(X^n - 1)` contributes to a commitment.
    fn masked(&self, commitment: G1Projective, blinders: &[Fr]) -> G1Projective {
        blinders
            .iter()
            .zip(&self.mask_points)
            .fold(commitment, |sum, (blinder, mask)| sum + *mask * blinder)
    }
}

impl<E: Engine> LagrangeForm<E> {
    /// Makes the bases resident that the key was made with.
    fn new(engine: &E, material: &KeyMaterial) -> Result<Option<Self>, ProveError> {
        let Some(rows) = material.points.get(&Section::Lagrange) else {
            return Ok(None);
        };
        Ok(Some(Self {
            rows: engine.prepare_bases(rows.clone())?,
            wires: try_array(|wire| {
                let bases = section_of(&material.points, Section::WireBases(wire as u8));
                let variables = section_of(&material.indices, Section::WireVariables(wire as u8));
                Ok(WireBases {
                    variables: engine.upload_index(variables)?,
                    bases: engine.prepare_bases(bases)?,
                })
            })?,
        }))
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
