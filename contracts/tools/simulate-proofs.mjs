// Writes test/fixtures/simulated.json: statements that a verifier must accept, each under a key of its own.
//
// With a known tau and known discrete logarithms any statement can be "proven": take random commitments and evaluations, and
// solve the verification equation for the two openings. That makes accepted proofs for every domain size and every odd value
// (points at infinity, zero and -1 among scalars), of which the real prover yields few. What is solved is the equation of
// jf-plonk's verifier, written here once more, independently of the Solidity.
//
//   node tools/simulate-proofs.mjs

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { R, inverse, multiplyG1, power, rootOfUnity } from './bn254.mjs';
import { hex, readVerifyingKey } from './verifying-key.mjs';

const { keccak256 } = createRequire(import.meta.url)('js-sha3');

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** tau of every insecure key in this repository. */
const TAU = 0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefn % R;
/** Binary logarithms of the domain, and numbers of public inputs. */
const DOMAINS = [4, 5, 8, 11, 13, 15, 17, 18, 19, 20, 27, 28];
const INPUTS = [5, 7, 11];

const mod = (value) => ((value % R) + R) % R;
const sum = (values) => mod(values.reduce((a, b) => a + b, 0n));
const product = (values) => values.reduce((a, b) => (a * b) % R, 1n);
const range = (length) => Array.from({ length }, (_, i) => i);
const word = (value) => hex(value).slice(2);

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

function simulate(log2, numInputs, tauG2, tauCompressed, seed) {
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
    const key = word(header) + tauCompressed + k.map(word).join('') + [...selectors, ...sigmas].map(point).join('');
    const wirePoints = wires.map(point);
    const splitPoints = splits.map(point);

    const transcript = new Transcript();
    transcript.absorb(key, ...inputs.map(word), ...wirePoints);
    const beta = transcript.challenge();
    const gamma = transcript.challenge();
    transcript.absorb(point(z));
    const alpha = transcript.challenge();
    transcript.absorb(...splitPoints);
    const zeta = transcript.challenge();
    transcript.absorb(...[...w, ...s, zShifted].map(word));
    const v = transcript.challenge();

    const vanishing = mod(power(zeta, n, R) - 1n);
    const lagrange = (i) => {
        const row = power(omega, BigInt(i), R);
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

    const proof = [
        ...wirePoints, point(z), ...splitPoints, point(opening), point(openingShifted), ...[...w, ...s, zShifted].map(word),
    ];
    return {
        name: `2^${log2} rows, ${numInputs} inputs, seed ${seed}`,
        domain: word(BigInt(log2)) + word(omega) + word(inverse(omega, R)),
        key: key + tauG2,
        inputs: inputs.map(word).join(''),
        proof: proof.join(''),
    };
}

const legacy = readVerifyingKey(
    JSON.parse(fs.readFileSync(path.join(root, 'test/keys/LightClientVKV1Legacy10Insecure.json'), 'utf8')),
);
const tauG2 = [legacy.tauG2.x[1], legacy.tauG2.x[0], legacy.tauG2.y[1], legacy.tauG2.y[0]].map(word).join('');
const tauCompressed = legacy.tauCompressed.toString(16).padStart(128, '0');
const cases = DOMAINS.flatMap((log2, i) =>
    INPUTS.map((numInputs, j) => simulate(log2, numInputs, tauG2, tauCompressed, INPUTS.length * i + j + i)),
);
const column = (key) => cases.map((one) => (key === 'name' ? one.name : `0x${one[key]}`));
const fixture = {
    about: 'written by tools/simulate-proofs.mjs from a known tau; domain: log2, omega, its inverse; key: 44 words of the transcript, then [tau]_2',
    names: column('name'),
    domains: column('domain'),
    keys: column('key'),
    inputs: column('inputs'),
    proofs: column('proof'),
};
fs.writeFileSync(path.join(root, 'test/fixtures/simulated.json'), `${JSON.stringify(fixture, null, 1)}\n`);
console.log(`wrote ${cases.length} statements`);
