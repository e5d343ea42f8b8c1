//! The suite on PostgreSQL: a server of its own, from the package that `postgres/install` installs, in a folder of its
//! own. `CREMA_POSTGRES_BIN` names the folder of another installation's programs.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crema_storage::{Settings, SqlStore};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::suite;

/// PostgreSQL refuses to run as root; everything it needs is then given to this user.
const NOBODY: u32 = 65_534;

/// A server, until it is dropped.
pub struct Server {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("CREMA_POSTGRES_BIN") {
        return folder.into();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("postgres/install");
    let output = Command::new(&script).output().unwrap();
    assert!(
        output.status.success(),
        "{} failed: {}",
        script.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// A command that does not run as root.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    if folder.metadata().unwrap().uid() == NOBODY {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

impl Server {
    pub async fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        if path.metadata().unwrap().uid() == 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let output = command(&programs.join("initdb"), path)
            .args([
                "-D",
                "data",
                "-U",
                "crema",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "initdb failed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = command(&programs.join("postgres"), path)
            .args(["-D", "data", "-k", ".", "-h", "127.0.0.1", "-p", &port.to_string()])
            // tests do not outlive a power failure
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(path.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self {
            process,
            port,
            folder,
        };
        let begin = Instant::now();
        while let Err(error) = PgConnection::connect(&server.url("postgres")).await {
            let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap();
            assert!(
                server.process.try_wait().unwrap().is_none() && begin.elapsed() < Duration::from_mins(1),
                "PostgreSQL does not start: {error}\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://crema@127.0.0.1:{}/{database}", self.port)
    }

    /// A store in a database of its own.
    pub async fn store(&self, name: &str) -> SqlStore {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.unwrap();
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .unwrap();
        SqlStore::open(&Settings::postgres(self.url(name))).await.unwrap()
    }
}

/// One test: the server takes longer to start than all of the suite.
#[tokio::test]
async fn the_suite_passes_on_postgres() {
    let server = Server::start().await;
    macro_rules! run {
        ($($name:ident)+) => {$(
            suite::$name(&server.store(stringify!($name)).await).await;
        )+};
    }
    run! {
        an_empty_store_has_nothing
        blocks_come_back_by_every_name
        repeats_change_nothing
        gaps_are_known_and_filled
        what_does_not_belong_is_refused
        totals_add_up
        windows_are_rows_of_time
        lists_are_newest_first
        pruning_forgets_the_oldest
    }
    // a second node on the same database finds what the first has written
    let again = SqlStore::open(&Settings::postgres(server.url("totals_add_up")))
        .await
        .unwrap();
    assert_eq!(crema_storage::Store::height(&again).await.unwrap(), 20);
}
