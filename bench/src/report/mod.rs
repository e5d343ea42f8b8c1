//! `bench report`: tables in documents, plots and one page of HTML, all from the results that are kept with the project.
//!
//! Documents carry marked blocks, whose names say what belongs there. `--check` changes nothing and fails where a block
//! is not what the results say.

#![allow(
    clippy::format_push_string,
    reason = "texts that are made once, where an allocation costs nothing"
)]

mod blocks;
mod html;
mod plots;
mod prove;
mod store;

use std::{fs, path::PathBuf};

use clap::Args;

use crate::error::Error;
use store::Store;

/// Where results and documents are.
#[derive(Args, Clone, Debug)]
pub struct ReportOptions {
    /// The folder of results: files of lines that bench wrote, and of figures of other programs.
    #[arg(long, value_name = "FOLDER", default_value = "bench/results")]
    pub results: PathBuf,
    /// A document with marked blocks; several are given one by one.
    #[arg(long, value_name = "FILE", default_values = ["README.md", "bench/results/README.md"])]
    pub document: Vec<PathBuf>,
    /// Changes nothing, and fails where a block is not what the results say.
    #[arg(long)]
    pub check: bool,
    /// A page with everything in it, to be written.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// A folder for the plots, one SVG each.
    #[arg(long, value_name = "FOLDER")]
    pub plots: Option<PathBuf>,
}

/// Brings the documents up to date, or checks that they are.
///
/// # Errors
/// [`Error`].
pub fn run(options: &ReportOptions) -> Result<(), Error> {
    let store = Store::read(&options.results)?;
    let mut stale = Vec::new();
    let mut count = 0;
    for path in &options.document {
        let unreadable = |reason: String| Error::Unreadable {
            path: path.clone(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let (renewed, blocks) = blocks::renew(&text, |name| generate(name, &store)).map_err(unreadable)?;
        count += blocks;
        if renewed == text {
            continue;
        }
        if options.check {
            stale.push(path.display().to_string());
        } else {
            write(path, &renewed)?;
            println!("{} is up to date now", path.display());
        }
    }
    if !stale.is_empty() {
        return Err(Error::Stale(stale.join(", ")));
    }
    println!("{count} tables are what {} says", options.results.display());
    let plots = plots::all(&store);
    if let Some(folder) = &options.plots {
        fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.clone(),
            source,
        })?;
        for (name, svg) in &plots {
            write(&folder.join(format!("{name}.svg")), svg)?;
        }
        println!("{} plots in {}", plots.len(), folder.display());
    }
    if let Some(path) = &options.html {
        write(path, &html::page(&store, &plots))?;
        println!("{} written", path.display());
    }
    Ok(())
}

/// What belongs into a block.
fn generate(name: &str, store: &Store) -> Result<String, String> {
    match name {
        "prove" => prove::table(store, &prove::SHORT),
        "prove in full" => prove::table(store, &prove::FULL),
        _ => Err(format!(
            "nobody knows what belongs into the block {name:?}; known are: prove, prove in full"
        )),
    }
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}
