//! Vectors for the contracts' library of block Merkle membership, from the trees that nodes keep:
//! `cargo run --release -p crema-vid --example contract_vectors > contracts/test/fixtures/block_merkle.json`

mod siblings;

use crema_types::{BlockHash, merkle::BlockMerkleArchive};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde_json::json;
use sha3::{Digest, Sha3_256};
use siblings::siblings;

/// Sizes of the trees: around each power of three, and a large one.
const SIZES: [u64; 9] = [1, 2, 3, 4, 9, 10, 28, 82, 3000];

/// Number of leaves that the tree has room for.
const CAPACITY: u64 = 3u64.pow(32);

#[derive(Default)]
struct Vectors {
    headers: Vec<String>,
    indices: Vec<String>,
    roots: Vec<String>,
    siblings: Vec<String>,
}

impl Vectors {
    fn push(&mut self, header: [u8; 32], index: u64, root: [u8; 32], siblings: &[[u8; 32]]) {
        self.headers.push(format!("0x{}", hex::encode(header)));
        self.indices.push(format!("{index:#066x}"));
        self.roots.push(format!("0x{}", hex::encode(root)));
        self.siblings
            .push(format!("0x{}", hex::encode(siblings.concat())));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(0x626c6f636b);
    let mut vectors = Vectors::default();
    for size in SIZES {
        let mut tree = BlockMerkleArchive::new();
        for _ in 0..size {
            tree.push(BlockHash(random(&mut rng)));
        }
        let root = tree.commitment_at(size).ok_or("a tree of its own size")?.root;
        for index in [0, size / 2, size - 1] {
            let header = tree.get(index).ok_or("a leaf of the tree")?;
            let proof = tree.prove(index, size).ok_or("a proof of a leaf")?;
            vectors.push(header.0, index, root, &siblings(&proof, index));
        }
    }
    // no tree has these leaves yet: paths of random digests, hashed here
    for index in [
        CAPACITY - 1,
        CAPACITY / 2,
        CAPACITY / 3 * 2,
        rng.next_u64() % CAPACITY,
    ] {
        let header = random(&mut rng);
        let siblings: Vec<[u8; 32]> = (0..64).map(|_| random(&mut rng)).collect();
        let mut digest: [u8; 32] = Sha3_256::digest(header).into();
        let mut rest = index;
        for pair in siblings.chunks(2) {
            let mut children = pair.to_vec();
            children.insert((rest % 3) as usize, digest);
            digest = Sha3_256::digest(children.concat()).into();
            rest /= 3;
        }
        vectors.push(header, index, digest, &siblings);
    }
    let json = json!({
        "headers": vectors.headers,
        "indices": vectors.indices,
        "roots": vectors.roots,
        "siblings": vectors.siblings,
    });
    println!("{}", serde_json::to_string_pretty(&json)?);
    Ok(())
}

fn random(rng: &mut ChaCha8Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}
