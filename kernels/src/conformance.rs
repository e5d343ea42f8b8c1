//! Generic tests that every engine passes.
