// An anvil of our own for the time of a measurement, with the few JSON-RPC calls that measuring takes.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';

const ATTEMPTS = 200;
const PAUSE_MS = 25;

/** Path of a Foundry binary from its npm package for this platform. */
export function foundryBinary(tool) {
    const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
    const platform = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform];
    const name = `@foundry-rs/${tool}-${platform}-${arch}`;
    let manifest;
    try {
        manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    } catch (cause) {
        throw new Error(`${name} is not installed: run "npm ci", or where that brings none "npm i --no-save ${name}@1.7.1"`, { cause });
    }
    return path.join(path.dirname(manifest), 'bin', platform === 'win32' ? `${tool}.exe` : tool);
}

/** Runs `body` with a fresh chain under Prague's rules: without the flag anvil takes the newest, and gas changes with it. */
export async function withAnvil(hardfork, body, options = []) {
    const port = await freePort();
    const child = spawn(foundryBinary('anvil'), ['--port', String(port), '--hardfork', hardfork, '--silent', ...options], {
        stdio: 'ignore',
    });
    try {
        const chain = new Chain(`http://127.0.0.1:${port}`);
        await chain.ready();
        return await body(chain);
    } finally {
        child.kill();
    }
}

class Chain {
    constructor(url) {
        this.url = url;
        /** What was done, for another EVM to do after us. */
        this.notes = [];
    }

    note(entry) {
        this.notes.push(entry);
    }

    async ready() {
        this.from = await eventually('anvil did not start', async () => (await this.call('eth_accounts'))[0]);
    }

    async call(method, ...params) {
        const response = await fetch(this.url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        });
        const { result, error } = await response.json();
        if (error) throw new Error(`${method}: ${error.message}`);
        if (method === 'anvil_setStorageAt') this.note({ storage: params });
        return result;
    }

    /** The chain as it is, to come back to. */
    async snapshot() {
        this.note({ snapshot: true });
        return await this.call('evm_snapshot');
    }

    async revert(snapshot) {
        this.note({ revert: true });
        await this.call('evm_revert', snapshot);
    }

    /** Sends a transaction and returns its receipt; a revert is an error. */
    async send(transaction) {
        const hash = await this.call('eth_sendTransaction', { from: this.from, gas: '0xf42400', ...transaction });
        const receipt = await eventually(`transaction ${hash} was not mined`, () =>
            this.call('eth_getTransactionReceipt', hash),
        );
        if (receipt.status !== '0x1') throw new Error(`transaction ${hash} reverted`);
        const { timestamp } = await this.call('eth_getBlockByNumber', receipt.blockNumber, false);
        const { to = null, data = '0x', value = '0x0' } = transaction;
        const gas = Number(receipt.gasUsed);
        this.note({ send: { from: this.from, to, data, value, number: receipt.blockNumber, timestamp, gas, created: receipt.contractAddress } });
        return receipt;
    }

    /** Gas of the called frame alone: what a contract that calls it would pay, without the transaction's own cost. */
    async frameGas(transaction) {
        // with stacks and memory the trace of a long call is more than a string can hold
        const options = { disableStack: true, disableMemory: true, disableStorage: true };
        const { structLogs } = await this.call('debug_traceCall', { from: this.from, ...transaction }, 'latest', options);
        const own = structLogs.filter((log) => log.depth === structLogs[0].depth);
        const last = own[own.length - 1];
        const gas = own[0].gas - last.gas + last.gasCost;
        this.note({ frame: { from: this.from, to: transaction.to, data: transaction.data, gas } });
        return gas;
    }
}

/** What `attempt` returns once it neither throws nor returns null. */
async function eventually(failure, attempt) {
    let cause;
    for (let i = 0; i < ATTEMPTS; i++) {
        try {
            const result = await attempt();
            if (result !== null && result !== undefined) return result;
        } catch (error) {
            cause = error;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(failure, { cause });
}

function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}
