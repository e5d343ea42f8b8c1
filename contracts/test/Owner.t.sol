// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import { LightClient } from "../src/LightClient.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

/// @dev What the owner may do, and nobody else
contract OwnerTest is LightClientSetup {
    function test_setsAndReplacesThePermissionedProver() public {
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClient.PermissionedProverRequired(STRANGER);
        asOwner();
        client.setPermissionedProver(STRANGER);
        equal(client.permissionedProver(), STRANGER, "prover");
        check(client.isPermissionedProverEnabled(), "enabled");

        asOwner();
        expectError(LightClient.NoChangeRequired.selector);
        client.setPermissionedProver(STRANGER);

        asOwner();
        client.setPermissionedProver(OWNER);
        equal(client.permissionedProver(), OWNER, "replaced");
    }

    function test_refusesTheZeroProver() public {
        asOwner();
        expectError(LightClient.InvalidAddress.selector);
        client.setPermissionedProver(address(0));
    }

    function test_disablesPermissionedMode() public {
        asOwner();
        expectError(LightClient.NoChangeRequired.selector);
        client.disablePermissionedProverMode();

        asOwner();
        client.setPermissionedProver(STRANGER);
        vm.expectEmit(true, true, true, true, address(client));
        emit LightClient.PermissionedProverNotRequired();
        asOwner();
        client.disablePermissionedProverMode();
        equal(client.permissionedProver(), address(0), "prover");
        check(!client.isPermissionedProverEnabled(), "disabled");
    }

    function test_theRetentionPeriodOnlyGrows() public {
        uint32[5] memory refused = [uint32(0), 1 hours - 1, RETENTION - 1, RETENTION, 365 days + 1];
        for (uint256 i = 0; i < refused.length; i++) {
            asOwner();
            expectError(LightClient.InvalidMaxStateHistory.selector);
            client.setstateHistoryRetentionPeriod(refused[i]);
        }
        asOwner();
        client.setstateHistoryRetentionPeriod(RETENTION + 1);
        equal(client.stateHistoryRetentionPeriod(), RETENTION + 1, "longer");
        asOwner();
        client.setstateHistoryRetentionPeriod(365 days);
        equal(client.stateHistoryRetentionPeriod(), 365 days, "longest");
    }

    function test_nobodyElseMay() public {
        bytes[5] memory calls = [
            abi.encodeCall(LightClient.setPermissionedProver, (STRANGER)),
            abi.encodeCall(LightClient.disablePermissionedProverMode, ()),
            abi.encodeCall(LightClient.setstateHistoryRetentionPeriod, (RETENTION + 1)),
            abi.encodeCall(OwnableUpgradeable.transferOwnership, (STRANGER)),
            abi.encodeCall(OwnableUpgradeable.renounceOwnership, ())
        ];
        bytes32 expected =
            keccak256(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(STRANGER);
            (bool ok, bytes memory returned) = address(client).call(calls[i]);
            check(!ok && keccak256(returned) == expected, "unauthorized");
        }
    }

    function test_ownershipMovesAndEnds() public {
        asOwner();
        expectOwnerError(address(0));
        client.transferOwnership(address(0));

        vm.expectEmit(true, true, true, true, address(client));
        emit OwnableUpgradeable.OwnershipTransferred(OWNER, STRANGER);
        asOwner();
        client.transferOwnership(STRANGER);
        equal(client.owner(), STRANGER, "new owner");

        vm.prank(STRANGER);
        client.renounceOwnership();
        equal(client.owner(), address(0), "no owner");
    }

    function asOwner() private {
        vm.prank(OWNER);
    }

    function expectOwnerError(address owner) private {
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableInvalidOwner.selector, owner));
    }
}
