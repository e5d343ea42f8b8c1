//! Genesis files of every kind in use, and the genesis leaves of three versions.

use crema_types::genesis::{L1Finalized, Timestamp, UpgradeMode, UpgradeType};
use crema_types::header::HeaderVersion;
use crema_types::{
    BlockHash, BlockMerkleTree, ChainConfig, Genesis, Header, Leaf, Leaf2, ResolvableChainConfig, Version,
    wire,
};

use crate::vectors::network;

/// The header that the reference tests start their chain with: default parameters, time 0.
fn genesis_header(version: HeaderVersion) -> Header {
    let genesis = Genesis::from_toml(
        r#"
        base_version = "0.2"
        upgrade_version = "0.2"
        [stake_table]
        capacity = 10
        [chain_config]
        chain_id = 35353
        max_block_size = 30720
        base_fee = 0
        fee_recipient = "0x0000000000000000000000000000000000000000"
        [header]
        timestamp = "1970-01-01T00:00:00Z"
        "#,
    )
    .unwrap();
    assert_eq!(genesis.chain_config, ChainConfig::default());
    Header {
        version,
        ..genesis.header(None).unwrap()
    }
}

#[test]
fn genesis_leaves_of_three_versions() {
    let vectors = network();
    for (version, name) in [
        (HeaderVersion::V0_1, "leaf_0_1"),
        (HeaderVersion::V0_2, "leaf_0_2"),
        (HeaderVersion::V0_3, "leaf_0_3"),
    ] {
        let leaf = Leaf::genesis(genesis_header(version));
        assert_eq!(leaf.commit().to_string(), vectors["genesis"][name], "{name}");
        let second = Leaf2::from(leaf.clone());
        assert_eq!(second.commit(), leaf.commit());

        let json = serde_json::to_string(&leaf).unwrap();
        assert_eq!(serde_json::from_str::<Leaf>(&json).unwrap(), leaf);
        let json = serde_json::to_string(&second).unwrap();
        assert_eq!(serde_json::from_str::<Leaf2>(&json).unwrap(), second);
        let binary = wire::encode(version.into(), &leaf).unwrap();
        assert_eq!(wire::decode::<Leaf>(version.into(), &binary).unwrap(), leaf);
        let binary = wire::encode(version.into(), &second).unwrap();
        assert_eq!(wire::decode::<Leaf2>(version.into(), &binary).unwrap(), second);
    }
    let certificate = Leaf::genesis(genesis_header(HeaderVersion::V0_1)).genesis_certificate();
    assert!(certificate.is_genesis());
    assert_eq!(
        certificate.vote_commitment.to_string(),
        vectors["genesis"]["certificate_vote"]
    );
}

/// The state that nodes sign for the leaf after a header tree of five.
#[test]
fn the_light_clients_state_of_a_leaf() {
    let vectors = network();
    let vector = &vectors["light_client_state"];
    let mut tree = BlockMerkleTree::new();
    for index in 0..5 {
        tree.push(BlockHash([index + 1; 32]));
    }
    let mut leaf = Leaf::genesis(genesis_header(HeaderVersion::V0_2));
    leaf.view_number = vector["view"].as_u64().unwrap().into();
    leaf.block_header.height = vector["height"].as_u64().unwrap();
    leaf.block_header.block_merkle_tree_root = tree.commitment();
    assert_eq!(leaf.light_client_state().to_string(), vector["text"]);
}

/// A genesis file with the values of a public network.
fn network_file(
    chain_id: &str,
    base_fee: &str,
    size: &str,
    fee_contract: &str,
    l1: u64,
    upgrade: &str,
) -> Genesis {
    let text = format!(
        r#"
base_version = "0.2"
upgrade_version = "{upgrade}"

[stake_table]
capacity = 200

[chain_config]
chain_id = {chain_id}
base_fee = '{base_fee}'
max_block_size = '{size}'
fee_recipient = '0x0000000000000000000000000000000000000000'
fee_contract = '{fee_contract}'

[header]
timestamp = "1970-01-01T00:00:00Z"

[l1_finalized]
number = {l1}
"#
    );
    Genesis::from_toml(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn public_networks() {
    let contract = "0x9fce21c3f7600aa63392a5f5713986b39bb98884";
    let mainnet = network_file("1", "1 wei", "1mb", contract, 21_116_303, "0.3");
    assert_eq!(mainnet.base_version, Version::V0_2);
    assert_eq!(mainnet.upgrade_version, Version::V0_3);
    assert_eq!(mainnet.stake_table.capacity, 200);
    assert_eq!(mainnet.chain_config.max_block_size.0, 1_000_000);
    assert_eq!(mainnet.chain_config.base_fee, 1.into());
    assert_eq!(mainnet.chain_config.fee_contract.unwrap().to_string(), contract);
    assert_eq!(mainnet.l1_finalized, Some(L1Finalized::Number(21_116_303)));
    assert!(mainnet.header(None).is_err(), "the L1 has to be asked");
    let decaf = network_file(
        "0xdecaf",
        "1 wei",
        "1mb",
        "0x42835083fd1d3fc5d799b5f6815ae4bf2623e6d0",
        6_758_037,
        "0.3",
    );
    assert_eq!(decaf.chain_config.chain_id, 0xdecaf.into());
    let text = network_file("'888888888'", "1 gwei", "30mb", contract, 0, "0.2");
    assert_eq!(text.chain_config.chain_id, 888_888_888.into());
    assert_eq!(text.chain_config.base_fee, 1_000_000_000.into());
    assert_eq!(text.chain_config.max_block_size.0, 30_000_000);
}

/// Every key there is, with upgrades of both modes.
const EVERY_KEY: &str = r#"
base_version = "0.1"
upgrade_version = "0.2"
[stake_table]
capacity = 10
[chain_config]
chain_id = "999999999"
base_fee = 1
max_block_size = "1 MiB"
fee_recipient = "0x0000000000000000000000000000000000000000"
fee_contract = "0xa15bb66138824a1c7167f5e85b957d04dd34e468"
stake_table_contract = "0x8ce361602b935680e8dec218b820ff5056beb7af"
bid_recipient = "0x0000000000000000000000000000000000000001"
[accounts]
"0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f" = "100 ether"
"0x0000000000000000000000000000000000000000" = 7
[header]
timestamp = 2024-09-18T15:00:00Z
[l1_finalized]
number = 123
timestamp = "0x456"
hash = "0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
[[upgrade]]
version = "0.2"
start_proposing_time = "2024-09-18T15:00:00Z"
stop_proposing_time = "2024-09-19T15:00:00Z"
[upgrade.fee.chain_config]
chain_id = 0
base_fee = '1 wei'
max_block_size = '30mb'
fee_recipient = '0x0000000000000000000000000000000000000000'
fee_contract = '0x9d08cb3361b071ec1e2f3c206ac9c08d67385547'
[[upgrade]]
version = "0.99"
start_proposing_view = 10
stop_proposing_view = 60
stop_voting_view = 70
[upgrade.marketplace]
[upgrade.marketplace.chain_config]
chain_id = 999999999
max_block_size = '1mb'
base_fee = '1 wei'
fee_recipient = "0x0000000000000000000000000000000000000000"
bid_recipient = "0x0000000000000000000000000000000000000000"
[[upgrade]]
version = "0.3"
start_proposing_view = 1
stop_proposing_view = 2
start_voting_view = 1
[upgrade.epoch.chain_config]
chain_id = 999999999
max_block_size = '1mb'
base_fee = '1 wei'
fee_recipient = "0x0000000000000000000000000000000000000000"
stake_table_contract = "0x8ce361602b935680e8dec218b820ff5056beb7af"
"#;

#[test]
fn every_key() {
    let genesis = Genesis::from_toml(EVERY_KEY).unwrap();
    assert_eq!(genesis.header.timestamp, Timestamp(1_726_671_600));
    assert_eq!(genesis.chain_config.max_block_size.0, 1 << 20);
    assert!(
        genesis.chain_config.bid_recipient.is_some() && genesis.chain_config.stake_table_contract.is_some()
    );
    assert_eq!(genesis.accounts.len(), 2);
    let Some(L1Finalized::Block(block)) = genesis.l1_finalized else {
        panic!("a block in full: {:?}", genesis.l1_finalized)
    };
    assert_eq!((block.number, block.timestamp), (123, 0x456.into()));

    let [fee, marketplace, epoch] = genesis.upgrades.as_slice() else {
        panic!("three upgrades: {:?}", genesis.upgrades)
    };
    assert!(matches!(fee.upgrade_type, UpgradeType::Fee { .. }));
    let UpgradeMode::Time {
        start_proposing,
        stop_proposing,
        start_voting,
        stop_voting,
    } = fee.mode
    else {
        panic!("by time: {:?}", fee.mode)
    };
    assert_eq!(start_proposing, Timestamp(1_726_671_600));
    assert_eq!(stop_proposing.0 - start_proposing.0, 86400);
    assert_eq!((start_voting, stop_voting), (Timestamp(0), Timestamp(u64::MAX)));
    assert_eq!(
        marketplace.mode,
        UpgradeMode::View {
            start_proposing: 10,
            stop_proposing: 60,
            start_voting: 0,
            stop_voting: 70
        }
    );
    assert!(matches!(
        marketplace.upgrade_type,
        UpgradeType::Marketplace { .. }
    ));
    assert!(matches!(epoch.upgrade_type, UpgradeType::Epoch { .. }));
    let time = |seconds: u64| Timestamp(1_726_671_600 + seconds);
    assert!(!fee.mode.proposes(10.into(), Timestamp(0)) && fee.mode.proposes(0.into(), time(0)));
    assert!(fee.mode.proposes(0.into(), time(86399)) && !fee.mode.proposes(10.into(), time(86400)));
    assert!(fee.mode.votes(0.into(), Timestamp(0)));
    let views = |view: u64| {
        (
            marketplace.mode.proposes(view.into(), time(0)),
            marketplace.mode.votes(view.into(), time(0)),
        )
    };
    assert_eq!(
        [views(9), views(10), views(59), views(60), views(70)],
        [
            (false, true),
            (true, true),
            (true, true),
            (false, true),
            (false, false),
        ]
    );
    assert!(epoch.upgrade_type.chain_config().stake_table_contract.is_some());

    let header = genesis.header(None).unwrap();
    assert_eq!(header.version, HeaderVersion::V0_1);
    assert_eq!(header.l1_finalized, Some(block));
    assert_eq!(
        header.chain_config,
        ResolvableChainConfig::Full(genesis.chain_config)
    );
    let state = genesis.state().unwrap();
    assert_eq!(header.fee_merkle_tree_root, state.fee_merkle_tree.commitment());
    assert_eq!(header.fee_merkle_tree_root.num_leaves, 2);
    // parameters that version 0.1 cannot express are not dropped silently
    assert!(serde_json::to_string(&header).is_err());
    assert!(wire::encode(Version::V0_1, &header).is_err());
}

#[test]
fn mistakes_are_named() {
    let with = |from: &str, to: &str| {
        assert!(EVERY_KEY.contains(from), "{from}");
        Genesis::from_toml(&EVERY_KEY.replacen(from, to, 1))
            .expect_err(to)
            .to_string()
    };
    for (from, to, told) in [
        ("base_version = \"0.1\"", "base_version = \"one\"", "major.minor"),
        ("capacity = 10", "capacity = 0", "at least 1"),
        ("capacity = 10", "capacity = -1", "capacity"),
        ("capacity = 10", "capacities = 10", "capacities"),
        ("base_fee = 1\n", "base_fee = \"1 dollar\"\n", "unknown unit"),
        ("base_fee = 1\n", "", "base_fee"),
        ("\"1 MiB\"", "\"1 parsec\"", "unknown unit"),
        (
            "chain_id = \"999999999\"",
            "chain_id = \"1 gwei\"",
            "unknown unit",
        ),
        ("\"100 ether\"", "\"-1 ether\"", "unit"),
        (
            "0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
            "0x23618e81",
            "40 hexadecimal",
        ),
        (
            "timestamp = 2024-09-18T15:00:00Z",
            "timestamp = 2024-09-18",
            "offset",
        ),
        ("hash = \"0x0123", "hash = \"0123", "64 hexadecimal"),
        ("number = 123\n", "", "l1_finalized has either"),
        (
            "start_proposing_view = 10",
            "start_proposing_view = 60",
            "before it starts",
        ),
        (
            "start_proposing_view = 10",
            "start_proposing_time = \"2024-09-18T15:00:00Z\"",
            "not both",
        ),
        (
            "stop_voting_view = 70",
            "stop_voting_time = \"2024-09-18T15:00:00Z\"",
            "not both",
        ),
        ("version = \"0.99\"", "version = \"0.2\"", "listed twice"),
        (
            "[upgrade.epoch.chain_config]",
            "[upgrade.epochs.chain_config]",
            "epochs",
        ),
        (
            "[upgrade.marketplace]",
            "[upgrade.fee]\n[upgrade.marketplace]",
            "chain_config",
        ),
    ] {
        let error = with(from, to);
        assert!(error.contains(told), "{to}: {error}");
    }
    assert!(
        Genesis::from_toml(&" ".repeat(1 << 21))
            .unwrap_err()
            .to_string()
            .contains("at most")
    );
}
