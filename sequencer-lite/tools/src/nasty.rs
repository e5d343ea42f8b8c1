//! A client that asks a sequencer everything at random, keeps streams open and reads them slowly, and compares what it
//! is told.

use std::time::Duration;

use crema_client::stream::Items;
use crema_client::{Client, ClientError};
use crema_types::Header;
use crema_types::merkle::verify_block_proof;
use thiserror::Error;

use crate::random::Dice;

/// What the client does, by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Asks for one block, header or leaf.
    pub query: u64,
    /// Asks for a range of headers.
    pub query_range: u64,
    /// Opens a stream.
    pub open: u64,
    /// Closes a stream.
    pub close: u64,
    /// Reads from a stream.
    pub poll: u64,
    /// Asks for a time's headers.
    pub window: u64,
    /// Asks for a namespace with its proof.
    pub namespace: u64,
    /// Asks for the proof of an earlier header.
    pub block_state: u64,
    /// Asks for a balance.
    pub fee_state: u64,
    /// Asks for what makes no sense.
    pub nonsense: u64,
}

/// How the client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// What it does.
    pub weights: Weights,
    /// Open streams at the same time.
    pub max_open_streams: usize,
    /// Items that it reads at once.
    pub max_blocking_polls: u64,
    /// Time for an item of a stream.
    pub stream_patience: Duration,
    /// Attempts after the first.
    pub retries: u32,
    /// Pause before them.
    pub retry_delay: Duration,
}

/// What a sequencer does wrong.
#[derive(Debug, Error)]
pub enum NastyError {
    /// No answer, or one that says so.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Two answers contradict one another.
    #[error("{what} of height {height} contradicts its header")]
    Contradiction {
        /// Which answer.
        what: &'static str,
        /// The height.
        height: u64,
    },
    /// A stream skips or repeats.
    #[error("a stream continues with height {found} where {expected} comes next")]
    Stream {
        /// The height that comes next.
        expected: u64,
        /// The height that came.
        found: u64,
    },
    /// An answer to what makes no sense.
    #[error("{path} is answered as if it made sense")]
    Nonsense {
        /// What was asked.
        path: String,
    },
    /// A stream has nothing for too long.
    #[error("a stream that is behind says nothing for {0:?}")]
    Silent(Duration),
}

/// A stream and the height that comes next.
struct Open {
    items: Items<Header>,
    next: u64,
}

/// How often what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Actions.
    pub actions: u64,
    /// Of these, failed ones.
    pub failures: u64,
}

/// The client.
pub struct Nasty {
    client: Client,
    behaviour: Behaviour,
    dice: Dice,
    streams: Vec<Open>,
    height: u64,
    counts: Counts,
}

impl Nasty {
    /// A client of a sequencer.
    pub fn new(client: Client, behaviour: Behaviour, dice: Dice) -> Self {
        Self {
            client,
            behaviour,
            dice,
            streams: Vec::new(),
            height: 0,
            counts: Counts::default(),
        }
    }

    /// How often what was done so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Does something. A failure that only says that a server is busy is tried again.
    ///
    /// # Errors
    /// When it fails for good, or an answer is wrong.
    pub async fn act(&mut self) -> Result<(), NastyError> {
        self.counts.actions += 1;
        let mut left = self.behaviour.retries;
        loop {
            match self.attempt().await {
                Err(NastyError::Client(error)) if error.is_transient() && left > 0 => {
                    left -= 1;
                    tokio::time::sleep(self.behaviour.retry_delay).await;
                }
                result => {
                    self.counts.failures += u64::from(result.is_err());
                    return result;
                }
            }
        }
    }

    async fn attempt(&mut self) -> Result<(), NastyError> {
        self.height = self.client.block_height().await?;
        // only the genesis block, or not even that
        if self.height < 2 {
            return Ok(());
        }
        let height = self.dice.number(1..=self.height - 1);
        let weights = self.behaviour.weights;
        let actions = [
            weights.query,
            weights.query_range,
            weights.open,
            weights.close,
            weights.poll,
            weights.window,
            weights.namespace,
            weights.block_state,
            weights.fee_state,
            weights.nonsense,
        ];
        match self.dice.weighted(&actions) {
            0 => self.query(height).await,
            1 => self.query_range(height).await,
            2 => self.open(height).await,
            3 => {
                self.close();
                Ok(())
            }
            4 => self.poll().await,
            5 => self.window(height).await,
            6 => self.namespace(height).await,
            7 => self.block_state(height).await,
            8 => self.fee_state(height).await,
            _ => self.nonsense().await,
        }
    }

    async fn query(&mut self, height: u64) -> Result<(), NastyError> {
        let header = self.client.header(height).await?;
        let wrong = |what| NastyError::Contradiction { what, height };
        let block = self.client.block(height).await?;
        if block.header != header || block.hash != header.commit() {
            return Err(wrong("the block"));
        }
        if block.payload.builder_commitment() != header.builder_commitment {
            return Err(wrong("the payload"));
        }
        let leaf = self.client.leaf(height).await?;
        if leaf.leaf.block_header != header || leaf.qc.data.leaf_commit != leaf.leaf.commit() {
            return Err(wrong("the leaf"));
        }
        Ok(())
    }

    async fn query_range(&mut self, height: u64) -> Result<(), NastyError> {
        let until = height + self.dice.number(1..=100).min(self.height - height);
        let headers = self.client.headers(height, until).await?;
        for (header, expected) in headers.iter().zip(height..) {
            let found = header.height;
            if found != expected {
                return Err(NastyError::Stream { expected, found });
            }
        }
        if headers.len() as u64 != until - height {
            return Err(NastyError::Contradiction {
                what: "the range",
                height,
            });
        }
        Ok(())
    }

    async fn open(&mut self, height: u64) -> Result<(), NastyError> {
        if self.streams.len() >= self.behaviour.max_open_streams {
            self.close();
        }
        let path = format!("v0/availability/stream/headers/{height}");
        let items = self.client.stream(&path).await?;
        self.streams.push(Open { items, next: height });
        Ok(())
    }

    fn close(&mut self) {
        if !self.streams.is_empty() {
            let index = self.dice.number(0..=self.streams.len() as u64 - 1) as usize;
            self.streams.swap_remove(index);
        }
    }

    async fn poll(&mut self) -> Result<(), NastyError> {
        if self.streams.is_empty() {
            return Ok(());
        }
        let index = self.dice.number(0..=self.streams.len() as u64 - 1) as usize;
        let polls = self.dice.number(1..=self.behaviour.max_blocking_polls.max(1));
        let patience = self.behaviour.stream_patience;
        for _ in 0..polls {
            let Open { items, next } = &mut self.streams[index];
            // the next block may take its time
            if *next >= self.height {
                return Ok(());
            }
            let item = tokio::time::timeout(patience, items.next()).await;
            let failure = match item {
                Ok(Ok(Some(header))) if header.height == *next => {
                    *next += 1;
                    continue;
                }
                Ok(Ok(Some(header))) => NastyError::Stream {
                    expected: *next,
                    found: header.height,
                },
                Ok(Ok(None)) => {
                    self.streams.swap_remove(index);
                    return Ok(());
                }
                Ok(Err(error)) => error.into(),
                Err(_) => NastyError::Silent(patience),
            };
            self.streams.swap_remove(index);
            return Err(failure);
        }
        Ok(())
    }

    async fn window(&mut self, height: u64) -> Result<(), NastyError> {
        let header = self.client.header(height).await?;
        let start = header.timestamp;
        let end = start + self.dice.number(1..=20);
        let window = self.client.header_window(start, end).await?;
        let inside = |header: &Header| (start..end).contains(&header.timestamp);
        let good = window.window.iter().all(inside)
            && window.prev.is_none_or(|prev| prev.timestamp < start)
            && window.next.is_none_or(|next| next.timestamp >= end)
            && window
                .window
                .windows(2)
                .all(|pair| pair[0].height + 1 == pair[1].height);
        if good {
            Ok(())
        } else {
            Err(NastyError::Contradiction {
                what: "the window of the time",
                height,
            })
        }
    }

    async fn namespace(&mut self, height: u64) -> Result<(), NastyError> {
        let block = self.client.block(height).await?;
        let ids: Vec<_> = block.header.ns_table.iter().map(|entry| entry.id).collect();
        let Some(last) = ids.len().checked_sub(1) else {
            return Ok(());
        };
        let namespace = ids[self.dice.number(0..=last as u64) as usize];
        let answer = self.client.namespace(height, namespace).await?;
        if answer.proof.is_none() || answer.transactions != block.payload.namespace_transactions(namespace) {
            return Err(NastyError::Contradiction {
                what: "a namespace",
                height,
            });
        }
        Ok(())
    }

    async fn block_state(&mut self, height: u64) -> Result<(), NastyError> {
        if height < 2 {
            return Ok(());
        }
        let leaf = self.dice.number(0..=height - 1);
        let (snapshot, header, proof) = (
            self.client.header(height).await?,
            self.client.header(leaf).await?,
            self.client.block_proof(height, leaf).await?,
        );
        let root = snapshot.block_merkle_tree_root;
        let proven = verify_block_proof(&root, leaf, &header.commit(), &proof);
        proven.map_err(|_| NastyError::Contradiction {
            what: "the proof of an earlier header",
            height,
        })
    }

    async fn fee_state(&mut self, height: u64) -> Result<(), NastyError> {
        let header = self.client.header(height).await?;
        self.client.fee_balance(header.fee_info.account).await?;
        Ok(())
    }

    async fn nonsense(&mut self) -> Result<(), NastyError> {
        let paths = [
            "v0/availability/header/x",
            "v0/availability/block/18446744073709551616",
            "v0/availability/header/5/4",
            "v0/availability/transaction/hash/TX~AAAA",
            "v0/availability/leaf/0/100000000",
            "v0/node/header/window/9/1/2",
            "nowhere/at/all",
        ];
        let path = paths[self.dice.number(0..=paths.len() as u64 - 1) as usize];
        match self.client.get::<serde_json::Value>(path).await {
            Err(ClientError::Refused { status: 400..500, .. }) => Ok(()),
            // an empty range is an answer
            Ok(serde_json::Value::Array(list)) if list.is_empty() => Ok(()),
            Ok(_) => Err(NastyError::Nonsense {
                path: path.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }
}
