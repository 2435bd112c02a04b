//! How many requests may be sent a second time: a tenth of all, and some in reserve. When everything fails, retries must not
//! double the load.

use std::sync::atomic::{AtomicI64, Ordering};

/// What one retry costs, and so how many requests pay for it.
const PRICE: i64 = 10;
/// Retries in reserve: about as many requests as one replica has under way when it dies.
const RESERVE: i64 = 100;

/// The budget of one subgraph.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicI64);

impl RetryBudget {
    /// With a full reserve.
    pub fn new() -> RetryBudget {
        RetryBudget(AtomicI64::new(RESERVE * PRICE))
    }

    /// A request was sent for the first time. A full budget is only read.
    pub fn earn(&self) {
        if self.0.load(Ordering::Relaxed) < RESERVE * PRICE {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether one more retry may be made; it is then paid.
    pub fn spend(&self) -> bool {
        let pay = |left: i64| (left >= PRICE).then_some(left - PRICE);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_the_reserve_and_then_a_tenth_of_requests() {
        let budget = RetryBudget::new();
        let spent = |tries: usize| (0..tries).filter(|_| budget.spend()).count();
        assert_eq!(spent(1000), RESERVE as usize);
        let with_requests = (0..1000).filter(|_| {
            budget.earn();
            budget.spend()
        });
        assert_eq!(with_requests.count(), 100);
        (0..100_000).for_each(|_| budget.earn());
        assert_eq!(spent(1000), RESERVE as usize, "the reserve does not grow");
    }
}
