//! How long requests take that several clients send one after another.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::try_join_all;
use hdrhistogram::Histogram;

/// Ten minutes in microseconds; what takes longer counts as that.
const LONGEST: u64 = 600_000_000;

/// What was measured: times in microseconds.
pub struct Measured {
    times: Histogram<u64>,
    lasted: Duration,
}

impl Default for Measured {
    fn default() -> Self {
        // One that grows would cut every time to what it holds at first.
        let times = Histogram::new_with_bounds(1, LONGEST, 3).unwrap_or_else(|_| unreachable!());
        Self { times, lasted: Duration::ZERO }
    }
}

impl Measured {
    /// Adds what was measured at another time.
    pub fn add(&mut self, other: Self) {
        self.times += &other.times;
        self.lasted += other.lasted;
    }

    /// Notes one request.
    pub fn note(&mut self, took: Duration) {
        self.times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// How often it is what the other is.
    pub fn over(&self, other: &Self) -> String {
        let ratio = |quantile| self.millis(quantile) / other.millis(quantile);
        format!("{:>9} {:>8.2} {:>8.2} {:>8.2}", "", ratio(0.5), ratio(0.99), self.rate() / other.rate())
    }

    /// Milliseconds within which this share of the requests was answered.
    pub fn millis(&self, quantile: f64) -> f64 {
        Duration::from_micros(self.times.value_at_quantile(quantile)).as_secs_f64() * 1_000.0
    }

    /// How many requests there were.
    pub fn count(&self) -> u64 {
        self.times.len()
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate of a measurement")]
    fn rate(&self) -> f64 {
        self.count() as f64 / self.lasted.as_secs_f64()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (half, most) = (self.millis(0.5), self.millis(0.99));
        write!(formatter, "{:>9} {half:>8.2} {most:>8.2} {:>8.0}", self.count(), self.rate())
    }
}

/// Lets so many clients ask for so long, each beginning with another question.
pub async fn load<'a, F: Future<Output = Result<u64>>>(
    clients: usize,
    lasts: Duration,
    questions: &[&'a str],
    ask: impl Fn(&'a str) -> F,
) -> Result<Measured> {
    let begin = Instant::now();
    let client = |number: usize| {
        let ask = &ask;
        async move {
            let mut measured = Measured::default();
            let first = number * questions.len() / clients;
            for question in questions.iter().cycle().skip(first) {
                if begin.elapsed() >= lasts {
                    break;
                }
                let asked_at = Instant::now();
                ask(question).await?;
                measured.note(asked_at.elapsed());
            }
            anyhow::Ok(measured)
        }
    };
    let mut all = Measured::default();
    for one in try_join_all((0..clients).map(client)).await? {
        all.add(one);
    }
    all.lasted = begin.elapsed();
    Ok(all)
}
