//! A broker, users that behave and others, and nodes that reach one another through it.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use commonware_cryptography::{Signer as _, ed25519};
use crema_cdn::broker::Limits;
use crema_cdn::message::{Challenge, Hello, Purpose, Refusal, receive, send};
use crema_cdn::tunnel::Peer;
use crema_cdn::{Broker, Identity, Tunnel};
use crema_http::stop::{self, Stopper};
use crema_light_client::bls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn stake(number: u8) -> bls::SigningKey {
    bls::SigningKey::from_seed(&[number; 32])
}

fn identity(number: u8) -> Identity {
    Identity::new(&stake(number), ed25519::PrivateKey::from_seed(number.into()))
}

fn broker_at(address: SocketAddr, limits: Limits) -> (SocketAddr, Stopper) {
    let broker = Broker::bind(address, limits).unwrap();
    let address = broker.local_address().unwrap();
    let (stopper, stop) = stop::channel();
    tokio::spawn(broker.run(stop));
    (address, stopper)
}

fn broker(limits: Limits) -> (SocketAddr, Stopper) {
    broker_at("127.0.0.1:0".parse().unwrap(), limits)
}

/// A listener that sends back what it reads.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    address
}

/// Whether what is said at `address` comes back.
async fn echoes(address: SocketAddr) -> bool {
    let said: Vec<u8> = (0..200_000u32).map(|number| number as u8).collect();
    let exchange = async {
        let stream = TcpStream::connect(address).await?;
        let (mut from, mut to) = stream.into_split();
        let mut heard = vec![0; said.len()];
        let (written, read) = tokio::join!(to.write_all(&said), from.read_exact(&mut heard));
        written?;
        read?;
        Ok::<_, std::io::Error>(heard == said)
    };
    tokio::time::timeout(Duration::from_secs(5), exchange)
        .await
        .is_ok_and(|heard| heard.unwrap_or(false))
}

async fn connected(tunnel: &Tunnel, expected: bool) {
    let mut line = tunnel.line();
    let wait = line.wait_for(|connected| *connected == expected);
    tokio::time::timeout(Duration::from_secs(10), wait)
        .await
        .unwrap()
        .unwrap();
}

fn peer(number: u8, direct: Option<SocketAddr>) -> Peer {
    Peer {
        key: identity(number).network_key(),
        direct,
    }
}

#[tokio::test]
async fn streams_go_through_the_broker_while_it_is_there() {
    let (address, stopper) = broker(Limits::default());
    let service = echo().await;
    let peers = [peer(1, Some(service)), peer(2, Some(service))];
    // the second has no address at which the first could reach it by itself
    let hidden = [peer(1, None), peer(2, None), peer(3, Some(service))];
    let one = Tunnel::start(address.to_string(), identity(1), service, &hidden)
        .await
        .unwrap();
    let two = Tunnel::start(address.to_string(), identity(2), service, &peers)
        .await
        .unwrap();
    connected(&one, true).await;
    connected(&two, true).await;
    assert_eq!(one.addresses()[0], service);
    assert!(echoes(one.addresses()[1]).await);
    assert_eq!((one.counters().brokered(), one.counters().direct()), (1, 0));
    // the third is not at the broker
    assert!(echoes(one.addresses()[2]).await);
    assert_eq!((one.counters().brokered(), one.counters().direct()), (1, 1));

    // the broker dies: who is known directly is reached, who is not is not
    stopper.stop();
    connected(&one, false).await;
    connected(&two, false).await;
    assert!(echoes(two.addresses()[0]).await);
    assert_eq!((two.counters().brokered(), two.counters().direct()), (0, 1));
    assert!(!echoes(one.addresses()[1]).await);

    // it comes back, and so do they
    let (_, _stopper) = broker_at(address, Limits::default());
    connected(&one, true).await;
    connected(&two, true).await;
    assert!(echoes(one.addresses()[1]).await);
    assert_eq!(one.counters().brokered(), 2);
}

/// What the broker answers to a purpose, proven by `by`.
async fn answer(address: SocketAddr, by: &Identity, purpose: Purpose) -> (Result<(), Refusal>, TcpStream) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let Challenge { nonce } = receive(&mut stream).await.unwrap();
    let proof = by.prove(&nonce, &purpose);
    send(&mut stream, &Hello { purpose, proof }).await.unwrap();
    (receive(&mut stream).await.unwrap(), stream)
}

#[tokio::test]
async fn nobody_is_believed_without_proof() {
    let members = HashSet::from([1, 2].map(|number| stake(number).verifying_key()));
    let limits = Limits {
        members: Some(members),
        handshake: Duration::from_millis(300),
        ..Limits::default()
    };
    let (address, _stopper) = broker(limits);
    let [one, two, three] = [1, 2, 3].map(identity);
    let line = |of: &Identity| Purpose::Line(Box::new(of.credentials()));
    let user = |of: &Identity| of.credentials().network_key;

    let (answered, _line) = answer(address, &one, line(&one)).await;
    assert_eq!(answered, Ok(()));
    assert_eq!(answer(address, &two, line(&one)).await.0, Err(Refusal::Identity));
    assert_eq!(
        answer(address, &three, line(&three)).await.0,
        Err(Refusal::Stranger)
    );
    // another's BLS key with one's own network key
    let mut stolen = three.credentials();
    stolen.stake_key = one.credentials().stake_key;
    assert_eq!(
        answer(address, &three, Purpose::Line(Box::new(stolen))).await.0,
        Err(Refusal::Identity)
    );
    let open = |from: &Identity, to: &Identity| Purpose::Open {
        from: user(from),
        to: user(to),
    };
    assert_eq!(
        answer(address, &two, open(&one, &two)).await.0,
        Err(Refusal::Identity)
    );
    assert_eq!(
        answer(address, &one, open(&one, &two)).await.0,
        Err(Refusal::NoLine)
    );
    assert_eq!(
        answer(address, &two, open(&two, &one)).await.0,
        Err(Refusal::NoLine)
    );
    // there, but does not come
    assert_eq!(
        answer(address, &one, open(&one, &one)).await.0,
        Err(Refusal::NoAnswer)
    );
    let accept = Purpose::Accept {
        user: user(&one),
        ticket: [7; 16],
    };
    assert_eq!(answer(address, &one, accept).await.0, Err(Refusal::NoStream));

    // rubbish, silence, and a message that would be four gigabytes
    for said in [vec![0xff; 64], Vec::new(), vec![0, 0, 0, 4, 1, 2, 3, 4]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&said).await.unwrap();
        let mut heard = Vec::new();
        let closed = stream.read_to_end(&mut heard);
        assert!(
            tokio::time::timeout(Duration::from_secs(2), closed).await.is_ok(),
            "still open"
        );
    }
}

mod nodes {
    //! Five nodes whose networks know the tunnels' addresses only.

    use std::path::Path;
    use std::sync::Arc;

    use crema_consensus::Timing;
    use crema_consensus::mempool::Limits;
    use crema_consensus::source::NoL1;
    use crema_light_client::schnorr;
    use crema_node::{Config, Node, NodeKeys};
    use crema_types::{FeeInfo, Genesis};

    use super::*;

    const GENESIS: &str = r#"
base_version = "0.2"
upgrade_version = "0.2"
[stake_table]
capacity = 10
[chain_config]
chain_id = 35353
base_fee = 0
max_block_size = 100000
fee_recipient = "0x0000000000000000000000000000000000000000"
[header]
timestamp = "1970-01-01T00:00:00Z"
"#;

    fn keys(place: u8) -> NodeKeys {
        NodeKeys {
            stake: stake(place),
            state: schnorr::SigningKey::from_seed(&[place; 32]),
        }
    }

    fn config(place: u8, listen: SocketAddr, addresses: &[SocketAddr], storage: &Path) -> Config {
        let peers = addresses
            .iter()
            .zip(0..)
            .map(|(&address, place)| crema_node::Peer {
                registration: keys(place).register(true),
                address,
            });
        Config {
            keys: keys(place),
            peers: peers.collect(),
            genesis: Genesis::from_toml(GENESIS).unwrap(),
            genesis_l1_block: None,
            listen,
            storage: storage.join(place.to_string()),
            threads: 1,
            timing: Timing::default(),
            mempool: Limits::default(),
            builder: FeeInfo::null_builder_key().unwrap(),
            l1: Arc::new(NoL1),
            relay: None,
        }
    }

    async fn reach(node: &Node, height: u64) {
        let start = Instant::now();
        while node.height().await.unwrap() < height {
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "no height {height} after a minute"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nodes_go_on_when_the_broker_dies() {
        let storage = tempfile::tempdir().unwrap();
        let (address, stopper) = broker(super::Limits::default());
        let listeners: Vec<_> = (0..4)
            .map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let listen: Vec<SocketAddr> = listeners
            .iter()
            .map(|listener| listener.local_addr().unwrap())
            .collect();
        drop(listeners);
        let (mut nodes, mut tunnels) = (Vec::new(), Vec::new());
        for place in 0..4u8 {
            let identity = Identity::new(&keys(place).stake, keys(place).network());
            let peers: Vec<Peer> = listen
                .iter()
                .zip(0..)
                .map(|(&address, place)| Peer {
                    key: keys(place).network_key(),
                    direct: Some(address),
                })
                .collect();
            let own = listen[usize::from(place)];
            let tunnel = Tunnel::start(address.to_string(), identity, own, &peers)
                .await
                .unwrap();
            connected(&tunnel, true).await;
            tunnels.push(tunnel);
        }
        for (place, tunnel) in (0..4u8).zip(&tunnels) {
            let own = listen[usize::from(place)];
            nodes.push(
                Node::start(config(place, own, tunnel.addresses(), storage.path()))
                    .await
                    .unwrap(),
            );
        }
        reach(&nodes[0], 5).await;
        let brokered: u64 = tunnels.iter().map(|tunnel| tunnel.counters().brokered()).sum();
        let directly = || {
            tunnels
                .iter()
                .map(|tunnel| tunnel.counters().direct())
                .sum::<u64>()
        };
        assert!(
            brokered >= 6,
            "six pairs of nodes, {brokered} connections through the broker"
        );

        let before = directly();
        stopper.stop();
        connected(&tunnels[0], false).await;
        let height = nodes[0].height().await.unwrap();
        for node in &nodes {
            reach(node, height + 5).await;
        }
        assert!(
            directly() > before,
            "no direct connection while the broker is away"
        );
    }
}
