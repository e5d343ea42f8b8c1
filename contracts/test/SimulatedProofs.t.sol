// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { Test } from "./support/Test.sol";
import { AnyKeyVerifier } from "./support/AnyKeyVerifier.sol";

/// @dev Statements solved from a known tau (tools/simulate-proofs.mjs): every size of domain, every number of inputs, and odd
/// values that real proofs never show
contract SimulatedProofsTest is Test {
    uint256 private constant CASES = 36;
    /// @dev An alias of each of 47 words, zeta on the domain, and the same with nothing forged
    uint256 private constant FORGED = 49;

    AnyKeyVerifier private verifier;
    string[] private names;
    bytes[] private domains;
    bytes[] private keys;
    bytes[] private inputs;
    bytes[] private proofs;

    function setUp() public {
        verifier = new AnyKeyVerifier();
        read("test/fixtures/simulated.json");
        equal(names.length, CASES, "cases");
    }

    /// @dev Statements that hold but for a word that is no canonical one, or for a zero that has no inverse. The transcript has
    /// absorbed what is wrong: nothing but the verifier's own check tells.
    function test_rejectsForgedStatements() public {
        read("test/fixtures/forged.json");
        equal(names.length, FORGED, "cases");
        equal(keys.length, 1, "keys");
        uint256 last = FORGED - 1;
        for (uint256 i = 0; i < last; i++) {
            check(!accepts(i, domains[i], keys[0], inputs[i], proofs[i]), names[i]);
        }
        check(accepts(last, domains[last], keys[0], inputs[last], proofs[last]), names[last]);
    }

    function test_acceptsEveryDomainAndNumberOfInputs() public view {
        for (uint256 i = 0; i < CASES; i++) {
            check(accepts(i, domains[i], keys[i], inputs[i], proofs[i]), names[i]);
        }
    }

    function test_rejectsAProofUnderAnotherKey() public view {
        for (uint256 i = 0; i < CASES; i++) {
            // the next key with as many inputs
            uint256 other = (i + 3) % CASES;
            check(!accepts(i, domains[other], keys[other], inputs[i], proofs[i]), names[i]);
            check(!accepts(i, domains[other], keys[i], inputs[i], proofs[i]), names[i]);
        }
    }

    /// @dev Transcript coverage: no bit of key, inputs or proof is without effect
    function testFuzz_rejectsAFlippedBit(uint256 seed) public view {
        uint256 i = seed % CASES;
        check(!accepts(i, domains[i], flipped(keys[i], seed), inputs[i], proofs[i]), "key");
        check(!accepts(i, domains[i], keys[i], flipped(inputs[i], seed), proofs[i]), "inputs");
        check(!accepts(i, domains[i], keys[i], inputs[i], flipped(proofs[i], seed)), "proof");
    }

    /// @dev A flip in each word of a key, the words in turn
    function test_rejectsAFlipInEveryWordOfTheKey() public view {
        for (uint256 place = 0; place < 48; place++) {
            uint256 i = place % CASES;
            bytes memory key = bytes.concat(keys[i]);
            key[32 * place + 31] ^= 0x01;
            check(!accepts(i, domains[i], key, inputs[i], proofs[i]), vm.toString(place));
        }
    }

    function read(string memory file) private {
        string memory json = vm.readFile(file);
        names = vm.parseJsonStringArray(json, ".names");
        domains = vm.parseJsonBytesArray(json, ".domains");
        keys = vm.parseJsonBytesArray(json, ".keys");
        inputs = vm.parseJsonBytesArray(json, ".inputs");
        proofs = vm.parseJsonBytesArray(json, ".proofs");
    }

    function flipped(bytes memory original, uint256 seed) private pure returns (bytes memory altered) {
        altered = bytes.concat(original);
        uint256 draw = uint256(keccak256(abi.encode(seed, original)));
        altered[(draw >> 8) % altered.length] ^= bytes1(uint8(1 << (draw % 8)));
    }

    /// @dev No answer is a rejection too: a key that was tampered with may break the pairing's input
    function accepts(uint256 i, bytes memory domain, bytes memory key, bytes memory given, bytes memory proof)
        private
        view
        returns (bool)
    {
        uint256 count = inputs[i].length / 32;
        bytes memory padding = new bytes(11 * 32 - given.length);
        bytes memory data = abi.encodePacked(AnyKeyVerifier.verify.selector, proof, domain, key, count, given, padding);
        (bool ok, bytes memory result) = address(verifier).staticcall{ gas: 1_000_000 }(data);
        return ok && abi.decode(result, (bool));
    }
}
