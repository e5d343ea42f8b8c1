// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../../src/BN254.sol";
import { BLSSig } from "../../src/stake/BLSSig.sol";

/// @dev Proofs of possession by small secrets, for tools/gas
contract StakeSigner {
    function sign(address account, uint256 secret) external view returns (BN254.G1Point memory) {
        (uint256 x, uint256 y) = BLSSig.hashToCurve(abi.encode(account));
        (bool ok, bytes memory answer) = address(7).staticcall(abi.encode(x, y, secret));
        require(ok && answer.length == 64);
        return abi.decode(answer, (BN254.G1Point));
    }
}
