//! Lists of at most so many elements, for elements that take more memory than input: a few bytes of a message must not
//! become gigabytes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a list of at most `MAX` elements, for `serde(deserialize_with)`.
pub fn deserialize<'de, const MAX: usize, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct ListVisitor<const MAX: usize, T>(PhantomData<T>);

    impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for ListVisitor<MAX, T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MAX} elements")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let too_long = |found: usize| A::Error::invalid_length(found, &self);
            let claimed = seq.size_hint().unwrap_or(0);
            if claimed > MAX {
                return Err(too_long(claimed));
            }
            let mut list = Vec::with_capacity(claimed);
            while let Some(element) = seq.next_element()? {
                if list.len() == MAX {
                    return Err(too_long(MAX + 1));
                }
                list.push(element);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_seq(ListVisitor::<MAX, T>(PhantomData))
}
