//! What is there in the end: each document once, and the index as the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use stores::params;

use crate::stage::Stage;
use crate::victim::Victim;

/// How soon the index must equal the database.
const SOON: Duration = Duration::from_secs(30);
/// How long it is waited for, to tell how late it is.
const PATIENCE: Duration = Duration::from_secs(90);

/// One row of the table.
pub struct Equality {
    victim: Victim,
    kills: usize,
    ingested: usize,
    crawled: usize,
    /// Acknowledged, or crawled, and not there.
    lost: BTreeSet<String>,
    /// There twice, or there and never sent.
    doubled: BTreeSet<String>,
    equal_after: Option<Duration>,
}

impl Equality {
    /// Waits for the index; `ingested` has ids by titles, `crawled` addresses of pages.
    pub async fn reached(
        stage: &Stage,
        victim: Victim,
        kills: usize,
        ingested: &BTreeMap<String, String>,
        crawled: &[String],
    ) -> Equality {
        let calm = Instant::now();
        let mut equal_after = None;
        while equal_after.is_none() && calm.elapsed() < PATIENCE {
            match stage.stores.is_index_equal().await {
                Ok(true) => equal_after = Some(calm.elapsed()),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        let (mut lost, mut doubled) = (BTreeSet::new(), BTreeSet::new());
        let titles = found(stage, "title", &format!("{} 문서 %", victim.name())).await;
        judge(ingested.keys(), &titles, (&mut lost, &mut doubled));
        for (title, id) in ingested {
            // Acknowledged under one id and there under another.
            if titles.get(title).is_some_and(|ids| !ids.contains(id)) {
                lost.insert(format!("{title} ({id})"));
            }
        }
        let sites: BTreeSet<&str> =
            crawled.iter().filter_map(|page| page.split_once("page/")).map(|(site, _)| site).collect();
        for site in sites {
            let pages = found(stage, "source_url", &format!("{site}page/%")).await;
            let sent = crawled.iter().filter(|page| page.starts_with(site));
            judge(sent, &pages, (&mut lost, &mut doubled));
        }
        Equality {
            victim,
            kills,
            ingested: ingested.len(),
            crawled: crawled.len(),
            lost,
            doubled,
            equal_after,
        }
    }

    /// Whether something is not as promised.
    pub fn is_bad(&self) -> bool {
        !self.lost.is_empty()
            || !self.doubled.is_empty()
            || self.ingested == 0
            || self.crawled == 0
            || self.equal_after.is_none_or(|after| after > SOON)
    }
}

impl fmt::Display for Equality {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, ingested, crawled, lost, doubled, .. } = self;
        let after = self
            .equal_after
            .map_or_else(|| "never".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()));
        write!(
            formatter,
            "{:<15} {kills:>6} {ingested:>9} {crawled:>8} {:>8} {:>8} {after:>18}",
            self.victim.name(),
            lost.len(),
            doubled.len(),
        )?;
        for name in lost.iter().chain(doubled).take(5) {
            write!(formatter, "\n    {name}")?;
        }
        Ok(())
    }
}

/// The ids of the documents whose column is like this, by the column.
async fn found(stage: &Stage, column: &str, like: &str) -> BTreeMap<String, Vec<String>> {
    let sql =
        format!("SELECT {column} AS what, id FROM documents WHERE {column} LIKE ? AND deleted_at IS NULL");
    let rows = stage.stores.document_meta().query(&sql, params![like]).await.unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        found.entry(row.text("what").unwrap()).or_default().push(row.text("id").unwrap());
    }
    found
}

fn judge<'a>(
    sent: impl Iterator<Item = &'a String>,
    found: &BTreeMap<String, Vec<String>>,
    (lost, doubled): (&mut BTreeSet<String>, &mut BTreeSet<String>),
) {
    let sent: BTreeSet<&String> = sent.collect();
    lost.extend(sent.iter().filter(|name| !found.contains_key(**name)).map(|name| (*name).clone()));
    let is_wrong = |(name, ids): &(&String, &Vec<String>)| ids.len() > 1 || !sent.contains(name);
    doubled.extend(found.iter().filter(is_wrong).map(|(name, _)| name.clone()));
}
