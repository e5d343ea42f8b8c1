//! Roots of unity, computed once per size, direction and arithmetic.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use ark_bn254::Fr;
use ark_ff::Field;

use crate::cpu::lanes::Arithmetic;

/// Roots for a decimation-in-time transform of `size` rows: `table[half + j]` is the `j`-th power of the primitive root
/// of order `2·half`, for every power of two `half` below the size.
pub(super) type Roots<A> = Arc<Vec<<A as Arithmetic>::Constant>>;

type Key = (TypeId, usize, Fr);

/// A few dozen kilobytes per entry: tables are as long as a transform's *side*, the square root of its length.
static TABLES: LazyLock<RwLock<HashMap<Key, Arc<dyn Any + Send + Sync>>>> = LazyLock::new(RwLock::default);

/// The table for transforms of `size` rows by powers of `generator`, an element of that order.
pub(super) fn roots<A: Arithmetic>(arithmetic: A, size: usize, generator: Fr) -> Roots<A> {
    let key = (TypeId::of::<A>(), size, generator);
    let cached = TABLES
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    if let Some(table) = cached.and_then(|table| table.downcast().ok()) {
        return table;
    }
    let mut table = vec![arithmetic.constant(Fr::ONE); size];
    let mut root = generator;
    let mut half = size / 2;
    while half > 0 {
        let mut power = Fr::ONE;
        for slot in &mut table[half..2 * half] {
            *slot = arithmetic.constant(power);
            power *= root;
        }
        root.square_in_place();
        half /= 2;
    }
    let table = Arc::new(table);
    TABLES
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(key, table.clone());
    table
}
