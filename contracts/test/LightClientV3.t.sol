// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { LightClientV3 } from "../src/LightClientV3.sol";
import { EpochSetup } from "./support/EpochSetup.sol";

/// @dev Version 3 with the reference prover's proofs, and what it changes
contract LightClientV3Test is EpochSetup {
    bytes private invalid = abi.encodePacked(LightClient.InvalidProof.selector);
    Statement[] private proven;
    bytes[] private preimages;

    function setUp() public override {
        super.setUp();
        Statement[] memory statements = golden("golden_v3_10.json", "accepted");
        string memory json = vm.readFile("test/fixtures/golden_v3_10.json");
        preimages = vm.parseJsonBytesArray(json, ".accepted.preimages");
        for (uint256 i = 0; i < statements.length; i++) {
            proven.push(statements[i]);
        }
        check(proven.length == 4 && preimages.length == 4, "statements");
    }

    function test_takesTheReferencesProofs() public {
        for (uint256 i = 0; i < proven.length; i++) {
            LightClientV3 client = deployV3(voting(i), 3_000_000, 0);
            accepted(client, updateOf(i, preimages[i]), proven[i].name);
            equal(client.authRoot(), wordOf(preimages[i], 7), "authRoot");
            (uint64 viewNum, uint64 height, BN254.ScalarField root) = client.finalizedState();
            equal(viewNum, wordOf(preimages[i], 0), "view");
            equal(height, wordOf(preimages[i], 1), "height");
            equal(BN254.ScalarField.unwrap(root), wordOf(preimages[i], 2), "root");
            votes(client, abi.decode(slice(preimages[i], 3, 4), (LightClient.StakeTableState)), "next table");
        }
    }

    /// @dev No word of the digest can be exchanged; the second statement is of a root, so the next table counts
    function test_refusesEveryAlteredWord() public {
        LightClientV3 client = deployV3(voting(1), 3_000_000, 0);
        for (uint256 index = 0; index < 8; index++) {
            // another height would be no root
            if (index == 1) continue;
            bytes memory altered = bytes.concat(preimages[1]);
            altered[32 * index + 31] ^= 0x01;
            // the largest scalar, of which the last bit cannot be set
            if (wordOf(altered, index) == BN254.R_MOD) continue;
            rejected(client, updateOf(1, altered), invalid, vm.toString(index));
        }
        for (uint256 index = 0; index < 36; index++) {
            bytes memory call = updateOf(1, preimages[1]);
            call[4 + 8 * 32 + 32 * index + 31] ^= 0x01;
            rejected(client, call, invalid, vm.toString(index));
        }
    }

    /// @dev authRoot is any word, and bound in full: no alias modulo the field
    function test_authRootIsBoundInFull() public {
        LightClientV3 client = deployV3(table(0), 10, 0);
        Update memory u = honest(4, table(0));
        u.authRoot = type(uint256).max;
        bytes memory call = callV3(u);
        bytes memory alias_ = bytes.concat(call);
        uint256 other = type(uint256).max - BN254.R_MOD;
        assembly ("memory-safe") {
            // selector, state, table
            mstore(add(alias_, 0x104), other)
        }
        rejected(client, alias_, invalid, "an alias");
        accepted(client, call, "the largest word");
        equal(client.authRoot(), type(uint256).max, "authRoot");
    }

    function test_authRootChangesWithEveryUpdate() public {
        LightClientV3 client = deployV3(table(0), 10, 0);
        accepted(client, callV3(honest(3, table(0))), "first");
        equal(client.authRoot(), 7003, "first");
        accepted(client, callV3(honestRoot(5, table(0), table(1))), "a root");
        equal(client.authRoot(), 7005, "second");
        votes(client, table(1), "changed");
        rejected(client, callV3(honest(11, table(0))), invalid, "the old table");
        accepted(client, callV3(honest(11, table(1))), "the new one");
    }

    /// @dev Outside a root the claimed table counts for nothing: the voting one is in the digest
    function test_outsideARootTheVotingTableIsSigned() public {
        LightClientV3 client = deployV3(table(0), 10, 8);
        Update memory u = honest(4, table(0));
        u.signed = table(3);
        u.claimed = table(3);
        rejected(client, callV3(u), invalid, "signed another table");
        u.signed = table(0);
        accepted(client, callV3(u), "claimed another table");
        // and at a root below the start
        u = honest(5, table(0));
        u.claimed = table(3);
        accepted(client, callV3(u), "a root below the start");
        votes(client, table(0), "nothing taken");
    }

    function test_epochRulesAreVersionTwos() public {
        LightClientV3 client = deployV3(table(0), 10, 0);
        bytes memory missing = errorData(LightClientV2.MissingEpochRootUpdate.selector);
        rejected(client, callV3(honest(7, table(0))), missing, "past the root");
        rejected(client, callV3(honest(11, table(0))), missing, "no root");
        Update memory u = honest(4, table(0));
        accepted(client, callV3(u), "first");
        rejected(client, callV3(u), errorData(LightClient.OutdatedState.selector), "again");
        u = honest(5, table(0));
        u.claimed.amountComm = BN254.ScalarField.wrap(BN254.R_MOD);
        bytes memory wording = abi.encodeWithSignature("Error(string)", "Bn254: invalid scalar field");
        rejected(client, callV3(u), wording, "no scalar");
        vm.prank(OWNER);
        client.setPermissionedProver(STRANGER);
        u = honestRoot(5, table(0), table(1));
        rejected(client, callV3(u), errorData(LightClient.ProverNotPermissioned.selector), "not the prover");
    }

    function test_olderCallsAreDeprecated() public {
        LightClientV3 client = deployV3(table(0), 10, 0);
        bytes memory deprecated = errorData(LightClientV2.DeprecatedApi.selector);
        rejected(client, abi.encodePacked(UPDATE_V1, new bytes(39 * 32)), deprecated, "version 1's");
        rejected(client, callV2(honest(4, table(0))), deprecated, "version 2's");
    }

    function test_initializesOnceAndByItsOwner() public {
        LightClientV3 client = deployV3(table(0), 10, 31);
        (uint8 major, uint8 minor, uint8 patch) = client.getVersion();
        check(major == 3 && minor == 0 && patch == 0, "version");
        equal(uint256(vm.load(address(client), bytes32(uint256(16)))), 4, "first epoch, recomputed");
        vm.prank(OWNER);
        expectError(Initializable.InvalidInitialization.selector);
        client.initializeV3();
        vm.expectRevert(abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, STRANGER));
        vm.prank(STRANGER);
        client.initializeV3();
    }

    function voting(uint256 i) private view returns (LightClient.StakeTableState memory) {
        bytes memory inputs = proven[i].inputs;
        return LightClient.StakeTableState(
            wordOf(inputs, 3),
            BN254.ScalarField.wrap(wordOf(inputs, 0)),
            BN254.ScalarField.wrap(wordOf(inputs, 1)),
            BN254.ScalarField.wrap(wordOf(inputs, 2))
        );
    }

    /// @dev A preimage has the order of the call's arguments
    function updateOf(uint256 i, bytes memory preimage) private view returns (bytes memory) {
        return abi.encodePacked(UPDATE_V3, preimage, proven[i].proof);
    }

    function wordOf(bytes memory words, uint256 index) private pure returns (uint256) {
        return abi.decode(slice(words, index, 1), (uint256));
    }

    function slice(bytes memory words, uint256 first, uint256 count) private pure returns (bytes memory part) {
        part = new bytes(32 * count);
        for (uint256 i = 0; i < part.length; i++) {
            part[i] = words[32 * first + i];
        }
    }
}
