// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

contract InitializeTest is LightClientSetup {
    function test_setsUpTheProxy() public view {
        (uint64 view_, uint64 height, BN254.ScalarField root) = client.finalizedState();
        equal(view_ | height | BN254.ScalarField.unwrap(root), 0, "finalized");
        (view_, height, root) = client.genesisState();
        equal(view_ | height | BN254.ScalarField.unwrap(root), 0, "genesis");
        (uint256 threshold, BN254.ScalarField bls, BN254.ScalarField schnorr, BN254.ScalarField amount) =
            client.genesisStakeTableState();
        equal(BN254.ScalarField.unwrap(bls), wordAt(statement, 39), "bls");
        equal(BN254.ScalarField.unwrap(schnorr), wordAt(statement, 40), "schnorr");
        equal(BN254.ScalarField.unwrap(amount), wordAt(statement, 41), "amount");
        equal(threshold, wordAt(statement, 42), "threshold");
        equal(client.stateHistoryRetentionPeriod(), RETENTION, "retention");
        equal(client.getStateHistoryCount(), 0, "history");
        equal(client.stateHistoryFirstIndex(), 0, "first index");
        equal(client.owner(), OWNER, "owner");
        equal(client.permissionedProver(), address(0), "prover");
        check(!client.isPermissionedProverEnabled(), "open to all");
        equal(client.currentBlockNumber(), 1000, "block number");
        (uint8 major, uint8 minor, uint8 patch) = client.getVersion();
        check(major == 1 && minor == 0 && patch == 0, "version");
    }

    function test_keepsTheGenesisRoot() public {
        LightClient.LightClientState memory state = genesis();
        state.blockCommRoot = BN254.ScalarField.wrap(7);
        client = deploy(state, stakeTable(), RETENTION, OWNER);
        (,, BN254.ScalarField root) = client.genesisState();
        equal(BN254.ScalarField.unwrap(root), 7, "genesis");
        (,, root) = client.finalizedState();
        equal(BN254.ScalarField.unwrap(root), 7, "finalized");
    }

    function test_emitsInitialized() public {
        vm.expectEmit(false, false, false, true, vm.computeCreateAddress(address(this), vm.getNonce(address(this))));
        emit Initializable.Initialized(1);
        deploy(genesis(), stakeTable(), RETENTION, OWNER);
    }

    function test_onlyOnce() public {
        expectError(Initializable.InvalidInitialization.selector);
        client.initialize(genesis(), stakeTable(), RETENTION, STRANGER);
    }

    function test_neverOnTheImplementation() public {
        expectError(Initializable.InvalidInitialization.selector);
        implementation.initialize(genesis(), stakeTable(), RETENTION, STRANGER);
    }

    function test_refusesAGenesisThatIsNotOne() public {
        LightClient.LightClientState memory state = genesis();
        state.viewNum = 1;
        refused(state, stakeTable(), RETENTION);
        state = genesis();
        state.blockHeight = 1;
        refused(state, stakeTable(), RETENTION);
    }

    function test_refusesAZeroInTheStakeTable() public {
        BN254.ScalarField zero = BN254.ScalarField.wrap(0);
        LightClient.StakeTableState memory table = stakeTable();
        table.threshold = 0;
        refused(genesis(), table, RETENTION);
        table = stakeTable();
        table.blsKeyComm = zero;
        refused(genesis(), table, RETENTION);
        table = stakeTable();
        table.schnorrKeyComm = zero;
        refused(genesis(), table, RETENTION);
        table = stakeTable();
        table.amountComm = zero;
        refused(genesis(), table, RETENTION);
    }

    function test_boundsTheRetentionPeriod() public {
        refused(genesis(), stakeTable(), 0);
        refused(genesis(), stakeTable(), 1 hours - 1);
        refused(genesis(), stakeTable(), 365 days + 1);
        equal(deploy(genesis(), stakeTable(), 1 hours, OWNER).stateHistoryRetentionPeriod(), 1 hours, "least");
        equal(deploy(genesis(), stakeTable(), 365 days, OWNER).stateHistoryRetentionPeriod(), 365 days, "most");
    }

    function test_refusesTheZeroOwner() public {
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableInvalidOwner.selector, address(0)));
        deploy(genesis(), stakeTable(), RETENTION, address(0));
    }

    function refused(
        LightClient.LightClientState memory state,
        LightClient.StakeTableState memory table,
        uint32 retention
    ) private {
        expectError(LightClient.InvalidArgs.selector);
        deploy(state, table, retention, OWNER);
    }
}
