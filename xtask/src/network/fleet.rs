//! The network's processes: started, watched, killed, started again; none is left behind.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::http;

/// A program of the network.
struct Program {
    name: String,
    command: Box<dyn Fn() -> Command>,
    child: Child,
}

/// All programs. Dropping it kills them.
pub struct Fleet {
    logs: PathBuf,
    programs: Vec<Program>,
}

impl Fleet {
    /// No program yet; logs go to `logs`.
    pub fn new(logs: &Path) -> Self {
        Self {
            logs: logs.to_owned(),
            programs: Vec::new(),
        }
    }

    /// Starts a program; `command` makes it, also when it is started again. Returns its place.
    pub fn start(&mut self, name: &str, command: impl Fn() -> Command + 'static) -> Result<usize> {
        let child = spawn(&self.logs, name, command())?;
        self.programs.push(Program {
            name: name.to_owned(),
            command: Box::new(command),
            child,
        });
        Ok(self.programs.len() - 1)
    }

    /// Fails when a program has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        for program in &mut self.programs {
            if let Some(status) = program.child.try_wait()? {
                bail!(
                    "{} has ended ({status}); its log is {}",
                    program.name,
                    self.logs.join(format!("{}.log", program.name)).display()
                );
            }
        }
        Ok(())
    }

    /// SIGKILL.
    pub fn kill(&mut self, place: usize) -> Result<()> {
        let child = &mut self.programs[place].child;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Starts a killed program again.
    pub fn restart(&mut self, place: usize) -> Result<()> {
        let program = &mut self.programs[place];
        program.child = spawn(&self.logs, &program.name, (program.command)())?;
        Ok(())
    }

    /// A program's name.
    pub fn name(&self, place: usize) -> &str {
        &self.programs[place].name
    }

    /// Waits until a program on `port` says that it is well.
    pub fn wait_healthy(&mut self, port: u16, patience: Duration) -> Result<()> {
        self.wait(&format!("a program at port {port}"), patience, || {
            Ok(http::get(port, "/healthcheck").ok())
        })?;
        Ok(())
    }

    /// Asks again and again until there is an answer, as long as every program runs.
    pub fn wait<T>(
        &mut self,
        what: &str,
        patience: Duration,
        mut ask: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask()? {
                return Ok(answer);
            }
            self.check()?;
            if start.elapsed() > patience {
                bail!(
                    "{what}: nothing after {patience:?}; logs are in {}",
                    self.logs.display()
                );
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // in the reverse order, so that nobody complains of what is gone
        for program in self.programs.iter_mut().rev() {
            // one that has ended is an error to kill and none to wait for
            let _ = program.child.kill();
            if let Err(error) = program.child.wait() {
                eprintln!("`{}` could not be stopped: {error}", program.name);
            }
        }
    }
}

fn spawn(logs: &Path, name: &str, mut command: Command) -> Result<Child> {
    let path = logs.join(format!("{name}.log"));
    let log = File::options().create(true).append(true).open(&path);
    let log = log.with_context(|| path.display().to_string())?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    die_with_parent(&mut command);
    command
        .spawn()
        .with_context(|| format!("cannot start {name}: {}", command.get_program().display()))
}

/// Has the system kill the process when this one ends, however it ends.
#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    let die = || {
        // SAFETY: prctl with these arguments touches no memory of ours and may be called between fork and exec.
        let set = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        if set == 0 {
            Ok(())
        } else {
            Err(std::io::Error::last_os_error())
        }
    };
    // SAFETY: the closure only makes a system call and reads errno: nothing that is forbidden after fork.
    unsafe {
        command.pre_exec(die);
    }
}

/// Elsewhere only [`Fleet`]'s drop ends them.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}
