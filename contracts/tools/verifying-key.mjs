// Reads a verification key in the JSON that `state-prover vk` writes, and refuses anything a verifier must not contain.

import { P, R, TWO_ADICITY, compressG2, isInG2, isOnG1 } from './bn254.mjs';

/** Transcript order of the selectors (jf-plonk); the Solidity words put qO and qC before the hash selectors. */
export const SELECTORS = [
    'q_lc0', 'q_lc1', 'q_lc2', 'q_lc3', 'q_mul0', 'q_mul1', 'q_hash0', 'q_hash1', 'q_hash2', 'q_hash3', 'q_o', 'q_c',
    'q_ecc',
];
const SOLIDITY_ORDER = [0, 1, 2, 3, 4, 5, 10, 11, 6, 7, 8, 9, 12];
const WIRES = 5;

/** Generator of G2; a key for another one would need another verifier. */
const G2_GENERATOR = {
    x: [
        0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
        0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
    ],
    y: [
        0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
        0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
    ],
};

/** Compressed [tau]_2 of Aztec's Ignition ceremony: the one SRS whose secret nobody is known to hold. */
const AZTEC_TAU_G2 =
    0xb0838893ec1f237e8b07323b0744599f4e97b598b3b589bcc2bc37b8d5c41801c18393c0fa30fe4e8b038e357ad851eae8de9107584effe7c7f1f651b2010e26n;

/** What the prover says of the key beside its members: which circuit it is for, and the short id it goes by. */
function origin({ circuit, capacity, id }) {
    const known = {};
    if (/^[a-z0-9-]+$/.test(circuit ?? '')) known.circuit = circuit;
    if (Number.isSafeInteger(capacity)) known.capacity = capacity;
    if (/^[0-9a-f]+$/.test(id ?? '')) known.id = id;
    return known;
}

/** Contracts wanted beside the plain one. */
function also(names = []) {
    if (!Array.isArray(names) || names.some((name) => !['arbitrum', 'compact', 'mock'].includes(name))) {
        refuse(`also: expected a list of "arbitrum", "compact" and "mock", found ${JSON.stringify(names)}`);
    }
    return [...new Set(names)].sort();
}

const refuse = (message) => {
    throw new Error(message);
};

/** The key as integers: domain size, number of inputs, k, points, [tau]_2; checked member by member. */
export function readVerifyingKey(json) {
    const source = json.verifying_key ?? json;
    const key = {
        domainSize: whole(source.domain_size, 'domain_size'),
        numInputs: whole(source.num_inputs, 'num_inputs'),
        k: list(source.k, WIRES, 'k').map((value, i) => field(value, R, `k[${i}]`)),
        selectors: list(source.selector_comms, SELECTORS.length, 'selector_comms').map(selector),
        sigmas: list(source.sigma_comms, WIRES, 'sigma_comms').map((point, i) => g1(point, `sigma_comms[${i}]`)),
        tauG2: g2(source.open_key?.beta_h, 'open_key.beta_h'),
    };
    key.log2 = Math.log2(key.domainSize);
    if (!Number.isInteger(key.log2) || key.log2 < 1 || key.log2 > TWO_ADICITY) {
        refuse(`domain_size: expected a power of two up to 2^${TWO_ADICITY}, found ${key.domainSize}`);
    }
    if (key.k[0] !== 1n) refuse('k[0]: the verifier takes it for 1');
    if (new Set(key.k).size !== WIRES) refuse('k: two wires share a coset');
    const g = g1(source.open_key?.g, 'open_key.g');
    if (g.x !== 1n || g.y !== 2n) refuse('open_key.g: expected the generator (1, 2)');
    const h = g2(source.open_key?.h, 'open_key.h');
    if (compressG2(h) !== compressG2(G2_GENERATOR)) refuse('open_key.h: expected the standard generator of G2');
    key.tauCompressed = compressG2(key.tauG2);
    key.aztec = key.tauCompressed === AZTEC_TAU_G2;
    key.origin = origin(source);
    key.also = also(source.also);
    checkWords(key, source.solidity_words_concat);
    return key;
}

/** The 40 words of Espresso's Solidity `VerifyingKey`, concatenated. */
export function solidityWords(key) {
    const mask = (1n << 256n) - 1n;
    const words = [
        BigInt(key.domainSize),
        BigInt(key.numInputs),
        ...key.sigmas.flatMap(({ x, y }) => [x, y]),
        ...SOLIDITY_ORDER.flatMap((i) => [key.selectors[i].x, key.selectors[i].y]),
        key.tauCompressed >> 256n,
        key.tauCompressed & mask,
    ];
    return `0x${words.map((word) => hex(word).slice(2)).join('')}`;
}

/** What is kept of a key beside the library: its members, nothing that can be derived otherwise but the words. */
export function normalized(key) {
    const point = ({ x, y }) => ({ x: hex(x), y: hex(y) });
    const point2 = ({ x, y }) => ({ x: { c0: hex(x[0]), c1: hex(x[1]) }, y: { c0: hex(y[0]), c1: hex(y[1]) } });
    return {
        ...key.origin,
        ...(key.also.length > 0 ? { also: key.also } : {}),
        domain_size: key.domainSize,
        num_inputs: key.numInputs,
        k: key.k.map(hex),
        selector_comms: key.selectors.map((p, i) => ({ name: SELECTORS[i], point: point(p) })),
        sigma_comms: key.sigmas.map(point),
        open_key: { g: point({ x: 1n, y: 2n }), h: point2(G2_GENERATOR), beta_h: point2(key.tauG2) },
        solidity_words_concat: solidityWords(key),
    };
}

/** 0x and 64 digits. */
export const hex = (value) => `0x${value.toString(16).padStart(64, '0')}`;

function checkWords(key, found) {
    if (found === undefined) refuse('solidity_words_concat: missing');
    const expected = solidityWords(key);
    if (String(found).toLowerCase() !== expected) {
        refuse('solidity_words_concat: disagrees with the points beside it; take the file as `state-prover vk` wrote it');
    }
}

function selector(entry, i) {
    if (entry?.name !== SELECTORS[i]) refuse(`selector_comms[${i}]: expected ${SELECTORS[i]}, found ${entry?.name}`);
    return g1(entry.point, entry.name);
}

function whole(value, name) {
    const number = typeof value === 'string' ? Number(value) : value;
    if (!Number.isSafeInteger(number) || number < 0) refuse(`${name}: expected a whole number, found ${value}`);
    return number;
}

function list(value, length, name) {
    if (!Array.isArray(value) || value.length !== length) refuse(`${name}: expected ${length} entries`);
    return value;
}

function field(value, modulus, name) {
    if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(value)) refuse(`${name}: expected 0x and 64 hex digits`);
    const integer = BigInt(value);
    if (integer >= modulus) refuse(`${name}: not below the field's modulus`);
    return integer;
}

function g1(point, name) {
    const affine = point?.infinity === true
        ? { x: 0n, y: 0n }
        : { x: field(point?.x, P, `${name}.x`), y: field(point?.y, P, `${name}.y`) };
    if (!isOnG1(affine)) refuse(`${name}: not on the curve`);
    return affine;
}

function g2(point, name) {
    const coordinate = (axis) => ['c0', 'c1'].map((c) => field(point?.[axis]?.[c], P, `${name}.${axis}.${c}`));
    const affine = { x: coordinate('x'), y: coordinate('y') };
    if (!isInG2(affine)) refuse(`${name}: not in the group of order r on the twist`);
    return affine;
}
