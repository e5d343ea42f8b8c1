// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { UUPSUpgradeable } from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";

import { BN254 } from "./BN254.sol";
import { LightClient } from "./LightClient.sol";
import { INPUT0, INPUT1, INPUT2, INPUT3, INPUT4, INPUT5, INPUT6 } from "./PlonkLayout.sol";
import { PlonkVerifier } from "./PlonkVerifier.sol";
import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";

/// @title Light client of HotShot on L1, version 1, in a storage layout made for gas
/// @notice Speaks `LightClient`'s ABI, and differs in what it costs:
///   - genesis and stake table are part of the code, given to the constructor;
///   - the newest state is not kept beside the history, it is the history's newest entry;
///   - the history is a ring of `stateHistoryCapacity` entries: once it is full, an update overwrites the oldest one.
///
/// `stateHistoryCommitments(i)` still counts updates from the first one ever: i names the same update for as long as it is
/// remembered, is all zeros below `stateHistoryFirstIndex`, and reverts from `getStateHistoryCount` on. An entry is dropped
/// because `stateHistoryCapacity` newer ones have come, not because it is old: choose the capacity at least as large as the
/// number of updates in a retention period. The period itself is what the owner promises, the contract acts on it no further.
/// @dev To be used behind an ERC-1967 proxy, upgradeable by the owner (UUPS). Not an upgrade of a `LightClient`, nor the other
/// way round: the layouts have nothing in common. An upgrade must be constructed with the same genesis, stake table and capacity.
abstract contract LightClientCompact is Initializable, OwnableUpgradeable, UUPSUpgradeable, PlonkVerifier {
    /// @dev What is remembered of an update, in two slots
    struct Entry {
        uint64 l1BlockHeight;
        uint64 l1BlockTimestamp;
        uint64 hotShotBlockHeight;
        uint64 viewNum;
        BN254.ScalarField hotShotBlockCommRoot;
    }

    uint256 private constant UINT64_MAX = 0xffffffffffffffff;

    /// @dev Bounds of the retention period
    uint32 internal constant MIN_RETENTION = 1 hours;
    uint32 internal constant MAX_RETENTION = 365 days;

    /// @notice Number of updates that are remembered
    uint32 public immutable stateHistoryCapacity;
    BN254.ScalarField private immutable GENESIS_ROOT;
    uint256 private immutable THRESHOLD;
    BN254.ScalarField private immutable BLS_KEY_COMM;
    BN254.ScalarField private immutable SCHNORR_KEY_COMM;
    BN254.ScalarField private immutable AMOUNT_COMM;

    // Storage. OpenZeppelin's own state is elsewhere (ERC-7201). The first three share a slot, which an update reads and writes once.

    /// @notice The only address that may submit, or zero when anybody may
    address public permissionedProver;
    /// @notice For how many seconds the owner means updates to be remembered
    uint32 public stateHistoryRetentionPeriod;
    /// @dev Updates ever recorded
    uint64 private _count;
    /// @dev Update i is at i mod capacity
    Entry[1 << 32] private _history;

    /// @param genesis Height and view must be zero
    /// @param stakeTable No word may be zero: nothing could be proven
    /// @param capacity Updates to remember, at least one
    /// @custom:oz-upgrades-unsafe-allow constructor
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    constructor(
        LightClient.LightClientState memory genesis,
        LightClient.StakeTableState memory stakeTable,
        uint32 capacity
    ) {
        if (
            genesis.viewNum != 0 || genesis.blockHeight != 0 || stakeTable.threshold == 0
                || BN254.ScalarField.unwrap(stakeTable.blsKeyComm) == 0
                || BN254.ScalarField.unwrap(stakeTable.schnorrKeyComm) == 0
                || BN254.ScalarField.unwrap(stakeTable.amountComm) == 0 || capacity == 0
        ) {
            revert LightClient.InvalidArgs();
        }
        GENESIS_ROOT = genesis.blockCommRoot;
        THRESHOLD = stakeTable.threshold;
        BLS_KEY_COMM = stakeTable.blsKeyComm;
        SCHNORR_KEY_COMM = stakeTable.schnorrKeyComm;
        AMOUNT_COMM = stakeTable.amountComm;
        stateHistoryCapacity = capacity;
        _disableInitializers();
    }

    /// @notice Sets up a proxy, once
    /// @param _genesis As the code has it: whoever deploys says it twice, and means the same
    /// @param _genesisStakeTableState As the code has it
    /// @param _stateHistoryRetentionPeriod Between an hour and 365 days, in seconds
    /// @param owner May upgrade, and choose the prover
    function initialize(
        LightClient.LightClientState memory _genesis,
        LightClient.StakeTableState memory _genesisStakeTableState,
        uint32 _stateHistoryRetentionPeriod,
        address owner
    ) public initializer {
        __Ownable_init(owner);
        __UUPSUpgradeable_init();
        if (
            _genesis.viewNum != 0 || _genesis.blockHeight != 0 || !_same(_genesis.blockCommRoot, GENESIS_ROOT)
                || _genesisStakeTableState.threshold != THRESHOLD
                || !_same(_genesisStakeTableState.blsKeyComm, BLS_KEY_COMM)
                || !_same(_genesisStakeTableState.schnorrKeyComm, SCHNORR_KEY_COMM)
                || !_same(_genesisStakeTableState.amountComm, AMOUNT_COMM)
                || _stateHistoryRetentionPeriod < MIN_RETENTION || _stateHistoryRetentionPeriod > MAX_RETENTION
        ) {
            revert LightClient.InvalidArgs();
        }
        stateHistoryRetentionPeriod = _stateHistoryRetentionPeriod;
    }

    /// @notice Submits a newer state with its proof
    /// @param newState Both view and height must exceed those of `finalizedState`
    /// @param proof Shows that `threshold` stake of the genesis table has signed the state
    function newFinalizedState(LightClient.LightClientState calldata newState, IPlonkVerifier.PlonkProof calldata proof)
        external
        virtual
    {
        (uint64 viewNum, uint64 blockHeight, uint256 root) = _read(newState);

        uint256 settings = _checkProver();
        if (!_isNewer(viewNum, blockHeight, settings)) revert LightClient.OutdatedState();
        BN254.validateScalarField(BN254.ScalarField.wrap(root));

        // The circuit's order. The stake table comes from the code (threshold last), never from the caller.
        {
            uint256 blsKeyComm = BN254.ScalarField.unwrap(BLS_KEY_COMM);
            uint256 schnorrKeyComm = BN254.ScalarField.unwrap(SCHNORR_KEY_COMM);
            uint256 amountComm = BN254.ScalarField.unwrap(AMOUNT_COMM);
            uint256 threshold = THRESHOLD;
            assembly ("memory-safe") {
                mstore(INPUT0, viewNum)
                mstore(INPUT1, blockHeight)
                mstore(INPUT2, root)
                mstore(INPUT3, blsKeyComm)
                mstore(INPUT4, schnorrKeyComm)
                mstore(INPUT5, amountComm)
                mstore(INPUT6, threshold)
            }
        }
        if (!_verifyProof(proof, 7)) revert LightClient.InvalidProof();

        _record(viewNum, blockHeight, root, settings);
        emit LightClient.NewState(viewNum, blockHeight, BN254.ScalarField.wrap(root));
    }

    /// @notice Lets only this address submit states, or replaces the one that may
    function setPermissionedProver(address prover) public virtual onlyOwner {
        if (prover == address(0)) revert LightClient.InvalidAddress();
        if (prover == permissionedProver) revert LightClient.NoChangeRequired();
        permissionedProver = prover;
        emit LightClient.PermissionedProverRequired(prover);
    }

    /// @notice Lets anybody submit states
    function disablePermissionedProverMode() public virtual onlyOwner {
        if (!isPermissionedProverEnabled()) revert LightClient.NoChangeRequired();
        if (!_mayBeOpen()) revert LightClient.ProverNotPermissioned();
        permissionedProver = address(0);
        emit LightClient.PermissionedProverNotRequired();
    }

    /// @notice Promises to remember updates for longer; the capacity is what it is
    /// @param historySeconds More than now, and between an hour and 365 days
    function setstateHistoryRetentionPeriod(uint32 historySeconds) public virtual onlyOwner {
        if (
            historySeconds < MIN_RETENTION || historySeconds > MAX_RETENTION
                || historySeconds <= stateHistoryRetentionPeriod
        ) {
            revert LightClient.InvalidMaxStateHistory();
        }
        stateHistoryRetentionPeriod = historySeconds;
    }

    /// @notice Whether only `permissionedProver` may submit states
    function isPermissionedProverEnabled() public view returns (bool) {
        return permissionedProver != address(0);
    }

    /// @notice State at deployment
    function genesisState() public view returns (uint64 viewNum, uint64 blockHeight, BN254.ScalarField blockCommRoot) {
        return (0, 0, GENESIS_ROOT);
    }

    /// @notice Stake table whose signatures count
    function genesisStakeTableState()
        public
        view
        returns (
            uint256 threshold,
            BN254.ScalarField blsKeyComm,
            BN254.ScalarField schnorrKeyComm,
            BN254.ScalarField amountComm
        )
    {
        return (THRESHOLD, BLS_KEY_COMM, SCHNORR_KEY_COMM, AMOUNT_COMM);
    }

    /// @notice Newest proven state
    function finalizedState()
        public
        view
        returns (uint64 viewNum, uint64 blockHeight, BN254.ScalarField blockCommRoot)
    {
        uint256 count = _count;
        if (count == 0) return genesisState();
        Entry storage newest = _entry(count - 1);
        return (newest.viewNum, newest.hotShotBlockHeight, newest.hotShotBlockCommRoot);
    }

    /// @notice An update by its index, counted from the first one ever: zeros when it is no longer remembered
    function stateHistoryCommitments(uint256 index)
        public
        view
        returns (
            uint64 l1BlockHeight,
            uint64 l1BlockTimestamp,
            uint64 hotShotBlockHeight,
            BN254.ScalarField hotShotBlockCommRoot
        )
    {
        // as the getter of an array: without data
        if (index >= _count) {
            assembly ("memory-safe") {
                revert(0, 0)
            }
        }
        if (index < stateHistoryFirstIndex()) return (0, 0, 0, BN254.ScalarField.wrap(0));
        Entry storage found = _entry(index);
        return (found.l1BlockHeight, found.l1BlockTimestamp, found.hotShotBlockHeight, found.hotShotBlockCommRoot);
    }

    /// @notice Number of updates ever recorded, the dropped ones included
    function getStateHistoryCount() public view returns (uint256) {
        return _count;
    }

    /// @notice Index of the oldest update that is still remembered
    function stateHistoryFirstIndex() public view returns (uint64) {
        uint64 count = _count;
        return count > stateHistoryCapacity ? count - stateHistoryCapacity : 0;
    }

    /// @notice Block number that the history speaks of
    /// @dev Overridden where `block.number` is not that of L1
    function currentBlockNumber() public view virtual returns (uint256) {
        return block.number;
    }

    /// @notice Version of the implementation, which is that of the circuit
    function getVersion() public pure virtual returns (uint8 majorVersion, uint8 minorVersion, uint8 patchVersion) {
        return (1, 0, 0);
    }

    /// @notice Whether, seen from an L1 block, the last update lay more than a number of blocks back: the rollup's signal for
    /// its escape hatch
    /// @param blockNumber L1 block, neither in the future nor before the oldest remembered update
    /// @param blockThreshold Number of blocks without update that a rollup tolerates
    function lagOverEscapeHatchThreshold(uint256 blockNumber, uint256 blockThreshold)
        public
        view
        virtual
        returns (bool)
    {
        uint256 count = _count;
        if (count == 0 || blockNumber > currentBlockNumber()) revert LightClient.InsufficientSnapshotHistory();
        // the first update after blockNumber; L1 blocks never decrease along the history
        uint256 first = stateHistoryFirstIndex();
        uint256 low = first;
        uint256 high = count;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (_entry(middle).l1BlockHeight > blockNumber) high = middle;
            else low = middle + 1;
        }
        if (low == first) revert LightClient.InsufficientSnapshotHistory();
        return blockNumber - _entry(low - 1).l1BlockHeight > blockThreshold;
    }

    /// @notice The oldest remembered root that commits to the block at a HotShot height
    /// @param hotShotBlockHeight Must be below the newest height; an empty history is an arithmetic panic
    /// @return hotShotBlockCommRoot Root of the block Merkle tree
    /// @return hotshotBlockHeight Height it was taken at, above the one asked for
    function getHotShotCommitment(uint256 hotShotBlockHeight)
        public
        view
        virtual
        returns (BN254.ScalarField hotShotBlockCommRoot, uint64 hotshotBlockHeight)
    {
        // the first update above the height; heights grow strictly along the history
        uint256 high = uint256(_count) - 1;
        if (hotShotBlockHeight >= _entry(high).hotShotBlockHeight) {
            revert LightClient.InvalidHotShotBlockForCommitmentCheck();
        }
        uint256 low = stateHistoryFirstIndex();
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (_entry(middle).hotShotBlockHeight > hotShotBlockHeight) high = middle;
            else low = middle + 1;
        }
        Entry storage found = _entry(high);
        return (found.hotShotBlockCommRoot, found.hotShotBlockHeight);
    }

    /// @inheritdoc UUPSUpgradeable
    function _authorizeUpgrade(address newImplementation) internal virtual override onlyOwner {
        emit LightClient.Upgrade(newImplementation);
    }

    /// @dev Whether anybody may submit states where no permissioned prover is set; see `LightClient`
    function _mayBeOpen() internal pure virtual returns (bool) {
        return true;
    }

    /// @dev Reverts unless the caller may submit states
    /// @return settings The slot of the prover and of all that an update needs to know of the history
    function _checkProver() private view returns (uint256 settings) {
        address prover;
        assembly ("memory-safe") {
            settings := sload(permissionedProver.slot)
            prover := shr(96, shl(96, settings))
        }
        if (msg.sender != prover && (prover != address(0) || !_mayBeOpen())) {
            revert LightClient.ProverNotPermissioned();
        }
    }

    /// @dev The members of a state in calldata; reverts, as the compiler's own checks do, when a number exceeds its type
    function _read(LightClient.LightClientState calldata state)
        private
        pure
        returns (uint64 viewNum, uint64 blockHeight, uint256 root)
    {
        assembly ("memory-safe") {
            viewNum := calldataload(state)
            blockHeight := calldataload(add(state, 0x20))
            root := calldataload(add(state, 0x40))
            if shr(64, or(viewNum, blockHeight)) { revert(0, 0) }
        }
    }

    /// @dev Whether both numbers exceed those of the newest entry, or zero, which is genesis
    function _isNewer(uint64 viewNum, uint64 blockHeight, uint256 settings) private view returns (bool newer) {
        uint256 capacity = stateHistoryCapacity;
        assembly ("memory-safe") {
            let count := shr(192, settings)
            let packed := 0
            if count { packed := sload(add(_history.slot, shl(1, mod(sub(count, 1), capacity)))) }
            newer := and(gt(viewNum, shr(192, packed)), gt(blockHeight, and(shr(128, packed), UINT64_MAX)))
        }
    }

    /// @dev Writes the next entry, in assembly so that every slot is written once. From the low ends: settings prover (160) |
    /// retention (32) | count (64); an entry L1 block (64) | L1 time (64) | height (64) | view (64), root.
    function _record(uint64 viewNum, uint64 blockHeight, uint256 root, uint256 settings) internal {
        uint256 capacity = stateHistoryCapacity;
        uint256 blockNumber = uint64(currentBlockNumber());
        assembly ("memory-safe") {
            sstore(permissionedProver.slot, add(settings, shl(192, 1)))
            let entry := add(_history.slot, shl(1, mod(shr(192, settings), capacity)))
            sstore(entry, or(or(blockNumber, shl(64, timestamp())), or(shl(128, blockHeight), shl(192, viewNum))))
            sstore(add(entry, 1), root)
        }
    }

    function _entry(uint256 index) private view returns (Entry storage) {
        return _history[index % stateHistoryCapacity];
    }

    function _same(BN254.ScalarField a, BN254.ScalarField b) private pure returns (bool) {
        return BN254.ScalarField.unwrap(a) == BN254.ScalarField.unwrap(b);
    }
}
