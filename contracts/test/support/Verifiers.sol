// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { INPUT0 } from "../../src/PlonkLayout.sol";
import { PlonkVerifier } from "../../src/PlonkVerifier.sol";
import { IPlonkVerifier } from "../../src/interfaces/IPlonkVerifier.sol";
import { LightClientVKV1Legacy10Insecure as KeyV1 } from "../keys/LightClientVKV1Legacy10Insecure.sol";
import { LightClientVKV1Legacy2Insecure as KeyV1Of2 } from "../keys/LightClientVKV1Legacy2Insecure.sol";
import { LightClientVKV2Legacy10Insecure as KeyV2 } from "../keys/LightClientVKV2Legacy10Insecure.sol";
import { LightClientVKV3Canonical10Insecure as KeyV3 } from "../../src/keys/LightClientVKV3Canonical10Insecure.sol";

/// @dev The verifier alone, with seven public inputs
abstract contract SevenInputs is PlonkVerifier {
    function verify(uint256[7] calldata inputs, IPlonkVerifier.PlonkProof calldata proof) external view returns (bool) {
        assembly ("memory-safe") {
            calldatacopy(INPUT0, inputs, 0xe0)
        }
        return _verifyProof(proof, 7);
    }
}

contract VerifierV1 is SevenInputs, KeyV1 { }

/// @dev Capacity 2: a domain of 2^14 rows
contract VerifierV1Of2 is SevenInputs, KeyV1Of2 { }

/// @dev The verifier alone, with eleven
abstract contract ElevenInputs is PlonkVerifier {
    function verify(uint256[11] calldata inputs, IPlonkVerifier.PlonkProof calldata proof)
        external
        view
        returns (bool)
    {
        assembly ("memory-safe") {
            calldatacopy(INPUT0, inputs, 0x160)
        }
        return _verifyProof(proof, 11);
    }
}

contract VerifierV2 is ElevenInputs, KeyV2 { }

/// @dev Five public inputs
contract VerifierV3 is KeyV3 {
    function verify(uint256[5] calldata inputs, IPlonkVerifier.PlonkProof calldata proof) external view returns (bool) {
        assembly ("memory-safe") {
            calldatacopy(INPUT0, inputs, 0xa0)
        }
        return _verifyProof(proof, 5);
    }
}

/// @dev Starts with memory full of a pattern, as a caller may leave it that has not allocated what it used
contract DirtyVerifierV1 is VerifierV1 {
    function verifyInDirtyMemory(uint256[7] calldata inputs, IPlonkVerifier.PlonkProof calldata proof, uint256 pattern)
        external
        view
        returns (bool)
    {
        assembly ("memory-safe") {
            mstore(0x00, pattern)
            mstore(0x20, pattern)
            for { let place := 0x80 } lt(place, 0x1000) { place := add(place, 0x20) } { mstore(place, pattern) }
            calldatacopy(INPUT0, inputs, 0xe0)
        }
        return _verifyProof(proof, 7);
    }

    /// @dev Breaks the verifier's precondition: memory has been allocated
    function verifyBesideAnAllocation(uint256[7] calldata inputs, IPlonkVerifier.PlonkProof calldata proof)
        external
        view
        returns (bool)
    {
        uint256[] memory allocated = new uint256[](1);
        _setPublicInput(0, inputs[0] + allocated[0]);
        return _verifyProof(proof, 7);
    }
}
