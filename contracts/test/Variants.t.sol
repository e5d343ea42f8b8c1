// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../src/LightClient.sol";
import { LightClientArbitrumV1Canonical10Insecure } from "../src/variants/LightClientArbitrumV1Canonical10Insecure.sol";
import { LightClientMockV1Canonical10Insecure } from "../src/variants/LightClientMockV1Canonical10Insecure.sol";
import { LightClientMockV3Canonical10Insecure } from "../src/variants/LightClientMockV3Canonical10Insecure.sol";
import { LightClientV1Canonical10Insecure } from "../src/variants/LightClientV1Canonical10Insecure.sol";
import { LightClientV2Canonical10Insecure } from "../src/variants/LightClientV2Canonical10Insecure.sol";
import { LightClientV3Canonical10Insecure } from "../src/variants/LightClientV3Canonical10Insecure.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";
import { LightClientV1Legacy10Insecure } from "./variants/LightClientV1Legacy10Insecure.sol";
import { LightClientV2Legacy10Insecure } from "./variants/LightClientV2Legacy10Insecure.sol";

/// @dev The implementations that are deployed take the proofs of their own circuit, and no others
contract VariantsTest is LightClientSetup {
    function test_canonicalTakesCanonicalProofs() public {
        implementation = new LightClientV1Canonical10Insecure();
        Statement[] memory proven = golden("golden_v1_canonical_10.json", "accepted");
        equal(proven.length, 2, "proofs");
        for (uint256 i = 0; i < proven.length; i++) {
            statement = proven[i];
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            (bool ok,) = update(statement);
            check(ok, statement.name);
        }
    }

    /// @dev The same two statements, proven for the deployed circuit whose range check is unsound
    function test_canonicalRefusesLegacyProofs() public {
        implementation = new LightClientV1Canonical10Insecure();
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        (bool ok, bytes memory returned) = update(statement);
        check(!ok && bytes4(returned) == LightClient.InvalidProof.selector, "a legacy proof");
        Statement memory canonical = golden("golden_v1_canonical_10.json", "accepted")[0];
        check(keccak256(canonical.inputs) == keccak256(statement.inputs), "the same statement");
    }

    function test_fitsInAContract() public {
        check(address(new LightClientV1Canonical10Insecure()).code.length <= 24_576, "version 1");
        check(address(new LightClientV2Canonical10Insecure()).code.length <= 24_576, "version 2");
        check(address(new LightClientV3Canonical10Insecure()).code.length <= 24_576, "version 3");
        check(address(new LightClientMockV3Canonical10Insecure()).code.length <= 24_576, "the largest");
    }

    /// @dev The deployed circuits' range check is unsound: a contract for them is only as safe as its one prover
    function test_aLegacyKeyTakesItsPermissionedProversProofsOnly() public {
        implementation = new LightClientV1Legacy10Insecure();
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        refusesEverybody();
        vm.prank(OWNER);
        client.setPermissionedProver(OWNER);
        refusesEverybody();
        vm.prank(OWNER);
        (bool ok,) = update(statement);
        check(ok, "the prover");
    }

    function test_aLegacyKeyNeverLeavesPermissionedMode() public {
        LightClient[2] memory implementations =
            [LightClient(new LightClientV1Legacy10Insecure()), LightClient(new LightClientV2Legacy10Insecure())];
        for (uint256 i = 0; i < 2; i++) {
            implementation = implementations[i];
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            vm.prank(OWNER);
            expectError(LightClient.NoChangeRequired.selector);
            client.disablePermissionedProverMode();
            vm.prank(OWNER);
            client.setPermissionedProver(STRANGER);
            vm.prank(OWNER);
            expectError(LightClient.ProverNotPermissioned.selector);
            client.disablePermissionedProverMode();
            equal(client.permissionedProver(), STRANGER, "still");
            // an upgrade to a canonical circuit frees it
            address canonical = address(new LightClientV1Canonical10Insecure());
            vm.prank(OWNER);
            client.upgradeToAndCall(canonical, abi.encodeCall(LightClient.disablePermissionedProverMode, ()));
            check(!client.isPermissionedProverEnabled(), "open");
        }
    }

    function test_onArbitrumTheHistorySpeaksOfItsOwnBlocks() public {
        implementation = new LightClientArbitrumV1Canonical10Insecure();
        statement = golden("golden_v1_canonical_10.json", "accepted")[0];
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        vm.mockCall(address(0x64), abi.encodeWithSignature("arbBlockNumber()"), abi.encode(350_000_000));
        equal(client.currentBlockNumber(), 350_000_000, "block number");
        (bool ok,) = update(statement);
        check(ok, "update");
        (uint64 block_,,,) = client.stateHistoryCommitments(0);
        equal(block_, 350_000_000, "in the history");
        check(!client.lagOverEscapeHatchThreshold(350_000_000, 0), "no lag");
        expectError(LightClient.InsufficientSnapshotHistory.selector);
        client.lagOverEscapeHatchThreshold(350_000_001, 0);
    }

    function test_aMockLooksDownWhenTold() public {
        LightClient[2] memory implementations =
            [LightClient(new LightClientMockV1Canonical10Insecure()), new LightClientMockV3Canonical10Insecure()];
        for (uint256 i = 0; i < 2; i++) {
            implementation = implementations[i];
            client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
            LightClientMockV1Canonical10Insecure mock = LightClientMockV1Canonical10Insecure(address(client));
            mock.setHotShotDownSince(900);
            check(mock.lagOverEscapeHatchThreshold(1000, 99), "a hundred blocks ago");
            check(!mock.lagOverEscapeHatchThreshold(1000, 100), "no more");
            check(!mock.lagOverEscapeHatchThreshold(900, 0), "at the outage");
            vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
            mock.lagOverEscapeHatchThreshold(899, 0);
            mock.setHotShotUp();
            expectError(LightClient.InsufficientSnapshotHistory.selector);
            mock.lagOverEscapeHatchThreshold(1000, 99);
            for (uint256 slot = 10; slot < 20; slot++) {
                equal(uint256(vm.load(address(mock), bytes32(slot))), 0, "beside every version's layout");
            }
        }
    }

    /// @dev Otherwise a mock is the light client
    function test_aMockTakesProofs() public {
        implementation = new LightClientMockV1Canonical10Insecure();
        statement = golden("golden_v1_canonical_10.json", "accepted")[0];
        client = deploy(genesis(), stakeTable(), RETENTION, OWNER);
        (bool ok,) = update(statement);
        check(ok, "update");
        check(!client.lagOverEscapeHatchThreshold(1000, 0), "from the history");
    }

    function refusesEverybody() private {
        (bool ok, bytes memory returned) = update(statement);
        check(!ok && bytes4(returned) == LightClient.ProverNotPermissioned.selector, "a stranger");
        vm.prank(STRANGER);
        (ok, returned) = update(statement);
        check(!ok && bytes4(returned) == LightClient.ProverNotPermissioned.selector, "another");
    }
}
