// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClientVKV1Canonical10Insecure } from "../src/keys/LightClientVKV1Canonical10Insecure.sol";
import { LightClientVKV1Canonical200Insecure } from "../src/keys/LightClientVKV1Canonical200Insecure.sol";
import { LightClientVKV2Canonical10Insecure } from "../src/keys/LightClientVKV2Canonical10Insecure.sol";
import { ProofSimulator } from "./support/ProofSimulator.sol";
import { ElevenInputs, SevenInputs, VerifierV3 } from "./support/Verifiers.sol";

contract VerifierOf10 is SevenInputs, LightClientVKV1Canonical10Insecure { }

contract VerifierOf200 is SevenInputs, LightClientVKV1Canonical200Insecure { }

contract VerifierV2Canonical is ElevenInputs, LightClientVKV2Canonical10Insecure { }

/// @dev Every committed key against proofs of random statements: accepted as they are, rejected with any word changed
contract SimulatedKeysTest is ProofSimulator {
    struct Subject {
        string key;
        address verifier;
        bytes4 selector;
        uint256 numInputs;
    }

    Subject[] private subjects;

    function setUp() public {
        bytes4 seven = SevenInputs.verify.selector;
        subjects.push(Subject("LightClientVKV1Canonical10Insecure", address(new VerifierOf10()), seven, 7));
        subjects.push(Subject("LightClientVKV1Canonical200Insecure", address(new VerifierOf200()), seven, 7));
        bytes4 eleven = ElevenInputs.verify.selector;
        subjects.push(Subject("LightClientVKV2Canonical10Insecure", address(new VerifierV2Canonical()), eleven, 11));
        subjects.push(
            Subject("LightClientVKV3Canonical10Insecure", address(new VerifierV3()), VerifierV3.verify.selector, 5)
        );
    }

    /// forge-config: default.fuzz.runs = 40
    function testFuzz_randomStatements(uint256 seed) public view {
        for (uint256 i = 0; i < subjects.length; i++) {
            Subject memory subject = subjects[i];
            uint256[] memory inputs = new uint256[](subject.numInputs);
            for (uint256 j = 0; j < inputs.length; j++) {
                inputs[j] = pick(seed, j);
            }
            bytes memory call =
                abi.encodePacked(subject.selector, inputs, simulate(subject.key, inputs, pick(seed, 100)));
            check(accepts(subject.verifier, call), subject.key);
            // another word in each of four places
            for (uint256 k = 0; k < 4; k++) {
                uint256 place = pick(seed, 200 + k) % (inputs.length + 36);
                bytes memory altered = bytes.concat(call);
                altered[4 + 32 * place + pick(seed, 300 + k) % 32] ^= bytes1(uint8(1 + pick(seed, 400 + k) % 255));
                check(!accepts(subject.verifier, altered), vm.toString(place));
            }
        }
    }

    /// @dev Zero and r - 1 wherever an input stands
    function test_extremeStatements() public view {
        for (uint256 i = 0; i < subjects.length; i++) {
            uint256[] memory inputs = new uint256[](subjects[i].numInputs);
            for (uint256 pattern = 0; pattern < 1 << inputs.length; pattern += 1 + pattern / 8) {
                for (uint256 j = 0; j < inputs.length; j++) {
                    inputs[j] = (pattern >> j) & 1 == 0 ? 0 : BN254.R_MOD - 1;
                }
                bytes memory proof = simulate(subjects[i].key, inputs, pattern);
                check(accepts(subjects[i].verifier, abi.encodePacked(subjects[i].selector, inputs, proof)), "extreme");
            }
        }
    }

    /// @dev A proof holds under its own key only
    function test_keysAreNotInterchangeable() public view {
        uint256[] memory inputs = new uint256[](7);
        for (uint256 i = 0; i < 2; i++) {
            bytes memory proof = simulate(subjects[i].key, inputs, i);
            for (uint256 j = 0; j < 2; j++) {
                bool ok = accepts(subjects[j].verifier, abi.encodePacked(subjects[j].selector, inputs, proof));
                check(ok == (i == j), "capacity 10's and 200's");
            }
        }
    }

    function accepts(address verifier, bytes memory call) private view returns (bool) {
        (bool ok, bytes memory answer) = verifier.staticcall(call);
        check(ok, "the verifier answers");
        return abi.decode(answer, (bool));
    }

    function pick(uint256 seed, uint256 what) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % BN254.R_MOD;
    }
}
