//! The replicas of one server: which one to ask, which are out, and when one is back. There is no lock: a replica is a few
//! atomics. (`tower::balance` wants to be mutable, so that all requests would pass through the queue of one task, and it
//! does not take out a replica whose calls fail.)

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http::Uri;

use super::retry_budget::RetryBudget;

/// Between two probes of a replica that is out.
const PROBE_PAUSE: Duration = Duration::from_millis(500);
/// How long a probe may take.
const PROBE_TIME: Duration = Duration::from_secs(2);
/// Who answered nobody for this long while asked does not answer; a request that had less time says nothing.
const SILENCE: Duration = Duration::from_secs(1);
/// So many server errors without another answer in between are the replica's own; fewer may be those of a request. Being the
/// fastest of all to answer, it would be the least busy, and would get most requests.
const MOST_FAILURES: u64 = 3;

/// Asks a replica something cheap; whether it answered.
pub(crate) type Probe = Box<dyn Fn(&Uri) -> BoxFuture<'static, bool> + Send + Sync>;

/// How a replica stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaState {
    /// It gets requests.
    Up,
    /// It refuses connections: it is asked only when nothing else is there, for the answer costs no time.
    Refusing,
    /// It cannot be connected to or does not answer: it gets probes only.
    Silent,
    /// It answers everything with server errors, at once: it is asked only when nothing else is there.
    Failing,
}

/// How a request to a replica ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer, whatever it says.
    Answered,
    /// With a server error: the request may have had its effect.
    Failed,
    /// The port is closed: nothing was sent.
    Refused,
    /// There is no connection, and finding out took time: nothing was sent.
    NotConnected,
    /// The connection ended before the answer did: the request may have had its effect.
    Cut,
    /// No answer came in time.
    Late,
}

/// A replica as health shows it.
#[derive(Clone, Debug)]
pub struct ReplicaStanding {
    /// Where it is.
    pub url: String,
    /// How it stands.
    pub state: ReplicaState,
    /// Requests that it has not yet answered.
    pub in_flight: usize,
}

/// The replicas of one server. Clones are the same replicas.
#[derive(Clone)]
pub(crate) struct Replicas(Arc<Set>);

struct Set {
    replicas: Vec<Replica>,
    turn: AtomicUsize,
    begin: Instant,
    probe: Probe,
    retries: RetryBudget,
}

struct Replica {
    url: Uri,
    in_flight: AtomicUsize,
    /// The number of its outages, times four, plus the state: a probe knows whether it still belongs to the present one.
    standing: AtomicU64,
    /// Milliseconds from `begin`, rounded up.
    last_answer: AtomicU64,
    /// Server errors since the last other answer.
    failures: AtomicU64,
}

/// One request to one replica. Dropped: it is no longer in flight.
pub(crate) struct Attempt<'a> {
    set: &'a Arc<Set>,
    /// Which replica.
    pub index: usize,
    started: Instant,
}

impl Replicas {
    /// Replicas that are all taken to be up.
    pub fn new(urls: Vec<Uri>, probe: Probe) -> Replicas {
        let replica = |url| Replica {
            url,
            in_flight: AtomicUsize::new(0),
            standing: AtomicU64::new(0),
            last_answer: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        };
        let replicas = urls.into_iter().map(replica).collect();
        Replicas(Arc::new(Set {
            replicas,
            turn: AtomicUsize::new(0),
            begin: Instant::now(),
            probe,
            retries: RetryBudget::new(),
        }))
    }

    /// The one to ask next, but for those tried: of those that are up the least busy, in turn when several are; else one
    /// that fails or refuses connections, for that costs no time.
    pub fn pick(&self, tried: &[usize]) -> Option<Attempt<'_>> {
        let replicas = &self.0.replicas;
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let mut order = (0..replicas.len())
            .map(|step| turn.wrapping_add(step) % replicas.len())
            .filter(|index| !tried.contains(index));
        let least_busy = (order.clone())
            .filter(|&index| replicas[index].state() == ReplicaState::Up)
            .min_by_key(|&index| replicas[index].in_flight.load(Ordering::Relaxed));
        let is_quick = |&index: &usize| replicas[index].state() != ReplicaState::Silent;
        let index = least_busy.or_else(|| order.find(is_quick))?;
        replicas[index].in_flight.fetch_add(1, Ordering::Relaxed);
        Some(Attempt { set: &self.0, index, started: Instant::now() })
    }

    /// How many requests may be repeated.
    pub fn retries(&self) -> &RetryBudget {
        &self.0.retries
    }

    /// How each stands.
    pub fn standing(&self) -> Vec<ReplicaStanding> {
        let standing = |replica: &Replica| ReplicaStanding {
            url: replica.url.to_string(),
            state: replica.state(),
            in_flight: replica.in_flight.load(Ordering::Relaxed),
        };
        self.0.replicas.iter().map(standing).collect()
    }
}

impl Attempt<'_> {
    /// Where to send the request.
    pub fn url(&self) -> &Uri {
        &self.replica().url
    }

    /// Notes how the request ended. A replica that cannot be connected to is out at once. One that is late, after a time of
    /// `patience`, is out if it answered nobody meanwhile; else it is only slow at this. One connection that was cut says
    /// nothing about the next.
    pub fn ended(&self, outcome: Outcome, patience: Duration) {
        match outcome {
            Outcome::Answered => self.set.answered(self.index),
            Outcome::Failed => self.set.failed(self.index),
            Outcome::Refused => self.set.take_out(self.index, ReplicaState::Refusing),
            Outcome::NotConnected => self.set.take_out(self.index, ReplicaState::Silent),
            Outcome::Late if self.was_silent(patience) => self.set.take_out(self.index, ReplicaState::Silent),
            Outcome::Cut | Outcome::Late => {}
        }
    }

    fn was_silent(&self, patience: Duration) -> bool {
        let heard = self.replica().last_answer.load(Ordering::Relaxed);
        let since = (self.started - self.set.begin).as_millis() as u64;
        heard <= since && self.started.elapsed() >= patience.min(SILENCE)
    }

    fn replica(&self) -> &Replica {
        &self.set.replicas[self.index]
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.replica().in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Replica {
    fn state(&self) -> ReplicaState {
        state_of(self.standing.load(Ordering::Acquire))
    }
}

impl Set {
    fn answered(&self, index: usize) {
        let replica = &self.replicas[index];
        replica.last_answer.store(self.begin.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
        replica.failures.store(0, Ordering::Relaxed);
        let was = replica.standing.load(Ordering::Acquire);
        if state_of(was) != ReplicaState::Up {
            let up = of(was >> 2, ReplicaState::Up);
            if replica.standing.compare_exchange(was, up, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                tracing::info!(url = %replica.url, "a replica is back");
            }
        }
    }

    fn failed(self: &Arc<Self>, index: usize) {
        let replica = &self.replicas[index];
        replica.last_answer.store(self.begin.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
        if replica.failures.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_FAILURES {
            self.take_out(index, ReplicaState::Failing);
        }
    }

    /// Takes a replica out; whoever does it first starts the probes.
    fn take_out(self: &Arc<Self>, index: usize, state: ReplicaState) {
        let replica = &self.replicas[index];
        let change = |was: u64| {
            let outage = if state_of(was) == ReplicaState::Up { (was >> 2) + 1 } else { was >> 2 };
            Some(of(outage, state))
        };
        let changed = replica.standing.fetch_update(Ordering::AcqRel, Ordering::Acquire, change);
        if let Ok(was) = changed
            && state_of(was) == ReplicaState::Up
        {
            tracing::warn!(url = %replica.url, ?state, "a replica is out");
            tokio::spawn(probe_until_back(Arc::downgrade(self), index, (was >> 2) + 1));
        }
    }
}

/// Probes a replica for as long as this outage lasts and somebody uses the replicas.
async fn probe_until_back(set: Weak<Set>, index: usize, outage: u64) {
    loop {
        let Some(probe) = set.upgrade().and_then(|set| {
            let replica = &set.replicas[index];
            let standing = replica.standing.load(Ordering::Acquire);
            let lasts = standing >> 2 == outage && state_of(standing) != ReplicaState::Up;
            lasts.then(|| (set.probe)(&replica.url))
        }) else {
            return;
        };
        let answered = tokio::time::timeout(PROBE_TIME, probe).await.unwrap_or(false);
        if answered && let Some(set) = set.upgrade() {
            return set.answered(index);
        }
        tokio::time::sleep(PROBE_PAUSE).await;
    }
}

fn of(outage: u64, state: ReplicaState) -> u64 {
    outage << 2 | state as u64
}

fn state_of(standing: u64) -> ReplicaState {
    match standing & 3 {
        0 => ReplicaState::Up,
        1 => ReplicaState::Refusing,
        2 => ReplicaState::Silent,
        _ => ReplicaState::Failing,
    }
}

impl std::fmt::Debug for Replicas {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.debug_list().entries(self.standing()).finish()
    }
}
