//! `keygen`.

use std::path::Path;
use std::process::{Command, Output};

fn keygen(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keygen"))
        .args(arguments)
        .arg("-o")
        .arg(folder)
        .output()
        .unwrap()
}

#[test]
fn keys_follow_from_the_seed_and_are_private() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    assert!(keygen(&one, &["-n", "2"]).status.success());
    let seed = std::fs::read_to_string(one.join(".seed")).unwrap();
    assert!(
        keygen(&other, &["--num", "2", "--seed", seed.trim()])
            .status
            .success()
    );
    let read = |folder: &Path, name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for name in ["0.env", "1.env", "public-keys.toml"] {
        assert_eq!(read(&one, name), read(&other, name));
    }
    assert_ne!(read(&one, "0.env"), read(&one, "1.env"));
    for name in [
        "ESPRESSO_SEQUENCER_PUBLIC_STAKING_KEY=BLS_VER_KEY~",
        "ESPRESSO_SEQUENCER_PRIVATE_STAKING_KEY=BLS_SIGNING_KEY~",
        "ESPRESSO_SEQUENCER_PUBLIC_STATE_KEY=SCHNORR_VER_KEY~",
        "ESPRESSO_SEQUENCER_PRIVATE_STATE_KEY=SCHNORR_SIGNING_KEY~",
    ] {
        assert!(read(&one, "0.env").contains(name), "{name}");
    }
    #[cfg(unix)]
    for name in [".seed", "0.env"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(one.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read {name}");
    }
    // keys are never written over
    let again = keygen(&one, &[]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("already"));
    // and only those asked for are made
    let bls = folder.path().join("bls");
    assert!(keygen(&bls, &["--scheme", "bls"]).status.success());
    assert!(!read(&bls, "0.env").contains("SCHNORR"));
}
