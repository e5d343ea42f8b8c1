// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

/// @dev Storage layout and ABI are those of the deployed V1: a proxy of it can be upgraded to this code, and its users see none
/// of it
contract LayoutTest is LightClientSetup {
    function test_everySlotIsWhereTheDeployedContractHasIt() public {
        vm.prank(OWNER);
        client.setPermissionedProver(address(0xC0FFEE));
        vm.prank(address(0xC0FFEE));
        (bool ok,) = update(statement);
        check(ok, "update");

        slotIs(0, wordAt(statement, 42), "threshold");
        slotIs(1, wordAt(statement, 39), "bls");
        slotIs(2, wordAt(statement, 40), "schnorr");
        slotIs(3, wordAt(statement, 41), "amount");
        slotIs(4, 0, "genesis view | height");
        slotIs(5, 0, "genesis root");
        slotIs(6, (73 << 64) | 100, "view | height");
        slotIs(7, wordAt(statement, 38), "root");
        slotIs(8, (uint256(RETENTION) << 160) | 0xC0FFEE, "prover | retention | first index");
        slotIs(9, 1, "history length");
        uint256 entry = uint256(keccak256(abi.encode(uint256(9))));
        slotIs(entry, (73 << 128) | (1_700_000_000 << 64) | 1000, "entry");
        slotIs(entry + 1, wordAt(statement, 38), "entry's root");
        // keccak256(keccak256("openzeppelin.storage.Ownable") - 1) with the last byte cleared (ERC-7201)
        uint256 ownable = uint256(keccak256(abi.encode(uint256(keccak256("openzeppelin.storage.Ownable")) - 1)));
        slotIs(ownable & ~uint256(0xff), uint256(uint160(OWNER)), "owner");
        uint256 initializable =
            uint256(keccak256(abi.encode(uint256(keccak256("openzeppelin.storage.Initializable")) - 1)));
        slotIs(initializable & ~uint256(0xff), 1, "initialized");
    }

    /// @dev Getters read what was written to the slots by somebody else
    function test_readsTheStorageOfADeployedProxy() public {
        store(4, (uint256(21) << 64) | 20);
        store(5, 22);
        store(8, (uint256(7) << 192) | (uint256(3600) << 160) | 0xBEEF);
        store(9, 8);
        uint256 entry = uint256(keccak256(abi.encode(uint256(9)))) + 14;
        store(entry, (uint256(33) << 128) | (uint256(32) << 64) | 31);
        store(entry + 1, 34);
        (uint64 viewNum, uint64 height, BN254.ScalarField root) = client.genesisState();
        check(viewNum == 20 && height == 21 && BN254.ScalarField.unwrap(root) == 22, "genesis");
        equal(client.permissionedProver(), address(0xBEEF), "prover");
        equal(client.stateHistoryRetentionPeriod(), 3600, "retention");
        equal(client.stateHistoryFirstIndex(), 7, "first index");
        equal(client.getStateHistoryCount(), 8, "count");
        (uint64 l1Block, uint64 l1Time, uint64 hotShotHeight, BN254.ScalarField kept) =
            client.stateHistoryCommitments(7);
        check(l1Block == 31 && l1Time == 32 && hotShotHeight == 33 && BN254.ScalarField.unwrap(kept) == 34, "entry");
        (kept, hotShotHeight) = client.getHotShotCommitment(0);
        check(hotShotHeight == 33 && BN254.ScalarField.unwrap(kept) == 34, "commitment");
    }

    function test_errorsAndEventsHaveTheDeployedSignatures() public pure {
        check(LightClient.OutdatedState.selector == selector("OutdatedState()"), "OutdatedState");
        check(LightClient.InvalidArgs.selector == selector("InvalidArgs()"), "InvalidArgs");
        check(LightClient.InvalidProof.selector == selector("InvalidProof()"), "InvalidProof");
        check(LightClient.WrongStakeTableUsed.selector == selector("WrongStakeTableUsed()"), "WrongStakeTableUsed");
        check(LightClient.InvalidAddress.selector == selector("InvalidAddress()"), "InvalidAddress");
        check(
            LightClient.ProverNotPermissioned.selector == selector("ProverNotPermissioned()"), "ProverNotPermissioned"
        );
        check(LightClient.NoChangeRequired.selector == selector("NoChangeRequired()"), "NoChangeRequired");
        check(
            LightClient.InsufficientSnapshotHistory.selector == selector("InsufficientSnapshotHistory()"),
            "InsufficientSnapshotHistory"
        );
        check(
            LightClient.InvalidHotShotBlockForCommitmentCheck.selector
                == selector("InvalidHotShotBlockForCommitmentCheck()"),
            "InvalidHotShotBlockForCommitmentCheck"
        );
        check(
            LightClient.InvalidMaxStateHistory.selector == selector("InvalidMaxStateHistory()"),
            "InvalidMaxStateHistory"
        );
        check(LightClient.NewState.selector == keccak256("NewState(uint64,uint64,uint256)"), "NewState");
        check(LightClient.Upgrade.selector == keccak256("Upgrade(address)"), "Upgrade");
        check(
            LightClient.PermissionedProverRequired.selector == keccak256("PermissionedProverRequired(address)"),
            "PermissionedProverRequired"
        );
        check(
            LightClient.PermissionedProverNotRequired.selector == keccak256("PermissionedProverNotRequired()"),
            "PermissionedProverNotRequired"
        );
    }

    /// @dev Under the deployed names, odd spellings included
    function test_functionsHaveTheDeployedSignatures() public view {
        check(
            client.initialize.selector
                == selector("initialize((uint64,uint64,uint256),(uint256,uint256,uint256,uint256),uint32,address)"),
            "initialize"
        );
        check(client.setstateHistoryRetentionPeriod.selector == bytes4(0x96c1ca61), "setstateHistoryRetentionPeriod");
        check(client.disablePermissionedProverMode.selector == bytes4(0x69cc6a04), "disablePermissionedProverMode");
        check(client.lagOverEscapeHatchThreshold.selector == bytes4(0xe0303301), "lagOverEscapeHatchThreshold");
        check(
            client.setPermissionedProver.selector == selector("setPermissionedProver(address)"), "setPermissionedProver"
        );
        check(client.getHotShotCommitment.selector == selector("getHotShotCommitment(uint256)"), "getHotShotCommitment");
        check(client.getStateHistoryCount.selector == selector("getStateHistoryCount()"), "getStateHistoryCount");
        check(client.genesisStakeTableState.selector == selector("genesisStakeTableState()"), "genesisStakeTableState");
        check(client.finalizedState.selector == selector("finalizedState()"), "finalizedState");
        check(client.upgradeToAndCall.selector == selector("upgradeToAndCall(address,bytes)"), "upgradeToAndCall");
    }

    function slotIs(uint256 slot, uint256 expected, string memory what) private view {
        equal(uint256(vm.load(address(client), bytes32(slot))), expected, what);
    }

    function store(uint256 slot, uint256 value) private {
        vm.store(address(client), bytes32(slot), bytes32(value));
    }

    function selector(string memory signature) private pure returns (bytes4) {
        return bytes4(keccak256(bytes(signature)));
    }
}
