-- Numbers that JSON and SQL would round are decimal text, padded to twenty digits where they are compared; bytes are hex.

CREATE TABLE jobs (
    id              TEXT PRIMARY KEY,
    chain_id        TEXT NOT NULL,
    genesis         TEXT NOT NULL,
    contract        TEXT NOT NULL,
    view_number     TEXT NOT NULL,
    block_height    TEXT NOT NULL,
    block_comm_root TEXT NOT NULL,
    bundle          TEXT NOT NULL,
    phase           TEXT NOT NULL,
    statement       TEXT,
    calldata        TEXT,
    account         TEXT,
    receipt         TEXT,
    attempts        BIGINT NOT NULL DEFAULT 0,
    not_before      BIGINT NOT NULL DEFAULT 0,
    failure_code    TEXT,
    failure         TEXT,
    seconds         TEXT NOT NULL DEFAULT '{}',
    claimed_by      TEXT,
    claimed_until   BIGINT NOT NULL DEFAULT 0,
    created         BIGINT NOT NULL,
    updated         BIGINT NOT NULL,
    UNIQUE (chain_id, genesis, contract, view_number, block_height, block_comm_root)
);

CREATE INDEX jobs_of_contract ON jobs (chain_id, genesis, contract, block_height);
CREATE INDEX jobs_by_time ON jobs (created);

-- An account has one transaction on its way: two at once could pay twice for one state, and a gap in the nonces stops both.
CREATE UNIQUE INDEX one_on_its_way ON jobs (chain_id, genesis, account) WHERE phase IN ('simulated', 'sent');

-- Signed before it is sent, and kept with every replacement: whichever of them is mined is found again.
CREATE TABLE transactions (
    job          TEXT NOT NULL REFERENCES jobs (id),
    position     BIGINT NOT NULL,
    hash         TEXT NOT NULL,
    raw          TEXT NOT NULL,
    nonce        BIGINT NOT NULL,
    gas_limit    BIGINT NOT NULL,
    max_fee      TEXT NOT NULL,
    priority_fee TEXT NOT NULL,
    signed       BIGINT NOT NULL,
    PRIMARY KEY (job, position)
);

-- By verification key and public inputs, so that one proof serves every contract that verifies the same.
CREATE TABLE proofs (
    statement     TEXT PRIMARY KEY,
    circuit       TEXT NOT NULL,
    verifying_key TEXT NOT NULL,
    public_inputs TEXT NOT NULL,
    proof         TEXT NOT NULL,
    seconds       TEXT NOT NULL,
    made          BIGINT NOT NULL
);
