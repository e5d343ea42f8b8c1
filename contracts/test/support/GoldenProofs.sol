// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Test } from "./Test.sol";

/// @dev Real proofs from `test/fixtures`, as words
abstract contract GoldenProofs is Test {
    /// @dev Public inputs and the 36 words of a proof
    struct Statement {
        string name;
        bytes inputs;
        bytes proof;
    }

    /// @dev The list under `key` ("accepted" or "rejected") of a golden file
    function golden(string memory file, string memory key) internal view returns (Statement[] memory statements) {
        string memory json = vm.readFile(string.concat("test/fixtures/", file));
        string[] memory names = vm.parseJsonStringArray(json, string.concat(".", key, ".names"));
        bytes[] memory inputs = vm.parseJsonBytesArray(json, string.concat(".", key, ".inputs"));
        bytes[] memory proofs = vm.parseJsonBytesArray(json, string.concat(".", key, ".proofs"));
        check(names.length == inputs.length && names.length == proofs.length, "lists of one length");
        statements = new Statement[](names.length);
        for (uint256 i = 0; i < names.length; i++) {
            check(proofs[i].length == 36 * 32, "36 words");
            statements[i] = Statement(names[i], inputs[i], proofs[i]);
        }
    }

    /// @dev Word `index` of proof and then inputs
    function wordAt(Statement memory statement, uint256 index) internal pure returns (uint256 word) {
        (bytes memory data, uint256 slot) = locate(statement, index);
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), shl(5, slot)))
        }
    }

    /// @dev The statement with one word replaced
    function withWord(Statement memory statement, uint256 index, uint256 word)
        internal
        pure
        returns (Statement memory altered)
    {
        altered = Statement(statement.name, bytes.concat(statement.inputs), bytes.concat(statement.proof));
        (bytes memory data, uint256 slot) = locate(altered, index);
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), shl(5, slot)), word)
        }
    }

    function locate(Statement memory statement, uint256 index) private pure returns (bytes memory, uint256) {
        if (index < 36) return (statement.proof, index);
        check(index - 36 < statement.inputs.length / 32, "index of an input");
        return (statement.inputs, index - 36);
    }
}
