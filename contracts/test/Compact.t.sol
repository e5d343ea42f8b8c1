// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { CompactHarness } from "./support/CompactHarness.sol";
import { LightClientHarness } from "./support/LightClientHarness.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

/// @dev The compact layout beside `LightClient`: the same answers to the same calls for as long as the ring has not gone round
contract CompactTest is LightClientSetup {
    uint32 private constant CAPACITY = 7;

    CompactHarness private compactCode;
    /// @dev Spoken to through the ABI of `LightClient`
    LightClient private compact;

    function setUp() public override {
        super.setUp();
        implementation = new LightClientHarness();
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        compactCode = new CompactHarness(genesis(), stakeTable(), CAPACITY);
        compact = deployCompact(address(compactCode), genesis(), stakeTable(), RETENTION);
    }

    function deployCompact(
        address code,
        LightClient.LightClientState memory state,
        LightClient.StakeTableState memory table,
        uint32 retention
    ) private returns (LightClient) {
        bytes memory call = abi.encodeCall(LightClient.initialize, (state, table, retention, OWNER));
        return LightClient(address(new ERC1967Proxy(code, call)));
    }

    function test_startsAsItsCodeSays() public view {
        sameState();
        (uint256 threshold, BN254.ScalarField bls, BN254.ScalarField schnorr, BN254.ScalarField amount) =
            compact.genesisStakeTableState();
        LightClient.StakeTableState memory table = stakeTable();
        equal(threshold, table.threshold, "threshold");
        equal(BN254.ScalarField.unwrap(bls), BN254.ScalarField.unwrap(table.blsKeyComm), "bls");
        equal(BN254.ScalarField.unwrap(schnorr), BN254.ScalarField.unwrap(table.schnorrKeyComm), "schnorr");
        equal(BN254.ScalarField.unwrap(amount), BN254.ScalarField.unwrap(table.amountComm), "amount");
        equal(compact.stateHistoryRetentionPeriod(), RETENTION, "retention");
        equal(compactCode.stateHistoryCapacity(), CAPACITY, "capacity");
        (uint8 major,,) = compact.getVersion();
        equal(major, 1, "version");
        check(!compact.isPermissionedProverEnabled(), "open");
    }

    function test_initializeMustAgreeWithTheCode() public {
        LightClient.StakeTableState memory table = stakeTable();
        table.threshold += 1;
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), table, RETENTION);
        table = stakeTable();
        table.blsKeyComm = table.amountComm;
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), table, RETENTION);
        table = stakeTable();
        table.schnorrKeyComm = table.amountComm;
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), table, RETENTION);
        table = stakeTable();
        table.amountComm = table.blsKeyComm;
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), table, RETENTION);
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(1)), stakeTable(), RETENTION);
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(LightClient.LightClientState(1, 0, BN254.ScalarField.wrap(0)), stakeTable(), RETENTION);
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(LightClient.LightClientState(0, 1, BN254.ScalarField.wrap(0)), stakeTable(), RETENTION);
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), stakeTable(), 1 hours - 1);
        expectError(LightClient.InvalidArgs.selector);
        this.initializeProxy(genesis(), stakeTable(), 365 days + 1);
    }

    function initializeProxy(
        LightClient.LightClientState memory state,
        LightClient.StakeTableState memory table,
        uint32 retention
    ) external {
        deployCompact(address(compactCode), state, table, retention);
    }

    function test_theConstructorRefusesWhatCouldProveNothing() public {
        LightClient.StakeTableState memory table = stakeTable();
        table.threshold = 0;
        expectError(LightClient.InvalidArgs.selector);
        new CompactHarness(genesis(), table, CAPACITY);
        table = stakeTable();
        table.amountComm = BN254.ScalarField.wrap(0);
        expectError(LightClient.InvalidArgs.selector);
        new CompactHarness(genesis(), table, CAPACITY);
        expectError(LightClient.InvalidArgs.selector);
        new CompactHarness(genesis(), stakeTable(), 0);
        expectError(LightClient.InvalidArgs.selector);
        new CompactHarness(LightClient.LightClientState(1, 0, BN254.ScalarField.wrap(0)), stakeTable(), CAPACITY);
    }

    /// @dev Real proofs: the same calldata to both contracts, the same outcome, log and state
    function test_takesRealProofs() public {
        bytes memory call = updateCall(statement);
        vm.expectEmit(true, true, true, true, address(compact));
        emit LightClient.NewState(
            uint64(wordAt(statement, 36)), uint64(wordAt(statement, 37)), BN254.ScalarField.wrap(wordAt(statement, 38))
        );
        (bool ok,) = address(compact).call(call);
        check(ok, "accepted");
        (ok,) = address(client).call(call);
        check(ok, "accepted by the other");
        sameState();
        bytes memory returned;
        (ok, returned) = address(compact).call(call);
        check(!ok && bytes4(returned) == LightClient.OutdatedState.selector, "outdated");
    }

    function test_refusesABadProof() public {
        for (uint256 word = 0; word < 39; word++) {
            Statement memory altered = withWord(statement, word, wordAt(statement, word) ^ 1);
            (bool ok,) = address(compact).call(updateCall(altered));
            check(!ok, "altered");
        }
        equal(compact.getStateHistoryCount(), 0, "nothing recorded");
    }

    function test_onlyTheProverWhereOneIsSet() public {
        vm.prank(OWNER);
        compact.setPermissionedProver(OWNER);
        (bool ok, bytes memory returned) = address(compact).call(updateCall(statement));
        check(!ok && bytes4(returned) == LightClient.ProverNotPermissioned.selector, "stranger");
        vm.prank(OWNER);
        (ok,) = address(compact).call(updateCall(statement));
        check(ok, "prover");
        equal(compact.permissionedProver(), OWNER, "an update keeps the prover");
        equal(compact.stateHistoryRetentionPeriod(), RETENTION, "and the retention period");
        vm.prank(OWNER);
        compact.disablePermissionedProverMode();
        check(!compact.isPermissionedProverEnabled(), "open again");
        equal(compact.getStateHistoryCount(), 1, "the count survives the owner");
    }

    function test_ownerOnly() public {
        vm.startPrank(STRANGER);
        bytes4 unauthorized = bytes4(keccak256("OwnableUnauthorizedAccount(address)"));
        vm.expectRevert(abi.encodeWithSelector(unauthorized, STRANGER));
        compact.setPermissionedProver(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(unauthorized, STRANGER));
        compact.disablePermissionedProverMode();
        vm.expectRevert(abi.encodeWithSelector(unauthorized, STRANGER));
        compact.setstateHistoryRetentionPeriod(RETENTION + 1);
        vm.expectRevert(abi.encodeWithSelector(unauthorized, STRANGER));
        compact.upgradeToAndCall(address(compactCode), "");
        vm.stopPrank();
        vm.startPrank(OWNER);
        expectError(LightClient.InvalidMaxStateHistory.selector);
        compact.setstateHistoryRetentionPeriod(RETENTION);
        compact.setstateHistoryRetentionPeriod(RETENTION + 1);
        equal(compact.stateHistoryRetentionPeriod(), RETENTION + 1, "longer");
        compact.upgradeToAndCall(address(compactCode), "");
        vm.stopPrank();
    }

    /// @dev Any run of updates, the ring going round several times: against the other layout as long as both remember, and by
    /// its own rule for what is gone
    function testFuzz_answersAsTheOtherLayout(uint256 seed) public {
        uint64 height;
        uint256 updates = 1 + draw(seed, 0, 4 * CAPACITY);
        for (uint256 i = 1; i <= updates; i++) {
            height += uint64(1 + draw(seed, 3 * i, 5));
            vm.roll(block.number + draw(seed, 3 * i + 1, 4));
            vm.warp(block.timestamp + draw(seed, 3 * i + 2, 100));
            uint256 root = uint256(keccak256(abi.encode(seed, height)));
            CompactHarness(address(compact)).record(height + 3, height, root);
            LightClientHarness(address(client)).record(height + 3, height, root);
            sameState();
        }
        uint256 first = updates > CAPACITY ? updates - CAPACITY : 0;
        equal(compact.getStateHistoryCount(), updates, "count");
        equal(compact.stateHistoryFirstIndex(), first, "first");
        for (uint256 i = 0; i < updates; i++) {
            bytes memory entry = read(compact, abi.encodeCall(client.stateHistoryCommitments, (i)));
            if (i < first) check(keccak256(entry) == keccak256(new bytes(128)), "zeros");
            else sameAnswer(abi.encodeCall(client.stateHistoryCommitments, (i)));
        }
        (bool ok, bytes memory returned) =
            address(compact).staticcall(abi.encodeCall(client.stateHistoryCommitments, (updates)));
        check(!ok && returned.length == 0, "past the end");
        uint64 oldest = entryHeight(first);
        for (uint64 asked = 0; asked < height + 2; asked++) {
            if (first == 0 || asked >= oldest) sameAnswer(abi.encodeCall(client.getHotShotCommitment, (asked)));
            else checkCommitment(asked, first);
        }
        vm.roll(block.number + draw(seed, 1, 20));
        for (uint256 asked = 990; asked < block.number + 3; asked++) {
            bytes memory call = abi.encodeCall(client.lagOverEscapeHatchThreshold, (asked, draw(seed, asked, 12)));
            (uint64 l1Block,,,) = compact.stateHistoryCommitments(first);
            if (asked >= l1Block) sameAnswer(call);
            else missing(call);
        }
    }

    function test_extremesFillTheirFieldsOnly() public {
        vm.roll(type(uint64).max);
        vm.warp(type(uint64).max);
        CompactHarness(address(compact)).record(type(uint64).max, type(uint64).max, type(uint256).max);
        LightClientHarness(address(client)).record(type(uint64).max, type(uint64).max, type(uint256).max);
        sameState();
        sameAnswer(abi.encodeCall(client.stateHistoryCommitments, (0)));
    }

    function test_anEmptyHistoryAnswersNothing() public view {
        sameAnswer(abi.encodeCall(client.getHotShotCommitment, (0)));
        sameAnswer(abi.encodeCall(client.lagOverEscapeHatchThreshold, (1000, 10)));
        sameAnswer(abi.encodeCall(client.stateHistoryCommitments, (0)));
    }

    function checkCommitment(uint64 asked, uint256 index) private view {
        (BN254.ScalarField root, uint64 found) = compact.getHotShotCommitment(asked);
        (,, uint64 height, BN254.ScalarField expected) = compact.stateHistoryCommitments(index);
        check(found == height && BN254.ScalarField.unwrap(root) == BN254.ScalarField.unwrap(expected), "oldest left");
    }

    function entryHeight(uint256 index) private view returns (uint64 height) {
        (,, height,) = compact.stateHistoryCommitments(index);
    }

    function sameState() private view {
        check(
            keccak256(read(compact, abi.encodeCall(client.finalizedState, ())))
                == keccak256(read(client, abi.encodeCall(client.finalizedState, ()))),
            "finalized state"
        );
        check(
            keccak256(read(compact, abi.encodeCall(client.genesisState, ())))
                == keccak256(read(client, abi.encodeCall(client.genesisState, ()))),
            "genesis state"
        );
    }

    /// @dev Same success, same bytes
    function sameAnswer(bytes memory call) private view {
        (bool ok, bytes memory returned) = address(compact).staticcall(call);
        (bool expectedOk, bytes memory expected) = address(client).staticcall(call);
        check(ok == expectedOk && keccak256(returned) == keccak256(expected), "same answer");
    }

    function missing(bytes memory call) private view {
        (bool ok, bytes memory returned) = address(compact).staticcall(call);
        check(!ok && bytes4(returned) == LightClient.InsufficientSnapshotHistory.selector, "missing");
    }

    function read(LightClient from, bytes memory call) private view returns (bytes memory returned) {
        bool ok;
        (ok, returned) = address(from).staticcall(call);
        check(ok, "answered");
    }

    function draw(uint256 seed, uint256 what, uint256 bound) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % bound;
    }
}
