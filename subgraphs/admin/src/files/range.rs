//! The `Range` header (RFC 9110, 14): one range of bytes; more than one at a time is answered with the whole.

use std::ops::Range;

/// What a request wants of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that are not there.
    Unsatisfiable,
}

/// Reads the header's value for a content of `size` bytes. What cannot be understood is ignored, as the RFC asks.
pub fn read(header: Option<&str>, size: u64) -> Wanted {
    let Some(set) = header.and_then(|value| value.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((start, end)) = set.split_once('-').filter(|_| !set.contains(',')) else { return Wanted::Whole };
    let (start, end) = (start.trim(), end.trim());
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = match (start, end) {
        ("", "") => return Wanted::Whole,
        ("", suffix) => match number(suffix) {
            Some(suffix) => size.saturating_sub(suffix)..size,
            None => return Wanted::Whole,
        },
        (start, "") => match number(start) {
            Some(start) => start..size,
            None => return Wanted::Whole,
        },
        (start, end) => match (number(start), number(end)) {
            (Some(start), Some(end)) if start <= end => start..end.saturating_add(1).min(size),
            _ => return Wanted::Whole,
        },
    };
    if range.start >= range.end { Wanted::Unsatisfiable } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (header, expected) in [
            (None, Wanted::Whole),
            (Some("bytes=0-0"), Wanted::Part(0..1)),
            (Some("bytes=2-4"), Wanted::Part(2..5)),
            (Some("bytes=8-99"), Wanted::Part(8..10)),
            (Some("bytes=4-"), Wanted::Part(4..10)),
            (Some("bytes=-3"), Wanted::Part(7..10)),
            (Some("bytes=-99"), Wanted::Part(0..10)),
            (Some("bytes=10-"), Wanted::Unsatisfiable),
            (Some("bytes=-0"), Wanted::Unsatisfiable),
            (Some("bytes=99999999999999999999-"), Wanted::Unsatisfiable),
            (Some("bytes=4-2"), Wanted::Whole),
            (Some("bytes=0-1,3-4"), Wanted::Whole),
            (Some("bytes=a-b"), Wanted::Whole),
            (Some("bytes=-"), Wanted::Whole),
            (Some("lines=1-2"), Wanted::Whole),
        ] {
            assert_eq!(read(header, 10), expected, "{header:?}");
        }
        assert_eq!(read(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
    }
}
