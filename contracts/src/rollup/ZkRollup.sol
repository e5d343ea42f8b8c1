// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ILightClient } from "../interfaces/ILightClient.sol";
import { IPlonkVerifier } from "../interfaces/IPlonkVerifier.sol";
import { Derivation } from "../libraries/Derivation.sol";
import { ITransferVerifier } from "./ITransferVerifier.sol";
import { TransferBatch } from "./TransferBatch.sol";

/// @title Example of a ZK rollup that HotShot sequences: a toy token
/// @notice Anybody settles the next block with a proof of what its transfers do to the token. That these are the block's transfers,
/// all of them and in their order, the contract sees itself, from the light client's commitment. While the light client lags,
/// transfers can be handed to the contract directly, proven in the same way.
/// @dev An example: no deposits or withdrawals, 81 accounts, and blocks whose part of the namespace fits a transaction on L1.
contract ZkRollup {
    /// @notice Transfers that were executed, up to `TransferBatch.SIZE`
    /// @param state Root of the token's accounts after them
    /// @param digest The circuit's hash of them
    /// @param proof That they lead there
    struct Batch {
        uint256 state;
        uint256 digest;
        IPlonkVerifier.PlonkProof proof;
    }

    /// @notice L1 blocks without an update of the light client after which transfers can be forced
    uint256 public constant ESCAPE_LAG = 600;

    ILightClient public immutable lightClient;
    ITransferVerifier public immutable verifier;
    /// @notice The rollup's namespace
    uint32 public immutable namespace;
    /// @notice What keeps a transfer from counting in another rollup: chain id and namespace, part of what is signed
    uint256 public immutable domain;

    /// @notice Height of the block that is to be settled next
    uint64 public height;
    /// @notice Its first transaction in the namespace that is not settled
    uint64 public next;
    /// @notice Root of the token's settled accounts
    uint256 public state;

    /// @notice The blocks below this height are settled, and this one up to its transaction `next`
    event Settled(uint64 indexed height, uint64 next, uint256 state);
    /// @notice Transfers were executed that HotShot has not ordered, on top of the settled ones; they stand in the call
    event Escaped(uint64 indexed height, uint64 next, uint256 state);

    /// @notice There are transfers left, and no batch of them was given
    error BatchMissing();
    /// @notice A batch was given, and there are no transfers left for it
    error BatchWithoutTransfers(uint256 batch);
    /// @notice The proof is not of what stands on the chain
    error InvalidBatch(uint256 batch);
    /// @notice HotShot is up, it is for it to order transfers
    error NoEscape();

    /// @param firstBlock Height of the first HotShot block that counts
    /// @param genesis Root of the token's accounts; their balances must add up to less than 2^64, and each has a key of prime order
    constructor(
        ILightClient lightClient_,
        ITransferVerifier verifier_,
        uint32 namespace_,
        uint64 firstBlock,
        uint256 genesis
    ) {
        lightClient = lightClient_;
        verifier = verifier_;
        namespace = namespace_;
        domain = (block.chainid << 32) | namespace_;
        height = firstBlock;
        state = genesis;
        emit Settled(firstBlock, 0, genesis);
    }

    /// @notice Settles the next block, or as much of it as there are batches for
    /// @param transactions The namespace's bytes in the block
    /// @param derivation That they are
    /// @param batches Of its transfers from transaction `next` on; none where none are left
    function settle(bytes calldata transactions, Derivation.Proof calldata derivation, Batch[] calldata batches)
        external
    {
        uint64 current = height;
        Derivation.check(lightClient, current, namespace, transactions, derivation);
        (uint256 commitment,) = lightClient.getHotShotCommitment(current);
        (uint256 end, bool done) = execute(TransferBatch.Source(commitment, current, next), transactions, batches);
        if (done) {
            height = current + 1;
            end = 0;
        } else if (batches.length == 0) {
            revert BatchMissing();
        }
        // at most as many as there are bytes
        // forge-lint: disable-next-line(unsafe-typecast)
        next = uint64(end);
        emit Settled(height, next, state);
    }

    /// @notice Executes transfers on the settled state while the light client lags, in the form of a namespace's bytes
    /// @dev Anybody may call: the transfers are signed, and their nonces let none count twice. Without all of their batches this
    /// reverts.
    function escape(bytes calldata transfers, Batch[] calldata batches) external {
        if (!lightClient.lagOverEscapeHatchThreshold(lightClient.currentBlockNumber(), ESCAPE_LAG)) revert NoEscape();
        (, bool done) = execute(TransferBatch.Source(0, height, 0), transfers, batches);
        if (!done) revert BatchMissing();
        emit Escaped(height, next, state);
    }

    /// @dev Checks the batches one after the other and takes over the state that they lead to
    /// @return end Index of the first transaction behind them
    /// @return done Whether no transfer is left
    function execute(TransferBatch.Source memory source, bytes calldata transactions, Batch[] calldata batches)
        private
        returns (uint256 end, bool done)
    {
        end = source.first;
        uint256 root = state;
        uint256 count;
        uint256[] memory elements;
        for (uint256 i = 0; i < batches.length; ++i) {
            Batch calldata batch = batches[i];
            // forge-lint: disable-next-line(unsafe-typecast)
            source.first = uint64(end);
            (elements, count, end) = TransferBatch.gather(domain, transactions, end);
            if (count == 0) revert BatchWithoutTransfers(i);
            (uint256 challenge, uint256 value) = TransferBatch.bind(source, batch.digest, elements);
            uint256[5] memory inputs = [root, batch.state, batch.digest, challenge, value];
            if (!verifier.verify(inputs, batch.proof)) revert InvalidBatch(i);
            root = batch.state;
        }
        state = root;
        (, count,) = TransferBatch.gather(domain, transactions, end);
        return (end, count == 0);
    }
}
