//! Words and CJK bigrams, as Lucene's CJKAnalyzer makes them (Elasticsearch's built-in `cjk` analyzer without stop words).
//!
//! Text is cut at Unicode word borders, folded (NFKC, lower case) and runs of Hangul, Han and Kana become overlapping
//! bigrams; a letter that stands alone stays alone. One thing is on purpose not as in Lucene: a run of Latin letters or
//! digits that touches Hangul (`2026년`, `AI기술`) is a word of its own, so that either half can be found.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

const LONGEST_WORD: usize = 255;

/// One token; its position is its place among all tokens of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The folded text.
    pub text: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
}

/// What a user sees as one piece: a word, or a run of CJK letters with its bigrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The tokens, which stand side by side.
    pub tokens: Vec<Token>,
    /// Whether it is a single CJK letter, which is in the index only where it stands alone there too.
    pub is_lone_letter: bool,
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Vec<Token> {
    pieces(text).into_iter().flat_map(|piece| piece.tokens).collect()
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut run: Vec<Token> = Vec::new();
    for (start, word) in text.unicode_word_indices() {
        for letters in same_kind(start, word) {
            let touches = run.last().is_some_and(|letter| letter.end == letters.start);
            if !(letters.is_cjk && touches) {
                pieces.extend(bigrams(std::mem::take(&mut run)));
            }
            match letters.is_cjk {
                true => run.extend(letters.each()),
                false => pieces.push(Piece { tokens: vec![letters.word()], is_lone_letter: false }),
            }
        }
    }
    pieces.extend(bigrams(run));
    pieces.retain(|piece| piece.tokens.iter().all(|token| !token.text.is_empty()));
    pieces
}

/// Text as it is indexed and shown: Hangul written as separate jamo, as some systems name files, becomes syllables.
pub fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Folds as tokens are folded.
pub fn fold(text: &str) -> String {
    // Most text is one of these, for which the general way comes to the same, slower.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if text.chars().all(|letter| matches!(letter, '가'..='힣' | '一'..='鿿')) {
        return text.to_owned();
    }
    text.nfkc().flat_map(char::to_lowercase).collect()
}

struct Letters<'a> {
    start: usize,
    text: &'a str,
    is_cjk: bool,
}

impl Letters<'_> {
    fn word(&self) -> Token {
        let text = fold(self.text).chars().take(LONGEST_WORD).collect();
        Token { text, start: self.start, end: self.start + self.text.len() }
    }

    /// Letter by letter as a reader sees them: Hangul written as separate jamo is one letter a syllable.
    fn each(&self) -> impl Iterator<Item = Token> + '_ {
        self.text.grapheme_indices(true).map(|(offset, letter)| {
            let start = self.start + offset;
            Token { text: fold(letter), start, end: start + letter.len() }
        })
    }
}

fn same_kind(start: usize, word: &str) -> Vec<Letters<'_>> {
    let mut found: Vec<Letters<'_>> = Vec::new();
    let mut begin = 0;
    let mut kind = None;
    for (offset, letter) in word.grapheme_indices(true) {
        let is_cjk = letter.chars().next().is_some_and(is_cjk);
        if let Some(before) = kind
            && before != is_cjk
        {
            found.push(Letters { start: start + begin, text: &word[begin..offset], is_cjk: before });
            begin = offset;
        }
        kind = Some(is_cjk);
    }
    if let Some(is_cjk) = kind {
        found.push(Letters { start: start + begin, text: &word[begin..], is_cjk });
    }
    found
}

fn bigrams(run: Vec<Token>) -> Option<Piece> {
    match run.len() {
        0 => None,
        1 => Some(Piece { tokens: run, is_lone_letter: true }),
        _ => {
            let pair = |pair: &[Token]| Token {
                text: pair.iter().map(|letter| letter.text.as_str()).collect(),
                start: pair[0].start,
                end: pair[1].end,
            };
            Some(Piece { tokens: run.windows(2).map(pair).collect(), is_lone_letter: false })
        }
    }
}

/// Hangul (syllables and jamo), Hiragana, Katakana, Han; halfwidth forms too.
fn is_cjk(letter: char) -> bool {
    matches!(u32::from(letter),
        0x1100..=0x11ff | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0x3130..=0x318f | 0xffa0..=0xffdc
        | 0x3040..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f
        | 0x2e80..=0x2fdf | 0x3005 | 0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words_and_cjk_bigrams() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" .,!? — … ", &[]),
            ("Budget REFORM plans", &["budget", "reform", "plans"]),
            ("can't stop U.S.A 3.14 1,000", &["can't", "stop", "u.s.a", "3.14", "1,000"]),
            ("국가예산안", &["국가", "가예", "예산", "산안"]),
            ("국가 예산", &["국가", "예산"]),
            ("법", &["법"]),
            ("이 법의 뜻", &["이", "법의", "뜻"]),
            (
                "多くの学生が試験に落ちた",
                &["多く", "くの", "の学", "学生", "生が", "が試", "試験", "験に", "に落", "落ち", "ちた"],
            ),
            ("大韓民國 憲法", &["大韓", "韓民", "民國", "憲法"]),
            ("2026년 AI기술 R&D", &["2026", "년", "ai", "기술", "r", "d"]),
            ("ＡＢＣ１２３", &["abc123"]),
            ("ｶﾞｲﾄﾞ", &["ガイ", "イド"]),
            ("Straße ÉCOLE", &["straße", "école"]),
            ("국회(본회의)", &["국회", "본회", "회의"]),
            ("國會의원", &["國會", "會의", "의원"]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = tokens(text).into_iter().map(|token| token.text).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn decomposed_hangul_gives_the_tokens_of_composed_hangul() {
        let composed = "국회 예산안 심의";
        let decomposed: String = composed.nfd().collect();
        let text = |text: &str| tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>();
        assert_eq!(text(&decomposed), text(composed));
    }

    #[test]
    fn offsets_are_those_of_the_original_text() {
        let text = "『２０２６년』 예산";
        for token in tokens(text) {
            assert_eq!(fold(&text[token.start..token.end]), token.text);
        }
        assert_eq!(tokens(text).len(), 3);
    }

    #[test]
    fn very_long_words_are_cut() {
        assert_eq!(tokens(&"x".repeat(70_000))[0].text.len(), LONGEST_WORD);
    }
}
