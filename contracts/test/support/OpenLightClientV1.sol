// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { LightClient } from "../../src/LightClient.sol";
import { LightClientVKV1Legacy10Insecure } from "../keys/LightClientVKV1Legacy10Insecure.sol";

/// @dev Takes the golden proofs of capacity 10, from anybody, as the deployed V1 does: what may be deployed of a legacy key is
/// `LightClientV1Legacy10Insecure`
contract OpenLightClientV1 is LightClient, LightClientVKV1Legacy10Insecure { }
