-- One row per decided block. What is null is not known (yet).
CREATE TABLE block (
    height BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    leaf_hash BYTEA NOT NULL UNIQUE,
    payload_hash BYTEA NOT NULL,
    timestamp BIGINT NOT NULL,
    -- bytes of the payload, as the header's namespace table tells
    size BIGINT NOT NULL,
    transactions BIGINT,
    header BYTEA NOT NULL,
    -- what the leaf has beside the header
    links BYTEA NOT NULL,
    certificate BYTEA NOT NULL
);
-- payloads repeat, above all the empty one; the earliest block is the one that counts
CREATE INDEX block_by_payload ON block (payload_hash, height);
CREATE INDEX block_by_time ON block (timestamp, height);

-- The leaves of the block Merkle tree, which outlive pruning.
CREATE TABLE block_hash (
    height BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL
);

CREATE TABLE payload (
    height BIGINT PRIMARY KEY,
    data BYTEA NOT NULL
);

CREATE TABLE vid_common (
    height BIGINT PRIMARY KEY,
    data BYTEA NOT NULL
);

CREATE TABLE vid_share (
    height BIGINT PRIMARY KEY,
    data BYTEA NOT NULL
);

-- Where transactions are: position counts through the block.
CREATE TABLE tx (
    height BIGINT NOT NULL,
    position BIGINT NOT NULL,
    namespace BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (height, position)
);
CREATE INDEX tx_by_hash ON tx (hash, height, position);
CREATE INDEX tx_by_namespace ON tx (namespace, height, position);

-- What each rollup has had ordered so far.
CREATE TABLE namespace (
    id BIGINT PRIMARY KEY,
    transactions BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    last_height BIGINT NOT NULL
);

-- Sums over all blocks up to a height, as far as no block is missing.
CREATE TABLE total (
    height BIGINT PRIMARY KEY,
    transactions BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);

-- Heights, from first to last, at which something of a kind is missing: 0 leaves, 1 payloads, 2 and 3 the common part
-- and the own share of their dispersal.
CREATE TABLE gap (
    kind BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (kind, first)
);

-- The highest height that was pruned, if any.
CREATE TABLE pruned (
    id BIGINT PRIMARY KEY CHECK (id = 0),
    height BIGINT NOT NULL
);
