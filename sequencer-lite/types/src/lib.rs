//! HotShot-shaped data: transactions, namespaces, payloads, headers, leaves, certificates, Merkle trees, and their byte-exact encodings.
