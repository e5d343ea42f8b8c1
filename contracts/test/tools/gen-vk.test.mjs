// The key generator refuses what a verifier must not contain, and gives the same Solidity for the same key.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { P, R, isInG2, isOnG1, isOnTwist, multiplyG1, power, rootOfUnity } from '../../tools/bn254.mjs';
import { contractSources, keySource } from '../../tools/key-source.mjs';
import { hex, normalized, readVerifyingKey, solidityWords } from '../../tools/verifying-key.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const file = (name) => path.join(root, name);
const key = () => JSON.parse(fs.readFileSync(file('keys/LightClientVKV1Canonical10Insecure.json'), 'utf8'));

/** The key with one change, which must be refused for this reason. */
function refused(reason, change) {
    const json = key();
    change(json);
    assert.throws(() => readVerifyingKey(json), reason);
}

test('a kept key reads back as itself', () => {
    const read = readVerifyingKey(key());
    assert.deepEqual(normalized(read), key());
    assert.equal(solidityWords(read), key().solidity_words_concat);
    assert.equal(keySource(read, 'X'), keySource(readVerifyingKey(normalized(read)), 'X'));
    assert.equal(read.aztec, false);
});

test('a key inside the vectors wrapper reads the same', () => {
    assert.deepEqual(normalized(readVerifyingKey({ verifying_key: key() })), key());
});

test('points off the curve or not canonical are refused', () => {
    refused(/q_lc0: not on the curve/, (k) => (k.selector_comms[0].point.y = hex(BigInt(k.selector_comms[0].point.y) ^ 1n)));
    refused(/sigma_comms\[4\]\.x: not below/, (k) => (k.sigma_comms[4].x = hex(P)));
    refused(/q_ecc\.x: expected 0x/, (k) => (k.selector_comms[12].point.x = '0x1'));
    refused(/open_key\.beta_h: not in the group/, (k) => (k.open_key.beta_h.y.c0 = hex(1n)));
    refused(/open_key\.g: expected the generator/, (k) => (k.open_key.g.y = hex(P - 2n)));
    refused(/open_key\.h: expected the standard/, (k) => (k.open_key.h = k.open_key.beta_h));
});

test('a point of the twist outside the group is refused', () => {
    // the first x for which the twist has a point: the subgroup is one part in 2^254 of the twist
    const b = [
        19485874751759354771024239261021720505790618469301721065564631296452457478373n,
        266929791119991161246907387137283842545076965332900288569378510910307636690n,
    ];
    const sqrt = (a) => {
        const root_ = power(a, (P + 1n) / 4n, P);
        return (root_ * root_ - a) % P === 0n ? root_ : undefined;
    };
    for (let x = 1n; ; x++) {
        const [c0, c1] = [(x * x * x + b[0]) % P, b[1]];
        const norm = sqrt((c0 * c0 + c1 * c1) % P);
        if (norm === undefined) continue;
        const half = ((c0 + norm) * power(2n, P - 2n, P)) % P;
        const y0 = sqrt(half) ?? sqrt((((c0 - norm + P) % P) * power(2n, P - 2n, P)) % P);
        if (y0 === undefined || y0 === 0n) continue;
        const y1 = (c1 * power(2n * y0, P - 2n, P)) % P;
        const affine = { x: [x, 0n], y: [y0, y1] };
        assert.ok(isOnTwist(affine) && !isInG2(affine));
        const point = { x: { c0: hex(x), c1: hex(0n) }, y: { c0: hex(y0), c1: hex(y1) } };
        refused(/open_key\.beta_h: not in the group/, (k) => (k.open_key.beta_h = point));
        return;
    }
});

test('scalars, sizes and lists are checked', () => {
    refused(/k\[1\]: not below/, (k) => (k.k[1] = hex(R)));
    refused(/k\[0\]: the verifier takes it for 1/, (k) => (k.k[0] = hex(2n)));
    refused(/share a coset/, (k) => (k.k[2] = k.k[1]));
    refused(/k: expected 5/, (k) => k.k.pop());
    refused(/domain_size: expected a power of two/, (k) => (k.domain_size = 65535));
    refused(/domain_size/, (k) => (k.domain_size = 2 ** 29));
    refused(/num_inputs: expected a whole number/, (k) => (k.num_inputs = -1));
    refused(/expected q_c, found q_o/, (k) => (k.selector_comms[11].name = 'q_o'));
});

test('a file that disagrees with itself is refused', () => {
    refused(/solidity_words_concat: disagrees/, (k) => k.sigma_comms.reverse());
    refused(/solidity_words_concat: disagrees/, (k) => (k.domain_size *= 2));
    refused(/solidity_words_concat: missing/, (k) => delete k.solidity_words_concat);
});

test('only circuits that a contract takes get a contract', () => {
    const read = readVerifyingKey(key());
    const names = (changed) => contractSources({ ...read, ...changed }, 'LightClientVKX').map(({ contract }) => contract);
    assert.deepEqual(names({ also: [] }), ['LightClientX']);
    assert.deepEqual(names({ also: ['arbitrum', 'mock'] }), ['LightClientX', 'LightClientArbitrumX', 'LightClientMockX']);
    assert.deepEqual(names({ numInputs: 6 }), []);
    refused(/also: expected a list of/, (k) => (k.also = ['optimism']));
    refused(/also: expected a list of/, (k) => (k.also = 'mock'));
});

test('a key that is not of a canonical circuit is tied to a permissioned prover', () => {
    const read = readVerifyingKey(key());
    const isTied = (numInputs, circuit) =>
        contractSources({ ...read, numInputs, origin: { circuit }, also: ['arbitrum', 'mock'] }, 'LightClientVKX').every(
            ({ source }) => /function _mayBeOpen\(\) internal pure override returns \(bool\) {\n\s*return false;/.test(source),
        );
    for (const circuit of [undefined, 'v1', 'v2', 'v1-canonical-not']) {
        assert.ok(isTied(7, circuit) && isTied(11, circuit), circuit);
    }
    assert.ok(!isTied(7, 'v1-canonical') && !isTied(11, 'v2-canonical'));
    // version 3 has the sound circuit only
    assert.ok(!isTied(5, undefined) && !isTied(5, 'v3'));
});

test('a known tau shows in the name', () => {
    const from = file('keys/LightClientVKV1Canonical10Insecure.json');
    for (const [name, reason] of [
        ['LightClientVKV1Canonical10', /its name must end in "Insecure"/],
        ['VKInsecure', /starts with LightClientVK/],
        ['../../LightClientVKInsecure', /expected an identifier/],
    ]) {
        const run = spawnSync(process.execPath, [file('tools/gen-vk'), '--from', from, '--name', name], { encoding: 'utf8' });
        assert.equal(run.status, 1);
        assert.match(run.stderr, reason);
    }
});

test('the arithmetic agrees with known values', () => {
    assert.equal(rootOfUnity(1), R - 1n);
    assert.equal(power(rootOfUnity(28), 1n << 27n, R), R - 1n);
    assert.deepEqual(multiplyG1(1n), { x: 1n, y: 2n });
    assert.deepEqual(multiplyG1(R - 1n), { x: 1n, y: P - 2n });
    assert.deepEqual(multiplyG1(0n), { x: 0n, y: 0n });
    assert.ok(isOnG1(multiplyG1(0x1234567890abcdefn)));
    // EIP-196's doubling of the generator
    assert.deepEqual(multiplyG1(2n), {
        x: 0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
        y: 0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
    });
});
