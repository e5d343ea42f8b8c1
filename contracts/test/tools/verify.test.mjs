// `tools/verify` against an explorer that compiles what it is given and compares it with the chain.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { withAnvil } from '../../tools/anvil.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const solc = createRequire(import.meta.url)('solc');
const KEY = 'a-key';
const CHAIN = '31337';

const word = (value) => BigInt(value).toString(16).padStart(64, '0');
const artifact = (name) => JSON.parse(fs.readFileSync(path.join(root, `out/${name}.sol/${name}.json`), 'utf8'));

/** Etherscan as far as verification goes: pending first, then the outcome of compiling. */
function explorer(creations) {
    const outcomes = new Map();
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const query = new URL(request.url, 'http://localhost').searchParams;
        const fields = request.method === 'POST' ? new URLSearchParams(Buffer.concat(chunks).toString()) : query;
        const answer = (status, result) => response.end(JSON.stringify({ status, message: '', result }));
        assert.equal(query.get('chainid'), CHAIN);
        assert.equal(fields.get('apikey'), KEY);
        if (fields.get('action') === 'verifysourcecode') {
            assert.ok(!request.url.includes(KEY), 'the key is no part of a posted URL');
            assert.equal(fields.get('compilerversion'), `v${solc.version().replace('.Emscripten.clang', '')}`);
            const [source, name] = fields.get('contractname').split(':');
            const output = JSON.parse(solc.compile(fields.get('sourceCode')));
            const made = output.contracts[source][name].evm.bytecode.object + fields.get('constructorArguements');
            const same = `0x${made}` === creations.get(fields.get('contractaddress'));
            outcomes.set(name, [same ? 'Pass - Verified' : 'Fail - Unable to verify']);
            answer('1', name);
        } else {
            const outcome = outcomes.get(fields.get('guid'));
            if (outcome.length === 1) {
                outcome.push('asked');
                answer('0', 'Pending in queue');
            } else answer(outcome[0].startsWith('Pass') ? '1' : '0', outcome[0]);
        }
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function verify(chain, server, broadcast, key = KEY) {
    const environment = { ...process.env, ETHERSCAN_API_KEY: key, CREMA_VERIFY_PAUSE_MS: '10' };
    const api = `http://127.0.0.1:${server.address().port}/v2/api`;
    const flags = ['--chain', CHAIN, '--rpc-url', chain.url, '--broadcast', broadcast, '--api-url', api];
    const child = spawn(process.execPath, [path.join(root, 'tools/verify'), ...flags], { env: environment });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += data));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

test('what was deployed is verified, and nothing else', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
    let server;
    try {
        await withAnvil('prague', async (chain) => {
            const creations = new Map();
            const contracts = {};
            const deploy = async (name, args) => {
                const data = artifact(name).bytecode.object + args;
                const receipt = await chain.send({ data });
                creations.set(receipt.contractAddress, data);
                contracts[name] = { contract: name, address: receipt.contractAddress, transaction: receipt.transactionHash };
            };
            await deploy('FeeContract', '');
            await deploy('PermissionedStakeTable', word(32) + word(0));
            fs.mkdirSync(path.join(folder, CHAIN));
            const file = path.join(folder, CHAIN, 'deploy.json');
            fs.writeFileSync(file, JSON.stringify({ contracts }));
            server = await explorer(creations);
            const good = await verify(chain, server, folder);
            assert.equal(good.code, 0, good.text);
            assert.equal(good.text.match(/Pass - Verified/g).length, 2, good.text);

            assert.equal((await verify(chain, server, folder, '')).code, 1, 'a key is needed');
            // a record that names another contract than the one on the chain
            contracts.FeeContract.contract = 'ExampleToken';
            fs.writeFileSync(file, JSON.stringify({ contracts }));
            const bad = await verify(chain, server, folder);
            assert.equal(bad.code, 1);
            assert.match(bad.text, /not made from these sources/);
        });
    } finally {
        server?.close();
        fs.rmSync(folder, { recursive: true });
    }
});
