// Writes test/fixtures/simulated.json: statements that a verifier must accept, each under a key of its own; and
// test/fixtures/forged.json: statements that hold but for one thing that a verifier must notice by itself.
//
// With a known tau and known discrete logarithms any statement can be "proven": take random commitments and evaluations, and
// solve the verification equation for the two openings. That makes accepted proofs for every domain size and every odd value
// (points at infinity, zero and -1 among scalars), of which the real prover yields few. What is solved is the equation of
// jf-plonk's verifier, written here once more, independently of the Solidity.
//
// In a forged statement one word is the alias x + p or x + r of a good one, and has been absorbed as such: an altered word alone
// would be noticed by the transcript. Or zeta is made to lie on the domain, where the inverse that everything hangs on is zero.
//
//   node tools/simulate-proofs.mjs

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { P, R, inverse, multiplyG1, power, rootOfUnity } from './bn254.mjs';
import { hex, readVerifyingKey } from './verifying-key.mjs';

const { keccak256 } = createRequire(import.meta.url)('js-sha3');

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** tau of every insecure key in this repository. */
const TAU = 0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefn % R;
/** Binary logarithms of the domain, and numbers of public inputs. */
const DOMAINS = [4, 5, 8, 11, 13, 15, 17, 18, 19, 20, 27, 28];
const INPUTS = [5, 7, 11];
/** Of a proof's 36 words, those that are coordinates. */
const COORDINATES = 26;

const mod = (value) => ((value % R) + R) % R;
const sum = (values) => mod(values.reduce((a, b) => a + b, 0n));
const product = (values) => values.reduce((a, b) => (a * b) % R, 1n);
const range = (length) => Array.from({ length }, (_, i) => i);
const word = (value) => hex(value).slice(2);

const legacy = readVerifyingKey(
    JSON.parse(fs.readFileSync(path.join(root, 'test/keys/LightClientVKV1Legacy10Insecure.json'), 'utf8')),
);
/** [tau]_2 as the pairing takes it, and as the transcript does. */
const TAU_G2 = [legacy.tauG2.x[1], legacy.tauG2.x[0], legacy.tauG2.y[1], legacy.tauG2.y[0]].map(word).join('');
const TAU_COMPRESSED = legacy.tauCompressed.toString(16).padStart(128, '0');

/** Scalars from a counter, so that the fixture is the same every time; each list has one place for an odd value. */
class Scalars {
    constructor(seed) {
        this.seed = seed;
        this.counter = 0;
    }

    next() {
        return BigInt(`0x${keccak256(`crema simulated proofs ${this.seed} ${this.counter++}`)}`) % R;
    }

    list(length, odd) {
        const values = range(length).map(() => this.next());
        if (odd !== undefined) values[Number(this.next() % BigInt(length))] = odd;
        return values;
    }
}

/** The transcript: keccak over the state and everything since, reduced mod r. */
class Transcript {
    state = '00'.repeat(32);
    pending = '';

    absorb(...words) {
        this.pending += words.join('');
    }

    challenge() {
        this.state = keccak256(Buffer.from(this.state + this.pending, 'hex'));
        this.pending = '';
        return BigInt(`0x${this.state}`) % R;
    }
}

const point = (logarithm) => {
    const { x, y } = multiplyG1(logarithm);
    return word(x) + word(y);
};

/**
 * @param alias index among the 36 words of the proof and then the inputs: this word gets its modulus added
 * @param onDomain claims for omega^-1 what makes zeta omega^-1 = 1
 */
function simulate({ log2, numInputs, seed, alias, onDomain = false }) {
    const aliased = (words, first) =>
        words.map((text, i) => {
            const modulus = first + i < COORDINATES ? P : R;
            return first + i === alias ? word(BigInt(`0x${text}`) + modulus) : text;
        });
    const points = (logarithms, first) => aliased(logarithms.flatMap((log) => point(log).match(/.{64}/g)), first);
    const scalars = new Scalars(seed);
    const odd = [undefined, 0n, R - 1n][seed % 3];
    const omega = rootOfUnity(log2);
    const n = 1n << BigInt(log2);

    // discrete logarithms of the key's and the proof's commitments, and the evaluations
    const k = [1n, ...scalars.list(4)];
    const selectors = scalars.list(13, odd);
    const sigmas = scalars.list(5, odd);
    const inputs = scalars.list(numInputs, odd);
    const wires = scalars.list(5, odd);
    const z = scalars.next();
    const splits = scalars.list(5, odd);
    const w = scalars.list(5, odd);
    const s = scalars.list(4, odd);
    const zShifted = odd ?? scalars.next();

    const header = (254n << 224n) | (n << 160n) | (BigInt(numInputs) << 96n);
    const key = word(header) + TAU_COMPRESSED + k.map(word).join('') + [...selectors, ...sigmas].map(point).join('');
    const inputWords = aliased(inputs.map(word), 36);
    const wireWords = points(wires, 0);
    const zWords = points([z], 10);
    const splitWords = points(splits, 12);
    const evaluationWords = aliased([...w, ...s, zShifted].map(word), COORDINATES);

    const transcript = new Transcript();
    transcript.absorb(key, ...inputWords, ...wireWords);
    const beta = transcript.challenge();
    const gamma = transcript.challenge();
    transcript.absorb(...zWords);
    const alpha = transcript.challenge();
    transcript.absorb(...splitWords);
    const zeta = transcript.challenge();
    transcript.absorb(...evaluationWords);
    const v = transcript.challenge();

    const vanishing = mod(power(zeta, n, R) - 1n);
    const lagrange = (i) => {
        const row = power(omega, BigInt(i), R);
        // what a verifier computes that takes zero for the inverse of zero
        if (onDomain) return 0n;
        return product([row, vanishing, inverse(n * mod(zeta - row), R)]);
    };
    const inputsAtZeta = sum(inputs.map((input, i) => input * lagrange(i)));
    const alphaL0 = product([alpha, alpha, lagrange(0)]);
    const permutation = product(w.map((wj, j) => mod(wj + beta * k[j] * zeta + gamma)));
    const shuffled = product([alpha, zShifted, ...s.map((sj, j) => mod(w[j] + beta * sj + gamma))]);

    // gate: q_lc, q_mul, q_hash, q_o, q_c, q_ecc
    const monomials = [
        ...w.slice(0, 4),
        w[0] * w[1],
        w[2] * w[3],
        ...w.slice(0, 4).map((wj) => power(wj, 5n, R)),
        -w[4],
        1n,
        product(w),
    ];
    const linearization = sum([
        ...selectors.map((q, i) => q * mod(monomials[i])),
        z * mod(alpha * permutation + alphaL0),
        -sigmas[4] * mod(shuffled * beta),
        ...splits.map((t, i) => -vanishing * product([power(zeta, (n + 2n) * BigInt(i), R), t])),
    ]);
    const constant = mod(inputsAtZeta - alphaL0 - shuffled * mod(w[4] + gamma));
    const opened = [...wires, ...sigmas.slice(0, 4)];
    const combined = sum(
        [...w, ...s].map((evaluation, i) => power(v, BigInt(i + 1), R) * mod(opened[i] - evaluation)),
    );
    const opening = product([mod(linearization + constant + combined), inverse(TAU - zeta, R)]);
    const openingShifted = product([mod(z - zShifted), inverse(TAU - mod(zeta * omega), R)]);

    const omegaInverse = onDomain ? inverse(zeta, R) : inverse(omega, R);
    return {
        name: `2^${log2} rows, ${numInputs} inputs, seed ${seed}`,
        domain: word(BigInt(log2)) + word(omega) + word(omegaInverse),
        key: key + TAU_G2,
        inputs: inputWords.join(''),
        proof: [wireWords, zWords, splitWords, points([opening, openingShifted], 22), evaluationWords].flat().join(''),
    };
}

function write(file, about, cases) {
    const column = (key) => cases.map((one) => (key === 'name' ? one.name : `0x${one[key]}`));
    const fixture = {
        about: `written by tools/simulate-proofs.mjs from a known tau; ${about}. domain: log2, omega, its inverse; key: 44 words of the transcript, then [tau]_2`,
        names: column('name'),
        domains: column('domain'),
        // one, where all are for the same
        keys: [...new Set(column('key'))],
        inputs: column('inputs'),
        proofs: column('proof'),
    };
    fs.writeFileSync(path.join(root, 'test/fixtures', file), `${JSON.stringify(fixture, null, 1)}\n`);
    console.log(`wrote ${cases.length} statements to ${file}`);
}

const simulated = DOMAINS.flatMap((log2, i) =>
    INPUTS.map((numInputs, j) => simulate({ log2, numInputs, seed: INPUTS.length * i + j + i })),
);
write('simulated.json', 'to be accepted', simulated);

// one key for all: seed and size are the same
const base = { log2: 16, numInputs: 11, seed: 3 };
const forged = [
    { ...simulate({ ...base, onDomain: true }), name: 'zeta on the domain' },
    ...range(36 + base.numInputs).map((alias) => ({ ...simulate({ ...base, alias }), name: `alias of word ${alias}` })),
];
write('forged.json', 'to be rejected, except for the last', [...forged, { ...simulate(base), name: 'nothing forged' }]);
