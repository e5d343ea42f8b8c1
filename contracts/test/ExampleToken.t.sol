// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ExampleToken } from "../src/ExampleToken.sol";
import { Test } from "./support/Test.sol";

contract ExampleTokenTest is Test {
    function test_theDeployerHasAllOfIt() public {
        ExampleToken token = new ExampleToken(1000);
        equal(token.totalSupply(), 1000, "supply");
        equal(token.balanceOf(address(this)), 1000, "balance");
        equal(token.decimals(), 18, "decimals");
        check(keccak256(bytes(token.name())) == keccak256("Example"), "name");
        check(keccak256(bytes(token.symbol())) == keccak256("EX"), "symbol");
    }

    function test_takesPermits() public {
        ExampleToken token = new ExampleToken(1000);
        (address owner, address spender) = (vm.addr(7), address(0xB0B));
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 permit = keccak256(abi.encode(kind, owner, spender, 5, 0, block.timestamp));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), permit));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, digest);
        token.permit(owner, spender, 5, block.timestamp, v, r, s);
        equal(token.allowance(owner, spender), 5, "allowance");
    }
}
