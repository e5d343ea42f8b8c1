//! What a warp can do. Operands are indices into the files of registers; constants have registers of their own.

use crate::{program::Space, registers::Place};

/// An instruction with its guard.
#[derive(Debug)]
pub struct Instruction {
    /// Of the file, for messages.
    pub line: usize,
    /// A predicate register, and whether it must be false.
    pub guard: Option<(u32, bool)>,
    pub operation: Operation,
}

#[derive(Debug)]
pub enum Operation {
    Word(Binary, [u32; 3]),
    Long(Binary, [u32; 3]),
    /// The amount is a word.
    ShiftLong(Shift, [u32; 3]),
    ShiftWord(Shift, [u32; 3]),
    Unary(Unary, [u32; 2]),
    CopyLong([u32; 2]),
    /// Adds a constant to a long.
    Offset([u32; 2], u64),
    Chain(Chain, [u32; 4]),
    MultiplyWide([u32; 3]),
    Widen([u32; 2]),
    Narrow([u32; 2]),
    /// The last operand is a predicate.
    SelectWord([u32; 4]),
    SelectLong([u32; 4]),
    CompareWord(Comparison, [u32; 3]),
    CompareLong(Comparison, [u32; 3]),
    Logic(Logic, [u32; 3]),
    /// `bfi`: field, into, position, length.
    InsertWord([u32; 5]),
    InsertLong([u32; 5]),
    Load(Access),
    Store(Access),
    /// Adds to a word in memory, and returns what it was.
    AtomicAdd {
        target: u32,
        value: u32,
        access: Access,
    },
    Sync(Sync),
    BlockBarrier,
    Branch(usize),
    Return,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub enum Binary {
    Add,
    Subtract,
    MultiplyLow,
    MultiplyHigh,
    Divide,
    Remainder,
    And,
    Or,
    Xor,
    Least,
    Greatest,
}

#[derive(Clone, Copy, Debug)]
pub enum Shift {
    Left,
    Right,
    RightSigned,
}

#[derive(Clone, Copy, Debug)]
pub enum Unary {
    Copy,
    Not,
    Negate,
    Ones,
    Reverse,
    /// The lower sixteen bits.
    Half,
}

#[derive(Clone, Copy, Debug)]
pub enum Logic {
    Copy,
    Not,
    And,
    Or,
    Xor,
}

/// Which sum a word of a carry chain is: of the first two operands, or of the low or high half of their product and
/// the third one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    Sum,
    Difference,
    ProductLow,
    ProductHigh,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chain {
    pub term: Term,
    /// Whether the flag is added or subtracted too.
    pub reads: bool,
    /// Whether the flag is set.
    pub writes: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Order {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    pub order: Order,
    pub signed: bool,
}

/// One to four neighbouring values in memory.
#[derive(Debug)]
pub struct Access {
    pub space: Space,
    /// Of each value.
    pub bytes: u64,
    pub registers: Vec<Place>,
    pub base: Place,
    pub offset: i64,
}

/// An operation in which the lanes of a mask take part together.
#[derive(Clone, Copy, Debug)]
pub struct Sync {
    pub members: u32,
    pub kind: SyncKind,
}

#[derive(Clone, Copy, Debug)]
pub enum SyncKind {
    Barrier,
    Ballot {
        target: u32,
        predicate: u32,
    },
    Shuffle {
        up: bool,
        target: u32,
        /// Receives whether there was a lane to read from.
        found: Option<u32>,
        value: u32,
        distance: u32,
        bounds: u32,
    },
}
