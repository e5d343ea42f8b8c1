//! Starting programs.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// A command in a folder, with arguments.
pub fn command(program: impl AsRef<OsStr>, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a command to its end, its output going where ours goes.
pub fn run(mut command: Command) -> Result<()> {
    let name = describe(&command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

/// Runs a command to its end and hands each line of its standard output, which is also printed, to `see`.
/// Returns whether the command succeeded.
pub fn watch(mut command: Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let name = describe(&command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`"))?;
    let output = child.stdout.take().context("standard output was piped")?;
    let mut terminal = std::io::stdout();
    for line in BufReader::new(output).lines() {
        let line = line.with_context(|| format!("reading what `{name}` says"))?;
        writeln!(terminal, "{line}")?;
        see(&line);
    }
    Ok(child.wait()?.success())
}

/// Runs a command to its end and returns its standard output.
pub fn capture(mut command: Command) -> Result<String> {
    let name = describe(&command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` printed something other than text"))
}

/// A program that runs until this value is dropped.
pub struct Background {
    child: Child,
    name: String,
}

impl Background {
    /// Starts a program and waits until a line of its standard output answers `ready`; returns that answer.
    pub fn start<T: Send + 'static>(
        mut command: Command,
        patience: Duration,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        let name = describe(&command);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        let output = child.stdout.take().context("standard output was piped")?;
        let background = Self {
            child,
            name: name.clone(),
        };
        let (sender, receiver) = mpsc::channel();
        // reads on to the end, so that the program never blocks on a full pipe
        thread::spawn(move || {
            let mut waiting = true;
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(answer) = waiting.then(|| ready(&line)).flatten() {
                    waiting = false;
                    // nobody listens any more when the start timed out
                    let _ = sender.send(answer);
                }
            }
        });
        let answer = receiver
            .recv_timeout(patience)
            .with_context(|| format!("`{name}` did not become ready within {patience:?}"))?;
        Ok((background, answer))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("`{}` could not be stopped: {error}", self.name);
        }
    }
}

/// Seconds since `start`, for reports.
pub fn seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}
