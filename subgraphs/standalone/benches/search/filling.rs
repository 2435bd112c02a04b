//! Documents come in through the public mutation, and the index catches up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use service::DateTime;
use standalone::sample::documents::{Documents, SampleDocument};
use stores::search::SearchReader as _;

use crate::stage::Stage;

/// How many clients send documents, each one after another.
const SENDERS: usize = 16;
/// A sender logs in again after so many documents; tokens live ten minutes.
const PER_LOGIN: u64 = 500;
/// How long the index may take once all documents are in.
const PATIENCE: Duration = Duration::from_secs(1_800);
const IDS: usize = 3_000;

const INGEST: &str = "mutation($key: String!, $input: IngestDocumentInput!) {
    ingestDocument(idempotencyKey: $key, input: $input) { __typename ... on IngestDocumentSuccess { outcome } } }";

/// How long it took.
pub struct Filled {
    documents: u64,
    ingest: Duration,
    behind: Duration,
}

/// Sends the documents, and waits until the index has every id at the database's version.
pub async fn fill(stage: &Stage, documents: u64) -> Result<Filled> {
    let (maker, next, begin) = (Documents::default(), AtomicU64::new(0), Instant::now());
    try_join_all((0..SENDERS).map(|_| send(stage, &maker, &next, documents))).await?;
    let ingest = begin.elapsed();
    let ingested_at = Instant::now();
    while !is_index_equal(stage, documents).await? {
        ensure!(ingested_at.elapsed() < PATIENCE, "the index does not catch up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Filled { documents, ingest, behind: ingested_at.elapsed() })
}

async fn send(stage: &Stage, maker: &Documents, next: &AtomicU64, documents: u64) -> Result<()> {
    let (mut token, mut sent) = (String::new(), 0);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= documents {
            return Ok(());
        }
        if sent % PER_LOGIN == 0 {
            token = stage.operator().await;
        }
        sent += 1;
        let variables =
            json!({ "key": format!("document {number}"), "input": input(maker.document(number)) });
        let answer = stage.processes.ask(Some(&token), INGEST, variables).await;
        if answer["data"]["ingestDocument"]["outcome"] != json!("CREATED") {
            bail!("document {number}: {answer}");
        }
    }
}

fn input(document: SampleDocument) -> Value {
    json!({
        "id": document.id,
        "collection": document.collection.to_uppercase(),
        "title": document.title,
        "summary": document.summary,
        "body": document.body,
        "language": document.language,
        "author": document.author,
        "sourceUrl": document.source_url,
        "publishedAt": DateTime(document.published_at).to_text(),
        "categoryId": document.category_id,
        "organizationId": document.organization_id,
        "keywords": document.keywords,
    })
}

async fn is_index_equal(stage: &Stage, documents: u64) -> Result<bool> {
    let waiting = stage.document_meta.query_optional("SELECT 1 AS one FROM outbox LIMIT 1", &[]).await?;
    if waiting.is_some() {
        return Ok(false);
    }
    let rows = stage.document_meta.query("SELECT id, version FROM documents", &[]).await?;
    ensure!(rows.len() as u64 == documents, "{} rows, not {documents}", rows.len());
    let rows: BTreeMap<String, i64> =
        rows.iter().map(|row| Ok((row.text("id")?, row.int("version")?))).collect::<stores::Result<_>>()?;
    let reader = stores::search::elasticsearch::open_reader(stage.search.connection())?;
    let ids: Vec<String> = rows.keys().cloned().collect();
    let mut indexed = BTreeMap::new();
    for ids in ids.chunks(IDS) {
        indexed.extend(reader.versions(ids).await?);
    }
    Ok(indexed == rows)
}

impl fmt::Display for Filled {
    #[expect(clippy::cast_precision_loss, reason = "a rate of a measurement")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ingest, behind) = (self.ingest.as_secs_f64(), self.behind.as_secs_f64());
        let rate = |seconds: f64| self.documents as f64 / seconds;
        let (acknowledged, found) = (rate(ingest), rate(ingest + behind));
        writeln!(
            formatter,
            "ingest through the gateway, {SENDERS} clients: {ingest:.1} s, {acknowledged:.0} documents/s acknowledged"
        )?;
        write!(
            formatter,
            "index equals database (ids and versions) {behind:.1} s after the last one: {found:.0} documents/s found"
        )
    }
}
