//! The state relay: collects light-client state signatures and streams bundles.
