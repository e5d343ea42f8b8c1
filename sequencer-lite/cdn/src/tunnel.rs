//! A node's side: one local address per peer.
//!
//! Whoever connects to a peer's local address, as the node's network does, is connected to the peer: through the broker,
//! where that is there and reaches it, and directly otherwise. Streams that peers open through the broker come in at the
//! address where the node listens. Both ends authenticate and encrypt what they say by themselves.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crema_consensus::NetworkKey;
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::Identity;
use crate::identity::bytes_of;
use crate::message::{Challenge, Hello, MessageError, News, Purpose, Refusal, Ticket, User, receive, send};
use crate::splice::splice;

/// Time to reach the broker, or a peer through it.
const BROKER_PATIENCE: Duration = Duration::from_secs(3);
/// Time to reach a peer directly.
const DIRECT_PATIENCE: Duration = Duration::from_secs(2);
/// Pause before the broker is called again.
const CALL_AGAIN: Duration = Duration::from_secs(1);
/// Time without news or a ping after which the broker is called again.
const LINE_PATIENCE: Duration = Duration::from_secs(30);
/// Time after which a stream in which nothing moves is closed.
const STREAM_PATIENCE: Duration = Duration::from_mins(2);
/// Connections to one peer at the same time; its network needs one, and another while it reconnects.
const MAX_PER_PEER: usize = 4;
/// Streams from peers at the same time.
const MAX_INCOMING: usize = 4096;
/// Pause after an accept that failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A peer.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its network key.
    pub key: NetworkKey,
    /// Where it can be dialed without the broker.
    pub direct: Option<SocketAddr>,
}

/// How many connections went which way.
#[derive(Debug, Default)]
pub struct Counters {
    brokered: AtomicU64,
    direct: AtomicU64,
}

impl Counters {
    /// Connections that this node opened through the broker.
    pub fn brokered(&self) -> u64 {
        self.brokered.load(Ordering::Relaxed)
    }

    /// Connections that this node opened directly.
    pub fn direct(&self) -> u64 {
        self.direct.load(Ordering::Relaxed)
    }
}

/// Why a peer is not reached.
#[derive(Debug, Error)]
enum TunnelError {
    #[error("no line to the broker is open")]
    NoLine,
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error("the connection failed: {0}")]
    Connect(#[from] io::Error),
    #[error("no answer in time")]
    Late,
    #[error("no direct address is known")]
    NoAddress,
}

/// A node's tunnels. They end when this is dropped.
pub struct Tunnel {
    addresses: Vec<SocketAddr>,
    line: watch::Receiver<bool>,
    counters: Arc<Counters>,
    tasks: Vec<JoinHandle<()>>,
}

struct Shared {
    broker: String,
    identity: Identity,
    /// Where this node's network listens.
    listen: SocketAddr,
    peers: HashSet<User>,
    line: watch::Sender<bool>,
    counters: Arc<Counters>,
}

impl Tunnel {
    /// Calls the broker at `broker` (host and port), and opens a local address for each of `peers`, on the tokio runtime
    /// around this call. `listen` is where this node's network listens, as this machine reaches it.
    ///
    /// # Errors
    /// When no local address can be had.
    pub async fn start(
        broker: String,
        identity: Identity,
        listen: SocketAddr,
        peers: &[Peer],
    ) -> io::Result<Self> {
        let (sender, line) = watch::channel(false);
        let counters = Arc::new(Counters::default());
        let shared = Arc::new(Shared {
            broker,
            listen,
            peers: peers.iter().map(|peer| bytes_of(&peer.key)).collect(),
            line: sender,
            counters: Arc::clone(&counters),
            identity,
        });
        let mut tasks = vec![tokio::spawn(keep_line(Arc::clone(&shared)))];
        let mut addresses = Vec::with_capacity(peers.len());
        for peer in peers {
            if peer.key == shared.identity.network_key() {
                addresses.push(listen);
                continue;
            }
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            addresses.push(listener.local_addr()?);
            tasks.push(tokio::spawn(dial_for(
                listener,
                peer.clone(),
                Arc::clone(&shared),
            )));
        }
        Ok(Self {
            addresses,
            line,
            counters,
            tasks,
        })
    }

    /// The local address of each peer, in the order in which they were given; this node's own is where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether the broker is there.
    pub fn line(&self) -> watch::Receiver<bool> {
        self.line.clone()
    }

    /// How many connections went which way.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Carries what connects to a peer's local address.
async fn dial_for(listener: TcpListener, peer: Peer, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_PER_PEER));
    loop {
        // the semaphore is never closed
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a local connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (peer, shared) = (peer.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let _held = place;
            match reach(&peer, &shared).await {
                Ok(other) => splice(stream, other, STREAM_PATIENCE).await,
                // the network sees a connection that ends at once, and dials again
                Err(error) => tracing::debug!(peer = %peer.key, %error, "a peer is not reached"),
            }
        });
    }
}

/// A connection to a peer, one way or the other.
async fn reach(peer: &Peer, shared: &Shared) -> Result<TcpStream, TunnelError> {
    match through_broker(peer, shared).await {
        Ok(stream) => {
            shared.counters.brokered.fetch_add(1, Ordering::Relaxed);
            return Ok(stream);
        }
        Err(error) => tracing::debug!(peer = %peer.key, %error, "not through the broker"),
    }
    let address = peer.direct.ok_or(TunnelError::NoAddress)?;
    let stream = timeout(DIRECT_PATIENCE, TcpStream::connect(address))
        .await
        .map_err(|_| TunnelError::Late)??;
    shared.counters.direct.fetch_add(1, Ordering::Relaxed);
    Ok(stream)
}

async fn through_broker(peer: &Peer, shared: &Shared) -> Result<TcpStream, TunnelError> {
    if !*shared.line.borrow() {
        return Err(TunnelError::NoLine);
    }
    let purpose = Purpose::Open {
        from: bytes_of(&shared.identity.network_key()),
        to: bytes_of(&peer.key),
    };
    call(shared, purpose).await
}

/// A connection to the broker that serves a purpose.
async fn call(shared: &Shared, purpose: Purpose) -> Result<TcpStream, TunnelError> {
    let call = async {
        let mut stream = TcpStream::connect(&shared.broker).await?;
        let _ = stream.set_nodelay(true);
        let Challenge { nonce } = receive(&mut stream).await?;
        let proof = shared.identity.prove(&nonce, &purpose);
        send(&mut stream, &Hello { purpose, proof }).await?;
        receive::<Result<(), Refusal>>(&mut stream).await??;
        Ok(stream)
    };
    timeout(BROKER_PATIENCE, call)
        .await
        .map_err(|_| TunnelError::Late)?
}

/// Keeps a line to the broker, for ever.
async fn keep_line(shared: Arc<Shared>) {
    let incoming = Arc::new(Semaphore::new(MAX_INCOMING));
    loop {
        let purpose = Purpose::Line(Box::new(shared.identity.credentials()));
        match call(&shared, purpose).await {
            Ok(line) => {
                tracing::info!(broker = shared.broker, "connected to the CDN");
                shared.line.send_replace(true);
                let error = listen(line, &shared, &incoming).await;
                shared.line.send_replace(false);
                tracing::warn!(broker = shared.broker, %error, "the CDN is gone; peers are dialed directly");
            }
            Err(error) => tracing::debug!(broker = shared.broker, %error, "the CDN is not there"),
        }
        tokio::time::sleep(CALL_AGAIN).await;
    }
}

/// Hears the broker's news until the line breaks.
async fn listen(mut line: TcpStream, shared: &Arc<Shared>, incoming: &Arc<Semaphore>) -> TunnelError {
    loop {
        let news = match timeout(LINE_PATIENCE, receive::<News>(&mut line)).await {
            Ok(Ok(news)) => news,
            Ok(Err(error)) => return error.into(),
            Err(_) => return TunnelError::Late,
        };
        match news {
            News::Ping => match timeout(BROKER_PATIENCE, line.write_all(&[1])).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return error.into(),
                Err(_) => return TunnelError::Late,
            },
            News::Incoming { from, ticket } => {
                let Ok(place) = Arc::clone(incoming).try_acquire_owned() else {
                    continue;
                };
                if !shared.peers.contains(&from) {
                    continue;
                }
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    let _held = place;
                    if let Err(error) = accept(&shared, ticket).await {
                        tracing::debug!(%error, "a peer's stream is not taken");
                    }
                });
            }
        }
    }
}

/// Takes a stream that a peer has opened.
async fn accept(shared: &Shared, ticket: Ticket) -> Result<(), TunnelError> {
    let purpose = Purpose::Accept {
        user: bytes_of(&shared.identity.network_key()),
        ticket,
    };
    let stream = call(shared, purpose).await?;
    let local = timeout(DIRECT_PATIENCE, TcpStream::connect(shared.listen))
        .await
        .map_err(|_| TunnelError::Late)??;
    splice(stream, local, STREAM_PATIENCE).await;
    Ok(())
}
