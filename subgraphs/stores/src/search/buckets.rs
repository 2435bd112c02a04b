//! The buckets of a trend: they begin at UTC midnights, Mondays, firsts of months or of years.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate};

use super::{Interval, SearchFilter, TrendPoint, TrendRequest};
use crate::{Result, StoreError};

/// A period that needs more buckets is refused.
const MOST: usize = 10_000;

/// The buckets of a period, empty: the first one holds `from`, the last one ends at or after `before`.
pub(super) fn buckets(request: &TrendRequest) -> Result<Vec<TrendPoint>> {
    let refused = |what: &str| StoreError::InvalidName(format!("period: {what}"));
    let first =
        DateTime::from_timestamp_micros(request.from).ok_or_else(|| refused("out of range"))?.date_naive();
    let mut date = begin(first, request.interval).ok_or_else(|| refused("out of range"))?;
    let mut buckets = Vec::new();
    if request.from >= request.before {
        return Ok(buckets);
    }
    loop {
        let at = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros();
        if at >= request.before {
            return Ok(buckets);
        }
        if buckets.len() == MOST {
            return Err(refused("too many buckets"));
        }
        buckets.push(TrendPoint { at, count: 0 });
        match next(date, request.interval) {
            Some(next) => date = next,
            None => return Ok(buckets),
        }
    }
}

fn begin(date: NaiveDate, interval: Interval) -> Option<NaiveDate> {
    match interval {
        Interval::Day => Some(date),
        Interval::Week => date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into())),
        Interval::Month => date.with_day(1),
        Interval::Year => date.with_ordinal(1),
    }
}

fn next(date: NaiveDate, interval: Interval) -> Option<NaiveDate> {
    match interval {
        Interval::Day => date.checked_add_days(Days::new(1)),
        Interval::Week => date.checked_add_days(Days::new(7)),
        Interval::Month => date.checked_add_months(Months::new(1)),
        Interval::Year => date.checked_add_months(Months::new(12)),
    }
}

/// The year of a time.
pub(super) fn year(published_at: i64) -> i64 {
    DateTime::from_timestamp_micros(published_at).map_or(0, |time| time.year().into())
}

/// The day of a time, `2026-01-31`; times that no calendar with four digits has count as its first or last day.
#[cfg(feature = "elasticsearch")]
pub(super) fn day(published_at: i64) -> String {
    let date = DateTime::from_timestamp_micros(published_at).map(|time| time.date_naive());
    match date.filter(|date| (0..=9999).contains(&date.year())) {
        Some(date) => date.format("%Y-%m-%d").to_string(),
        None if published_at < 0 => "0000-01-01".to_owned(),
        None => "9999-12-31".to_owned(),
    }
}

/// The period of a trend as a filter.
pub(super) fn period(request: &TrendRequest) -> SearchFilter {
    let (from, before) = (Some(request.from), Some(request.before));
    SearchFilter { published_from: from, published_before: before, ..SearchFilter::default() }
}
