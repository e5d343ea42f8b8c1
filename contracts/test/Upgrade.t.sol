// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { UUPSUpgradeable } from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import { ERC1967Utils } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

import { LightClient } from "../src/LightClient.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";
import { OpenLightClientV1 } from "./support/OpenLightClientV1.sol";

/// @dev Claims another implementation slot than ERC-1967's
contract WrongSlot {
    function proxiableUUID() external pure returns (bytes32) {
        return bytes32(uint256(1));
    }
}

contract NextVersion is OpenLightClientV1 {
    function getVersion() public pure override returns (uint8, uint8, uint8) {
        return (9, 0, 0);
    }
}

contract UpgradeTest is LightClientSetup {
    bytes32 private constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    function test_theOwnerUpgradesAndNothingIsLost() public {
        (bool ok,) = update(statement);
        check(ok, "update");
        bytes32[12] memory before = slots();
        address next = address(new NextVersion());

        vm.expectEmit(true, true, true, true, address(client));
        emit LightClient.Upgrade(next);
        vm.expectEmit(true, true, true, true, address(client));
        emit ERC1967Utils.Upgraded(next);
        vm.prank(OWNER);
        client.upgradeToAndCall(next, "");

        (uint8 major,,) = client.getVersion();
        equal(major, 9, "version");
        equal(uint256(vm.load(address(client), IMPLEMENTATION_SLOT)), uint256(uint160(next)), "implementation");
        bytes32[12] memory later = slots();
        for (uint256 i = 0; i < before.length; i++) {
            check(before[i] == later[i], "storage changed");
        }
        equal(client.owner(), OWNER, "owner");
        // and back again
        vm.prank(OWNER);
        client.upgradeToAndCall(address(implementation), "");
        (major,,) = client.getVersion();
        equal(major, 1, "version");
    }

    function test_anUpgradeMayCall() public {
        address next = address(new NextVersion());
        vm.prank(OWNER);
        client.upgradeToAndCall(next, abi.encodeCall(LightClient.setPermissionedProver, (STRANGER)));
        equal(client.permissionedProver(), STRANGER, "called as the owner");
    }

    function test_nobodyElseUpgrades() public {
        address next = address(new NextVersion());
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        vm.prank(STRANGER);
        client.upgradeToAndCall(next, "");
    }

    function test_refusesWhatIsNoImplementation() public {
        vm.expectRevert(abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidImplementation.selector, address(this)));
        vm.prank(OWNER);
        client.upgradeToAndCall(address(this), "");

        address wrong = address(new WrongSlot());
        vm.expectRevert(
            abi.encodeWithSelector(UUPSUpgradeable.UUPSUnsupportedProxiableUUID.selector, bytes32(uint256(1)))
        );
        vm.prank(OWNER);
        client.upgradeToAndCall(wrong, "");
    }

    function test_theImplementationItselfIsInert() public {
        equal(implementation.owner(), address(0), "no owner");
        expectError(UUPSUpgradeable.UUPSUnauthorizedCallContext.selector);
        implementation.upgradeToAndCall(address(implementation), "");
        check(implementation.proxiableUUID() == IMPLEMENTATION_SLOT, "ERC-1967");
        expectError(UUPSUpgradeable.UUPSUnauthorizedCallContext.selector);
        client.proxiableUUID();
    }

    /// @dev Slots 0 to 9 and the first entry of the history
    function slots() private view returns (bytes32[12] memory found) {
        for (uint256 i = 0; i < 10; i++) {
            found[i] = vm.load(address(client), bytes32(i));
        }
        uint256 entry = uint256(keccak256(abi.encode(uint256(9))));
        found[10] = vm.load(address(client), bytes32(entry));
        found[11] = vm.load(address(client), bytes32(entry + 1));
    }
}
