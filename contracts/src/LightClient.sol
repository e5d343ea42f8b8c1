// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { UUPSUpgradeable } from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";

import { BN254 } from "./BN254.sol";
import { INPUT0, INPUT1, INPUT2, INPUT3, INPUT4, INPUT5, INPUT6 } from "./PlonkLayout.sol";
import { PlonkVerifier } from "./PlonkVerifier.sol";
import { IPlonkVerifier } from "./interfaces/IPlonkVerifier.sol";

/// @title Light client of HotShot on L1, version 1
/// @notice Keeps the newest proven HotShot state and a history of the roots before it, which rollups read. A state is accepted
/// with a proof that enough stake of the table fixed at genesis has signed it. ABI, events, errors and storage layout are those
/// of the contract that Espresso has deployed; which circuit the proofs are for is decided by the derived contract, by its
/// verification key.
/// @dev To be used behind an ERC-1967 proxy, upgradeable by the owner (UUPS).
abstract contract LightClient is Initializable, OwnableUpgradeable, UUPSUpgradeable, PlonkVerifier {
    /// @notice A HotShot state
    /// @param viewNum View in which it was decided
    /// @param blockHeight Height of its block
    /// @param blockCommRoot Root of the Merkle tree over all block commitments up to that height
    struct LightClientState {
        uint64 viewNum;
        uint64 blockHeight;
        BN254.ScalarField blockCommRoot;
    }

    /// @notice The stake table that signs, as commitments to its columns
    /// @param threshold Stake that has to sign
    /// @param blsKeyComm Commitment to the BLS keys
    /// @param schnorrKeyComm Commitment to the Schnorr keys
    /// @param amountComm Commitment to the stakes
    struct StakeTableState {
        uint256 threshold;
        BN254.ScalarField blsKeyComm;
        BN254.ScalarField schnorrKeyComm;
        BN254.ScalarField amountComm;
    }

    /// @notice What is remembered of an update
    /// @param l1BlockHeight L1 block of the update
    /// @param l1BlockTimestamp Its time
    /// @param hotShotBlockHeight Height of the HotShot state
    /// @param hotShotBlockCommRoot Its root
    struct StateHistoryCommitment {
        uint64 l1BlockHeight;
        uint64 l1BlockTimestamp;
        uint64 hotShotBlockHeight;
        BN254.ScalarField hotShotBlockCommRoot;
    }

    /// @notice The owner has authorized an upgrade
    event Upgrade(address implementation);
    /// @notice From now on only this address may submit states
    event PermissionedProverRequired(address permissionedProver);
    /// @notice From now on anybody may submit states
    event PermissionedProverNotRequired();
    /// @notice A newer state has been proven
    event NewState(uint64 indexed viewNum, uint64 indexed blockHeight, BN254.ScalarField blockCommRoot);

    /// @notice The state is not newer than `finalizedState`, in view or in height
    error OutdatedState();
    /// @notice Genesis, stake table or retention period out of their bounds
    error InvalidArgs();
    /// @notice The proof does not hold for this state and the contract's stake table
    error InvalidProof();
    /// @notice Part of the deployed ABI, never raised
    error WrongStakeTableUsed();
    /// @notice The zero address cannot be the prover
    error InvalidAddress();
    /// @notice Only the permissioned prover may submit
    error ProverNotPermissioned();
    /// @notice The mode or the prover is already as asked for
    error NoChangeRequired();
    /// @notice The history does not reach the L1 block that was asked about
    error InsufficientSnapshotHistory();
    /// @notice No root in the history commits to that HotShot height
    error InvalidHotShotBlockForCommitmentCheck();
    /// @notice The retention period can only grow, and not beyond its bounds
    error InvalidMaxStateHistory();

    uint256 private constant UINT32_MAX = 0xffffffff;
    uint256 private constant UINT64_MAX = 0xffffffffffffffff;
    /// @dev First slot of the history's entries, keccak256 of the array's slot (9)
    uint256 private constant HISTORY = 0x6e1540171b6c0c960b71a7020d9f60077f6af931a8bbf590da0223dacf75c7af;

    /// @dev Bounds of the retention period
    uint32 internal constant MIN_RETENTION = 1 hours;
    uint32 internal constant MAX_RETENTION = 365 days;

    // Storage: the order of these is the layout of deployed proxies (slots 0-9). OpenZeppelin's own state is elsewhere (ERC-7201).

    /// @notice Stake table whose signatures count
    StakeTableState public genesisStakeTableState;
    /// @notice State at deployment
    LightClientState public genesisState;
    /// @notice Newest proven state
    LightClientState public finalizedState;
    /// @notice The only address that may submit, or zero when anybody may
    address public permissionedProver;
    /// @notice Age in seconds beyond which a remembered update may be dropped
    uint32 public stateHistoryRetentionPeriod;
    /// @notice Index of the oldest update that is still remembered
    uint64 public stateHistoryFirstIndex;
    /// @notice Updates in the order of their arrival; zeroed below `stateHistoryFirstIndex`
    StateHistoryCommitment[] public stateHistoryCommitments;

    /// @dev An implementation is never used but through a proxy
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    /// @notice Sets up a proxy, once
    /// @param _genesis Height and view must be zero
    /// @param _genesisStakeTableState No word may be zero: nothing could be proven
    /// @param _stateHistoryRetentionPeriod Between an hour and 365 days, in seconds
    /// @param owner May upgrade, and choose the prover
    function initialize(
        LightClientState memory _genesis,
        StakeTableState memory _genesisStakeTableState,
        uint32 _stateHistoryRetentionPeriod,
        address owner
    ) public initializer {
        __Ownable_init(owner);
        __UUPSUpgradeable_init();
        if (
            _genesis.viewNum != 0 || _genesis.blockHeight != 0 || _genesisStakeTableState.threshold == 0
                || BN254.ScalarField.unwrap(_genesisStakeTableState.blsKeyComm) == 0
                || BN254.ScalarField.unwrap(_genesisStakeTableState.schnorrKeyComm) == 0
                || BN254.ScalarField.unwrap(_genesisStakeTableState.amountComm) == 0
                || _stateHistoryRetentionPeriod < MIN_RETENTION || _stateHistoryRetentionPeriod > MAX_RETENTION
        ) {
            revert InvalidArgs();
        }
        genesisState = _genesis;
        genesisStakeTableState = _genesisStakeTableState;
        finalizedState = _genesis;
        stateHistoryRetentionPeriod = _stateHistoryRetentionPeriod;
    }

    /// @notice Submits a newer state with its proof
    /// @param newState Both view and height must exceed those of `finalizedState`
    /// @param proof Shows that `threshold` stake of the genesis table has signed the state
    function newFinalizedState(LightClientState calldata newState, IPlonkVerifier.PlonkProof calldata proof)
        external
        virtual
    {
        (uint64 viewNum, uint64 blockHeight, uint256 root) = _read(newState);

        uint256 settings = _checkProver();
        if (!_isNewer(viewNum, blockHeight)) revert OutdatedState();
        BN254.validateScalarField(BN254.ScalarField.wrap(root));

        // The circuit's order. The stake table comes from storage (threshold first), never from the caller.
        assembly ("memory-safe") {
            mstore(INPUT0, viewNum)
            mstore(INPUT1, blockHeight)
            mstore(INPUT2, root)
            mstore(INPUT3, sload(add(genesisStakeTableState.slot, 1)))
            mstore(INPUT4, sload(add(genesisStakeTableState.slot, 2)))
            mstore(INPUT5, sload(add(genesisStakeTableState.slot, 3)))
            mstore(INPUT6, sload(genesisStakeTableState.slot))
        }
        if (!_verifyProof(proof, 7)) revert InvalidProof();

        _finalize(viewNum, blockHeight, root, settings);
        emit NewState(viewNum, blockHeight, BN254.ScalarField.wrap(root));
    }

    /// @notice Lets only this address submit states, or replaces the one that may
    function setPermissionedProver(address prover) public virtual onlyOwner {
        if (prover == address(0)) revert InvalidAddress();
        if (prover == permissionedProver) revert NoChangeRequired();
        permissionedProver = prover;
        emit PermissionedProverRequired(prover);
    }

    /// @notice Lets anybody submit states
    function disablePermissionedProverMode() public virtual onlyOwner {
        if (!isPermissionedProverEnabled()) revert NoChangeRequired();
        if (!_mayBeOpen()) revert ProverNotPermissioned();
        permissionedProver = address(0);
        emit PermissionedProverNotRequired();
    }

    /// @notice Remembers updates for longer
    /// @param historySeconds More than now, and between an hour and 365 days
    function setstateHistoryRetentionPeriod(uint32 historySeconds) public virtual onlyOwner {
        if (
            historySeconds < MIN_RETENTION || historySeconds > MAX_RETENTION
                || historySeconds <= stateHistoryRetentionPeriod
        ) {
            revert InvalidMaxStateHistory();
        }
        stateHistoryRetentionPeriod = historySeconds;
    }

    /// @notice Whether only `permissionedProver` may submit states
    function isPermissionedProverEnabled() public view returns (bool) {
        return permissionedProver != address(0);
    }

    /// @notice Number of updates ever recorded, the dropped ones included
    function getStateHistoryCount() public view returns (uint256) {
        return stateHistoryCommitments.length;
    }

    /// @notice Block number that the history speaks of
    /// @dev Overridden where `block.number` is not that of L1
    function currentBlockNumber() public view virtual returns (uint256) {
        return block.number;
    }

    /// @notice Version of the implementation
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
        uint256 count = stateHistoryCommitments.length;
        if (count == 0 || blockNumber > currentBlockNumber()) revert InsufficientSnapshotHistory();
        // the first update after blockNumber; L1 blocks never decrease along the history
        uint256 low = stateHistoryFirstIndex;
        uint256 high = count;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (stateHistoryCommitments[middle].l1BlockHeight > blockNumber) high = middle;
            else low = middle + 1;
        }
        if (low == stateHistoryFirstIndex) revert InsufficientSnapshotHistory();
        return blockNumber - stateHistoryCommitments[low - 1].l1BlockHeight > blockThreshold;
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
        uint256 high = stateHistoryCommitments.length - 1;
        if (hotShotBlockHeight >= stateHistoryCommitments[high].hotShotBlockHeight) {
            revert InvalidHotShotBlockForCommitmentCheck();
        }
        uint256 low = stateHistoryFirstIndex;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (stateHistoryCommitments[middle].hotShotBlockHeight > hotShotBlockHeight) high = middle;
            else low = middle + 1;
        }
        StateHistoryCommitment storage found = stateHistoryCommitments[high];
        return (found.hotShotBlockCommRoot, found.hotShotBlockHeight);
    }

    /// @inheritdoc UUPSUpgradeable
    function _authorizeUpgrade(address newImplementation) internal virtual override onlyOwner {
        emit Upgrade(newImplementation);
    }

    /// @dev Whether anybody may submit states where no permissioned prover is set. False for circuits that are only as sound as
    /// their prover is honest (see the variants of such keys).
    function _mayBeOpen() internal pure virtual returns (bool) {
        return true;
    }

    /// @dev Reverts unless the caller may submit states
    /// @return settings The slot that the prover shares with what `_finalize` needs, to be read once
    function _checkProver() internal view returns (uint256 settings) {
        address prover;
        assembly ("memory-safe") {
            settings := sload(permissionedProver.slot)
            prover := shr(96, shl(96, settings))
        }
        if (msg.sender != prover && (prover != address(0) || !_mayBeOpen())) revert ProverNotPermissioned();
    }

    /// @dev The members of a state in calldata; reverts, as the compiler's own checks do, when a number exceeds its type
    function _read(LightClientState calldata state)
        internal
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

    /// @dev Whether both numbers exceed those of `finalizedState`, which share a slot: view in the low 64 bits, then height
    function _isNewer(uint64 viewNum, uint64 blockHeight) internal view returns (bool newer) {
        assembly ("memory-safe") {
            let packed := sload(finalizedState.slot)
            newer := and(gt(viewNum, and(packed, UINT64_MAX)), gt(blockHeight, shr(64, packed)))
        }
    }

    /// @dev Replaces `finalizedState` and appends to the history; drops the history's oldest entry when that has outlived the
    /// retention period. One in, at most one out: the cost of an update does not depend on how long nobody has updated.
    ///
    /// In assembly because every slot is then read and written once. The slots, from their low ends: `finalizedState` view (64)
    /// | height (64), root; settings prover (160) | retention (32) | first index (64); an entry L1 block (64) | L1 time (64) |
    /// height (64), root.
    function _finalize(uint64 viewNum, uint64 blockHeight, uint256 root, uint256 settings) internal {
        uint256 blockNumber = uint64(currentBlockNumber());
        assembly ("memory-safe") {
            sstore(finalizedState.slot, or(viewNum, shl(64, blockHeight)))
            sstore(add(finalizedState.slot, 1), root)

            let count := sload(stateHistoryCommitments.slot)
            if count {
                let oldest := add(HISTORY, shl(1, shr(192, settings)))
                let age := sub(timestamp(), and(shr(64, sload(oldest)), UINT64_MAX))
                if gt(age, and(shr(160, settings), UINT32_MAX)) {
                    sstore(oldest, 0)
                    sstore(add(oldest, 1), 0)
                    sstore(permissionedProver.slot, add(settings, shl(192, 1)))
                }
            }
            sstore(stateHistoryCommitments.slot, add(count, 1))
            let entry := add(HISTORY, shl(1, count))
            sstore(entry, or(or(blockNumber, shl(64, timestamp())), shl(128, blockHeight)))
            sstore(add(entry, 1), root)
        }
    }
}
