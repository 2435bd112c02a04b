//! New ids: UUIDv7 text that sorts by the clock given, in order of making.

use std::sync::Mutex;

use service::Clock;
use uuid::{ContextV7, Timestamp, Uuid};

/// Makes ids.
pub struct Ids {
    clock: Clock,
    context: Mutex<ContextV7>,
}

impl Ids {
    /// Ids by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock, context: Mutex::new(ContextV7::new()) }
    }

    /// The next id.
    pub fn next(&self) -> String {
        let micros = self.clock.now().max(0).unsigned_abs();
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or_default() * 1000;
        Uuid::new_v7(Timestamp::from_unix(&self.context, micros / 1_000_000, nanos)).to_string()
    }
}
