// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../../src/BN254.sol";
import { LightClient } from "../../src/LightClient.sol";
import { LightClientV2 } from "../../src/LightClientV2.sol";
import { LightClientV3 } from "../../src/LightClientV3.sol";
import { LightClientV2Canonical10Insecure } from "../../src/variants/LightClientV2Canonical10Insecure.sol";
import { LightClientV3Canonical10Insecure } from "../../src/variants/LightClientV3Canonical10Insecure.sol";
import { GoldenProofs } from "./GoldenProofs.sol";
import { ProofSimulator } from "./ProofSimulator.sol";

/// @dev Light clients of versions 2 and 3 behind their proxies, and updates for them with simulated proofs
abstract contract EpochSetup is GoldenProofs, ProofSimulator {
    address internal constant OWNER = address(0xA11CE);
    address internal constant STRANGER = address(0xB0B);
    uint32 internal constant RETENTION = 10 days;
    bytes4 internal constant UPDATE_V1 = 0x2063d4f7;
    bytes4 internal constant UPDATE_V2 = 0x757c37ad;
    bytes4 internal constant UPDATE_V3 = 0xaabd5db3;

    string private constant KEY_V2 = "LightClientVKV2Canonical10Insecure";
    string private constant KEY_V3 = "LightClientVKV3Canonical10Insecure";

    /// @dev An update, as the caller claims it and as the signers have signed it
    struct Update {
        uint64 viewNum;
        uint64 height;
        uint256 root;
        // the voting table under which the proof is made, the table that was signed, the table in the call
        LightClient.StakeTableState voting;
        LightClient.StakeTableState signed;
        LightClient.StakeTableState claimed;
        uint256 authRoot;
    }

    uint256 private proofs;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_700_000_000);
    }

    function deployV2(LightClient.StakeTableState memory genesisTable, uint64 blocksPerEpoch, uint64 start)
        internal
        returns (LightClientV2 client)
    {
        return deploy(address(new LightClientV2Canonical10Insecure()), genesisTable, blocksPerEpoch, start);
    }

    function deployV3(LightClient.StakeTableState memory genesisTable, uint64 blocksPerEpoch, uint64 start)
        internal
        returns (LightClientV3 client)
    {
        address implementation = address(new LightClientV3Canonical10Insecure());
        client = LightClientV3(address(deploy(implementation, genesisTable, blocksPerEpoch, start)));
        vm.prank(OWNER);
        client.initializeV3();
    }

    function deploy(
        address implementation,
        LightClient.StakeTableState memory genesisTable,
        uint64 blocksPerEpoch,
        uint64 start
    ) internal returns (LightClientV2 client) {
        LightClient.LightClientState memory genesis = LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(1));
        bytes memory call = abi.encodeCall(LightClient.initialize, (genesis, genesisTable, RETENTION, OWNER));
        client = LightClientV2(address(new ERC1967Proxy(implementation, call)));
        vm.prank(OWNER);
        client.initializeV2(blocksPerEpoch, start);
    }

    /// @dev A table of small numbers that differ from those of every other seed
    function table(uint256 seed) internal pure returns (LightClient.StakeTableState memory) {
        return LightClient.StakeTableState(
            4 * seed + 1,
            BN254.ScalarField.wrap(4 * seed + 2),
            BN254.ScalarField.wrap(4 * seed + 3),
            BN254.ScalarField.wrap(4 * seed + 4)
        );
    }

    /// @dev An honest update outside roots: all three tables are the voting one
    function honest(uint64 height, LightClient.StakeTableState memory voting) internal pure returns (Update memory u) {
        return Update(
            height + 10,
            height,
            1000 + uint256(height),
            copy(voting),
            copy(voting),
            copy(voting),
            7000 + uint256(height)
        );
    }

    /// @dev An honest update at a root
    function honestRoot(
        uint64 height,
        LightClient.StakeTableState memory voting,
        LightClient.StakeTableState memory next
    ) internal pure returns (Update memory u) {
        u = honest(height, voting);
        (u.signed, u.claimed) = (copy(next), copy(next));
    }

    /// @dev A table of its own, to be altered alone
    function copy(LightClient.StakeTableState memory t) private pure returns (LightClient.StakeTableState memory) {
        return abi.decode(abi.encode(t), (LightClient.StakeTableState));
    }

    /// @dev Calldata of version 2's update
    function callV2(Update memory u) internal returns (bytes memory) {
        uint256[] memory inputs = new uint256[](11);
        (inputs[0], inputs[1], inputs[2]) = (u.viewNum, u.height, u.root);
        putTable(inputs, 3, u.voting);
        putTable(inputs, 7, u.signed);
        return abi.encodePacked(UPDATE_V2, stateOf(u), abi.encode(u.claimed), simulate(KEY_V2, inputs, proofs++));
    }

    /// @dev Calldata of version 3's update
    function callV3(Update memory u) internal returns (bytes memory) {
        uint256[] memory inputs = new uint256[](5);
        putTable(inputs, 0, u.voting);
        bytes32 digest = keccak256(bytes.concat(stateOf(u), abi.encode(u.signed), bytes32(u.authRoot)));
        inputs[4] = uint256(digest) % BN254.R_MOD;
        bytes memory proof = simulate(KEY_V3, inputs, proofs++);
        return abi.encodePacked(UPDATE_V3, stateOf(u), abi.encode(u.claimed), u.authRoot, proof);
    }

    function accepted(LightClientV2 client, bytes memory call, string memory what) internal {
        (bool ok, bytes memory returned) = address(client).call(call);
        check(ok, string.concat(what, ": ", string(returned)));
    }

    /// @dev The call reverts with this data, and leaves no trace in slots 0 to 16
    function rejected(LightClientV2 client, bytes memory call, bytes memory expected, string memory what) internal {
        bytes32 before = fingerprint(address(client));
        (bool ok, bytes memory returned) = address(client).call(call);
        check(!ok, what);
        check(keccak256(returned) == keccak256(expected), string.concat(what, ": ", string(returned)));
        check(fingerprint(address(client)) == before, "storage changed");
    }

    function fingerprint(address client) internal view returns (bytes32 hash) {
        for (uint256 slot = 0; slot <= 16; slot++) {
            hash = keccak256(abi.encode(hash, vm.load(client, bytes32(slot))));
        }
    }

    function votes(LightClientV2 client, LightClient.StakeTableState memory expected, string memory what)
        internal
        view
    {
        (uint256 threshold, BN254.ScalarField bls, BN254.ScalarField schnorr, BN254.ScalarField amount) =
            client.votingStakeTableState();
        bytes memory found = abi.encode(threshold, bls, schnorr, amount);
        check(keccak256(found) == keccak256(abi.encode(expected)), what);
    }

    /// @dev Revert data of an error without arguments
    function errorData(bytes4 selector) internal pure returns (bytes memory) {
        return abi.encodePacked(selector);
    }

    function stateOf(Update memory u) private pure returns (bytes memory) {
        return abi.encode(u.viewNum, u.height, u.root);
    }

    function putTable(uint256[] memory inputs, uint256 first, LightClient.StakeTableState memory t) private pure {
        inputs[first] = BN254.ScalarField.unwrap(t.blsKeyComm);
        inputs[first + 1] = BN254.ScalarField.unwrap(t.schnorrKeyComm);
        inputs[first + 2] = BN254.ScalarField.unwrap(t.amountComm);
        inputs[first + 3] = t.threshold;
    }
}
