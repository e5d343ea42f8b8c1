// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A token to stake on development networks
contract ExampleToken is ERC20Permit {
    /// @param initialSupply Goes to the deployer; there is never more
    constructor(uint256 initialSupply) ERC20("Example", "EX") ERC20Permit("Example") {
        _mint(msg.sender, initialSupply);
    }
}
