//! What the nodes have decided, as seen from outside, and what the L1 knows of it.

use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{http, layout::NODES};

/// The role without the query module: it can be asked for its height only.
const SILENT: usize = 2;

/// What the nodes have decided: every height once, and how far each node is.
pub struct Chain {
    ports: [u16; NODES],
    /// Leaves from height 1 on, as the first node that had them served them.
    leaves: Vec<Value>,
    /// Blocks that each node has shown.
    seen: [u64; NODES],
}

impl Chain {
    /// Nothing yet, of the nodes whose APIs are at these ports.
    pub fn new(ports: [u16; NODES]) -> Self {
        Self {
            ports,
            leaves: Vec::new(),
            seen: [0; NODES],
        }
    }

    /// Reads what a node has decided since, and compares it with what others have. A node that is down has decided
    /// nothing.
    ///
    /// # Errors
    /// On a fork, and when a node has less than before.
    pub fn follow(&mut self, node: usize) -> Result<()> {
        let Ok(blocks) = self.height_of(node) else {
            return Ok(());
        };
        if node == SILENT {
            self.seen[node] = self.seen[node].max(blocks);
            return Ok(());
        }
        while self.seen[node] < blocks {
            let height = self.seen[node] + 1;
            let Ok(data) = http::get(self.ports[node], &format!("/v0/availability/leaf/{height}")) else {
                return Ok(());
            };
            self.compare(node, height, &data["leaf"])?;
            self.seen[node] = height;
        }
        Ok(())
    }

    fn compare(&mut self, node: usize, height: u64, leaf: &Value) -> Result<()> {
        let place = usize::try_from(height - 1).context("a height")?;
        match self.leaves.get(place) {
            None => self.leaves.push(leaf.clone()),
            Some(known) if known == leaf => {}
            Some(known) => bail!("a fork at height {height}: node {node} has {leaf}, another has {known}"),
        }
        Ok(())
    }

    /// Reads everything that a node has once more: what it has decided it must still have.
    ///
    /// # Errors
    /// When it does not.
    pub fn reread(&mut self, node: usize) -> Result<()> {
        if node != SILENT {
            self.seen[node] = 0;
        }
        let target = self.height();
        self.follow(node)?;
        if self.seen[node] < target {
            bail!(
                "node {node} serves {} of {target} decided blocks",
                self.seen[node]
            );
        }
        Ok(())
    }

    /// The newest height that a node has decided.
    pub fn height_of(&self, node: usize) -> Result<u64> {
        let blocks = http::get(self.ports[node], "/v0/status/block-height")?;
        let blocks = blocks.as_u64().context("a block height")?;
        Ok(blocks.saturating_sub(1))
    }

    /// Blocks that every node has shown.
    pub fn lowest(&self) -> u64 {
        self.seen.into_iter().min().unwrap_or(0)
    }

    /// Blocks that some node has shown.
    pub fn height(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The first block with a transaction.
    pub fn first_full(&self) -> Option<u64> {
        self.full().next().map(|(height, _)| height)
    }

    /// The newest block below a height with a transaction, and one of its namespaces.
    pub fn newest_full(&self, below: u64) -> Option<(u64, u64)> {
        self.full().take_while(|(height, _)| *height < below).last()
    }

    /// Blocks with a transaction.
    pub fn full_blocks(&self) -> usize {
        self.full().count()
    }

    fn full(&self) -> impl Iterator<Item = (u64, u64)> {
        let heights = (1..).zip(&self.leaves);
        heights.filter_map(|(height, leaf)| Some((height, first_namespace(leaf)?)))
    }
}

/// The first namespace in a leaf's table: a count, then a namespace and an end for each, all of four bytes.
fn first_namespace(leaf: &Value) -> Option<u64> {
    let table = leaf["block_header"]["fields"]["ns_table"]["bytes"].as_str()?;
    let table = STANDARD.decode(table).ok()?;
    let number: [u8; 4] = table.get(4..8)?.try_into().ok()?;
    Some(u32::from_le_bytes(number).into())
}

/// The state that the light client has accepted last.
#[derive(Clone, Copy, Debug)]
pub struct Finalized {
    pub view: u64,
    pub height: u64,
}

/// The number of the L1's newest block.
pub fn block_number(port: u16) -> Result<u64> {
    let number = rpc(port, "eth_blockNumber", &json!([]))?;
    Ok(u64::from_str_radix(number.trim_start_matches("0x"), 16)?)
}

/// The light client's finalized state.
pub fn finalized(port: u16, contract: &str) -> Result<Finalized> {
    // finalizedState(): view, height, root, a word each
    let call = json!([{"to": contract, "data": "0x9fdb54a7"}, "latest"]);
    let answer = rpc(port, "eth_call", &call)?;
    let word = |index: usize| {
        let digits = answer.get(2 + 64 * index + 48..2 + 64 * (index + 1));
        let digits = digits.with_context(|| format!("not a state: {answer}"))?;
        Ok::<_, anyhow::Error>(u64::from_str_radix(digits, 16)?)
    };
    Ok(Finalized {
        view: word(0)?,
        height: word(1)?,
    })
}

fn rpc(port: u16, method: &str, parameters: &Value) -> Result<String> {
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
    let answer = http::post(port, "/", &request)?;
    let result = answer["result"].as_str();
    Ok(result.with_context(|| format!("{method}: {answer}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_and_losses_are_noticed() {
        let mut chain = Chain::new([0; NODES]);
        chain.compare(0, 1, &json!({"view_number": 1})).unwrap();
        chain.compare(1, 1, &json!({"view_number": 1})).unwrap();
        let fork = chain.compare(2, 1, &json!({"view_number": 2})).unwrap_err();
        assert!(fork.to_string().contains("fork at height 1"), "{fork}");
        let lost = chain.reread(3).unwrap_err();
        assert!(lost.to_string().contains("0 of 1"), "{lost}");
    }

    #[test]
    fn namespaces_are_read_from_the_table() {
        let leaf = |table: &str| json!({"block_header": {"fields": {"ns_table": {"bytes": table}}}});
        assert_eq!(first_namespace(&leaf("AQAAAAcAAAALAAAA")), Some(7));
        assert_eq!(first_namespace(&leaf("AAAAAA==")), None);
    }
}
