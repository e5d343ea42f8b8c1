//! Single kernels on memory that a test fills.

use std::ops::Range;

use crate::{
    decode::Program,
    launch::{self, Launch},
};

/// Buffers of sixteen-byte words, each an allocation of its own.
#[derive(Default)]
pub struct Buffers {
    buffers: Vec<Vec<[u128; 2]>>,
}

/// Names a buffer.
#[derive(Clone, Copy)]
pub struct Buffer(usize);

/// A kernel's argument.
#[derive(Clone, Copy)]
pub enum Argument {
    Pointer(Buffer),
    Long(u64),
}

/// A field element as it stands in memory.
pub type Limbs = [u64; 4];

impl Buffers {
    /// A buffer with these field elements.
    pub fn put(&mut self, elements: &[Limbs]) -> Buffer {
        let join = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
        let words = elements
            .iter()
            .map(|limb| [join(limb[0], limb[1]), join(limb[2], limb[3])]);
        self.buffers.push(words.collect());
        Buffer(self.buffers.len() - 1)
    }

    pub fn get(&self, buffer: Buffer) -> Vec<Limbs> {
        let parts = |word: u128| [word as u64, (word >> 64) as u64];
        let words = self.buffers[buffer.0].iter();
        words
            .map(|[a, b]| [parts(*a)[0], parts(*a)[1], parts(*b)[0], parts(*b)[1]])
            .collect()
    }

    /// Runs a kernel.
    pub fn run(&mut self, program: &Program, launch: &Launch, arguments: &[Argument]) -> Result<(), String> {
        let ranges: Vec<Range<u64>> = self
            .buffers
            .iter_mut()
            .map(|buffer| {
                let start = buffer.as_mut_ptr().expose_provenance() as u64;
                start..start + size_of_val(buffer.as_slice()) as u64
            })
            .collect();
        let mut bytes = Vec::new();
        assert_eq!(
            program.parameters.len(),
            arguments.len(),
            "arguments of {}",
            program.name
        );
        for ((offset, size), argument) in program.parameters.iter().zip(arguments) {
            bytes.resize(*offset as usize, 0);
            match argument {
                Argument::Pointer(buffer) => bytes.extend(ranges[buffer.0].start.to_le_bytes()),
                Argument::Long(value) => bytes.extend(value.to_le_bytes()),
            }
            assert_eq!(
                bytes.len() as u64,
                offset + size,
                "an argument of {}",
                program.name
            );
        }
        let find = |address| ranges.iter().find(|range| range.contains(&address)).cloned();
        launch::run(program, launch, &bytes, &find)
    }
}
