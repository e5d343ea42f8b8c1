// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ILightClient } from "../interfaces/ILightClient.sol";
import { Derivation } from "../libraries/Derivation.sol";
import { ToyToken } from "./ToyToken.sol";

/// @title Example of an optimistic rollup that HotShot sequences: a toy token
/// @notice Whoever posts a bond asserts what the next blocks do to the token. For a while anybody can dispute one of these blocks: the
/// contract then derives the block's transactions itself and executes them. While the light client lags, transfers can be handed
/// to the contract directly.
/// @dev An example: one assertion at a time, one block re-executed whole, no protection from who copies a dispute from the mempool.
contract OptimisticRollup {
    /// @notice What is asserted of one block
    /// @param transactions Hash of the namespace's bytes in it
    /// @param state Root of the token's state after it
    struct Step {
        bytes32 transactions;
        bytes32 state;
    }

    /// @notice An assertion that can still be disputed
    /// @param poster Whose bond it is
    /// @param deadline Time until which it can be disputed
    /// @param end Height behind its last block
    /// @param steps Hash of all its steps
    /// @param state Root of the token's state after its last block
    struct Assertion {
        address poster;
        uint64 deadline;
        uint64 end;
        bytes32 steps;
        bytes32 state;
    }

    /// @notice What an assertion costs who is wrong
    uint256 public constant BOND = 1 ether;
    /// @notice Seconds in which an assertion can be disputed
    uint64 public constant DISPUTE_PERIOD = 7 days;
    /// @notice L1 blocks without an update of the light client after which transfers can be forced
    uint256 public constant ESCAPE_LAG = 600;
    /// @dev Most blocks in an assertion
    uint256 internal constant MAX_STEPS = 256;

    /// @dev Where half of a lost bond goes, so that nobody disputes their own assertion for nothing
    address private constant BURN = address(0xdead);

    ILightClient public immutable lightClient;
    /// @notice The rollup's namespace
    uint32 public immutable namespace;

    /// @notice Height of the first block that is not settled
    uint64 public height;
    /// @notice Root of the token's settled state
    bytes32 public state;
    /// @notice The assertion on top of the settled state, if there is a poster
    Assertion public pending;
    /// @notice What can be withdrawn
    mapping(address account => uint256 wei_) public owed;

    /// @notice Blocks up to `end` are said to lead to this state; `steps` were given in the transaction
    event Asserted(address indexed poster, uint64 indexed end, bytes32 state);
    /// @notice The blocks below this height are settled
    event Settled(uint64 indexed height, bytes32 state);
    /// @notice An assertion was wrong about the block at this height
    event Disputed(address indexed disputer, uint64 indexed height);
    /// @notice Transfers were executed that HotShot has not ordered, on top of the blocks below this height; they stand in the call
    event Escaped(uint64 indexed height, bytes32 state);

    /// @notice The bond must be sent with an assertion
    error WrongBond(uint256 expected, uint256 found);
    /// @notice An assertion has between one step and `MAX_STEPS`
    error WrongNumberOfSteps(uint256 found);
    /// @notice First settle or dispute what is asserted
    error AssertionPending();
    /// @notice Nothing is asserted
    error NothingPending();
    /// @notice The assertion can still be disputed
    error StillDisputable(uint64 deadline);
    /// @notice The assertion can no longer be disputed
    error TooLate(uint64 deadline);
    /// @notice Other steps than those asserted
    error WrongSteps(bytes32 expected, bytes32 found);
    /// @notice Other accounts than those that the root commits to
    error WrongState(bytes32 expected, bytes32 found);
    /// @notice The assertion is right about this block
    error NothingWrong(uint64 height);
    /// @notice HotShot is up, it is for it to order transfers
    error NoEscape();
    /// @notice The receiver did not take its money
    error PaymentFailed();

    /// @param firstBlock Height of the first HotShot block that counts
    /// @param genesis The token's accounts; their balances must add up to less than 2^128
    constructor(ILightClient lightClient_, uint32 namespace_, uint64 firstBlock, ToyToken.Account[] memory genesis) {
        if (genesis.length > ToyToken.MAX_ACCOUNTS) revert ToyToken.TooManyAccounts(genesis.length);
        uint128 supply = 0;
        for (uint256 i = 0; i < genesis.length; ++i) {
            supply += genesis[i].balance;
        }
        lightClient = lightClient_;
        namespace = namespace_;
        height = firstBlock;
        state = ToyToken.root(genesis);
        emit Settled(firstBlock, state);
    }

    /// @notice Asserts what the next blocks do, a step for each
    /// @dev Reverts with the light client's error unless it knows the last of these blocks: nobody could dispute it otherwise
    function assertBlocks(Step[] calldata steps) external payable {
        if (msg.value != BOND) revert WrongBond(BOND, msg.value);
        if (pending.poster != address(0)) revert AssertionPending();
        if (steps.length == 0 || steps.length > MAX_STEPS) revert WrongNumberOfSteps(steps.length);
        uint64 end = height + uint64(steps.length);
        lightClient.getHotShotCommitment(end - 1);
        bytes32 newState = steps[steps.length - 1].state;
        pending = Assertion(
            msg.sender, uint64(block.timestamp) + DISPUTE_PERIOD, end, keccak256(abi.encode(steps)), newState
        );
        emit Asserted(msg.sender, end, newState);
    }

    /// @notice Settles an assertion that nobody has disputed in time
    function settle() external {
        address poster = pending.poster;
        if (poster == address(0)) revert NothingPending();
        // a validator's few seconds do not matter beside days
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp <= pending.deadline) revert StillDisputable(pending.deadline);
        height = pending.end;
        state = pending.state;
        delete pending;
        owed[poster] += BOND;
        emit Settled(height, state);
    }

    /// @notice Drops an assertion that is wrong about one block, for half of its bond
    /// @dev Of the blocks that are wrong take the first: the accounts before it are known
    /// @param steps Those asserted
    /// @param index The wrong one
    /// @param before The accounts before its block, in their order
    /// @param transactions The namespace's bytes in the block
    /// @param proof That they are
    function dispute(
        Step[] calldata steps,
        uint256 index,
        ToyToken.Account[] calldata before,
        bytes calldata transactions,
        Derivation.Proof calldata proof
    ) external {
        checkDisputable(keccak256(abi.encode(steps)));
        Step calldata step = steps[index];
        checkState(before, index == 0 ? state : steps[index - 1].state);
        // below MAX_STEPS: the steps are those asserted
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 wrong = height + uint64(index);
        Derivation.check(lightClient, wrong, namespace, transactions, proof);
        if (step.transactions == keccak256(transactions)) {
            bytes32 found = ToyToken.root(ToyToken.applyAll(before, namespace, transactions));
            if (found == step.state) revert NothingWrong(wrong);
        }
        delete pending;
        owed[msg.sender] += BOND / 2;
        owed[BURN] += BOND - BOND / 2;
        emit Disputed(msg.sender, wrong);
    }

    /// @notice Executes transfers on the settled state while the light client lags, in the form of a namespace's bytes
    /// @dev Anybody may call: the transfers are signed, and their nonces let none count twice
    /// @param before The settled accounts
    function escape(ToyToken.Account[] calldata before, bytes calldata transfers) external {
        if (pending.poster != address(0)) revert AssertionPending();
        if (!lightClient.lagOverEscapeHatchThreshold(lightClient.currentBlockNumber(), ESCAPE_LAG)) revert NoEscape();
        checkState(before, state);
        state = ToyToken.root(ToyToken.applyAll(before, namespace, transfers));
        emit Escaped(height, state);
    }

    /// @notice Pays out what is owed
    function withdraw() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        (bool paid,) = msg.sender.call{ value: amount }("");
        if (!paid) revert PaymentFailed();
    }

    function checkDisputable(bytes32 steps) private view {
        if (pending.poster == address(0)) revert NothingPending();
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > pending.deadline) revert TooLate(pending.deadline);
        if (steps != pending.steps) revert WrongSteps(pending.steps, steps);
    }

    function checkState(ToyToken.Account[] calldata accounts, bytes32 expected) private pure {
        bytes32 found = ToyToken.root(accounts);
        if (found != expected) revert WrongState(expected, found);
    }
}
