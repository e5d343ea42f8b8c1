// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { NamespaceProof } from "../../src/libraries/NamespaceProof.sol";

/// @dev The library behind a call, as a rollup's contract has it
contract NamespaceProofCaller {
    function verify(
        bytes32 commitment,
        bytes calldata table,
        uint256 entry,
        bytes calldata payload,
        NamespaceProof.Dispersal calldata dispersal,
        NamespaceProof.Surroundings calldata around
    ) external view returns (bool) {
        return NamespaceProof.verify(commitment, table, entry, payload, dispersal, around);
    }
}
