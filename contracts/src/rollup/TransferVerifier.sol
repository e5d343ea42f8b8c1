// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { PlonkVerifier } from "../PlonkVerifier.sol";
import { IPlonkVerifier } from "../interfaces/IPlonkVerifier.sol";
import { ITransferVerifier } from "./ITransferVerifier.sol";

/// @title Verifier of the ZK rollup's batches, abstract over its key
/// @dev A contract of its own: `PlonkVerifier` takes memory as it was at the call's start.
abstract contract TransferVerifier is PlonkVerifier, ITransferVerifier {
    /// @inheritdoc ITransferVerifier
    function verify(uint256[5] calldata inputs, IPlonkVerifier.PlonkProof calldata proof) external view returns (bool) {
        for (uint256 i = 0; i < 5; ++i) {
            _setPublicInput(i, inputs[i]);
        }
        return _verifyProof(proof, 5);
    }
}
