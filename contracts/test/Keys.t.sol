// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { BLSSig } from "../src/stake/BLSSig.sol";
import { EdOnBN254 } from "../src/stake/EdOnBN254.sol";
import { StakeKeys } from "./support/StakeKeys.sol";

contract KeysTest is StakeKeys {
    function test_theReferencesSignaturesHold() public view {
        for (uint256 i = 0; i < 5; i++) {
            for (uint256 j = 0; j < 5; j++) {
                check(verifies(message(), signatureOf(i), blsKey(j)) == (i == j), "its own key's only");
            }
        }
    }

    function test_nothingElseDoes() public view {
        BN254.G1Point memory good = signatureOf(0);
        uint256 x = BN254.BaseField.unwrap(good.x);
        uint256 y = BN254.BaseField.unwrap(good.y);
        check(!verifies(message(), point(x, BN254.P_MOD - y), blsKey(0)), "the negative");
        check(!verifies(message(), point(0, 0), blsKey(0)), "infinity");
        check(!verifies(message(), point(x, y ^ 1), blsKey(0)), "off the curve");
        check(!verifies(message(), point(x + BN254.P_MOD, y), blsKey(0)), "an alias");
        check(!verifies(message(), point(x, y + BN254.P_MOD), blsKey(0)), "an alias");
        check(!verifies(bytes.concat(message(), hex"00"), good, blsKey(0)), "a longer message");
        check(!verifies("", good, blsKey(0)), "no message");
    }

    function test_keysMustLieInTheGroup() public view {
        check(!verifies(message(), signatureOf(0), outsideKey()), "on the twist, outside the group");
        BN254.G2Point memory key = blsKey(0);
        key.y1 = BN254.BaseField.wrap(BN254.BaseField.unwrap(key.y1) ^ 1);
        check(!verifies(message(), signatureOf(0), key), "off the twist");
        key = blsKey(0);
        key.x0 = BN254.BaseField.wrap(BN254.BaseField.unwrap(key.x0) + BN254.P_MOD);
        check(!verifies(message(), signatureOf(0), key), "an alias");
    }

    function testFuzz_hashesToThePointWithTheSmallerY(bytes memory text) public view {
        (uint256 x, uint256 y) = BLSSig.hashToCurve(text);
        uint256 p = BN254.P_MOD;
        check(x < p && y <= p - y, "canonical, smaller y");
        check(mulmod(y, y, p) == addmod(mulmod(mulmod(x, x, p), x, p), 3, p), "on the curve");
    }

    function testFuzz_signaturesBySmallKeysHold(bytes memory text, uint256 key) public view {
        key = 1 + key % 6;
        check(verifies(text, sign(text, key), multiple(key)), "its own");
        check(!verifies(text, sign(text, key), multiple(1 + key % 6)), "another's");
        check(!verifies(bytes.concat(text, "."), sign(text, key), multiple(key)), "another message");
    }

    /// @dev A bad point must not burn what the caller has left
    function test_aBadPointCostsLittle() public view {
        uint256 before = gasleft();
        check(!verifies(message(), signatureOf(0), outsideKey()), "outside the group");
        check(before - gasleft() < 400_000, "bounded");
    }

    function test_theReferencesSchnorrKeysAreKeys() public view {
        for (uint256 i = 0; i < 5; i++) {
            check(EdOnBN254.isKey(schnorrKey(i)), "a key");
        }
        check(EdOnBN254.isKey(schnorrGenerator()), "the generator");
    }

    function test_whatIsNoSchnorrKey() public view {
        uint256 p = EdOnBN254.P_MOD;
        EdOnBN254.EdOnBN254Point memory key = schnorrKey(0);
        isNoKey(0, 0, "zeros");
        isNoKey(0, 1, "neutral");
        isNoKey(0, p - 1, "of order 2");
        isNoKey(key.x, key.y ^ 1, "off the curve");
        isNoKey(key.y, key.x, "coordinates swapped: a point of the curve, of another group");
        isNoKey(key.x + p, key.y, "an alias");
        isNoKey(key.x, key.y + p, "an alias");
        isNoKey(type(uint256).max, type(uint256).max, "the largest words");
        EdOnBN254.EdOnBN254Point memory outside = schnorrOutside();
        check(EdOnBN254.isOnCurve(outside), "on the curve");
        isNoKey(outside.x, outside.y, "outside the group");
        check(EdOnBN254.isKey(EdOnBN254.EdOnBN254Point(p - key.x, key.y)), "the negative is one");
        check(EdOnBN254.isEqual(key, schnorrKey(0)) && !EdOnBN254.isEqual(key, schnorrKey(1)), "equality");
    }

    function test_checkingASchnorrKeyIsAffordable() public view {
        EdOnBN254.EdOnBN254Point memory key = schnorrKey(0);
        uint256 before = gasleft();
        check(EdOnBN254.isKey(key), "a key");
        check(before - gasleft() < 150_000, "gas");
    }

    function isNoKey(uint256 x, uint256 y, string memory what) private pure {
        check(!EdOnBN254.isKey(EdOnBN254.EdOnBN254Point(x, y)), what);
    }

    function point(uint256 x, uint256 y) private pure returns (BN254.G1Point memory) {
        return BN254.G1Point(BN254.BaseField.wrap(x), BN254.BaseField.wrap(y));
    }

    function verifies(bytes memory text, BN254.G1Point memory signature, BN254.G2Point memory key)
        private
        view
        returns (bool)
    {
        try this.verify(text, signature, key) {
            return true;
        } catch (bytes memory reason) {
            check(bytes4(reason) == BLSSig.BLSSigVerificationFailed.selector, "the library's error");
            return false;
        }
    }

    function verify(bytes calldata text, BN254.G1Point calldata signature, BN254.G2Point calldata key) external view {
        BLSSig.verifyBlsSig(text, signature, key);
    }
}
