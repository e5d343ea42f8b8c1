//! The command line: the node's options, and after each `--` a module with its own.

mod modules;
mod node;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

pub use modules::{HotshotEvents, Http, Modules, Query, StorageFs, StorageSql};
pub use node::NodeOptions;

/// What the program is asked to do.
#[derive(Clone, Debug)]
pub struct Command {
    /// The node's options.
    pub node: NodeOptions,
    /// Its modules.
    pub modules: Modules,
}

impl Command {
    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// Clap's, which also are help and version: `exit` does what is expected of a program.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut arguments = arguments.into_iter().collect::<Vec<_>>();
        let modules = arguments.iter().position(|argument| argument == "--");
        let modules = modules.map_or_else(Vec::new, |at| arguments.split_off(at));
        let node = NodeOptions::try_parse_from(arguments)?;
        let mut parsed = Modules::default();
        // what stands before the first separator is nothing
        for module in modules.split(|argument| argument == "--").skip(1) {
            parsed.add(module)?;
        }
        parsed.check()?;
        Ok(Self {
            node,
            modules: parsed,
        })
    }
}

/// An error in how modules are put together.
fn conflict(message: &str) -> clap::Error {
    clap::Error::raw(ErrorKind::ArgumentConflict, format!("{message}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Command::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn modules_stand_behind_separators() {
        let command = parse(
            "sequencer --is-da --state-peers http://localhost:24001 -- storage-fs --path s \
             -- http --port 24000 -- query --peers http://a:1,http://b:2 -- submit -- config -- hotshot-events",
        )
        .unwrap();
        assert!(command.node.is_da);
        let modules = command.modules;
        assert_eq!(modules.http.unwrap().port, 24000);
        assert_eq!(modules.query.unwrap().peers.len(), 2);
        assert!(modules.submit && modules.config && !modules.catchup && !modules.status);
        assert_eq!(modules.storage_fs.unwrap().path.to_str(), Some("s"));
        assert!(modules.hotshot_events.is_some());
        // the old name of storage-fs, and options of the README's example
        let old = parse("sequencer -- storage --path x -- http -- query --storage-path x").unwrap();
        assert!(old.modules.storage_fs.is_some() && old.modules.query.is_some());
        let none = parse("sequencer").unwrap().modules;
        assert!(none.http.is_none());
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (line, said) in [
            ("sequencer -- http -- http", "twice"),
            ("sequencer -- query", "http"),
            ("sequencer -- submit", "http"),
            ("sequencer -- http -- explorer", "storage-sql"),
            (
                "sequencer -- http -- storage-fs --path a -- storage-sql",
                "one storage",
            ),
            ("sequencer -- state", "state"),
            ("sequencer -- http --", "empty"),
            ("sequencer -- http --colour red", "--colour"),
            ("sequencer --colour red", "--colour"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(said), "{line}: {error}");
        }
    }
}
