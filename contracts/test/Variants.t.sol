// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../src/LightClient.sol";
import { LightClientV1Canonical10Insecure } from "../src/variants/LightClientV1Canonical10Insecure.sol";
import { LightClientSetup } from "./support/LightClientSetup.sol";

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
        check(address(new LightClientV1Canonical10Insecure()).code.length <= 24_576, "EIP-170");
    }
}
