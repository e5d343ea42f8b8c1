//! A sequencer node as a library: consensus, availability and state signing over sockets.
