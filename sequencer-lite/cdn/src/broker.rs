//! The broker: lets users in, and joins their streams.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crema_http::origin::{Origin, Quota};
use crema_http::stop::Stop;
use crema_light_client::bls;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, timeout};

use crate::identity::{Credentials, check_proof};
use crate::message::{Challenge, Hello, News, Purpose, Refusal, Ticket, User, receive, send};
use crate::splice::splice;

/// News that wait for a user to read them; more are refused.
const MAX_NEWS: usize = 256;
/// Pause after an accept that failed, as it does when there are no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What users may use up.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Users with a line.
    pub users: usize,
    /// Open connections.
    pub connections: usize,
    /// Open connections of one address.
    pub connections_per_origin: usize,
    /// Streams that one user has opened.
    pub streams_per_user: usize,
    /// Time to say who one is, and for the other end of a stream to come.
    pub handshake: Duration,
    /// Pause between questions whether a user is still there; three without an answer end its line.
    pub ping: Duration,
    /// Time after which a stream in which nothing moves is closed.
    pub patience: Duration,
    /// Who may use the broker; everybody with a BLS key, where there is no list.
    pub members: Option<HashSet<bls::VerifyingKey>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            users: 1024,
            connections: 16_384,
            connections_per_origin: 4096,
            streams_per_user: 2048,
            handshake: Duration::from_secs(5),
            ping: Duration::from_secs(10),
            patience: Duration::from_mins(2),
            members: None,
        }
    }
}

/// A user's line.
struct Line {
    /// Tells this line from a later one of the same user.
    number: u64,
    news: mpsc::Sender<News>,
    /// Streams that the user has opened.
    streams: Arc<()>,
}

#[derive(Default)]
struct State {
    lines: HashMap<User, Line>,
    opened: u64,
    /// Streams that wait for their other end, and who may bring it.
    waiting: HashMap<Ticket, (User, oneshot::Sender<TcpStream>)>,
}

struct Shared {
    limits: Limits,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // every change is complete when the lock is let go
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A user's line has ended, unless it has a later one.
    fn leave(&self, user: &User, number: u64) {
        let mut state = self.state();
        if state.lines.get(user).is_some_and(|line| line.number == number) {
            state.lines.remove(user);
        }
    }

    /// The stream with this ticket, for the user that was told of it.
    fn waiting(&self, user: &User, ticket: &Ticket) -> Option<oneshot::Sender<TcpStream>> {
        let mut state = self.state();
        let (of, _) = state.waiting.get(ticket)?;
        if of != user {
            return None;
        }
        state.waiting.remove(ticket).map(|(_, sender)| sender)
    }
}

/// A broker, about to begin.
pub struct Broker {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Broker {
    /// Listens at `address`. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        Ok(Self {
            listener: crema_http::connection::listen(address)?,
            shared: Arc::new(Shared {
                limits,
                state: Mutex::default(),
            }),
        })
    }

    /// Where it listens: the port that was picked, if zero was asked for.
    ///
    /// # Errors
    /// When the system does not know.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until asked to stop; all connections end then.
    pub async fn run(self, stop: Stop) {
        let quota = Quota::new(
            self.shared.limits.connections,
            self.shared.limits.connections_per_origin,
        );
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.asked() => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(place) = quota.take(Origin::from(peer.ip())) else {
                continue;
            };
            let (shared, stop) = (Arc::clone(&self.shared), stop.clone());
            tokio::spawn(async move {
                let _held = place;
                tokio::select! {
                    () = serve(stream, shared) => {}
                    () = stop.asked() => {}
                }
            });
        }
    }
}

/// Learns what a connection is for, and does it.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let patience = shared.limits.handshake;
    let purpose = match timeout(patience, greet(&mut stream)).await {
        Ok(Ok(purpose)) => purpose,
        Ok(Err(refusal)) => return refuse(stream, refusal, patience).await,
        Err(_) => return,
    };
    let refused = match purpose {
        Purpose::Line(credentials) => match admit(&shared, *credentials).await {
            Ok((number, user, news)) => {
                keep_line(stream, news, &shared).await;
                return shared.leave(&user, number);
            }
            Err(refusal) => refusal,
        },
        Purpose::Open { from, to } => match open(&shared, from, to).await {
            Ok((other, _counted)) => return join(stream, other, &shared).await,
            Err(refusal) => refusal,
        },
        Purpose::Accept { user, ticket } => {
            match shared.waiting(&user, &ticket) {
                // whoever opened it may have left, and then this end is closed
                Some(sender) => return drop(sender.send(stream)),
                None => Refusal::NoStream,
            }
        }
    };
    refuse(stream, refused, patience).await;
}

async fn refuse(mut stream: TcpStream, refusal: Refusal, patience: Duration) {
    // whoever is refused may have left
    let _ = timeout(patience, send(&mut stream, &Err::<(), _>(refusal))).await;
}

/// Asks who somebody is, and checks the answer as far as that is cheap.
async fn greet(stream: &mut TcpStream) -> Result<Purpose, Refusal> {
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).map_err(|_| Refusal::Busy)?;
    let broken = |_| Refusal::Identity;
    send(stream, &Challenge { nonce }).await.map_err(broken)?;
    let Hello { purpose, proof } = receive(stream).await.map_err(broken)?;
    let user = match &purpose {
        Purpose::Line(credentials) => &credentials.network_key,
        Purpose::Open { from, .. } => from,
        Purpose::Accept { user, .. } => user,
    };
    check_proof(user, &nonce, &purpose, &proof).map_err(|_| Refusal::Identity)?;
    Ok(purpose)
}

/// Gives a user its line, in place of an earlier one.
async fn admit(
    shared: &Arc<Shared>,
    credentials: Credentials,
) -> Result<(u64, User, mpsc::Receiver<News>), Refusal> {
    let members = &shared.limits.members;
    if members
        .as_ref()
        .is_some_and(|members| !members.contains(&credentials.stake_key))
    {
        return Err(Refusal::Stranger);
    }
    let user = credentials.network_key;
    // a pairing, beside the other connections
    let verified = tokio::task::spawn_blocking(move || credentials.verify());
    verified
        .await
        .map_err(|_| Refusal::Busy)?
        .map_err(|_| Refusal::Identity)?;
    let (news, receiver) = mpsc::channel(MAX_NEWS);
    let mut state = shared.state();
    if state.lines.len() >= shared.limits.users && !state.lines.contains_key(&user) {
        return Err(Refusal::Busy);
    }
    state.opened += 1;
    let number = state.opened;
    let line = Line {
        number,
        news,
        streams: Arc::default(),
    };
    // the sender of an earlier line is dropped, and that line ends
    state.lines.insert(user, line);
    Ok((number, user, receiver))
}

/// Tells a user the news, until it leaves or does not answer.
async fn keep_line(mut stream: TcpStream, mut news: mpsc::Receiver<News>, shared: &Shared) {
    let limits = &shared.limits;
    if send(&mut stream, &Ok::<(), Refusal>(())).await.is_err() {
        return;
    }
    let (mut from, mut to) = stream.into_split();
    let mut pings = interval(limits.ping);
    let mut silent = 0;
    let mut answer = [0; 1];
    loop {
        let message = tokio::select! {
            message = news.recv() => match message {
                Some(message) => message,
                None => return,
            },
            read = from.read(&mut answer) => match read {
                Ok(1..) => {
                    silent = 0;
                    continue;
                }
                _ => return,
            },
            _ = pings.tick() => {
                if silent == 3 {
                    return;
                }
                silent += 1;
                News::Ping
            }
        };
        if !matches!(timeout(limits.ping, send(&mut to, &message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// The other end of a stream to `to`, and its place among the streams of `from`.
async fn open(shared: &Shared, from: User, to: User) -> Result<(TcpStream, Arc<()>), Refusal> {
    let mut ticket = [0; 16];
    getrandom::fill(&mut ticket).map_err(|_| Refusal::Busy)?;
    let (sender, receiver) = oneshot::channel();
    let counted = {
        let mut state = shared.state();
        let counted = Arc::clone(&state.lines.get(&from).ok_or(Refusal::NoLine)?.streams);
        if Arc::strong_count(&counted) > shared.limits.streams_per_user + 1 {
            return Err(Refusal::Busy);
        }
        let line = state.lines.get(&to).ok_or(Refusal::NoLine)?;
        line.news
            .try_send(News::Incoming { from, ticket })
            .map_err(|_| Refusal::Busy)?;
        state.waiting.insert(ticket, (to, sender));
        counted
    };
    let other = timeout(shared.limits.handshake, receiver).await;
    shared.state().waiting.remove(&ticket);
    match other {
        Ok(Ok(other)) => Ok((other, counted)),
        _ => Err(Refusal::NoAnswer),
    }
}

/// Tells both ends that they are joined, and joins them.
async fn join(mut one: TcpStream, mut other: TcpStream, shared: &Shared) {
    let welcome = async {
        send(&mut one, &Ok::<(), Refusal>(())).await?;
        send(&mut other, &Ok::<(), Refusal>(())).await
    };
    if matches!(timeout(shared.limits.handshake, welcome).await, Ok(Ok(()))) {
        splice(one, other, shared.limits.patience).await;
    }
}
