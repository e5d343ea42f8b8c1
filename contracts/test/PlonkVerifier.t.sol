// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { GoldenProofs } from "./support/GoldenProofs.sol";
import { SevenInputs, VerifierV1, VerifierV1Of2, VerifierV2, VerifierV3 } from "./support/Verifiers.sol";

/// @dev Verifier against proofs of the reference prover
contract PlonkVerifierTest is GoldenProofs {
    function test_acceptsGoldenV1() public {
        acceptsAll(address(new VerifierV1()), SevenInputs.verify.selector, "golden_v1_10.json", 5);
    }

    function test_acceptsGoldenV1OfOtherDomain() public {
        acceptsAll(address(new VerifierV1Of2()), SevenInputs.verify.selector, "golden_v1_2.json", 5);
    }

    function test_acceptsGoldenV2() public {
        acceptsAll(address(new VerifierV2()), VerifierV2.verify.selector, "golden_v2_10.json", 4);
    }

    function test_acceptsGoldenV3() public {
        acceptsAll(address(new VerifierV3()), VerifierV3.verify.selector, "golden_v3_10.json", 4);
    }

    function acceptsAll(address verifier, bytes4 selector, string memory file, uint256 count) internal view {
        Statement[] memory statements = golden(file, "accepted");
        equal(statements.length, count, "golden proofs");
        for (uint256 i = 0; i < count; i++) {
            check(accepts(verifier, selector, statements[i]), statements[i].name);
        }
    }

    function accepts(address verifier, bytes4 selector, Statement memory s) internal view returns (bool) {
        (bool ok, bytes memory result) = verifier.staticcall(abi.encodePacked(selector, s.inputs, s.proof));
        check(ok && result.length == 32, "the verifier answers");
        return abi.decode(result, (bool));
    }
}
