// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { OwnableUpgradeable } from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import { Initializable } from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import { UUPSUpgradeable } from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";

/// @title Deposits with which builders pay HotShot's fees
/// @notice A deposit is credited by its event: nodes read it from L1 and add it to the account's balance on HotShot. There is no
/// way back.
/// @dev To be used behind an ERC-1967 proxy, upgradeable by the owner (UUPS).
contract FeeContract is Initializable, OwnableUpgradeable, UUPSUpgradeable {
    /// @notice A user's balance has grown
    event Deposit(address indexed user, uint256 amount);
    /// @notice Part of the deployed ABI, never emitted
    event Log(string func, uint256 gas);
    /// @notice The owner has authorized an upgrade
    event Upgrade(address implementation);

    /// @notice A deposit for nobody
    error InvalidUserAddress();
    /// @notice More than `maxDepositAmount`: most likely a slip
    error DepositTooLarge();
    /// @notice Less than `minDepositAmount`: not worth the nodes' work
    error DepositTooSmall();
    /// @notice No such function
    error FunctionDoesNotExist();
    /// @notice Ether without a call: nobody to credit
    error NoFunctionCalled();

    /// @notice Everything ever deposited for a user
    mapping(address user => uint256 amount) public balances;
    /// @notice The most a deposit may be, in wei
    uint256 public maxDepositAmount;
    /// @notice The least a deposit must be, in wei
    uint256 public minDepositAmount;

    /// @dev An implementation is never used but through a proxy
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    /// @notice Sets up a proxy, once
    /// @param multisig Owner: may upgrade
    function initialize(address multisig) public initializer {
        __Ownable_init(multisig);
        __UUPSUpgradeable_init();
        maxDepositAmount = 1 ether;
        minDepositAmount = 0.001 ether;
    }

    /// @notice Refuses calls of other functions
    fallback() external payable {
        revert FunctionDoesNotExist();
    }

    /// @notice Refuses plain transfers
    receive() external payable {
        revert NoFunctionCalled();
    }

    /// @notice Deposits the call's value for a user, between `minDepositAmount` and `maxDepositAmount`
    function deposit(address user) public payable {
        if (msg.value < minDepositAmount) revert DepositTooSmall();
        if (msg.value > maxDepositAmount) revert DepositTooLarge();
        if (user == address(0)) revert InvalidUserAddress();
        balances[user] += msg.value;
        emit Deposit(user, msg.value);
    }

    /// @notice Version of the implementation
    function getVersion() public pure virtual returns (uint8 majorVersion, uint8 minorVersion, uint8 patchVersion) {
        return (1, 0, 0);
    }

    /// @inheritdoc UUPSUpgradeable
    function _authorizeUpgrade(address newImplementation) internal virtual override onlyOwner {
        emit Upgrade(newImplementation);
    }
}
