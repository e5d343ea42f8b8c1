//! Connections: how many, how slow they may be, and how they end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};
use tower::Service as _;

use crate::origin::{Origin, Quota};
use crate::stop::Stop;

/// Time for the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Most that is read ahead of a connection, heads included.
const BUFFER_BYTES: usize = 16 << 10;
/// Most that the system holds for a reader that is slow; it would grow to megabytes by itself.
const SEND_BUFFER_BYTES: u32 = 64 << 10;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// Pause after an accept that failed, as it does when there are no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Places for connections.
    pub connections: Arc<Quota>,
    /// Time in which at least one byte must move; longer than the pause between keep-alives of a stream.
    pub patience: Duration,
    /// Time for requests to end when asked to stop.
    pub grace: Duration,
}

/// Listens at `address`; the connections have its buffer size. Needs a tokio runtime around it.
///
/// # Errors
/// When that cannot be done.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // after a restart, connections of the last run may linger
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until asked to stop, then lets what has begun end. Every request has its [`Origin`] as an extension.
/// `refused` is called for each connection that finds no place.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    manners: Manners,
    refused: impl Fn() + Send,
    stop: Stop,
) {
    // closed once every connection has dropped its sender
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER_BYTES);
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.asked() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let origin = Origin::from(peer.ip());
        let Some(place) = manners.connections.take(origin) else {
            refused();
            continue;
        };
        // an event is small and should not wait for the next one
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(Restless::new(stream, manners.patience));
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), origin, request));
        let connection = http.serve_connection(io, service).with_upgrades();
        let (open, stop) = (open.clone(), stop.clone());
        tokio::spawn(async move {
            let _held = (place, open);
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.asked() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, %error, "connection ended");
            }
        });
    }
    drop((listener, open));
    if tokio::time::timeout(manners.grace, all_closed.recv())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end in time");
    }
}

async fn answer(
    mut router: Router,
    origin: Origin,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(origin);
    router.call(request).await
}

/// A connection that fails when no byte has moved for too long, in either direction: one whose peer has stopped
/// reading what is streamed to it, or has gone without a word.
struct Restless {
    stream: TcpStream,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
}

impl Restless {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            deadline: Box::pin(tokio::time::sleep(patience)),
        }
    }

    /// Passes on what has moved, and fails instead of waiting beyond the deadline.
    fn watch<T>(&mut self, progress: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        match progress {
            Poll::Ready(result) => {
                self.deadline.as_mut().reset(Instant::now() + self.patience);
                Poll::Ready(result)
            }
            Poll::Pending => {
                std::task::ready!(self.deadline.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Restless {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch(progress, context)
    }
}

impl AsyncWrite for Restless {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(progress, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.watch(progress, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
