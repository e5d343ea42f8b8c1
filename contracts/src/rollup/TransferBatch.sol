// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";
import { NamespaceTransactions } from "../libraries/NamespaceTransactions.sol";

/// @title Transfers of the ZK rollup's token, from the namespace's bytes to what the circuit is bound to
/// @dev A transfer is `from (4 bytes) | to (4) | amount (8) | nonce (8) | R.x (32) | R.y (32) | s (32)`, highest byte first: indices of
/// accounts, and a Schnorr signature on Baby Jubjub over the first 24 bytes and the rollup's domain. Transactions of another
/// length, with an index that no account has or a number that is not canonical are no transfers and are passed over: the circuit
/// has a witness for all that is left, so nobody can stop the rollup by what they write. Whether a transfer is valid is the circuit's
/// to decide, not the batch maker's.
library TransferBatch {
    /// @notice Transfers in a batch
    uint256 internal constant SIZE = 4;
    /// @notice Accounts of the rollup
    uint256 internal constant ACCOUNTS = 81;
    /// @dev The domain, and four for each transfer
    uint256 internal constant ELEMENTS = 1 + 4 * SIZE;

    uint256 private constant TRANSFER_BYTES = 120;
    /// @dev Order of the subgroup that signatures are in
    uint256 private constant SUBGROUP_ORDER =
        2_736_030_358_979_909_402_780_800_718_157_159_386_076_813_972_158_567_259_200_215_660_948_447_373_041;

    /// @notice Where a batch stands
    /// @param commitment The light client's for the block, zero for transfers forced through the escape hatch
    /// @param height The block's height
    /// @param first Index of the first transaction looked at
    struct Source {
        uint256 commitment;
        uint64 height;
        uint64 first;
    }

    /// @notice The next transfers from transaction `first` on
    /// @return elements The domain and the transfers, zeros where there are fewer than `SIZE`
    /// @return count Number of these transfers
    /// @return next Index behind the last transaction looked at: all of them unless the batch is full
    function gather(uint256 domain, bytes calldata payload, uint256 first)
        internal
        pure
        returns (uint256[] memory elements, uint256 count, uint256 next)
    {
        elements = new uint256[](ELEMENTS);
        elements[0] = domain;
        uint256 transactions = NamespaceTransactions.count(payload);
        for (next = first; next < transactions && count < SIZE; ++next) {
            bytes calldata transaction = NamespaceTransactions.get(payload, next);
            if (!isTransfer(transaction)) continue;
            uint256 place = 1 + 4 * count;
            elements[place] = uint192(bytes24(transaction[0:24]));
            elements[place + 1] = uint256(bytes32(transaction[24:56]));
            elements[place + 2] = uint256(bytes32(transaction[56:88]));
            elements[place + 3] = uint256(bytes32(transaction[88:120]));
            ++count;
        }
    }

    /// @notice Whether the circuit can take a transaction for a transfer, valid or not
    function isTransfer(bytes calldata transaction) internal pure returns (bool) {
        return transaction.length == TRANSFER_BYTES && uint32(bytes4(transaction[0:4])) < ACCOUNTS
            && uint32(bytes4(transaction[4:8])) < ACCOUNTS && uint256(bytes32(transaction[24:56])) < BN254.R_MOD
            && uint256(bytes32(transaction[56:88])) < BN254.R_MOD
            && uint256(bytes32(transaction[88:120])) < SUBGROUP_ORDER;
    }

    /// @notice What ties the circuit's transfers to these
    /// @dev The circuit hashes its transfers to `digest`, which is sent before the challenge can be known, and evaluates the polynomial
    /// with these coefficients at the challenge. Transfers that differ from the contract's have another polynomial; two of degree 16
    /// agree at one point in at most 16. A challenge without the digest would be known when the circuit's transfers are chosen.
    function bind(Source memory source, uint256 digest, uint256[] memory elements)
        internal
        pure
        returns (uint256 challenge, uint256 value)
    {
        bytes memory words =
            abi.encodePacked(source.commitment, uint256(source.height), uint256(source.first), digest, elements);
        challenge = uint256(keccak256(words)) % BN254.R_MOD;
        for (uint256 i = elements.length; i > 0; --i) {
            value = addmod(mulmod(value, challenge, BN254.R_MOD), elements[i - 1], BN254.R_MOD);
        }
    }
}
