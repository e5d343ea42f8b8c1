// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

contract NewFinalizedStateTest is LightClientSetup {
    function test_selectorIsTheDeployedOne() public view {
        check(client.newFinalizedState.selector == bytes4(0x2063d4f7), "selector");
    }

    function test_acceptsAProvenState() public {
        vm.prank(STRANGER);
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClient.NewState(100, 73, BN254.ScalarField.wrap(wordAt(statement, 38)));
        (bool ok,) = update(statement);
        check(ok, "update");
        (uint64 viewNum, uint64 blockHeight, BN254.ScalarField root) = client.finalizedState();
        equal(viewNum, 100, "view");
        equal(blockHeight, 73, "height");
        equal(BN254.ScalarField.unwrap(root), wordAt(statement, 38), "root");
        equal(client.getStateHistoryCount(), 1, "count");
        (uint64 l1Block, uint64 l1Time, uint64 height, BN254.ScalarField kept) = client.stateHistoryCommitments(0);
        equal(l1Block, 1000, "L1 block");
        equal(l1Time, 1_700_000_000, "L1 time");
        equal(height, 73, "height in the history");
        equal(BN254.ScalarField.unwrap(kept), wordAt(statement, 38), "root in the history");
    }

    /// @dev The largest numbers among them. The statement at height 0 is true, but not newer than any genesis.
    function test_acceptsEveryGoldenProofForItsTable() public {
        Statement[] memory proven = golden("golden_v1_10.json", "accepted");
        uint256 atHeightZero;
        for (uint256 i = 0; i < proven.length; i++) {
            statement = proven[i];
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            if (wordAt(statement, 37) == 0) {
                atHeightZero++;
                updateReverts(statement, abi.encodePacked(LightClient.OutdatedState.selector));
                continue;
            }
            (bool ok,) = update(statement);
            check(ok, statement.name);
            (uint64 viewNum, uint64 blockHeight,) = client.finalizedState();
            equal(viewNum, wordAt(statement, 36), "view");
            equal(blockHeight, wordAt(statement, 37), "height");
        }
        equal(atHeightZero, 1, "statements at height 0");
    }

    function test_refusesAStateThatIsNotNewer() public {
        uint64[2][5] memory newest =
            [[uint64(100), 72], [uint64(99), 73], [uint64(100), 73], [uint64(101), 72], [uint64(99), 74]];
        for (uint256 i = 0; i < newest.length; i++) {
            setFinalized(newest[i][0], newest[i][1]);
            updateReverts(statement, abi.encodePacked(LightClient.OutdatedState.selector));
        }
        setFinalized(type(uint64).max, type(uint64).max);
        updateReverts(statement, abi.encodePacked(LightClient.OutdatedState.selector));
        setFinalized(99, 72);
        (bool ok,) = update(statement);
        check(ok, "newer in both");
    }

    function test_refusesTheSameUpdateTwice() public {
        (bool ok,) = update(statement);
        check(ok, "once");
        updateReverts(statement, abi.encodePacked(LightClient.OutdatedState.selector));
        equal(client.getStateHistoryCount(), 1, "history");
    }

    function test_refusesARootThatIsNoScalar() public {
        bytes memory wording = abi.encodeWithSignature("Error(string)", "Bn254: invalid scalar field");
        updateReverts(withWord(statement, 38, wordAt(statement, 38) + BN254.R_MOD), wording);
        updateReverts(withWord(statement, 38, BN254.R_MOD), wording);
        updateReverts(withWord(statement, 38, type(uint256).max), wording);
    }

    function test_refusesAWrongProof() public {
        bytes memory invalid = abi.encodePacked(LightClient.InvalidProof.selector);
        for (uint256 index = 0; index < 36; index++) {
            updateReverts(withWord(statement, index, wordAt(statement, index) ^ 1), invalid);
        }
        updateReverts(withWord(statement, 36, 101), invalid);
        updateReverts(withWord(statement, 37, 74), invalid);
        updateReverts(withWord(statement, 38, 1), invalid);
    }

    /// @dev Audit H01 and H02 of 2024: threshold and stake table are the contract's, no prover can bring its own
    function test_refusesAProofForAnotherThresholdOrTable() public {
        bytes memory invalid = abi.encodePacked(LightClient.InvalidProof.selector);
        for (uint256 index = 39; index < 43; index++) {
            Statement memory original = statement;
            statement = withWord(original, index, wordAt(original, index) + 1);
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            statement = original;
            updateReverts(statement, invalid);
        }
    }

    /// @dev A commitment that is no scalar passes `initialize`, as in the deployed contract, but nothing is ever proven for it
    function test_refusesAStakeTableThatIsNoScalar() public {
        for (uint256 index = 39; index < 43; index++) {
            Statement memory original = statement;
            statement = withWord(original, index, wordAt(original, index) + BN254.R_MOD);
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            statement = original;
            updateReverts(statement, abi.encodePacked(LightClient.InvalidProof.selector));
        }
    }

    /// @dev Nothing in a V1 statement names chain or contract: every contract of one genesis takes the same update
    function test_aProofServesEveryContractOfTheSameGenesis() public {
        LightClient other = deploy(genesis(), stakeTable(), RETENTION, STRANGER);
        (bool ok,) = update(statement);
        check(ok, "first contract");
        (ok,) = address(other).call(updateCall(statement));
        check(ok, "second contract");
    }

    function test_refusesNumbersBeyondTheirType() public {
        updateReverts(withWord(statement, 36, 1 << 64), "");
        updateReverts(withWord(statement, 37, (1 << 64) | 73), "");
    }

    function test_refusesShortCalldata() public {
        bytes memory data = updateCall(statement);
        assembly ("memory-safe") {
            mstore(data, sub(mload(data), 1))
        }
        (bool ok, bytes memory returned) = address(client).call(data);
        check(!ok && returned.length == 0, "one byte short");
    }

    function test_letsOnlyThePermissionedProverSubmit() public {
        vm.prank(OWNER);
        client.setPermissionedProver(OWNER);
        updateReverts(statement, abi.encodePacked(LightClient.ProverNotPermissioned.selector));
        updateRevertsFor(address(this), statement, abi.encodePacked(LightClient.ProverNotPermissioned.selector));
        vm.prank(OWNER);
        (bool ok,) = update(statement);
        check(ok, "the prover may");
    }

    /// @dev Permission is no substitute for a proof
    function test_holdsThePermissionedProverToTheProof() public {
        vm.prank(OWNER);
        client.setPermissionedProver(OWNER);
        updateRevertsFor(OWNER, withWord(statement, 37, 74), abi.encodePacked(LightClient.InvalidProof.selector));
    }

    function test_takesNoEther() public {
        (bool ok,) = address(client).call{ value: 1 }(updateCall(statement));
        check(!ok, "not payable");
    }

    function setFinalized(uint64 viewNum, uint64 blockHeight) private {
        vm.store(address(client), bytes32(uint256(6)), bytes32(uint256(viewNum) | (uint256(blockHeight) << 64)));
    }

    function updateReverts(Statement memory proven, bytes memory expected) private {
        updateRevertsFor(STRANGER, proven, expected);
    }

    /// @dev The update reverts with this data, and leaves no trace
    function updateRevertsFor(address sender, Statement memory proven, bytes memory expected) private {
        bytes32 finalized = vm.load(address(client), bytes32(uint256(6)));
        bytes32 root = vm.load(address(client), bytes32(uint256(7)));
        uint256 count = client.getStateHistoryCount();
        vm.prank(sender);
        (bool ok, bytes memory returned) = update(proven);
        check(!ok, "should revert");
        check(keccak256(returned) == keccak256(expected), string(returned));
        check(vm.load(address(client), bytes32(uint256(6))) == finalized, "finalized state changed");
        check(vm.load(address(client), bytes32(uint256(7))) == root, "root changed");
        equal(client.getStateHistoryCount(), count, "history");
    }
}
