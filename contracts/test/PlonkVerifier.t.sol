// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { GoldenProofs } from "./support/GoldenProofs.sol";
import {
    DirtyVerifierV1,
    ElevenInputs,
    SevenInputs,
    VerifierV1,
    VerifierV1Of2,
    VerifierV2,
    VerifierV3
} from "./support/Verifiers.sol";

/// @dev The verifier against proofs of the reference prover, and against what the reference rejects
contract PlonkVerifierTest is GoldenProofs {
    /// @dev Words of the proof that are coordinates: 13 points
    uint256 private constant COORDINATES = 26;
    uint256 private constant PROOF_WORDS = 36;
    /// @dev With the seven public inputs
    uint256 private constant WORDS = 43;
    bytes4 private constant VERIFY = SevenInputs.verify.selector;

    address private verifier;
    Statement[] private statements;

    function setUp() public {
        verifier = address(new VerifierV1());
        Statement[] memory read = golden("golden_v1_10.json", "accepted");
        for (uint256 i = 0; i < read.length; i++) {
            statements.push(read[i]);
        }
    }

    function test_acceptsGoldenV1() public view {
        acceptsAll(verifier, VERIFY, "golden_v1_10.json", 5);
    }

    function test_acceptsGoldenV1OfAnotherDomain() public {
        acceptsAll(address(new VerifierV1Of2()), VERIFY, "golden_v1_2.json", 5);
    }

    function test_acceptsGoldenV2() public {
        acceptsAll(address(new VerifierV2()), ElevenInputs.verify.selector, "golden_v2_10.json", 4);
    }

    function test_acceptsGoldenV3() public {
        acceptsAll(address(new VerifierV3()), VerifierV3.verify.selector, "golden_v3_10.json", 4);
    }

    function test_rejectsProofsWithAnExtraTranscriptMessage() public {
        Statement[] memory rejected = golden("golden_v1_10.json", "rejected");
        equal(rejected.length, 1, "rejected at capacity 10");
        check(!accepts(verifier, VERIFY, rejected[0]), rejected[0].name);
        rejected = golden("golden_v1_2.json", "rejected");
        equal(rejected.length, 1, "rejected at capacity 2");
        check(!accepts(address(new VerifierV1Of2()), VERIFY, rejected[0]), rejected[0].name);
    }

    function test_rejectsProofsForAnotherKey() public view {
        Statement[] memory others = golden("golden_v1_2.json", "accepted");
        for (uint256 i = 0; i < others.length; i++) {
            check(!accepts(verifier, VERIFY, others[i]), others[i].name);
        }
    }

    /// @dev Altered proofs, wrong statements and non-canonical encodings, each rejected by the reference
    function test_rejectsWhatTheReferenceRejects() public view {
        string memory json = vm.readFile("test/fixtures/invalid_v1_10.json");
        string[] memory names = vm.parseJsonStringArray(json, ".names");
        bytes[] memory edits = vm.parseJsonBytesArray(json, ".edits");
        equal(names.length, 120, "cases");
        for (uint256 i = 0; i < names.length; i++) {
            Statement memory altered = statements[0];
            check(edits[i].length != 0 && edits[i].length % 64 == 0, "edits are pairs");
            for (uint256 edit = 0; edit < edits[i].length; edit += 64) {
                altered = withWord(altered, wordOf(edits[i], edit), wordOf(edits[i], edit + 32));
            }
            check(!accepts(verifier, VERIFY, altered), names[i]);
        }
    }

    function testFuzz_rejectsAnAlteredWord(uint8 statement, uint256 index, uint256 word) public view {
        Statement memory original = statements[statement % statements.length];
        index %= WORDS;
        vm.assume(word != wordAt(original, index));
        check(!accepts(verifier, VERIFY, withWord(original, index, word)), "any other word");
    }

    /// @dev One bit in every word of every proof and statement
    function testFuzz_rejectsAFlippedBit(uint256 bits) public view {
        for (uint256 index = 0; index < WORDS; index++) {
            Statement memory original = statements[index % statements.length];
            uint256 bit = 1 << uint256(keccak256(abi.encode(bits, index))) % 256;
            Statement memory altered = withWord(original, index, wordAt(original, index) ^ bit);
            check(!accepts(verifier, VERIFY, altered), vm.toString(index));
        }
    }

    /// @dev x + r, x + p and every larger alias that fits a word
    function test_rejectsAliasesOfEveryWord() public view {
        for (uint256 index = 0; index < WORDS; index++) {
            uint256 modulus = index < COORDINATES ? BN254.P_MOD : BN254.R_MOD;
            uint256 word = wordAt(statements[0], index);
            while (word <= type(uint256).max - modulus) {
                word += modulus;
                check(!accepts(verifier, VERIFY, withWord(statements[0], index, word)), vm.toString(index));
            }
        }
    }

    function test_rejectsBoundaryScalars() public view {
        uint256[4] memory words = [BN254.R_MOD, BN254.R_MOD - 1, BN254.P_MOD, type(uint256).max];
        for (uint256 index = COORDINATES; index < WORDS; index++) {
            for (uint256 i = 0; i < words.length; i++) {
                check(!accepts(verifier, VERIFY, withWord(statements[0], index, words[i])), vm.toString(index));
            }
        }
    }

    /// @dev Each point replaced by infinity, the generator, its negative, its neighbour, and a point off the curve
    function test_rejectsReplacedPoints() public view {
        for (uint256 x = 0; x < COORDINATES; x += 2) {
            Statement memory original = statements[0];
            uint256 y = wordAt(original, x + 1);
            check(!accepts(verifier, VERIFY, withPoint(original, x, 0, 0)), "infinity");
            check(!accepts(verifier, VERIFY, withPoint(original, x, 1, 2)), "generator");
            check(!accepts(verifier, VERIFY, withPoint(original, x, wordAt(original, x), BN254.P_MOD - y)), "negative");
            check(
                !accepts(verifier, VERIFY, withPoint(original, x, wordAt(original, x), addmod(y, 1, BN254.P_MOD))),
                "off"
            );
            check(!accepts(verifier, VERIFY, withPoint(original, x, BN254.P_MOD, 0)), "(p, 0)");
            uint256 next = (x + 2) % COORDINATES;
            Statement memory swapped = withPoint(original, x, wordAt(original, next), wordAt(original, next + 1));
            swapped = withPoint(swapped, next, wordAt(original, x), wordAt(original, x + 1));
            check(!accepts(verifier, VERIFY, swapped), "swap");
        }
    }

    function test_rejectsNothingButZeros() public view {
        Statement memory zeros = Statement("zeros", new bytes(7 * 32), new bytes(PROOF_WORDS * 32));
        check(!accepts(verifier, VERIFY, zeros), "zeros");
        zeros.inputs = statements[0].inputs;
        check(!accepts(verifier, VERIFY, zeros), "zeros with the right inputs");
    }

    /// @dev A point off the curve must not burn what the caller has left
    function test_aBadPointCostsLittleMoreThanAGoodProof() public view {
        uint256 good = gasOf(statements[0]);
        for (uint256 x = 0; x < COORDINATES; x += 2) {
            Statement memory bad = withWord(statements[0], x + 1, wordAt(statements[0], x + 1) ^ 1);
            check(gasOf(bad) < good, vm.toString(x));
        }
    }

    /// @dev With too little gas there is no answer, never a wrong one
    function testFuzz_tooLittleGasNeverAccepts(uint256 gasLimit) public view {
        gasLimit %= 330_000;
        bytes memory call = abi.encodePacked(VERIFY, withWord(statements[0], 40, 1).inputs, statements[0].proof);
        (bool ok, bytes memory result) = verifier.staticcall{ gas: gasLimit }(call);
        check(!ok || !abi.decode(result, (bool)), "a wrong statement");
        call = abi.encodePacked(VERIFY, statements[0].inputs, statements[0].proof);
        (ok, result) = verifier.staticcall{ gas: gasLimit }(call);
        check(!ok || gasLimit > 320_000 || !abi.decode(result, (bool)), "accepted without the gas for it");
    }

    function testFuzz_dirtyMemoryChangesNothing(uint256 pattern, uint256 index, uint256 word) public {
        address dirty = address(new DirtyVerifierV1());
        for (uint256 i = 0; i < statements.length; i++) {
            check(acceptsInDirtyMemory(dirty, statements[i], pattern), statements[i].name);
        }
        index %= WORDS;
        vm.assume(word != wordAt(statements[0], index));
        check(!acceptsInDirtyMemory(dirty, withWord(statements[0], index, word), pattern), "altered");
    }

    /// @dev Leftovers that look like a success or like points, and every point bad in turn
    function test_dirtyMemoryNeverMakesABadPointGood() public {
        address dirty = address(new DirtyVerifierV1());
        uint256[4] memory patterns = [uint256(0), 1, 2, type(uint256).max];
        for (uint256 i = 0; i < patterns.length; i++) {
            for (uint256 x = 0; x < COORDINATES; x += 2) {
                Statement memory bad = withWord(statements[1], x + 1, wordAt(statements[1], x + 1) ^ 1);
                check(!acceptsInDirtyMemory(dirty, bad, patterns[i]), vm.toString(x));
            }
        }
    }

    function test_refusesToOverwriteAllocatedMemory() public {
        address dirty = address(new DirtyVerifierV1());
        bytes memory call = abi.encodePacked(
            DirtyVerifierV1.verifyBesideAnAllocation.selector, statements[0].inputs, statements[0].proof
        );
        (bool ok, bytes memory result) = dirty.staticcall(call);
        check(!ok, "should panic");
        check(keccak256(result) == keccak256(abi.encodeWithSignature("Panic(uint256)", 0x01)), "an assertion");
    }

    function acceptsAll(address target, bytes4 selector, string memory file, uint256 count) private view {
        Statement[] memory proven = golden(file, "accepted");
        equal(proven.length, count, "golden proofs");
        for (uint256 i = 0; i < count; i++) {
            check(accepts(target, selector, proven[i]), proven[i].name);
        }
    }

    function accepts(address target, bytes4 selector, Statement memory s) private view returns (bool) {
        return answer(target, abi.encodePacked(selector, s.inputs, s.proof));
    }

    function acceptsInDirtyMemory(address target, Statement memory s, uint256 pattern) private view returns (bool) {
        return
            answer(target, abi.encodePacked(DirtyVerifierV1.verifyInDirtyMemory.selector, s.inputs, s.proof, pattern));
    }

    /// @dev Malformed or not, the verifier answers and does not revert
    function answer(address target, bytes memory call) private view returns (bool) {
        (bool ok, bytes memory result) = target.staticcall(call);
        check(ok && result.length == 32, "the verifier answers");
        return abi.decode(result, (bool));
    }

    function gasOf(Statement memory s) private view returns (uint256) {
        bytes memory call = abi.encodePacked(VERIFY, s.inputs, s.proof);
        address target = verifier;
        uint256 before = gasleft();
        (bool ok,) = target.staticcall(call);
        uint256 spent = before - gasleft();
        check(ok, "the verifier answers");
        return spent;
    }

    function withPoint(Statement memory s, uint256 index, uint256 x, uint256 y)
        private
        pure
        returns (Statement memory)
    {
        return withWord(withWord(s, index, x), index + 1, y);
    }

    function wordOf(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
