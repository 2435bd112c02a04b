//! What the answers during and after a fault say, and whether that is as promised.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::fault::{Fault, How};
use crate::load::{Asking, Heard, Verdict};

/// How much more a client may see: its own way, and a busy machine.
const MARGIN: Duration = Duration::from_millis(600);
/// What "at once" means: far below the second or two that a call waits for a silent store, whatever else the machine does.
const AT_ONCE: Duration = Duration::from_millis(250);
/// How soon everything must be right again by itself.
pub const BACK: Duration = Duration::from_secs(5);

/// The times of one fault.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub broken: Instant,
    pub mended: Instant,
    /// Since when errors must come at once.
    pub known: Instant,
}

/// One row of the table.
#[derive(Debug, Default)]
pub struct Judgement {
    untouched: usize,
    untouched_right: usize,
    right: usize,
    clean: usize,
    wrong: usize,
    codes: BTreeSet<String>,
    slowest: Duration,
    /// Of errors after the first timeouts, in order of length.
    later: Vec<Duration>,
    back: Option<Duration>,
    /// What is not as promised.
    pub faults: Vec<String>,
}

impl Judgement {
    /// Judges everything that was heard.
    pub fn of(fault: &Fault, asking: &[Asking], times: Times) -> Judgement {
        let mut judgement = Judgement { back: Some(Duration::ZERO), ..Judgement::default() };
        for one in asking {
            let heard = one.heard_since(times.broken);
            if fault.touches(one.question.needs) {
                judgement.touched(one.question.name, &heard, times);
            } else {
                judgement.untouched(one.question.name, &heard);
            }
        }
        judgement.check(fault);
        judgement
    }

    fn untouched(&mut self, name: &str, heard: &[Heard]) {
        for heard in heard {
            self.untouched += 1;
            match &heard.verdict {
                Verdict::Right => self.untouched_right += 1,
                other => self.faults.push(format!("{name} needs nothing broken: {other:?}")),
            }
        }
    }

    fn touched(&mut self, name: &str, heard: &[Heard], times: Times) {
        for heard in heard.iter().filter(|heard| heard.asked_at < times.mended) {
            self.slowest = self.slowest.max(heard.took);
            match &heard.verdict {
                Verdict::Right => self.right += 1,
                Verdict::Clean(code) => {
                    self.clean += 1;
                    self.codes.insert(code.clone());
                    if heard.asked_at > times.known + MARGIN {
                        self.later.push(heard.took);
                    }
                }
                Verdict::Wrong(text) => {
                    self.wrong += 1;
                    self.faults.push(format!("{name} is wrong: {text}"));
                }
            }
        }
        self.later.sort();
        let back = back(heard, times.mended);
        if back.is_none() {
            self.faults.push(format!("{name} is not back: {:?}", heard.last().map(|heard| &heard.verdict)));
        }
        self.back = self.back.zip(back).map(|(before, back)| before.max(back));
    }

    fn check(&mut self, fault: &Fault) {
        if self.slowest > fault.patience() + MARGIN {
            self.faults.push(format!("an answer took {:?}", self.slowest));
        }
        if self.back.is_none_or(|back| back > BACK) {
            self.faults.push(format!("back after {:?}", self.back));
        }
        if fault.how != How::Slow && self.clean == 0 {
            self.faults.push("nothing noticed the fault".to_owned());
        }
        // Single ones may be the probe that finds out whether it is over.
        if fault.how == How::Hung && percentile(&self.later, 90).is_none_or(|time| time > AT_ONCE) {
            self.faults.push(format!("errors are not at once: {:?}", percentile(&self.later, 90)));
        }
        self.faults.dedup();
        self.faults.truncate(4);
    }

    /// The row's text; the columns are those of [`HEAD`].
    pub fn row(&self) -> String {
        let millis = |time: Option<Duration>| match time {
            Some(time) => time.as_millis().to_string(),
            None => "-".to_owned(),
        };
        format!(
            "{:>5}/{:<5} {:>6} {:>6} {:>6} {:>8} {:>6} {:>6} {:>7}  {} {}",
            self.untouched_right,
            self.untouched,
            self.right,
            self.clean,
            self.wrong,
            self.slowest.as_millis(),
            millis(percentile(&self.later, 50)),
            millis(percentile(&self.later, 90)),
            millis(self.back),
            if self.faults.is_empty() { "ok    " } else { "FAILED" },
            self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
        )
    }
}

/// The names of the columns.
pub const HEAD: &str =
    "  untouched | touched: right, clean, wrong | slowest | later p50, p90 | back after  (ms)";

/// From when on everything asked was right, after the fault.
fn back(heard: &[Heard], mended: Instant) -> Option<Duration> {
    let last_bad = heard.iter().rposition(|heard| heard.verdict != Verdict::Right);
    let first_good = heard.get(last_bad.map_or(0, |bad| bad + 1))?;
    Some((first_good.asked_at + first_good.took).saturating_duration_since(mended))
}

fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied()
}
