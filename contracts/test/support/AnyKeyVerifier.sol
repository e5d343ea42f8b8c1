// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { INPUT0, MINUS_H, TAU_G2, TRANSCRIPT } from "../../src/PlonkLayout.sol";
import { MINUS_H_X0, MINUS_H_X1, MINUS_H_Y0, MINUS_H_Y1 } from "../../src/BN254.sol";
import { PlonkVerifier, R } from "../../src/PlonkVerifier.sol";
import { IPlonkVerifier } from "../../src/interfaces/IPlonkVerifier.sol";

/// @dev Takes its key from the call: one contract for every domain and every number of inputs
contract AnyKeyVerifier is PlonkVerifier {
    /// @param domain Binary logarithm of the number of rows, omega, its inverse
    /// @param key 44 words of the transcript, then [tau]_2
    /// @param inputs As many as `numInputs` count
    function verify(
        IPlonkVerifier.PlonkProof calldata proof,
        uint256[3] calldata domain,
        uint256[48] calldata key,
        uint256 numInputs,
        uint256[11] calldata inputs
    ) external view returns (bool) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := domain
            calldatacopy(INPUT0, inputs, shl(5, numInputs))
        }
        // where _loadVerifyingKey, which takes no arguments, will look
        assert(offset == 0x484 && key.length == 48);
        return _verifyProof(proof, numInputs);
    }

    function _loadVerifyingKey()
        internal
        pure
        override
        returns (uint256 domainSize, uint256 omega, uint256 omegaInverse)
    {
        assembly ("memory-safe") {
            domainSize := shl(calldataload(0x484), 1)
            omega := calldataload(0x4a4)
            omegaInverse := calldataload(0x4c4)
            mstore(TRANSCRIPT, 0)
            calldatacopy(add(TRANSCRIPT, 0x20), 0x4e4, 0x580)
            calldatacopy(TAU_G2, 0xa64, 0x80)
            mstore(MINUS_H, MINUS_H_X1)
            mstore(add(MINUS_H, 0x20), MINUS_H_X0)
            mstore(add(MINUS_H, 0x40), MINUS_H_Y1)
            mstore(add(MINUS_H, 0x60), MINUS_H_Y0)
        }
    }

    function _raiseToDomainSize(uint256 x) internal pure override returns (uint256 power) {
        assembly ("memory-safe") {
            power := x
            for { let i := calldataload(0x484) } i { i := sub(i, 1) } { power := mulmod(power, power, R) }
        }
    }
}
