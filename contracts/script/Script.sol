// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @dev The cheat codes of forge that the scripts use
interface ScriptVm {
    function addr(uint256 privateKey) external pure returns (address);
    function deriveKey(string calldata mnemonic, uint32 index) external pure returns (uint256);
    function envAddress(string calldata name) external view returns (address);
    function envOr(string calldata name, address otherwise) external view returns (address);
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
    function envUint(string calldata name) external view returns (uint256);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function envString(string calldata name) external view returns (string memory);
    function parseJsonBytesArray(string calldata json, string calldata key) external pure returns (bytes[] memory);
    function readFile(string calldata path) external view returns (string memory);
    function startBroadcast() external;
    function startBroadcast(uint256 privateKey) external;
    function stopBroadcast() external;
}

/// @title What the scripts share
abstract contract Script {
    ScriptVm internal constant vm = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev forge runs a contract as a script when it says so
    bool public constant IS_SCRIPT = true;

    /// @notice A step did not lead where it should
    error Unexpected(string what);

    /// @dev Creates a contract of this project by name, with its constructor's arguments
    function create(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(string.concat(name, ".sol:", name)), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        if (created == address(0)) revert Unexpected(string.concat(name, " was not created"));
    }

    function owner() internal view returns (address) {
        return vm.envOr("ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS", msg.sender);
    }
}
