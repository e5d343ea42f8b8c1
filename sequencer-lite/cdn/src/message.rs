//! What users and broker say to one another: `u32` big-endian length, then bincode.
//!
//! The broker speaks first, with a challenge; the user answers with [`Hello`], which says what the connection is for.

use std::io;

use crema_types::wire::{self, WireError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::identity::Credentials;

/// Longest message.
pub const MAX_MESSAGE: usize = 2048;

/// What a broker asks to be signed.
pub type Nonce = [u8; 32];
/// A network key's bytes.
pub type User = [u8; 32];
/// Names a stream that waits for its other end.
pub type Ticket = [u8; 16];

/// The broker's first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// To be signed.
    pub nonce: Nonce,
}

/// The user's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// What the connection is for.
    pub purpose: Purpose,
    /// Signature of the user's network key on challenge and purpose.
    pub proof: Vec<u8>,
}

/// What a connection is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Stays open for the broker's news.
    Line(Box<Credentials>),
    /// Becomes a connection to another user.
    Open {
        /// Who opens it.
        from: User,
        /// To whom.
        to: User,
    },
    /// The other end of one that somebody opened.
    Accept {
        /// Who accepts it.
        user: User,
        /// Which one.
        ticket: Ticket,
    },
}

/// The broker's answer to [`Hello`].
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The keys or the proof.
    #[error("the broker does not believe who this is")]
    Identity,
    /// Not on the list.
    #[error("the broker serves members of its network only, and this is none")]
    Stranger,
    /// No line is open.
    #[error("the user asked for, or the one who asks, has no line to the broker")]
    NoLine,
    /// Too much is going on.
    #[error("the broker is busy")]
    Busy,
    /// The stream has ended, or was never opened.
    #[error("nobody waits for this stream")]
    NoStream,
    /// The other user did not come.
    #[error("the other node does not answer")]
    NoAnswer,
}

/// What the broker says over a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// Somebody wants to reach this user.
    Incoming {
        /// Who.
        from: User,
        /// Names the stream.
        ticket: Ticket,
    },
    /// Still there? Answered with one byte.
    Ping,
}

/// Why a message does not come.
#[derive(Debug, Error)]
pub enum MessageError {
    /// The connection.
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    /// Longer than messages are.
    #[error("a message has at most {MAX_MESSAGE} bytes, found {found}")]
    TooLong {
        /// The length announced.
        found: usize,
    },
    /// Not a message.
    #[error("not what was expected: {0}")]
    Encoding(#[from] WireError),
}

/// Sends a message.
///
/// # Errors
/// When the connection breaks.
pub async fn send<T: Serialize>(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> Result<(), MessageError> {
    let body = wire::encode_unversioned(message)?;
    if body.len() > MAX_MESSAGE {
        return Err(MessageError::TooLong { found: body.len() });
    }
    let mut frame = Vec::with_capacity(4 + body.len());
    frame.extend_from_slice(&(body.len() as u32).to_be_bytes());
    frame.extend_from_slice(&body);
    // in one piece, so that whoever is cut off has sent all of it or nothing of use
    stream.write_all(&frame).await?;
    stream.flush().await?;
    Ok(())
}

/// Receives a message.
///
/// # Errors
/// When the connection breaks, or brings something else.
pub async fn receive<T: DeserializeOwned>(stream: &mut (impl AsyncRead + Unpin)) -> Result<T, MessageError> {
    let found = stream.read_u32().await? as usize;
    if found > MAX_MESSAGE {
        return Err(MessageError::TooLong { found });
    }
    let mut body = vec![0; found];
    stream.read_exact(&mut body).await?;
    Ok(wire::decode_unversioned(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::tests::identity;

    #[tokio::test]
    async fn messages_are_framed_and_bounded() {
        let (mut one, mut other) = tokio::io::duplex(1 << 16);
        let identity = identity(1);
        let purpose = Purpose::Line(Box::new(identity.credentials()));
        let hello = Hello {
            proof: identity.prove(&[7; 32], &purpose),
            purpose,
        };
        send(&mut one, &hello).await.unwrap();
        send(&mut one, &News::Ping).await.unwrap();
        assert_eq!(receive::<Hello>(&mut other).await.unwrap(), hello);
        assert_eq!(receive::<News>(&mut other).await.unwrap(), News::Ping);
        one.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
        let error = receive::<News>(&mut other).await.unwrap_err();
        assert!(matches!(error, MessageError::TooLong { .. }), "{error}");
        send(&mut one, &9u64).await.unwrap();
        let error = receive::<News>(&mut other).await.unwrap_err();
        assert!(matches!(error, MessageError::Encoding(_)), "{error}");
        drop(one);
        let error = receive::<News>(&mut other).await.unwrap_err();
        assert!(matches!(error, MessageError::Broken(_)), "{error}");
    }
}
