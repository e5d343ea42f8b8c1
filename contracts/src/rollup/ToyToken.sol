// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { NamespaceTransactions } from "../libraries/NamespaceTransactions.sol";

/// @title The state and the transfer rule of the example rollups' token
/// @dev Small on purpose: the whole state is handed to a dispute. A transaction is `to (20 bytes) | amount (16) | nonce (8) | r (32) |
/// s (32) | v (1)`, numbers highest byte first, signed as a personal message (EIP-191) of 48 bytes, the namespace (4) and the first
/// 44 bytes. What is no valid transfer changes nothing: nobody can stop a block from being executed by what they write into it.
library ToyToken {
    struct Account {
        address owner;
        uint128 balance;
        /// @dev Transfers made
        uint64 nonce;
    }

    /// @notice Most accounts; a transfer that would open one more is invalid. Bounds what a dispute costs.
    uint256 internal constant MAX_ACCOUNTS = 64;

    uint256 private constant BODY_BYTES = 44;
    uint256 private constant TRANSFER_BYTES = 109;

    /// @notice More accounts than a state may have
    error TooManyAccounts(uint256 count);

    /// @notice The commitment to a state
    function root(Account[] memory accounts) internal pure returns (bytes32) {
        return keccak256(abi.encode(accounts));
    }

    /// @notice The state after all transfers in a namespace's bytes
    /// @dev Never reverts for a state that came of transfers from one whose balances add up to less than 2^128: whatever could be
    /// asserted wrongly can be disputed.
    function applyAll(Account[] memory state, uint32 namespace, bytes calldata payload)
        internal
        pure
        returns (Account[] memory accounts)
    {
        uint256 used = state.length;
        if (used > MAX_ACCOUNTS) revert TooManyAccounts(used);
        accounts = new Account[](MAX_ACCOUNTS);
        for (uint256 i = 0; i < used; ++i) {
            accounts[i] = state[i];
        }
        uint256 count = NamespaceTransactions.count(payload);
        for (uint256 i = 0; i < count; ++i) {
            used = applyOne(accounts, used, namespace, NamespaceTransactions.get(payload, i));
        }
        assembly ("memory-safe") {
            // those behind are not part of the state
            mstore(accounts, used)
        }
    }

    /// @return Number of accounts after the transfer
    function applyOne(Account[] memory accounts, uint256 used, uint32 namespace, bytes calldata transfer)
        private
        pure
        returns (uint256)
    {
        if (transfer.length != TRANSFER_BYTES) return used;
        address to = address(bytes20(transfer[0:20]));
        uint128 amount = uint128(bytes16(transfer[20:36]));
        address signer = signerOf(namespace, transfer);
        if (signer == address(0) || to == address(0)) return used;
        uint256 from = find(accounts, used, signer);
        if (from == used || accounts[from].nonce != uint64(bytes8(transfer[36:44]))) return used;
        if (accounts[from].balance < amount) return used;
        uint256 recipient = find(accounts, used, to);
        if (recipient == MAX_ACCOUNTS) return used;
        if (recipient == used) accounts[used++].owner = to;
        accounts[from].nonce += 1;
        accounts[from].balance -= amount;
        accounts[recipient].balance += amount;
        return used;
    }

    /// @dev The zero address when nobody has signed
    function signerOf(uint32 namespace, bytes calldata transfer) private pure returns (address) {
        bytes32 digest =
            keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n48", namespace, transfer[:BODY_BYTES]));
        return ecrecover(digest, uint8(transfer[108]), bytes32(transfer[44:76]), bytes32(transfer[76:108]));
    }

    /// @dev The account's index, `used` when there is none
    function find(Account[] memory accounts, uint256 used, address owner) private pure returns (uint256 i) {
        while (i < used && accounts[i].owner != owner) ++i;
    }
}
