// `tools/profile` on a chain that says it is Sepolia: its figures add up to the receipt's, and name what an update must do.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tool = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../tools/profile');
const run = (...flags) => spawnSync(process.execPath, [tool, ...flags], { encoding: 'utf8' });

test('an update, part by part', () => {
    const { status, stdout, stderr } = run('--json');
    assert.equal(status, 0, stderr);
    const { gas_used: gasUsed, refund, parts, classes } = JSON.parse(stdout);
    for (const list of [parts, classes]) {
        assert.equal(list.reduce((sum, { gas }) => sum + gas, 0), gasUsed + refund);
        assert.ok(list.every(({ gas }) => gas > 0), 'nothing is free');
    }
    const kind = (name) => classes.find((line) => line.name === name);
    // beside the precompiles' 6,000 and 150, a call costs 100
    assert.deepEqual(kind('ecMul'), { name: 'ecMul', gas: 32 * 6_100, count: 32 });
    assert.deepEqual(kind('ecAdd'), { name: 'ecAdd', gas: 32 * 250, count: 32 });
    assert.deepEqual(kind('pairing'), { name: 'pairing', gas: 113_100, count: 1 });
    assert.equal(kind('SSTORE').count, 5);
    const named = parts.map(({ name }) => name);
    for (const part of ['proxy', 'verify: transcript', 'verify: gate equation', 'verify: pairing', 'state to storage and history']) {
        assert.ok(named.includes(part), part);
    }
});

test('says what it lacks', () => {
    const { status, stderr } = run('--rpc-url', 'http://127.0.0.1:1', '--transaction', '0x00');
    assert.equal(status, 1);
    assert.match(stderr, /^profile: /);
});
