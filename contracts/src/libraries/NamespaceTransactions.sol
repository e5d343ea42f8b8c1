// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LittleEndian } from "./LittleEndian.sol";

/// @title The transactions in a namespace's bytes
/// @dev A count, where each transaction ends (four bytes each, lowest first, from the end of this table on), the transactions.
/// Anybody may have written these bytes, so every reading of them is defined: a table that is cut off has as many transactions as it
/// has ends, ends behind the bytes are at their end, and a transaction that ends before it begins is empty.
library NamespaceTransactions {
    /// @notice Number of transactions
    function count(bytes calldata payload) internal pure returns (uint256) {
        if (payload.length < 4) return 0;
        return min(LittleEndian.readU32(payload, 0), (payload.length - 4) / 4);
    }

    /// @notice The bytes of transaction `index`, which must be below `count`
    function get(bytes calldata payload, uint256 index) internal pure returns (bytes calldata) {
        // behind the table that is declared, whether or not it is there
        uint256 body = 4 + 4 * LittleEndian.readU32(payload, 0);
        uint256 end = min(body + LittleEndian.readU32(payload, 4 + 4 * index), payload.length);
        uint256 start = index == 0 ? body : body + LittleEndian.readU32(payload, 4 * index);
        return payload[min(start, end):end];
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
