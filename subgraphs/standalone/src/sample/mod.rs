//! The sample data: deterministic and believable, Korean and English. Everything follows from a seed and an index, so that
//! document 7 is the same whether 200 or a million are made.

pub mod documents;
pub mod organizations;
pub mod people;
pub mod sources;
pub mod taxonomy;
pub mod topics;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The seed of the sample data that `cargo run` shows.
pub const SEED: u64 = 20_260_301;

/// Now, as far as the sample data knows: 2026-11-01T00:00:00Z in microseconds.
pub const NOW: i64 = 1_793_491_200_000_000;

/// One day in microseconds.
pub const DAY: i64 = 86_400_000_000;

/// A random source for item `index` of `what`, independent of all other items.
pub fn random(what: &str, index: u64) -> ChaCha8Rng {
    let salt = what.bytes().fold(SEED, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    ChaCha8Rng::seed_from_u64(salt ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The id of item `index` of `what`, made at `at` (microseconds): a UUIDv7 that is the same in every run.
pub fn id(what: &str, index: u64, at: i64) -> String {
    use rand::Rng;
    let millis = u64::try_from(at / 1000).unwrap_or_default();
    let random_bytes = random(what, index).random::<[u8; 10]>();
    uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes).into_uuid().to_string()
}
