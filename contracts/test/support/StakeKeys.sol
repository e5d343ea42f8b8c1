// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../../src/BN254.sol";
import { BLSSig } from "../../src/stake/BLSSig.sol";
import { EdOnBN254 } from "../../src/stake/EdOnBN254.sol";
import { Test } from "./Test.sol";

/// @dev Keys and signatures of `test/fixtures/stake_keys.json`
abstract contract StakeKeys is Test {
    function message() internal view returns (bytes memory) {
        return vm.parseJsonBytes(json(), ".message");
    }

    /// @dev Keys and signatures of the reference, 0 to 4
    function blsKey(uint256 i) internal view returns (BN254.G2Point memory) {
        return abi.decode(vm.parseJsonBytesArray(json(), ".keys")[i], (BN254.G2Point));
    }

    function signatureOf(uint256 i) internal view returns (BN254.G1Point memory) {
        return abi.decode(vm.parseJsonBytesArray(json(), ".signatures")[i], (BN254.G1Point));
    }

    function schnorrKey(uint256 i) internal view returns (EdOnBN254.EdOnBN254Point memory) {
        return abi.decode(vm.parseJsonBytesArray(json(), ".schnorr")[i], (EdOnBN254.EdOnBN254Point));
    }

    /// @dev The key of a small secret, 1 to 6
    function multiple(uint256 secret) internal view returns (BN254.G2Point memory) {
        return abi.decode(vm.parseJsonBytesArray(json(), ".multiples")[secret - 1], (BN254.G2Point));
    }

    function outsideKey() internal view returns (BN254.G2Point memory) {
        return abi.decode(vm.parseJsonBytes(json(), ".outside"), (BN254.G2Point));
    }

    function schnorrGenerator() internal view returns (EdOnBN254.EdOnBN254Point memory) {
        return abi.decode(vm.parseJsonBytes(json(), ".schnorrGenerator"), (EdOnBN254.EdOnBN254Point));
    }

    function schnorrOutside() internal view returns (EdOnBN254.EdOnBN254Point memory) {
        return abi.decode(vm.parseJsonBytes(json(), ".schnorrOutside"), (EdOnBN254.EdOnBN254Point));
    }

    /// @dev A signature by a secret
    function sign(bytes memory text, uint256 secret) internal view returns (BN254.G1Point memory) {
        (uint256 x, uint256 y) = BLSSig.hashToCurve(text);
        (bool ok, bytes memory answer) = address(7).staticcall(abi.encode(x, y, secret));
        check(ok, "ecMul");
        return abi.decode(answer, (BN254.G1Point));
    }

    function json() private view returns (string memory) {
        return vm.readFile("test/fixtures/stake_keys.json");
    }
}
