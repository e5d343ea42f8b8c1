// The forge scripts, broadcast to a chain that says it is Sepolia.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { foundryBinary, withAnvil } from '../../tools/anvil.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** anvil's first key. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const SEPOLIA = 11_155_111;
const OWNER = '0x00000000000000000000000000000000000a11ce';
const PROVER = '0x0000000000000000000000000000000000000b0b';

const word = (value) => BigInt(value).toString(16).padStart(64, '0');

/** Runs a script; returns the addresses of the contracts that it created, by name. */
function script(chain, broadcast, target, environment, expectSuccess = true) {
    const run = spawnSync(
        foundryBinary('forge'),
        ['script', target, '--rpc-url', chain.url, '--broadcast', '--private-key', KEY, '--slow'],
        { cwd: root, encoding: 'utf8', env: { ...process.env, FOUNDRY_BROADCAST: broadcast, ...environment } },
    );
    if (!expectSuccess) {
        assert.notEqual(run.status, 0, run.stdout);
        return run.stdout + run.stderr;
    }
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const [file] = target.split(':').map((part) => path.basename(part));
    const record = JSON.parse(fs.readFileSync(path.join(broadcast, file, String(SEPOLIA), 'run-latest.json'), 'utf8'));
    const created = record.transactions.filter(({ transactionType }) => transactionType.startsWith('CREATE'));
    return Object.fromEntries(created.map(({ contractName, contractAddress }) => [contractName, contractAddress]));
}

test('deploys and upgrades', async () => {
    const broadcast = fs.mkdtempSync(path.join(os.tmpdir(), 'broadcast-'));
    try {
        await withAnvil('prague', (chain) => rehearse(chain, broadcast), ['--chain-id', String(SEPOLIA)]);
    } finally {
        fs.rmSync(broadcast, { recursive: true });
    }
});

async function rehearse(chain, broadcast) {
    const read = (to, selector) => chain.call('eth_call', { to, data: selector }, 'latest');
    const addressWord = (address) => `0x${word(address)}`;

    const table = script(chain, broadcast, 'script/Deploy.s.sol:DeployPermissionedStakeTable', {
        ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS: OWNER,
    });
    assert.equal(await read(table.PermissionedStakeTable, '0x8da5cb5b'), addressWord(OWNER));
    const fees = script(chain, broadcast, 'script/Deploy.s.sol:DeployFeeContract', {
        ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS: OWNER,
    });
    assert.equal(await read(fees.ERC1967Proxy, '0x8da5cb5b'), addressWord(OWNER));

    const stakeTable = {
        STAKE_TABLE_THRESHOLD: '2',
        STAKE_TABLE_BLS_KEY_COMM: '3',
        STAKE_TABLE_SCHNORR_KEY_COMM: '4',
        STAKE_TABLE_AMOUNT_COMM: '5',
    };
    const client = script(chain, broadcast, 'script/Deploy.s.sol:DeployLightClient', {
        ...stakeTable,
        ESPRESSO_SEQUENCER_PERMISSIONED_PROVER: PROVER,
    });
    const proxy = client.ERC1967Proxy;
    assert.equal(await read(proxy, '0x313df7b1'), addressWord(PROVER), 'permissionedProver()');
    assert.equal(await read(proxy, '0x8da5cb5b'), addressWord(chain.from), 'owner()');
    assert.equal(await read(proxy, '0x426d3194'), `0x${[2, 3, 4, 5].map(word).join('')}`, 'genesisStakeTableState()');

    const upgrade = { ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS: proxy };
    const missing = script(chain, broadcast, 'script/Upgrade.s.sol:UpgradeLightClient', upgrade, false);
    assert.match(missing, /ESPRESSO_SEQUENCER_BLOCKS_PER_EPOCH/);
    const epochs = { ESPRESSO_SEQUENCER_BLOCKS_PER_EPOCH: '100', ESPRESSO_SEQUENCER_EPOCH_START_BLOCK: '7' };
    for (const version of [2, 3]) {
        script(chain, broadcast, 'script/Upgrade.s.sol:UpgradeLightClient', { ...upgrade, ...epochs });
        assert.equal((await read(proxy, '0x0d8e6e2c')).slice(0, 66), `0x${word(version)}`, 'getVersion()');
    }
    const done = script(chain, broadcast, 'script/Upgrade.s.sol:UpgradeLightClient', { ...upgrade, ...epochs }, false);
    assert.match(done, /neither of version 1 nor of version 2/);

    const unset = script(chain, broadcast, 'script/Deploy.s.sol:DeployLightClient', { STAKE_TABLE_THRESHOLD: '2' }, false);
    assert.match(unset, /STAKE_TABLE_BLS_KEY_COMM/);
}
