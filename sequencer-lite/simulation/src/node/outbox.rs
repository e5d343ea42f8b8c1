//! What leaves a node: unchanged but overheard if it is honest, and whatever it likes if it is not.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use commonware_actor::{Feedback, Unreliable};
use commonware_p2p::{CheckedSender, LimitedSender, Recipients, Sender as _, simulated};
use commonware_runtime::{IoBuf, IoBufs, deterministic};
use crema_consensus::NetworkKey;

use crate::checks::SharedLedger;
use crate::dice::Dice;

type Inner = simulated::Sender<NetworkKey, deterministic::Context>;

/// What becomes of a message.
pub(crate) enum Passage {
    /// It goes out as it is.
    AsItIs,
    /// These go out instead, each to one recipient.
    Instead(Vec<(NetworkKey, Vec<u8>)>),
}

/// How a node treats what it would send.
pub(crate) trait Conduct: Send + Sync + 'static {
    /// A message is about to leave on a channel.
    fn pass(&self, channel: u64, recipients: &Recipients<NetworkKey>, message: &[u8]) -> Passage;
}

/// Counts the bytes that a node sends.
#[derive(Clone)]
pub(crate) struct Meter {
    pub ledger: SharedLedger,
    pub node: usize,
    /// Members beside the node.
    pub others: u64,
}

impl Meter {
    fn count(&self, recipients: &Recipients<NetworkKey>, message: &[u8]) {
        let number = match recipients {
            Recipients::All => self.others,
            Recipients::One(_) => 1,
            Recipients::Some(some) => some.len() as u64,
        };
        let bytes = number * message.len() as u64;
        self.ledger.lock().timing_mut().sends(self.node, bytes);
    }
}

/// A channel's sender with a conduct. Now and then a message goes out twice.
#[derive(Clone)]
pub(crate) struct Outbox {
    inner: Inner,
    channel: u64,
    conduct: Arc<dyn Conduct>,
    meter: Meter,
    /// Once in how many messages one is doubled.
    doubled: u64,
    dice: Arc<Mutex<Dice>>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Outbox {
    pub fn new(
        inner: Inner,
        channel: u64,
        conduct: Arc<dyn Conduct>,
        meter: Meter,
        doubled: u64,
        dice: Dice,
    ) -> Self {
        Self {
            inner,
            channel,
            conduct,
            meter,
            doubled,
            dice: Arc::new(Mutex::new(dice)),
        }
    }
}

impl LimitedSender for Outbox {
    type PublicKey = NetworkKey;
    type Checked<'a> = Outgoing;

    fn check(&mut self, recipients: Recipients<NetworkKey>) -> Result<Outgoing, SystemTime> {
        // quotas of simulated networks are generous: whoever exceeds one loses the message, as on a bad link
        Ok(Outgoing {
            outbox: self.clone(),
            recipients,
        })
    }
}

/// A message that may leave.
pub(crate) struct Outgoing {
    outbox: Outbox,
    recipients: Recipients<NetworkKey>,
}

impl CheckedSender for Outgoing {
    type PublicKey = NetworkKey;

    fn recipients(&self) -> Vec<NetworkKey> {
        match &self.recipients {
            Recipients::One(one) => vec![one.clone()],
            Recipients::Some(some) => some.clone(),
            // only the number of those reached is ever looked at
            Recipients::All => Vec::new(),
        }
    }

    fn send(self, message: impl Into<IoBufs> + Send, priority: bool) -> Unreliable<Feedback> {
        let Self {
            mut outbox,
            recipients,
        } = self;
        let message: IoBuf = message.into().coalesce();
        match outbox.conduct.pass(outbox.channel, &recipients, message.as_ref()) {
            Passage::AsItIs => {
                outbox.meter.count(&recipients, message.as_ref());
                let twice = outbox
                    .dice
                    .lock()
                    .is_ok_and(|mut dice| dice.once_in(outbox.doubled));
                if twice {
                    outbox.inner.send(recipients.clone(), message.clone(), priority);
                }
                outbox.inner.send(recipients, message, priority);
            }
            Passage::Instead(messages) => {
                for (recipient, message) in messages {
                    outbox
                        .inner
                        .send(Recipients::One(recipient), IoBuf::from(message), priority);
                }
            }
        }
        Unreliable::new(Feedback::Ok)
    }
}
