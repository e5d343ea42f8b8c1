// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../src/BN254.sol";
import { LightClient } from "../src/LightClient.sol";
import { LightClientV2 } from "../src/LightClientV2.sol";
import { LightClientV3 } from "../src/LightClientV3.sol";
import { EpochSetup } from "./support/EpochSetup.sol";

/// @dev Random walks through epochs, honest and not, against a model that knows nothing but intervals
contract EpochModelTest is EpochSetup {
    /// @dev What the contract should hold
    struct Model {
        uint256 length;
        uint256 start;
        uint256 height;
        uint256 viewNum;
        uint256 votingSeed;
        uint256 updates;
        uint256 authRoot;
    }

    Model private model;
    LightClientV2 private client;
    uint256 private changes;
    uint256 private refusals;

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_version2AgreesWithTheModel(uint256 seed) public {
        walk(seed, false);
    }

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_version3AgreesWithTheModel(uint256 seed) public {
        walk(seed, true);
    }

    /// @dev The walk reaches what it should: tables change, and updates are refused
    function test_theWalkMeetsBothOutcomes() public {
        for (uint256 seed = 0; seed < 6; seed++) {
            walk(seed, seed % 2 == 0);
        }
        check(changes >= 5 && refusals >= 5, "changes of the table and refusals");
    }

    function walk(uint256 seed, bool third) private {
        uint64 length = uint64(6 + draw(seed, 0, 20));
        uint64 start = uint64(draw(seed, 1, 40));
        model = Model(length, start, 0, 0, 0, 0, 0);
        client = third ? deployV3(table(0), length, start) : deployV2(table(0), length, start);
        for (uint256 i = 2; i < 60; i += 4) {
            step(draw(seed, i, type(uint256).max), third);
        }
    }

    function step(uint256 seed, bool third) private {
        // half of the steps go to the next root, so that walks get somewhere; others anywhere near
        uint256 root = (model.height + 5) / model.length * model.length + model.length - 5;
        uint64 height = uint64(draw(seed, 0, 2) == 0 ? root : model.height + draw(seed, 1, model.length));
        Update memory u = honest(height, table(model.votingSeed));
        u.viewNum = uint64(model.viewNum + draw(seed, 2, 8));
        uint256 claim = 1 + draw(seed, 3, 1000);
        u.claimed = table(claim);
        bool named = height >= model.start && isRoot(height);
        if (named) u.signed = u.claimed;
        // one in eight lies about what was signed, or by whom
        uint256 lie = draw(seed, 4, 16);
        if (lie == 0) u.signed = table(claim + 1);
        if (lie == 1) u.voting = table(model.votingSeed + 1);

        bytes memory expected = outcome(height, u.viewNum, lie <= 1);
        bytes memory call = third ? callV3(u) : callV2(u);
        if (expected.length != 0) {
            refusals++;
            rejected(client, call, expected, "the model refuses");
            return;
        }
        accepted(client, call, "the model accepts");
        (model.height, model.viewNum, model.updates) = (height, u.viewNum, model.updates + 1);
        if (named && epochOf(height) >= epochOf(model.start)) (model.votingSeed, changes) = (claim, changes + 1);
        if (third) model.authRoot = u.authRoot;
        matches(u, third);
    }

    function outcome(uint256 height, uint256 viewNum, bool lie) private view returns (bytes memory) {
        if (height <= model.height || viewNum <= model.viewNum) return errorData(LightClient.OutdatedState.selector);
        uint256 epoch = epochOf(height);
        uint256 first = epochOf(model.start);
        uint256 current = epochOf(model.height);
        bool pastRoot = height > epoch * model.length - 5 && height < epoch * model.length;
        bool leaps = epoch > first && epoch > current && (epoch > current + 1 || !isRoot(model.height));
        if ((epoch >= first && pastRoot) || leaps) return errorData(LightClientV2.MissingEpochRootUpdate.selector);
        return lie ? errorData(LightClient.InvalidProof.selector) : bytes("");
    }

    function matches(Update memory u, bool third) private view {
        (uint64 viewNum, uint64 height, BN254.ScalarField root) = client.finalizedState();
        check(viewNum == u.viewNum && height == u.height && BN254.ScalarField.unwrap(root) == u.root, "state");
        votes(client, table(model.votingSeed), "voting table");
        equal(client.currentEpoch(), epochOf(model.height), "epoch");
        equal(client.getStateHistoryCount(), model.updates, "history");
        if (third) equal(LightClientV3(address(client)).authRoot(), model.authRoot, "authRoot");
    }

    /// @dev The epoch whose interval (end of the one before, its end] holds the height; genesis belongs to the first
    function epochOf(uint256 height) private view returns (uint256 epoch) {
        for (epoch = 1; epoch * model.length < height; epoch++) { }
    }

    function isRoot(uint256 height) private view returns (bool) {
        return height != 0 && height == epochOf(height) * model.length - 5;
    }

    function draw(uint256 seed, uint256 what, uint256 bound) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("walk", seed, what))) % bound;
    }
}
