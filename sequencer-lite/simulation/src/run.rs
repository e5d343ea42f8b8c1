//! A run: trouble, then none, then what must have come of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use commonware_runtime::Supervisor as _;
use commonware_runtime::deterministic::{self, Checkpoint, FaultConfig, PartialWriteMode, WriteConfig};
use commonware_utils::probability;
use crema_consensus::Committee;
use crema_consensus::scheme::{KnownSecrets, Pairing};
use crema_types::Payload;

use crate::checks::{Ledger, SharedLedger, Violation};
use crate::cluster::{Cluster, Context, SABOTAGED, transaction};
use crate::members::{self, Crypto};
use crate::node::power::Change;
use crate::report::{Report, Tally};
use crate::scenario::{Sabotage, Scenario, Theme};

/// Time between two blackouts: enough for other trouble as well.
const SHORTEST_ACT: Duration = Duration::from_secs(6);

/// Plays a scenario and checks every invariant on the way.
pub fn run(scenario: &Scenario) -> Report {
    play_any(scenario).0
}

/// Plays a scenario; the ledger of what was shown stays.
pub(crate) fn play_any(scenario: &Scenario) -> (Report, SharedLedger) {
    if scenario.real_crypto {
        play::<Pairing>(scenario)
    } else {
        play::<KnownSecrets>(scenario)
    }
}

fn play<C: Crypto>(scenario: &Scenario) -> (Report, SharedLedger) {
    let committee = members::committee::<C>(scenario.nodes, scenario.storing);
    let honest: BTreeSet<usize> = (0..scenario.nodes)
        .filter(|place| !scenario.liars.contains_key(place))
        .collect();
    let genesis = members::genesis().0;
    let ledger = SharedLedger::new(Ledger::new(Arc::clone(&committee), genesis, honest));
    let mut tally = Tally {
        liars: scenario.liars.len() as u64,
        blackouts: scenario.blackouts,
        ..Tally::default()
    };
    let mut before = None;
    let mut hash = String::new();
    let mut changes = Vec::new();
    for act in 0..=scenario.blackouts {
        tally.acts += 1;
        let runner = before.map_or_else(|| new_runner(scenario), deterministic::Runner::from);
        let (state, checkpoint): (String, Checkpoint) = runner.start_and_recover(|context| {
            let (committee, ledger, tally) = (Arc::clone(&committee), ledger.clone(), &mut tally);
            let changes = &mut changes;
            async move {
                let auditor = context.auditor();
                *changes = act_out::<C>(context, scenario, committee, ledger, tally, act).await;
                auditor.state()
            }
        });
        hash = state;
        before = Some(checkpoint);
        let mut ledger = ledger.lock();
        (0..scenario.nodes).for_each(|place| ledger.stopped(place));
        if !ledger.violations().is_empty() {
            break;
        }
    }
    let violations = {
        let ledger = ledger.lock();
        tally.views = ledger.views();
        tally.caught = ledger.caught();
        tally.blocks = ledger.chain().len() as u64;
        ledger.violations().to_vec()
    };
    let report = Report {
        hash,
        tally,
        violations,
        changes,
        command: scenario.command(),
    };
    (report, ledger)
}

fn new_runner(scenario: &Scenario) -> deterministic::Runner {
    // what was written and not synchronized when all lose power is kept in part
    let torn = WriteConfig {
        failure_rate: probability!(0.0),
        retention_rate: probability!(9, 10),
        mode: if scenario.seed.is_multiple_of(2) {
            PartialWriteMode::Prefix
        } else {
            PartialWriteMode::Subset
        },
    };
    let config = deterministic::Config::new()
        .with_seed(scenario.seed)
        .with_storage_fault_config(FaultConfig::default().write(torn));
    deterministic::Runner::new(config)
}

/// One act: from the start of all nodes to the next blackout, or to the end.
async fn act_out<C: Crypto>(
    context: Context,
    scenario: &Scenario,
    committee: Arc<Committee>,
    ledger: SharedLedger,
    tally: &mut Tally,
    act: u64,
) -> Vec<Vec<Change>> {
    let is_last = act == scenario.blackouts;
    let mut cluster = Cluster::<C>::new(context.child("cluster"), scenario, committee, ledger, tally).await;
    let time = (scenario.storm / (scenario.blackouts as u32 + 1)).max(SHORTEST_ACT);
    if scenario.sabotage == Some(Sabotage::LostDisk) {
        cluster.pass(time / 2).await;
        cluster.lose_disk(SABOTAGED);
    }
    cluster.pass(time).await;
    let changes = cluster.changes();
    if is_last && cluster.is_well() {
        recover(&mut cluster, scenario).await;
    }
    cluster.check_blocked().await;
    changes
}

/// After all trouble every honest node goes on, has caught up, and what is decided can be had.
async fn recover<C: Crypto>(cluster: &mut Cluster<'_, C>, scenario: &Scenario) {
    cluster.heal().await;
    let honest: Vec<usize> = {
        let ledger = cluster.ledger().lock();
        (0..scenario.nodes)
            .filter(|&place| ledger.is_honest(place) && !cluster.is_gone(place))
            .collect()
    };
    let highest = |cluster: &Cluster<'_, C>| {
        let ledger = cluster.ledger().lock();
        ledger.chain().keys().next_back().copied().unwrap_or(0)
    };
    let patience = 90 + 6 * scenario.nodes as u64;
    let target = highest(cluster) + scenario.blocks_after;
    let mut waited = 0;
    loop {
        let behind = {
            let ledger = cluster.ledger().lock();
            honest
                .iter()
                .copied()
                .find(|&place| ledger.height(place) < target)
        };
        let Some(node) = behind else { break };
        if waited >= patience {
            let mut ledger = cluster.ledger().lock();
            let height = ledger.height(node);
            let seconds = waited;
            ledger.report(Violation::Stuck {
                node,
                height,
                target,
                seconds,
            });
        }
        if !cluster.is_well() {
            return;
        }
        cluster.pass(Duration::from_secs(1)).await;
        waited += 1;
    }
    let mut missing = BTreeSet::new();
    if scenario.blocks_after > 0 {
        missing.extend(honest.iter().filter_map(|&place| cluster.submit(place)));
    }
    let last = highest(cluster);
    let mut first = BTreeMap::new();
    let mut next = 1;
    for _ in 0..=patience {
        cluster.pass(Duration::from_secs(1)).await;
        // what is decided meanwhile is looked at for the transactions that are missing, and may still be on its way
        let until = if missing.is_empty() {
            last
        } else {
            highest(cluster)
        };
        while next <= until && cluster.is_well() {
            if scenario.all_serve && !cluster.all_serve(next).await {
                break;
            }
            take_payload(cluster, scenario, next, &mut missing, &mut first).await;
            next += 1;
        }
        if missing.is_empty() && next > last || !cluster.is_well() {
            return;
        }
    }
    if next <= last {
        cluster
            .ledger()
            .lock()
            .report(Violation::PayloadLost { height: next });
    }
    if let Some(&number) = missing.first() {
        let seconds = patience;
        let lost = Violation::TransactionLost { number, seconds };
        cluster.ledger().lock().report(lost);
    }
}

/// Fetches a decided payload from whoever serves it, and looks at it and its transactions.
async fn take_payload<C: Crypto>(
    cluster: &mut Cluster<'_, C>,
    scenario: &Scenario,
    height: u64,
    missing: &mut BTreeSet<u64>,
    first: &mut BTreeMap<u64, u64>,
) {
    let Some(header) = cluster.header(height) else {
        return;
    };
    if header.ns_table.is_empty() {
        return;
    }
    let Some((node, payload)) = cluster.payload(height).await else {
        cluster.ledger().lock().report(Violation::PayloadLost { height });
        return;
    };
    let nodes = scenario.nodes as u32;
    let commitment = crema_vid::Scheme::new(nodes).and_then(|vid| vid.commit(payload.as_bytes()));
    if commitment.ok() != Some(header.payload_commitment) || *payload.ns_table() != header.ns_table {
        cluster
            .ledger()
            .lock()
            .report(Violation::OtherPayload { node, height });
        return;
    }
    for number in numbers(&payload, scenario.traffic.bytes) {
        let Some(number) = number.filter(|&number| number < cluster.tally().transactions) else {
            cluster.ledger().lock().report(Violation::Invented { height });
            return;
        };
        missing.remove(&number);
        let Some(&before) = first.get(&number) else {
            first.insert(number, height);
            cluster.ledger().lock().timing_mut().ordered(number, height);
            cluster.tally().ordered += 1;
            continue;
        };
        cluster.tally().again += 1;
        if scenario.theme == Theme::Calm && scenario.storing == scenario.nodes {
            cluster.ledger().lock().report(Violation::OrderedTwice {
                number,
                first: before,
                second: height,
            });
        }
    }
}

/// The numbers of the transactions in a payload; none for one that nobody made.
fn numbers(payload: &Payload, bytes: Option<usize>) -> Vec<Option<u64>> {
    let numbers = payload.transactions().map(|(_, found)| {
        let start = found.payload.first_chunk::<8>()?;
        let number = u64::from_le_bytes(*start);
        (transaction(number, bytes) == found).then_some(number)
    });
    numbers.collect()
}
