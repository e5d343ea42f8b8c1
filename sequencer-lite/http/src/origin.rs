//! Who a request comes from, and how much of everything one origin may have.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// An address, or for IPv6 the network of 2^64 addresses that one customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin(IpAddr);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(network.into())
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number of places, some for each origin.
#[derive(Debug)]
pub struct Quota {
    total: usize,
    per_origin: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    total: usize,
    by_origin: HashMap<Origin, usize>,
}

/// One place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    quota: Arc<Quota>,
    origin: Origin,
}

impl Quota {
    /// So many places in all, and for one origin.
    pub fn new(total: usize, per_origin: usize) -> Arc<Self> {
        Arc::new(Self {
            total,
            per_origin,
            held: Mutex::default(),
        })
    }

    /// A place, if there is one.
    pub fn take(self: &Arc<Self>, origin: Origin) -> Option<Place> {
        let mut held = lock(&self.held);
        let of_origin = held.by_origin.get(&origin).copied().unwrap_or(0);
        if held.total >= self.total || of_origin >= self.per_origin {
            return None;
        }
        held.total += 1;
        held.by_origin.insert(origin, of_origin + 1);
        Some(Place {
            quota: Arc::clone(self),
            origin,
        })
    }

    /// Places that are taken.
    pub fn taken(&self) -> usize {
        lock(&self.held).total
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = lock(&self.quota.held);
        held.total -= 1;
        if let Some(count) = held.by_origin.get_mut(&self.origin) {
            *count -= 1;
            if *count == 0 {
                held.by_origin.remove(&self.origin);
            }
        }
    }
}

/// Origins whose rate is known apart; beyond, the newcomers share one.
const MAX_ORIGINS: usize = 8192;

/// So many requests per second and origin, with bursts of twice as many.
#[derive(Debug)]
pub struct Rate {
    per_second: f64,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    by_origin: HashMap<Origin, Bucket>,
    others: Bucket,
}

/// What is left of a burst, at some time.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rate {
    /// No limit when `per_second` is zero.
    pub fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        let others = Bucket {
            tokens: 2.0 * per_second,
            at: now,
        };
        Self {
            per_second,
            buckets: Mutex::new(Buckets {
                by_origin: HashMap::new(),
                others,
            }),
        }
    }

    /// Whether one more request is within the limit.
    pub fn allows(&self, origin: Origin, now: Instant) -> bool {
        if self.per_second == 0.0 {
            return true;
        }
        let burst = 2.0 * self.per_second;
        let refilled = |bucket: &Bucket| {
            let since = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.tokens + since * self.per_second).min(burst)
        };
        let mut buckets = lock(&self.buckets);
        let Buckets { by_origin, others } = &mut *buckets;
        if by_origin.len() >= MAX_ORIGINS && !by_origin.contains_key(&origin) {
            // whoever has been quiet for long enough is as good as unknown
            by_origin.retain(|_, bucket| refilled(bucket) < burst);
        }
        let bucket = if by_origin.len() < MAX_ORIGINS || by_origin.contains_key(&origin) {
            by_origin.entry(origin).or_insert(Bucket {
                tokens: burst,
                at: now,
            })
        } else {
            others
        };
        let tokens = refilled(bucket);
        let allowed = tokens >= 1.0;
        *bucket = Bucket {
            tokens: if allowed { tokens - 1.0 } else { tokens },
            at: now,
        };
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::from(text.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn an_ipv6_network_is_one_origin() {
        assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::9"));
        assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assert_eq!(origin("::ffff:10.0.0.1"), origin("10.0.0.1"));
        assert_ne!(origin("10.0.0.1"), origin("10.0.0.2"));
    }

    #[test]
    fn places_are_given_and_given_back() {
        let quota = Quota::new(3, 2);
        let (a, b, c) = (origin("10.0.0.1"), origin("10.0.0.2"), origin("10.0.0.3"));
        let first = quota.take(a).unwrap();
        let _second = quota.take(a).unwrap();
        assert!(quota.take(a).is_none(), "more than one origin's share");
        let _third = quota.take(b).unwrap();
        assert!(quota.take(c).is_none(), "more than there are");
        drop(first);
        assert_eq!(quota.taken(), 2);
        assert!(quota.take(c).is_some());
        assert_eq!(lock(&quota.held).by_origin.len(), 2);
    }

    #[test]
    fn bursts_end_and_time_heals() {
        let start = Instant::now();
        let rate = Rate::new(10, start);
        let a = origin("10.0.0.1");
        let allowed = |origin, now, posts: usize| (0..posts).filter(|_| rate.allows(origin, now)).count();
        assert_eq!(allowed(a, start, 100), 20);
        assert_eq!(allowed(origin("10.0.0.2"), start, 100), 20);
        assert_eq!(allowed(a, start + Duration::from_millis(500), 100), 5);
        assert_eq!(allowed(a, start + Duration::from_mins(1), 100), 20);
        assert!((0..1000).all(|_| Rate::new(0, start).allows(a, start)));
    }

    #[test]
    fn many_origins_share_what_is_left() {
        let start = Instant::now();
        let rate = Rate::new(1, start);
        for number in 0..MAX_ORIGINS as u32 {
            assert!(rate.allows(Origin(IpAddr::V4(number.into())), start));
        }
        let late = |number: u32, now| rate.allows(Origin(IpAddr::V4((1 << 24 | number).into())), now);
        assert!(late(0, start) && late(1, start));
        assert!(!late(2, start), "newcomers share one bucket");
        assert_eq!(lock(&rate.buckets).by_origin.len(), MAX_ORIGINS);
        assert!(late(3, start + Duration::from_secs(10)));
        assert!(
            lock(&rate.buckets).by_origin.len() < 10,
            "the quiet are forgotten"
        );
    }
}
