//! `keygen`: keys for nodes, in the form of Espresso's `.env` files.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use crema_light_client::{bls, schnorr};
use crema_sequencer::keys::{staking_lines, state_lines};
use sha3::{Digest as _, Sha3_256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Separates keys made here from any other use of the seed.
const DOMAIN: &[u8] = b"crema keygen v1";
/// What a list of public keys is called.
const PUBLIC_KEYS: &str = "public-keys.toml";

/// Make keys for nodes: DIR/0.env, DIR/1.env, …, the seed that they follow from in DIR/.seed, and the list of public
/// keys that an orchestrator admits in DIR/public-keys.toml.
///
/// Whoever has the seed has all keys.
#[derive(Clone, Debug, Parser)]
#[command(name = "keygen", version)]
struct Options {
    /// Which keys.
    #[arg(long, value_enum, default_value_t = Scheme::All)]
    scheme: Scheme,
    /// Nodes.
    #[arg(short, long = "num", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    number: u16,
    /// The seed, 32 bytes in hexadecimal; a new one when absent.
    #[arg(short, long, hide_env_values = true)]
    seed: Option<String>,
    /// Folder for the keys; it is made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Indices of nodes that do not store whole payloads, separated by commas, for the list of public keys.
    #[arg(long, value_name = "INDEX", value_delimiter = ',')]
    not_da: Vec<u16>,
}

/// Kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scheme {
    /// Both.
    All,
    /// For consensus.
    Bls,
    /// For light-client states.
    Schnorr,
}

/// Why there are no keys.
#[derive(Debug, Error)]
enum Failure {
    #[error("--seed takes 64 hexadecimal digits: {0}")]
    Seed(hex::FromHexError),
    #[error("the operating system has no randomness: {0}")]
    Random(getrandom::Error),
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("{0} is there already, and keys are not written over; choose another --out")]
    Exists(PathBuf),
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let seed = seed(options)?;
    make_folder(&options.out)?;
    write(
        &options.out.join(".seed"),
        &Zeroizing::new(hex::encode(seed.as_slice()) + "\n"),
    )?;
    let mut list = String::new();
    for index in 0..options.number {
        let seed = Zeroizing::new(<[u8; 32]>::from(
            Sha3_256::new()
                .chain_update(DOMAIN)
                .chain_update(seed.as_slice())
                .chain_update(index.to_le_bytes())
                .finalize(),
        ));
        let (stake, state) = (
            bls::SigningKey::from_seed(&seed),
            schnorr::SigningKey::from_seed(&seed),
        );
        let mut text = Zeroizing::new(String::with_capacity(2048));
        if options.scheme != Scheme::Schnorr {
            text.push_str(&staking_lines(&stake));
        }
        if options.scheme != Scheme::Bls {
            text.push_str(&state_lines(&state));
        }
        let path = options.out.join(format!("{index}.env"));
        write(&path, &text)?;
        println!("{}", path.display());
        let da = !options.not_da.contains(&index);
        // a String takes everything
        let _ = write!(
            list,
            "[[public_keys]]\nstake_table_key = \"{}\"\nstate_ver_key = \"{}\"\nda = {da}\nstake = 1\n\n",
            stake.verifying_key(),
            state.verifying_key(),
        );
    }
    if options.scheme == Scheme::All {
        write(&options.out.join(PUBLIC_KEYS), &list)?;
    }
    Ok(())
}

fn seed(options: &Options) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    match &options.seed {
        Some(text) => {
            let digits = text.strip_prefix("0x").unwrap_or(text);
            hex::decode_to_slice(digits, seed.as_mut_slice()).map_err(Failure::Seed)?;
        }
        None => getrandom::fill(seed.as_mut_slice()).map_err(Failure::Random)?,
    }
    Ok(seed)
}

/// Makes a folder that only its owner may read.
fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| Failure::Write {
        path: path.to_owned(),
        source,
    })
}

/// Writes a new file that only its owner may read.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists(path.to_owned()),
        _ => Failure::Write {
            path: path.to_owned(),
            source,
        },
    };
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}
