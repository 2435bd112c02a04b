//! The way of one request over the replicas: what was surely not sent goes on to the next one, what was cut off or failed is
//! repeated once, if that is harmless and there is budget for it.

use std::time::Duration;

use super::replicas::{Attempt, Outcome, Replicas};

/// One request under way.
pub(crate) struct Course<'a> {
    replicas: &'a Replicas,
    /// How long an answer may take.
    patience: Duration,
    repeatable: bool,
    tried: Vec<usize>,
    was_repeated: bool,
}

impl<'a> Course<'a> {
    /// The first attempt; nothing when every replica is out.
    pub fn begin(
        replicas: &'a Replicas,
        patience: Duration,
        repeatable: bool,
    ) -> Option<(Course<'a>, Attempt<'a>)> {
        replicas.retries().earn();
        let first = replicas.pick(&[])?;
        Some((Course { replicas, patience, repeatable, tried: Vec::new(), was_repeated: false }, first))
    }

    /// Takes note of how an attempt ended; the next attempt, if there is to be one.
    pub fn after(&mut self, attempt: Attempt<'a>, outcome: Outcome) -> Option<Attempt<'a>> {
        attempt.ended(outcome, self.patience);
        self.tried.push(attempt.index);
        drop(attempt);
        match outcome {
            Outcome::Answered | Outcome::Late => None,
            Outcome::Refused | Outcome::NotConnected => self.replicas.pick(&self.tried),
            Outcome::Cut | Outcome::Failed if !self.may_repeat() => None,
            Outcome::Cut => {
                self.was_repeated = true;
                // With nobody else to ask, the same one again: after a restart only its old connections are dead.
                self.replicas.pick(&self.tried).or_else(|| self.replicas.pick(&[]))
            }
            Outcome::Failed => {
                self.was_repeated = true;
                self.replicas.pick(&self.tried)
            }
        }
    }

    fn may_repeat(&self) -> bool {
        self.repeatable && !self.was_repeated && self.replicas.retries().spend()
    }
}
