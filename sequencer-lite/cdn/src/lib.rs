//! Connects nodes through a broker: `dev-cdn`, and the tunnels that nodes have to it.
//!
//! Nodes speak to one another over authenticated, encrypted connections of their own. The broker carries those
//! connections and reads nothing in them: a node that wants to reach another opens a stream to the broker, the broker
//! tells the other over the line that it keeps open, the other comes with a stream of its own, and the broker joins the
//! two. Where the broker is away, or does not reach the other node, a [`Tunnel`] dials the node itself.
//!
//! | module | holds |
//! |---|---|
//! | [`identity`] | who a user is: a BLS key, and the network key that it vouches for |
//! | [`message`] | what users and broker say to one another, and its framing |
//! | [`broker`] | the broker |
//! | [`tunnel`] | a node's side: one local address per peer |
//! | [`splice`] | joining two connections |

pub mod broker;
pub mod identity;
pub mod message;
pub mod splice;
pub mod tunnel;

pub use broker::Broker;
pub use identity::Identity;
pub use tunnel::Tunnel;
