// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { LightClientV3 } from "../src/LightClientV3.sol";
import { LightClientV2Canonical10Insecure } from "../src/variants/LightClientV2Canonical10Insecure.sol";
import { LightClientV3Canonical10Insecure } from "../src/variants/LightClientV3Canonical10Insecure.sol";
import { EpochSetup } from "./support/EpochSetup.sol";
import { OpenLightClientV1 } from "./support/OpenLightClientV1.sol";

/// @dev The owner's way from a deployed version 1 to version 3, with an update under each
contract UpgradePathTest is EpochSetup {
    address private proxy;
    LightClient.StakeTableState private first;

    /// @dev A version 1 with a history of one real update, of view 100 and height 73
    function setUp() public override {
        super.setUp();
        Statement memory proven = golden("golden_v1_10.json", "accepted")[0];
        first = LightClient.StakeTableState(
            wordAt(proven, 42),
            BN254.ScalarField.wrap(wordAt(proven, 39)),
            BN254.ScalarField.wrap(wordAt(proven, 40)),
            BN254.ScalarField.wrap(wordAt(proven, 41))
        );
        LightClient.LightClientState memory genesis = LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(0));
        bytes memory call = abi.encodeCall(LightClient.initialize, (genesis, first, RETENTION, OWNER));
        proxy = address(new ERC1967Proxy(address(new OpenLightClientV1()), call));
        bytes memory state = abi.encode(wordAt(proven, 36), wordAt(proven, 37), wordAt(proven, 38));
        (bool ok,) = proxy.call(abi.encodePacked(UPDATE_V1, state, proven.proof));
        check(ok, "version 1's update");
    }

    function test_fromVersionOneToThree() public {
        bytes32[12] memory before = versionOnesSlots();
        upgrade(address(new LightClientV2Canonical10Insecure()), abi.encodeCall(LightClientV2.initializeV2, (100, 150)));
        LightClientV2 second = LightClientV2(proxy);
        unchanged(before);
        slotIs(10, (uint256(2) << 128) | (uint256(150) << 64) | 100, "length | start | first epoch");
        slotIs(11, first.threshold, "threshold");
        slotIs(12, BN254.ScalarField.unwrap(first.blsKeyComm), "bls");
        slotIs(13, BN254.ScalarField.unwrap(first.schnorrKeyComm), "schnorr");
        slotIs(14, BN254.ScalarField.unwrap(first.amountComm), "amount");
        slotIs(15, 0, "version 3's are free");
        slotIs(16, 0, "version 3's are free");

        rejected(second, callV2(honest(73, first)), errorData(LightClient.OutdatedState.selector), "older");
        accepted(second, callV2(honest(140, first)), "before the start");
        accepted(second, callV2(honestRoot(195, first, table(1))), "the first root");
        equal(second.getStateHistoryCount(), 3, "one history");
        (BN254.ScalarField root,) = second.getHotShotCommitment(72);
        equal(BN254.ScalarField.unwrap(root), uint256(before[7]), "of version 1's update");

        bytes32 secondsSlot = vm.load(proxy, bytes32(uint256(10)));
        upgrade(address(new LightClientV3Canonical10Insecure()), abi.encodeCall(LightClientV3.initializeV3, ()));
        LightClientV3 third = LightClientV3(proxy);
        slotIs(10, uint256(secondsSlot), "version 2's are untouched");
        votes(third, table(1), "the voting table, too");
        slotIs(15, 0, "authRoot");
        slotIs(16, 2, "first epoch");
        accepted(third, callV3(honest(210, table(1))), "the next epoch");
        accepted(third, callV3(honestRoot(295, table(1), table(2))), "and its root");
        slotIs(15, 7295, "authRoot");
        votes(third, table(2), "changed");
        equal(third.getStateHistoryCount(), 5, "still one history");
        equal(third.owner(), OWNER, "owner");
        for (uint256 slot = 0; slot < 4; slot++) {
            check(vm.load(proxy, bytes32(slot)) == before[slot], "the genesis table never changes");
        }
    }

    /// @dev Without a stop at version 2, when both initializers are called
    function test_fromVersionOneStraightToThree() public {
        upgrade(address(new LightClientV3Canonical10Insecure()), abi.encodeCall(LightClientV2.initializeV2, (100, 150)));
        vm.prank(OWNER);
        LightClientV3(proxy).initializeV3();
        accepted(LightClientV2(proxy), callV3(honest(140, first)), "an update");
        slotIs(16, 2, "first epoch");
    }

    /// @dev An upgrade without its initializer: nothing can be proven for a table of zeros, and only the owner can mend it
    function test_anUpgradeThatForgotItsInitializer() public {
        upgrade(address(new LightClientV2Canonical10Insecure()), "");
        LightClientV2 second = LightClientV2(proxy);
        rejected(second, callV2(honest(140, first)), errorData(LightClient.InvalidProof.selector), "no table");
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        vm.prank(STRANGER);
        second.initializeV2(100, 150);
        vm.prank(OWNER);
        second.initializeV2(100, 150);
        accepted(second, callV2(honest(140, first)), "mended");
    }

    function test_anInitializerThatFailsUndoesTheUpgrade() public {
        address next = address(new LightClientV2Canonical10Insecure());
        vm.prank(OWNER);
        expectError(LightClient.InvalidArgs.selector);
        LightClient(proxy).upgradeToAndCall(next, abi.encodeCall(LightClientV2.initializeV2, (5, 150)));
        (uint8 major,,) = LightClient(proxy).getVersion();
        equal(major, 1, "version");
    }

    /// @dev Back to version 1 the newer storage lies idle, and is found again
    function test_thereAndBackAgain() public {
        upgrade(address(new LightClientV2Canonical10Insecure()), abi.encodeCall(LightClientV2.initializeV2, (100, 150)));
        bytes32 before = fingerprint(proxy);
        upgrade(address(new OpenLightClientV1()), "");
        check(fingerprint(proxy) == before, "storage");
        upgrade(address(new LightClientV2Canonical10Insecure()), "");
        check(fingerprint(proxy) == before, "storage");
        votes(LightClientV2(proxy), first, "voting table");
        accepted(LightClientV2(proxy), callV2(honest(140, first)), "an update");
    }

    function upgrade(address implementation, bytes memory call) private {
        vm.prank(OWNER);
        LightClient(proxy).upgradeToAndCall(implementation, call);
    }

    function versionOnesSlots() private view returns (bytes32[12] memory slots) {
        for (uint256 i = 0; i < 10; i++) {
            slots[i] = vm.load(proxy, bytes32(i));
        }
        uint256 entry = uint256(keccak256(abi.encode(uint256(9))));
        slots[10] = vm.load(proxy, bytes32(entry));
        slots[11] = vm.load(proxy, bytes32(entry + 1));
    }

    function unchanged(bytes32[12] memory before) private view {
        bytes32[12] memory found = versionOnesSlots();
        for (uint256 i = 0; i < 12; i++) {
            check(found[i] == before[i], "version 1's slots");
        }
    }

    function slotIs(uint256 slot, uint256 expected, string memory what) private view {
        equal(uint256(vm.load(proxy, bytes32(slot))), expected, what);
    }
}
