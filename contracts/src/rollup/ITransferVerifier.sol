// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { IPlonkVerifier } from "../interfaces/IPlonkVerifier.sol";

/// @title Verifier of the ZK rollup's batches
interface ITransferVerifier {
    /// @notice Whether the proof holds; a malformed one, or an input that is not below the field's modulus, is a plain `false`
    /// @param inputs State before and after, digest, challenge, value at the challenge
    function verify(uint256[5] calldata inputs, IPlonkVerifier.PlonkProof calldata proof) external view returns (bool);
}
