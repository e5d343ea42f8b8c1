// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { LightClientV2Canonical10Insecure } from "../src/variants/LightClientV2Canonical10Insecure.sol";
import { EpochSetup } from "./support/EpochSetup.sol";
import { LightClientV2Legacy10Insecure } from "./variants/LightClientV2Legacy10Insecure.sol";

/// @dev Version 2 with the proofs of real provers, its own ABI, and every revert but those of `EpochRulesTest`
contract LightClientV2Test is EpochSetup {
    function test_takesTheReferencesProofs() public {
        Statement[] memory proven = golden("golden_v2_10.json", "accepted");
        equal(proven.length, 4, "proofs");
        for (uint256 i = 0; i < proven.length; i++) {
            LightClientV2 client = deploy(address(new LightClientV2Legacy10Insecure()), voting(proven[i]), 3_000_000, 0);
            vm.prank(OWNER);
            client.setPermissionedProver(address(this));
            takes(client, proven[i]);
        }
    }

    function test_takesOurProofs() public {
        Statement[] memory proven = golden("golden_v2_canonical_10.json", "accepted");
        equal(proven.length, 2, "proofs");
        for (uint256 i = 0; i < proven.length; i++) {
            takes(deployV2(voting(proven[i]), 3_000_000, 0), proven[i]);
        }
    }

    /// @dev With epochs of another length the same height is no root: the same proof says something else
    function test_aRootsProofHoldsForARootOnly() public {
        Statement memory proven = golden("golden_v2_canonical_10.json", "accepted")[1];
        LightClientV2 client = deployV2(voting(proven), 10_000_000, 0);
        rejected(client, updateOf(proven), errorData(LightClient.InvalidProof.selector), "no root");
    }

    function test_refusesEveryAlteredWord() public {
        Statement memory proven = golden("golden_v2_canonical_10.json", "accepted")[1];
        LightClientV2 client = deployV2(voting(proven), 3_000_000, 0);
        for (uint256 index = 0; index < 36; index++) {
            Statement memory altered = withWord(proven, index, wordAt(proven, index) ^ 1);
            rejected(client, updateOf(altered), errorData(LightClient.InvalidProof.selector), vm.toString(index));
        }
        for (uint256 index = 43; index < 47; index++) {
            Statement memory altered = withWord(proven, index, wordAt(proven, index) ^ 1);
            rejected(client, updateOf(altered), errorData(LightClient.InvalidProof.selector), "next table");
        }
    }

    function test_refusesWordsThatAreNoScalars() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        bytes memory wording = abi.encodeWithSignature("Error(string)", "Bn254: invalid scalar field");
        uint256[3] memory words = [BN254.R_MOD, BN254.R_MOD + 3, type(uint256).max];
        for (uint256 i = 0; i < words.length; i++) {
            Update memory u = honestRoot(5, table(0), table(1));
            u.root = words[i];
            rejected(client, callV2(u), wording, "root");
            u = honestRoot(5, table(0), table(1));
            u.claimed.blsKeyComm = BN254.ScalarField.wrap(words[i]);
            rejected(client, callV2(u), wording, "bls");
            u = honest(4, table(0));
            u.claimed.schnorrKeyComm = BN254.ScalarField.wrap(words[i]);
            rejected(client, callV2(u), wording, "schnorr, although it counts for nothing");
            u = honestRoot(5, table(0), table(1));
            u.claimed.amountComm = BN254.ScalarField.wrap(words[i]);
            rejected(client, callV2(u), wording, "amount");
            u = honestRoot(5, table(0), table(1));
            (u.claimed.threshold, u.signed.threshold) = (words[i], words[i] % BN254.R_MOD);
            rejected(client, callV2(u), errorData(LightClient.InvalidProof.selector), "threshold");
        }
    }

    function test_refusesAStateThatIsNotNewer() public {
        LightClientV2 client = deployV2(table(0), 1000, 0);
        accepted(client, callV2(honest(50, table(0))), "first");
        bytes memory outdated = errorData(LightClient.OutdatedState.selector);
        rejected(client, callV2(honest(50, table(0))), outdated, "the same");
        Update memory u = honest(51, table(0));
        u.viewNum = 60;
        rejected(client, callV2(u), outdated, "higher, of the same view");
        u = honest(50, table(0));
        u.viewNum = 61;
        rejected(client, callV2(u), outdated, "later, of the same height");
    }

    function test_onlyThePermissionedProverWhereThereIsOne() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        vm.prank(OWNER);
        client.setPermissionedProver(STRANGER);
        bytes memory call = callV2(honest(4, table(0)));
        rejected(client, call, errorData(LightClient.ProverNotPermissioned.selector), "not the prover");
        vm.prank(STRANGER);
        accepted(client, call, "the prover");
    }

    function test_versionOnesCallIsDeprecated() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        bytes memory call = abi.encodePacked(UPDATE_V1, new bytes(39 * 32));
        rejected(client, call, errorData(LightClientV2.DeprecatedApi.selector), "version 1's");
        (bool ok, bytes memory returned) = address(client).call(abi.encodePacked(UPDATE_V3, new bytes(44 * 32)));
        check(!ok && returned.length == 0, "version 3's does not exist yet");
    }

    function test_initializesOnceAndByItsOwner() public {
        LightClient.StakeTableState memory first = table(7);
        LightClientV2 client = deploy(address(new LightClientV2Canonical10Insecure()), first, 6, 61);
        equal(client.blocksPerEpoch(), 6, "length");
        equal(client.epochStartBlock(), 61, "start");
        votes(client, first, "the genesis table");
        (uint8 major, uint8 minor, uint8 patch) = client.getVersion();
        check(major == 2 && minor == 0 && patch == 0, "version");
        vm.prank(OWNER);
        expectError(Initializable.InvalidInitialization.selector);
        client.initializeV2(10, 0);
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        vm.prank(STRANGER);
        client.initializeV2(10, 0);
    }

    function test_anEpochHasRoomForItsRoot() public {
        LightClientV2 client = deployV2(table(0), 6, 0);
        // as before initializeV2
        uint256 slot = uint256(keccak256(abi.encode(uint256(keccak256("openzeppelin.storage.Initializable")) - 1)));
        vm.store(address(client), bytes32(slot & ~uint256(0xff)), bytes32(uint256(1)));
        for (uint64 length = 0; length <= 5; length++) {
            vm.prank(OWNER);
            expectError(LightClient.InvalidArgs.selector);
            client.initializeV2(length, 0);
        }
    }

    function test_theRetentionPeriodUnderBothSpellings() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        vm.prank(OWNER);
        client.setStateHistoryRetentionPeriod(RETENTION + 1);
        vm.prank(OWNER);
        client.setstateHistoryRetentionPeriod(RETENTION + 2);
        equal(client.stateHistoryRetentionPeriod(), RETENTION + 2, "set");
        vm.prank(OWNER);
        expectError(LightClient.InvalidMaxStateHistory.selector);
        client.setStateHistoryRetentionPeriod(RETENTION + 2);
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        vm.prank(STRANGER);
        client.setStateHistoryRetentionPeriod(RETENTION + 3);
    }

    /// @dev Takes a golden proof, with what follows from it
    function takes(LightClientV2 client, Statement memory proven) private {
        accepted(client, updateOf(proven), proven.name);
        (uint64 viewNum, uint64 height, BN254.ScalarField root) = client.finalizedState();
        equal(viewNum, wordAt(proven, 36), "view");
        equal(height, wordAt(proven, 37), "height");
        equal(BN254.ScalarField.unwrap(root), wordAt(proven, 38), "root");
        votes(client, tableAt(proven, 43), "the next table");
        equal(client.getStateHistoryCount(), 1, "history");
    }

    /// @dev The voting table of a statement
    function voting(Statement memory proven) private pure returns (LightClient.StakeTableState memory) {
        return tableAt(proven, 39);
    }

    /// @dev A table's four inputs, from the word given
    function tableAt(Statement memory proven, uint256 first) private pure returns (LightClient.StakeTableState memory) {
        return LightClient.StakeTableState(
            wordAt(proven, first + 3),
            BN254.ScalarField.wrap(wordAt(proven, first)),
            BN254.ScalarField.wrap(wordAt(proven, first + 1)),
            BN254.ScalarField.wrap(wordAt(proven, first + 2))
        );
    }

    function updateOf(Statement memory proven) private pure returns (bytes memory) {
        bytes memory state = abi.encode(wordAt(proven, 36), wordAt(proven, 37), wordAt(proven, 38));
        return abi.encodePacked(UPDATE_V2, state, abi.encode(tableAt(proven, 43)), proven.proof);
    }
}
