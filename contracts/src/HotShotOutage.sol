// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What the mocks add to a light client, for the developers of rollups
/// @notice Anybody can make it claim that HotShot is down, to try an escape hatch. For development networks only.
/// @dev Its state is apart from the light client's, so that it goes with every version's layout.
abstract contract HotShotOutage {
    /// @custom:storage-location erc7201:crema.storage.HotShotOutage
    struct Outage {
        bool hotShotDown;
        uint256 since;
    }

    /// @dev keccak256(keccak256("crema.storage.HotShotOutage") - 1) with the last byte cleared
    bytes32 private constant OUTAGE = 0x98e98aa2f04fa4e4888d65b044ed5ac09c8b71d9718743b2636f942bf7451b00;

    /// @notice From now on the last update lies at this L1 block, as far as the escape hatch is concerned
    function setHotShotDownSince(uint256 l1Height) external {
        Outage storage outage = _outage();
        outage.hotShotDown = true;
        outage.since = l1Height;
    }

    /// @notice Ends what `setHotShotDownSince` began
    function setHotShotUp() external {
        _outage().hotShotDown = false;
    }

    /// @dev Whether an outage is claimed
    function _isDown() internal view returns (bool) {
        return _outage().hotShotDown;
    }

    /// @dev What an outage makes of the lag
    function _lagSinceOutage(uint256 blockNumber, uint256 blockThreshold) internal view returns (bool) {
        return blockNumber - _outage().since > blockThreshold;
    }

    function _outage() private pure returns (Outage storage outage) {
        assembly ("memory-safe") {
            outage.slot := OUTAGE
        }
    }
}
