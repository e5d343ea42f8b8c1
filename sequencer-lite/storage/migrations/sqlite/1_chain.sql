-- One row per decided block. What is null is not known (yet).
CREATE TABLE block (
    height INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    leaf_hash BLOB NOT NULL UNIQUE,
    payload_hash BLOB NOT NULL,
    timestamp INTEGER NOT NULL,
    -- bytes of the payload, as the header's namespace table tells
    size INTEGER NOT NULL,
    transactions INTEGER,
    header BLOB NOT NULL,
    -- what the leaf has beside the header
    links BLOB NOT NULL,
    certificate BLOB NOT NULL
);
-- payloads repeat, above all the empty one; the earliest block is the one that counts
CREATE INDEX block_by_payload ON block (payload_hash, height);
CREATE INDEX block_by_time ON block (timestamp, height);

-- The leaves of the block Merkle tree, which outlive pruning.
CREATE TABLE block_hash (
    height INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
);

CREATE TABLE payload (
    height INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

CREATE TABLE vid_common (
    height INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

CREATE TABLE vid_share (
    height INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- Where transactions are: position counts through the block.
CREATE TABLE tx (
    height INTEGER NOT NULL,
    position INTEGER NOT NULL,
    namespace INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (height, position)
) WITHOUT ROWID;
CREATE INDEX tx_by_hash ON tx (hash, height, position);
CREATE INDEX tx_by_namespace ON tx (namespace, height, position);

-- What each rollup has had ordered so far.
CREATE TABLE namespace (
    id INTEGER PRIMARY KEY,
    transactions INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    last_height INTEGER NOT NULL
);

-- Sums over all blocks up to a height, as far as no block is missing.
CREATE TABLE total (
    height INTEGER PRIMARY KEY,
    transactions INTEGER NOT NULL,
    bytes INTEGER NOT NULL
);

-- Heights, from first to last, at which something of a kind is missing: 0 leaves, 1 payloads, 2 and 3 the common part
-- and the own share of their dispersal.
CREATE TABLE gap (
    kind INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (kind, first)
) WITHOUT ROWID;

-- The highest height that was pruned, if any.
CREATE TABLE pruned (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    height INTEGER NOT NULL
);
