//! Results as JSON lines.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use serde::Serialize;

use crate::error::Error;

/// Appends a record as one line, in one write, so that two benches at a time do not mix theirs.
///
/// # Errors
/// [`Error::Results`].
pub fn append(path: &Path, record: &impl Serialize) -> Result<(), Error> {
    let results = |source: io::Error| Error::Results {
        path: path.to_owned(),
        source,
    };
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(results)?;
    file.write_all(&line).map_err(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_a_line_after_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        append(&path, &serde_json::json!({"n": 1, "text": "two\nlines"})).unwrap();
        append(&path, &serde_json::json!({"n": 2})).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            (lines[0]["n"].as_u64(), lines[1]["n"].as_u64()),
            (Some(1), Some(2))
        );
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = append(folder.path(), &1).unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()));
    }
}
