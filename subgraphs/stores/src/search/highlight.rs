//! Which parts of a text the searched pieces match, as character ranges, in a fragment worth showing.

use super::Highlight;
use super::cjk_tokenizer::{Piece, Token, tokens};

/// A field longer than this is shown as a fragment.
const WHOLE: usize = 240;
const BEFORE: usize = 40;
const FRAGMENT: usize = 180;

/// The highlight of one field, unless nothing of it matches.
pub(super) fn highlight(field: &'static str, text: &str, pieces: &[Piece]) -> Option<Highlight> {
    let matches = matches(text, pieces);
    let first = matches.first()?;
    let (start, end) =
        if text.chars().count() <= WHOLE { (0, text.len()) } else { window(text, &matches, first.0) };
    let fragment = &text[start..end];
    let inside = matches.iter().filter(|(from, to)| *from >= start && *to <= end);
    let offset = |byte: usize| text[start..byte].chars().count();
    let ranges = inside.map(|(from, to)| (offset(*from), offset(*to))).collect();
    Some(Highlight { field, fragment: fragment.to_owned(), ranges })
}

/// Matches as byte ranges, ascending and disjoint.
fn matches(text: &str, pieces: &[Piece]) -> Vec<(usize, usize)> {
    let tokens = tokens(text);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for place in 0..tokens.len() {
        found.extend(pieces.iter().filter_map(|piece| match_at(&tokens[place..], piece, text)));
    }
    found.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

fn match_at(tokens: &[Token], piece: &Piece, text: &str) -> Option<(usize, usize)> {
    let first = tokens.first()?;
    if piece.is_lone_letter {
        let is_first = first.text.starts_with(piece.tokens[0].text.as_str());
        let letter = text[first.start..first.end].chars().next()?;
        return is_first.then(|| (first.start, first.start + letter.len_utf8()));
    }
    let window = tokens.get(..piece.tokens.len())?;
    let is_match = window.iter().zip(&piece.tokens).all(|(token, wanted)| token.text == wanted.text);
    is_match.then(|| (first.start, window.iter().map(|token| token.end).max().unwrap_or(first.end)))
}

/// The byte range of the fragment that holds most matches, cut between words where that is near.
fn window(text: &str, matches: &[(usize, usize)], first: usize) -> (usize, usize) {
    let after = |byte: usize, count: usize| {
        text[byte..].char_indices().nth(count).map_or(text.len(), |(at, _)| byte + at)
    };
    let before =
        |byte: usize, count: usize| text[..byte].char_indices().rev().nth(count).map_or(0, |(at, _)| at);
    let held = |start: usize| {
        let end = after(start, FRAGMENT);
        matches.iter().filter(|(from, to)| *from >= start && *to <= end).count()
    };
    let starts = matches.iter().map(|(from, _)| *from);
    let best = starts.rev().max_by_key(|start| held(*start)).unwrap_or(first);
    let start = before(best, BEFORE);
    let end = after(best, FRAGMENT);
    let start = match text[start..best].find(char::is_whitespace) {
        Some(space) if start > 0 => {
            start + space + text[start + space..].chars().next().map_or(0, char::len_utf8)
        }
        _ => start,
    };
    let last_match = matches.iter().map(|(_, to)| *to).filter(|to| *to <= end).max().unwrap_or(best);
    let end = match text[last_match..end].rfind(char::is_whitespace) {
        Some(space) if end < text.len() => last_match + space,
        _ => end,
    };
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::super::cjk_tokenizer::pieces;
    use super::*;

    fn shown(text: &str, query: &str) -> Option<Vec<String>> {
        let highlight = highlight("body", text, &pieces(query))?;
        let letters: Vec<char> = highlight.fragment.chars().collect();
        Some(highlight.ranges.iter().map(|(start, end)| letters[*start..*end].iter().collect()).collect())
    }

    #[test]
    fn ranges_cover_whole_words_and_whole_runs_only() {
        let cases: &[(&str, &str, Option<&[&str]>)] = &[
            ("2026년 예산안 심의", "예산안", Some(&["예산안"])),
            ("예산과 예산안, 산안", "예산안", Some(&["예산안"])),
            ("국가예산안예산", "예산", Some(&["예산", "예산"])),
            ("국가예산안", "국가 예산안", Some(&["국가예산안"])),
            ("Budget of the budget office", "BUDGET", Some(&["Budget", "budget"])),
            ("법률과 법", "법", Some(&["법", "법"])),
            ("nothing here", "예산", None),
            ("", "예산", None),
        ];
        for (text, query, expected) in cases {
            let expected =
                expected.map(|ranges| ranges.iter().map(|range| (*range).to_owned()).collect::<Vec<_>>());
            assert_eq!(shown(text, query), expected, "{query} in {text}");
        }
    }

    #[test]
    fn a_long_text_is_shown_around_its_densest_matches() {
        let text = format!(
            "{}예산 {}예산안과 국가 예산 편성 {}",
            "앞 말씀 ".repeat(200),
            "중간 말씀 ".repeat(200),
            "뒤 ".repeat(300)
        );
        let highlight = highlight("body", &text, &pieces("예산")).unwrap();
        assert!(highlight.fragment.contains("예산안과 국가 예산 편성"), "{}", highlight.fragment);
        assert!(highlight.fragment.chars().count() <= BEFORE + FRAGMENT + 1);
        assert_eq!(highlight.ranges.len(), 2);
    }
}
