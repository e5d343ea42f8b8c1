//! All results that are kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    figures::{self, Line},
    reference::{self, Reference},
};

/// A file of results.
pub struct File {
    /// Its name; names begin with a date, so that they sort by it.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// All of a folder.
pub struct Store {
    /// Files of bench's own, oldest first.
    pub files: Vec<File>,
    /// Figures of other programs.
    pub references: Vec<Reference>,
}

impl Store {
    /// Reads a folder.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::Reference`].
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let unreadable = |error: std::io::Error| Error::Unreadable {
            path: folder.to_owned(),
            reason: error.to_string(),
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut store = Self {
            files: Vec::new(),
            references: Vec::new(),
        };
        for path in paths {
            if is_of_another_program(&path)? {
                store.references.extend(reference::file::read(&path)?);
            } else {
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let lines = figures::read(&path)?;
                store.files.push(File { name, lines });
            }
        }
        Ok(store)
    }

    /// Lines of a bench that `decode` understands, from the newest file that has any.
    pub fn newest<T>(&self, bench: &str, decode: impl Fn(&Line) -> Option<T>) -> Vec<T> {
        let of = |file: &File| -> Vec<T> {
            file.lines
                .iter()
                .filter(|line| line.bench == bench)
                .filter_map(&decode)
                .collect()
        };
        self.files
            .iter()
            .rev()
            .map(of)
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

/// Figures of other programs name them, records of bench name the bench.
fn is_of_another_program(path: &Path) -> Result<bool, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(first).unwrap_or_default();
    Ok(value.get("program").is_some())
}
