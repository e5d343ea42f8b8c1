// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { AnyKeyVerifier } from "./support/AnyKeyVerifier.sol";
import { EpochSetup } from "./support/EpochSetup.sol";
import { LightClientHarness } from "./support/LightClientHarness.sol";
import { ElevenInputs, VerifierV2 } from "./support/Verifiers.sol";

/// @dev One test per finding of the public audits of the deployed contracts that code can have or not have: "PLONK verifier and
/// BN254" (Common Prefix, May to September 2024) and "light client contract" (Common Prefix, August to November 2024). Further
/// findings are about documentation, naming and gas.
contract AuditFindingsTest is EpochSetup {
    /// @dev Of `golden_v2_10.json`: the proof at the epoch's root, of which next and voting table differ
    Statement private proven;
    address private verifier;

    function setUp() public override {
        super.setUp();
        proven = golden("golden_v2_10.json", "accepted")[1];
        verifier = address(new VerifierV2());
        check(verifies(proven), "the unaltered proof");
    }

    /// @dev H01, wrong Lagrange values at a root of unity, and M05, an inverse of zero: both are a rejection here
    function test_plonkH01_M05_zetaOnTheDomain() public {
        (bool forged, bool honest_) = (verifiesForged("zeta on the domain"), verifiesForged("nothing forged"));
        check(!forged, "zeta on the domain");
        check(honest_, "the same off the domain");
    }

    /// @dev M01, sums that were not reduced: every value at its largest
    function test_plonkM01_sumsOfTheLargestScalars() public {
        LightClientV2 client = deployV2(largestTable(), 10, 0);
        Update memory u = honest(4, largestTable());
        (u.viewNum, u.root) = (type(uint64).max, BN254.R_MOD - 1);
        accepted(client, callV2(u), "r - 1 wherever a statement takes it");
    }

    /// @dev M02, the enumeration of public inputs: each stands at its own row, from the first on
    function test_plonkM02_publicInputsAreNotInterchangeable() public view {
        for (uint256 i = 36; i < 47; i++) {
            for (uint256 j = i + 1; j < 47; j++) {
                if (wordAt(proven, i) == wordAt(proven, j)) continue;
                Statement memory swapped = withWord(proven, i, wordAt(proven, j));
                check(!verifies(withWord(swapped, j, wordAt(proven, i))), "two inputs swapped");
            }
        }
    }

    /// @dev M03 and L02, coordinates and scalars beyond their modulus
    function test_plonkM03_L02_aliasesOfEveryWord() public view {
        for (uint256 i = 0; i < 47; i++) {
            uint256 modulus = i < 26 ? BN254.P_MOD : BN254.R_MOD;
            if (wordAt(proven, i) > type(uint256).max - modulus) continue;
            check(!verifies(withWord(proven, i, wordAt(proven, i) + modulus)), vm.toString(i));
        }
    }

    /// @dev M04, a transcript without [tau]_2: whoever changes it gets other challenges
    function test_plonkM04_theTranscriptHasTheSrs() public {
        (bytes memory data, uint256 key) = forgedCall("nothing forged");
        AnyKeyVerifier any = new AnyKeyVerifier();
        for (uint256 word = 1; word <= 2; word++) {
            bytes memory altered = bytes.concat(data);
            altered[key + 32 * word + 31] ^= 0x01;
            (bool ok, bytes memory answer) = address(any).staticcall{ gas: 1_000_000 }(altered);
            check(!ok || !abi.decode(answer, (bool)), "only the transcript knows these two words");
        }
    }

    /// @dev L01, surplus public inputs that nobody looked at: their number is part of the verifier's type
    function test_plonkL01_noSurplusInputs() public view {
        bytes memory call = abi.encodePacked(ElevenInputs.verify.selector, proven.inputs, proven.proof);
        (bool ok, bytes memory answer) = verifier.staticcall(bytes.concat(call, new bytes(32)));
        check(ok && abi.decode(answer, (bool)), "calldata behind the proof is no input");
        bytes memory shifted =
            abi.encodePacked(ElevenInputs.verify.selector, proven.inputs, bytes32(uint256(1)), proven.proof);
        (ok, answer) = verifier.staticcall(shifted);
        check(ok && !abi.decode(answer, (bool)), "an input between");
        (ok,) = verifier.staticcall(abi.encodePacked(ElevenInputs.verify.selector, proven.inputs));
        check(!ok, "inputs without a proof");
    }

    /// @dev L03, challenges drawn otherwise than specified: the reference's proofs hold, and no word of one is without effect
    function test_plonkL03_challengesAreTheReferences() public view {
        for (uint256 i = 0; i < 47; i++) {
            check(!verifies(withWord(proven, i, wordAt(proven, i) ^ 1)), vm.toString(i));
        }
    }

    /// @dev H01, a threshold of the prover's own: the next table's, at the root, where it counts
    function test_lightClientH01_theNewThresholdIsProven() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        uint256[4] memory thresholds = [uint256(0), 1, 4, BN254.R_MOD];
        for (uint256 i = 0; i < 4; i++) {
            Update memory u = honestRoot(5, table(0), table(1));
            u.claimed.threshold = thresholds[i];
            rejected(client, callV2(u), errorData(LightClient.InvalidProof.selector), "another threshold");
        }
    }

    /// @dev H02, a stake table of the prover's own. The permissioned prover, too, is held to the proof.
    function test_lightClientH02_theNewStakeTableIsProven() public {
        LightClientV2 client = deployV2(table(0), 10, 0);
        vm.prank(OWNER);
        client.setPermissionedProver(address(this));
        for (uint256 i = 0; i < 3; i++) {
            Update memory u = honestRoot(5, table(0), table(1));
            if (i == 0) u.claimed.blsKeyComm = BN254.ScalarField.wrap(99);
            if (i == 1) u.claimed.schnorrKeyComm = BN254.ScalarField.wrap(99);
            if (i == 2) u.claimed.amountComm = BN254.ScalarField.wrap(99);
            rejected(client, callV2(u), errorData(LightClient.InvalidProof.selector), "another table");
        }
        votes(client, table(0), "unchanged");
    }

    /// @dev M01, the history compared the wrong entries. Checked at the boundary, against the oldest kept entry's own time.
    function test_lightClientM01_theOldestEntryGoesWhenItIsTooOld() public {
        LightClientHarness harness = harnessOf();
        harness.record(1, 1, 1);
        vm.warp(block.timestamp + RETENTION);
        harness.record(2, 2, 2);
        equal(harness.stateHistoryFirstIndex(), 0, "as old as allowed");
        vm.warp(block.timestamp + 1);
        harness.record(3, 3, 3);
        equal(harness.stateHistoryFirstIndex(), 1, "a second older");
        vm.warp(block.timestamp + RETENTION - 1);
        harness.record(4, 4, 4);
        equal(harness.stateHistoryFirstIndex(), 1, "the next one is not too old yet");
    }

    /// @dev L01, commitments that are not zero
    function test_lightClientL01_commitmentsAreNotZero() public {
        for (uint256 i = 0; i < 3; i++) {
            LightClient.StakeTableState memory zero = table(0);
            if (i == 0) zero.blsKeyComm = BN254.ScalarField.wrap(0);
            if (i == 1) zero.schnorrKeyComm = BN254.ScalarField.wrap(0);
            if (i == 2) zero.amountComm = BN254.ScalarField.wrap(0);
            expectError(LightClient.InvalidArgs.selector);
            this.deployWith(zero);
        }
    }

    /// @dev L02, the lag: from the last update at or before the block asked about, and above the threshold, not at it
    function test_lightClientL02_theLagIsWhatItSays() public {
        LightClientHarness harness = harnessOf();
        harness.record(1, 1, 1);
        vm.roll(block.number + 50);
        harness.record(2, 2, 2);
        vm.roll(block.number + 50);
        check(!harness.lagOverEscapeHatchThreshold(1049, 49), "49 blocks after the first update");
        check(harness.lagOverEscapeHatchThreshold(1049, 48), "more than 48");
        check(!harness.lagOverEscapeHatchThreshold(1050, 0), "the second update's own block");
        check(harness.lagOverEscapeHatchThreshold(1100, 49), "50 blocks after the second");
    }

    /// @dev I01, the retention period at initialization
    function test_lightClientI01_theRetentionPeriodHasBounds() public {
        LightClientHarness harness = new LightClientHarness();
        uint32[4] memory periods = [uint32(0), 1 hours - 1, 365 days + 1, type(uint32).max];
        for (uint256 i = 0; i < 4; i++) {
            // an implementation whose initializers were never disabled
            uint256 slot = uint256(keccak256(abi.encode(uint256(keccak256("openzeppelin.storage.Initializable")) - 1)));
            vm.store(address(harness), bytes32(slot & ~uint256(0xff)), 0);
            LightClient.LightClientState memory genesis;
            expectError(LightClient.InvalidArgs.selector);
            harness.initialize(genesis, table(0), periods[i], OWNER);
        }
    }

    function deployWith(LightClient.StakeTableState calldata genesisTable) external {
        deployV2(genesisTable, 10, 0);
    }

    function harnessOf() private returns (LightClientHarness harness) {
        LightClient.LightClientState memory genesis;
        bytes memory call = abi.encodeCall(LightClient.initialize, (genesis, table(0), RETENTION, OWNER));
        return LightClientHarness(address(new ERC1967Proxy(address(new LightClientHarness()), call)));
    }

    function largestTable() private pure returns (LightClient.StakeTableState memory) {
        BN254.ScalarField largest = BN254.ScalarField.wrap(BN254.R_MOD - 1);
        return LightClient.StakeTableState(BN254.R_MOD - 1, largest, largest, largest);
    }

    function verifies(Statement memory s) private view returns (bool) {
        (bool ok, bytes memory answer) =
            verifier.staticcall(abi.encodePacked(ElevenInputs.verify.selector, s.inputs, s.proof));
        return ok && abi.decode(answer, (bool));
    }

    function verifiesForged(string memory name) private returns (bool) {
        (bytes memory data,) = forgedCall(name);
        (bool ok, bytes memory answer) = address(new AnyKeyVerifier()).staticcall(data);
        return ok && abi.decode(answer, (bool));
    }

    /// @return data Call of `AnyKeyVerifier.verify`
    /// @return key Where in it the key begins
    function forgedCall(string memory name) private view returns (bytes memory data, uint256 key) {
        string memory json = vm.readFile("test/fixtures/forged.json");
        string[] memory names = vm.parseJsonStringArray(json, ".names");
        uint256 i;
        while (keccak256(bytes(names[i])) != keccak256(bytes(name))) i++;
        bytes memory inputs = vm.parseJsonBytesArray(json, ".inputs")[i];
        check(inputs.length == 11 * 32, "eleven inputs");
        data = abi.encodePacked(
            AnyKeyVerifier.verify.selector,
            vm.parseJsonBytesArray(json, ".proofs")[i],
            vm.parseJsonBytesArray(json, ".domains")[i]
        );
        key = data.length;
        data = abi.encodePacked(data, vm.parseJsonBytesArray(json, ".keys")[0], uint256(11), inputs);
    }
}
