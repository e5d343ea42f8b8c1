//! Joining two connections.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

/// Bytes that are under way in each direction; whoever sends more waits for who reads.
const BUFFER: usize = 64 << 10;

/// Carries bytes between two connections until one of them ends, or nothing has moved in a direction for `patience`.
/// Nodes speak all the time, so a connection on which one side is silent has lost it.
pub async fn splice(one: TcpStream, other: TcpStream, patience: Duration) {
    // small messages of consensus should not wait for the next ones
    let _ = (one.set_nodelay(true), other.set_nodelay(true));
    let (one_in, one_out) = one.into_split();
    let (other_in, other_out) = other.into_split();
    // when either ends, both connections are closed: half of a connection is of no use
    let ended = tokio::select! {
        ended = carry(one_in, other_out, patience) => ended,
        ended = carry(other_in, one_out, patience) => ended,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, patience: Duration) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = timeout(patience, from.read(&mut buffer)).await??;
        if read == 0 {
            return to.shutdown().await;
        }
        timeout(patience, to.write_all(&buffer[..read])).await??;
    }
}
