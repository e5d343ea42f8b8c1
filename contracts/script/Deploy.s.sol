// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

import { BN254 } from "../src/BN254.sol";
import { FeeContract } from "../src/FeeContract.sol";
import { LightClient } from "../src/LightClient.sol";
import { PermissionedStakeTable } from "../src/stake/PermissionedStakeTable.sol";
import { Script } from "./Script.sol";

/// @title Light client behind its proxy
/// @notice Reads STAKE_TABLE_THRESHOLD, STAKE_TABLE_BLS_KEY_COMM, STAKE_TABLE_SCHNORR_KEY_COMM and STAKE_TABLE_AMOUNT_COMM, which
/// `deploy --print-stake-table` prints; LIGHT_CLIENT_CONTRACT, a variant that takes no arguments; RETENTION_SECONDS;
/// ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS and ESPRESSO_SEQUENCER_PERMISSIONED_PROVER.
contract DeployLightClient is Script {
    function run() external returns (address implementation, LightClient proxy) {
        string memory name = vm.envOr("LIGHT_CLIENT_CONTRACT", string("LightClientV1Canonical10Insecure"));
        address prover = vm.envOr("ESPRESSO_SEQUENCER_PERMISSIONED_PROVER", address(0));
        LightClient.StakeTableState memory table = LightClient.StakeTableState(
            vm.envUint("STAKE_TABLE_THRESHOLD"),
            scalar("STAKE_TABLE_BLS_KEY_COMM"),
            scalar("STAKE_TABLE_SCHNORR_KEY_COMM"),
            scalar("STAKE_TABLE_AMOUNT_COMM")
        );
        uint256 retention = vm.envOr("RETENTION_SECONDS", uint256(10 days));
        if (retention > type(uint32).max) revert Unexpected("RETENTION_SECONDS is too long");

        vm.startBroadcast();
        implementation = create(name, "");
        // the prover is set by the owner, so the sender owns the contract until that is done
        bytes memory initialize = abi.encodeCall(
            LightClient.initialize,
            (
                LightClient.LightClientState(0, 0, BN254.ScalarField.wrap(0)),
                table,
                // forge-lint: disable-next-line(unsafe-typecast)
                uint32(retention),
                prover == address(0) ? owner() : msg.sender
            )
        );
        proxy = LightClient(address(new ERC1967Proxy(implementation, initialize)));
        if (prover != address(0)) {
            proxy.setPermissionedProver(prover);
            if (owner() != msg.sender) proxy.transferOwnership(owner());
        }
        vm.stopBroadcast();

        if (proxy.owner() != owner() || proxy.permissionedProver() != prover) revert Unexpected("owner or prover");
    }

    function scalar(string memory name) private view returns (BN254.ScalarField) {
        return BN254.ScalarField.wrap(vm.envUint(name));
    }
}

/// @title Fee contract behind its proxy
/// @notice Reads ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS
contract DeployFeeContract is Script {
    function run() external returns (FeeContract implementation, FeeContract proxy) {
        vm.startBroadcast();
        implementation = new FeeContract();
        bytes memory initialize = abi.encodeCall(FeeContract.initialize, (owner()));
        proxy = FeeContract(payable(address(new ERC1967Proxy(address(implementation), initialize))));
        vm.stopBroadcast();

        if (proxy.owner() != owner()) revert Unexpected("owner");
    }
}

/// @title Permissioned stake table, without validators
/// @notice Reads ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS; the validators come with `deploy`, or with the owner's first `update`
contract DeployPermissionedStakeTable is Script {
    function run() external returns (PermissionedStakeTable table) {
        vm.startBroadcast();
        table = new PermissionedStakeTable(new PermissionedStakeTable.NodeInfo[](0));
        if (owner() != msg.sender) table.transferOwnership(owner());
        vm.stopBroadcast();

        if (table.owner() != owner()) revert Unexpected("owner");
    }
}
