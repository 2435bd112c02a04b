//! Trends: public.

use async_graphql::{Context, Object, Result};
use futures::future::try_join_all;
use service::{ClientError, DateTime, nullable};
use stores::search::{self, TrendRequest};

use crate::store::{COLLECTIONS, Stores, document};
use crate::types::collection::{Collection, to_stores};
use crate::types::keyword::Keyword;
use crate::types::trend::{CollectionCount, KeywordCount, PeriodInput, TermTrend, TrendInterval, TrendPoint};

const MOST_TERMS: usize = 10;
const MOST_POINTS: i64 = 1_000;
const MOST_KEYWORDS: i32 = 100;
const DAY: i64 = 86_400_000_000;

/// Trends.
#[derive(Default)]
pub struct Trends;

#[Object]
impl Trends {
    /// How many documents have each of these terms, step by step over a period.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the public field")]
    async fn term_trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One to ten terms, as one types them into a search.")] terms: Vec<String>,
        #[graphql(desc = "In which collections; all unless told.")] collections: Option<Vec<Collection>>,
        #[graphql(desc = "From this moment on.")] from: DateTime,
        #[graphql(desc = "Until right before this moment.")] to: DateTime,
        #[graphql(desc = "How long the steps are.", default_with = "TrendInterval::Month")]
        interval: TrendInterval,
    ) -> Result<Option<Vec<TermTrend>>> {
        nullable(ctx, async {
            check_terms(&terms)?;
            let request = trend_request(collections, PeriodInput { from, to }, interval.into())?;
            let reader = &ctx.data_unchecked::<Stores>().search_reader;
            let trends = terms.into_iter().map(|term| async {
                let points =
                    reader.trend(&TrendRequest { text: Some(term.clone()), ..request.clone() }).await?;
                Ok::<_, stores::StoreError>(term_trend(term, &points))
            });
            Ok(Some(try_join_all(trends).await?))
        })
        .await
    }

    /// The words under which most documents of a period are filed, the most frequent first.
    async fn top_keywords(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When the documents were published.")] period: PeriodInput,
        #[graphql(desc = "In which collections; all unless told.")] collections: Option<Vec<Collection>>,
        #[graphql(desc = "How many, at most 100.", default = 20)] first: i32,
    ) -> Result<Option<Vec<KeywordCount>>> {
        nullable(ctx, async {
            if !(0..=MOST_KEYWORDS).contains(&first) {
                let message = format!("`first` must be between 0 and {MOST_KEYWORDS}");
                return Err(ClientError::new("PAGE_SIZE_TOO_LARGE", message).into());
            }
            let request = trend_request(collections, period, search::Interval::Year)?;
            let reader = &ctx.data_unchecked::<Stores>().search_reader;
            let first = usize::try_from(first).unwrap_or_default();
            let counts = reader.top_keywords(&request, first).await?;
            let count = |found: search::FacetCount| KeywordCount {
                keyword: Keyword(found.value),
                count: int(found.count),
            };
            Ok(Some(counts.into_iter().map(count).collect()))
        })
        .await
    }

    /// How many documents each collection has.
    async fn collection_counts(&self, ctx: &Context<'_>) -> Result<Option<Vec<CollectionCount>>> {
        nullable(ctx, async {
            let counts = document::counts(&ctx.data_unchecked::<Stores>().document_meta).await?;
            let count = |collection| CollectionCount {
                collection: Collection::from(collection),
                count: int(counts.get(&collection).copied().unwrap_or_default()),
            };
            Ok(Some(COLLECTIONS.into_iter().map(count).collect()))
        })
        .await
    }
}

fn check_terms(terms: &[String]) -> service::error::Result<()> {
    let fine = (1..=MOST_TERMS).contains(&terms.len())
        && terms.iter().all(|term| !term.trim().is_empty() && term.chars().count() <= 200);
    if fine {
        return Ok(());
    }
    let message = format!("give one to {MOST_TERMS} terms of at most 200 characters, none of them blank");
    Err(ClientError::new("BAD_USER_INPUT", message).into())
}

fn trend_request(
    collections: Option<Vec<Collection>>,
    period: PeriodInput,
    interval: search::Interval,
) -> service::error::Result<TrendRequest> {
    let (from, before) = (period.from.0, period.to.0);
    if from >= before {
        return Err(ClientError::new("INVALID_PERIOD", "the period must end after it begins").into());
    }
    let step = match interval {
        search::Interval::Day => DAY,
        search::Interval::Week => 7 * DAY,
        search::Interval::Month => 28 * DAY,
        search::Interval::Year => 365 * DAY,
    };
    if before.saturating_sub(from) / step >= MOST_POINTS {
        let message = format!("the period has more than {MOST_POINTS} steps; take longer steps");
        return Err(ClientError::new("PERIOD_TOO_LONG", message).into());
    }
    Ok(TrendRequest { collections: to_stores(collections), text: None, from, before, interval })
}

fn term_trend(term: String, points: &[search::TrendPoint]) -> TermTrend {
    let point = |point: &search::TrendPoint| TrendPoint { at: DateTime(point.at), count: int(point.count) };
    let total = points.iter().map(|point| point.count).sum::<u64>();
    TermTrend { term, total: int(total), points: points.iter().map(point).collect() }
}

fn int(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
