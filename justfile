# Recipes, named as Espresso's users know them where they have the same job.

# List the recipes
default:
    @just --list

# Everything that CI checks
ci:
    cargo ci

# The main job on this machine: local L1, contracts, relay, prover
demo *args:
    cargo demo {{args}}

# A whole network on this machine: L1, contracts, orchestrator, five nodes, relay, prover, load
demo-native *args:
    cargo demo --network {{args}}

build:
    cargo build --release --workspace

test:
    cargo test --release --workspace

fmt:
    cargo fmt --all

clippy:
    cargo clippy --release --workspace --all-targets -- -D warnings

# Regenerate the contracts' bindings (ABI and bytecode) from their sources
gen-bindings:
    contracts/tools/gen-bindings

# Gas of verification and of every update, from receipts on anvil
gas-benchmarks:
    contracts/tools/gas

# Sources of what `deploy` has put on a chain, to Etherscan (ETHERSCAN_API_KEY)
verify-contracts chain rpc_url:
    contracts/tools/verify --chain {{chain}} --rpc-url {{rpc_url}}

# Where the gas of one real update goes, on Sepolia: SEPOLIA_RPC_URL, and PRIVATE_KEY or MNEMONIC, from the environment
lc-contract-profiling-sepolia:
    contracts/tools/profile --rpc-url "${SEPOLIA_RPC_URL:?set SEPOLIA_RPC_URL to a node that serves debug_traceTransaction}"
