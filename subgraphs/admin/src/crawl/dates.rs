//! Dates as Korean and English pages write them, to microseconds since 1970 (UTC).
//!
//! A date without a zone is a date in Korea (UTC+9, without summer time since 1988).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

const KOREA: i32 = 9 * 3_600;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads the first date in `text`, with its time of day where there is one.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    machine(text).or_else(|| english(text)).or_else(|| numbers(text))
}

fn machine(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"))
        .ok()
        .filter(|at| plausible(at.date_naive()))
        .map(|at| at.timestamp_micros())
}

/// `2026년 3월 2일 14:05`, `2026. 3. 2.`, `2026.03.02`, `2026-03-02 14:05:09`, `2026/3/2`, `20260302`, `2026년 3월 2일 오후 2시 5분`.
fn numbers(text: &str) -> Option<i64> {
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_digit()) {
            continue;
        }
        if let Some((date, rest)) = date_at(&text[at..]) {
            return to_micros(date, time_of_day(rest));
        }
    }
    None
}

fn date_at(text: &str) -> Option<(NaiveDate, &str)> {
    let (digits, rest) = number(text)?;
    if digits.len() == 8 {
        let date = day(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)?;
        return Some((date, rest));
    }
    if digits.len() != 4 {
        return None;
    }
    let rest = separator(rest, &['년', '.', '-', '/'])?;
    let (month, rest) = number(rest)?;
    let rest = separator(rest, &['월', '.', '-', '/'])?;
    let (date, rest) = number(rest)?;
    if month.len() > 2 || date.len() > 2 {
        return None;
    }
    Some((day(digits.parse().ok()?, month.parse().ok()?, date.parse().ok()?)?, rest))
}

fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn separator<'a>(text: &'a str, allowed: &[char]) -> Option<&'a str> {
    Some(text.trim_start().strip_prefix(allowed)?.trim_start())
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|date| plausible(*date))
}

/// Serial numbers look like dates too; nothing on the web is older than this, nor that far ahead.
fn plausible(date: NaiveDate) -> bool {
    use chrono::Datelike;
    (1950..2100).contains(&date.year())
}

/// The time right after a date: `14:05`, `(월) 14:05:09`, `오후 2시 5분`, `T14:05`.
fn time_of_day(text: &str) -> NaiveTime {
    let window: String = text.chars().take(24).collect();
    read_time(&window).unwrap_or(NaiveTime::MIN)
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let before = &text[..start];
    let (hour, rest) = number(&text[start..])?;
    let rest = separator(rest, &[':', '시'])?;
    let (minute, rest) = number(rest).unwrap_or(("0", rest));
    let second = separator(rest, &[':']).and_then(number).map_or("0", |(second, _)| second);
    let mut hour: u32 = hour.parse().ok()?;
    let lower = text.to_ascii_lowercase();
    if (before.contains("오후") || lower.contains("pm") || lower.contains("p.m")) && hour < 12 {
        hour += 12;
    }
    NaiveTime::from_hms_opt(hour, minute.parse().ok()?, second.parse().ok()?)
}

/// `March 2, 2026`, `2 Mar 2026`, `Mar. 2, 2026 2:05 PM`.
fn english(text: &str) -> Option<i64> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).collect();
    for (index, window) in words.windows(3).enumerate() {
        let found = match (month_name(window[0]), month_name(window[1])) {
            (Some(month), _) => Some((month, window[1])),
            (None, Some(month)) => Some((month, window[0])),
            (None, None) => None,
        };
        let Some((month, date)) = found else { continue };
        let (Ok(year), Ok(date)) = (window[2].parse(), trim_ordinal(date).parse()) else { continue };
        if let Some(date) = day(year, month, date) {
            return to_micros(date, time_of_day(&words[index + 3..].join(" ")));
        }
    }
    None
}

fn trim_ordinal(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.')
}

fn month_name(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let full =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"];
    let short = word.get(..3)?;
    let month = MONTHS.iter().position(|name| *name == short)?;
    let known = word.len() == 3
        || word == "sept"
        || ["november", "december"].iter().chain(&full).any(|name| *name == word);
    known.then(|| u32::try_from(month + 1).unwrap_or(1))
}

fn to_micros(date: NaiveDate, time: NaiveTime) -> Option<i64> {
    let zone = FixedOffset::east_opt(KOREA)?;
    Some(NaiveDateTime::new(date, time).and_local_timezone(zone).single()?.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Option<String> {
        parse(text)
            .and_then(DateTime::from_timestamp_micros)
            .map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn dates_are_read_in_the_ways_pages_write_them() {
        let cases = [
            ("2026-03-02T14:05:09+09:00", Some("2026-03-02 05:05:09")),
            ("2026-03-02T14:05:09Z", Some("2026-03-02 14:05:09")),
            ("2026-03-02T14:05:09+0900", Some("2026-03-02 05:05:09")),
            ("Mon, 02 Mar 2026 14:05:09 +0900", Some("2026-03-02 05:05:09")),
            ("2026-03-02", Some("2026-03-01 15:00:00")),
            ("2026-03-02 14:05", Some("2026-03-02 05:05:00")),
            ("2026년 3월 2일", Some("2026-03-01 15:00:00")),
            ("등록일 : 2026년 3월 2일(월) 14:05", Some("2026-03-02 05:05:00")),
            ("2026년 3월 2일 오후 2시 5분", Some("2026-03-02 05:05:00")),
            ("2026년3월2일 오전 9시", Some("2026-03-02 00:00:00")),
            ("작성일 2026.03.02 조회 1,204", Some("2026-03-01 15:00:00")),
            ("2026. 3. 2.", Some("2026-03-01 15:00:00")),
            ("2026/3/2 09:00:30", Some("2026-03-02 00:00:30")),
            ("20260302", Some("2026-03-01 15:00:00")),
            ("March 2, 2026", Some("2026-03-01 15:00:00")),
            ("Posted 2 Mar 2026 by staff", Some("2026-03-01 15:00:00")),
            ("Sept. 2nd, 2026 2:05 PM", Some("2026-09-02 05:05:00")),
            ("2026.13.02", None),
            ("2026-02-30", None),
            ("02-123-4567", None),
            ("120260302", None),
            ("제2026-14호", None),
            ("Marching 2, 2026", None),
            ("1234.05.06", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(show(text).as_deref(), expected, "{text}");
        }
    }
}
