// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

import { BN254 } from "../src/BN254.sol";
import { PermissionedStakeTable } from "../src/stake/PermissionedStakeTable.sol";
import { StakeKeys } from "./support/StakeKeys.sol";

contract PermissionedStakeTableTest is StakeKeys {
    PermissionedStakeTable private stakers;

    function setUp() public {
        vm.roll(77);
        stakers = new PermissionedStakeTable(nodes(0, 2));
    }

    function test_beginsWithItsFirstStakers() public {
        for (uint256 i = 0; i < 5; i++) {
            check(stakers.isStaker(blsKey(i)) == (i < 2), "in the set");
        }
        equal(stakers.initializedAtBlock(), 77, "block");
        equal(stakers.owner(), address(this), "owner");
        expectError(Initializable.InvalidInitialization.selector);
        stakers.initialize();
    }

    function test_updates() public {
        vm.expectEmit(true, true, true, true, address(stakers));
        emit PermissionedStakeTable.StakersUpdated(keys(0, 1), nodes(2, 3));
        stakers.update(keys(0, 1), nodes(2, 3));
        for (uint256 i = 0; i < 5; i++) {
            check(stakers.isStaker(blsKey(i)) == (i != 0), "in the set");
        }
        // a key can leave and come back at once
        stakers.update(keys(1, 2), nodes(1, 1));
        check(stakers.isStaker(blsKey(1)) && !stakers.isStaker(blsKey(2)), "back");
        stakers.update(keys(0, 0), nodes(0, 0));
    }

    function test_refusesKeysThatAreThereAndKeysThatAreNot() public {
        vm.expectRevert(abi.encodeWithSelector(PermissionedStakeTable.StakerAlreadyExists.selector, blsKey(1)));
        stakers.update(keys(0, 0), nodes(1, 1));
        vm.expectRevert(abi.encodeWithSelector(PermissionedStakeTable.StakerNotFound.selector, blsKey(2)));
        stakers.update(keys(2, 1), nodes(0, 0));
        PermissionedStakeTable.NodeInfo[] memory twice = nodes(2, 2);
        twice[1] = twice[0];
        vm.expectRevert(abi.encodeWithSelector(PermissionedStakeTable.StakerAlreadyExists.selector, blsKey(2)));
        stakers.update(keys(0, 0), twice);
        vm.expectRevert(abi.encodeWithSelector(PermissionedStakeTable.StakerAlreadyExists.selector, blsKey(2)));
        new PermissionedStakeTable(twice);
        check(!stakers.isStaker(blsKey(2)), "nothing was done by halves");
    }

    function test_onlyTheOwnerUpdates() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xB0B)));
        vm.prank(address(0xB0B));
        stakers.update(keys(0, 1), nodes(2, 1));
    }

    function test_aKeyIsKnownByItsFourWords() public view {
        BN254.G2Point memory key = blsKey(0);
        check(stakers._hashBlsKey(key) == keccak256(abi.encode(key.x0, key.x1, key.y0, key.y1)), "hash");
    }

    function keys(uint256 first, uint256 count) private view returns (BN254.G2Point[] memory list) {
        list = new BN254.G2Point[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = blsKey(first + i);
        }
    }

    function nodes(uint256 first, uint256 count) private view returns (PermissionedStakeTable.NodeInfo[] memory list) {
        list = new PermissionedStakeTable.NodeInfo[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = PermissionedStakeTable.NodeInfo(blsKey(first + i), schnorrKey(first + i), i % 2 == 0);
        }
    }
}
