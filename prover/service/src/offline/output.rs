//! Output that appears whole or not at all.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::Value;

use super::OfflineError;

/// Writes JSON to a file, by a temporary one beside it, or to standard output.
pub(super) fn write(path: Option<&Path>, value: &Value) -> Result<(), OfflineError> {
    let text = format!("{value:#}\n");
    let Some(path) = path else {
        return io::stdout()
            .write_all(text.as_bytes())
            .map_err(|source| OfflineError::Io {
                path: "standard output".into(),
                source,
            });
    };
    let io = |source| OfflineError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.as_file().sync_all().map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}
