//! What a find is worth, the same for every engine.

use std::collections::BTreeSet;

use super::cjk_tokenizer::{Piece, pieces};

/// Where words are looked for and how much a find weighs.
pub(super) const TITLE: f32 = 4.0;
pub(super) const KEYWORDS: f32 = 3.0;
pub(super) const SUMMARY: f32 = 2.0;
pub(super) const BODY: f32 = 1.0;

/// How much a word counts that is found in further fields too.
pub(super) const TIE_BREAKER: f32 = 0.1;

/// The pieces of a text, each once.
pub(super) fn distinct_pieces(text: &str) -> Vec<Piece> {
    let words = |piece: &Piece| piece.tokens.iter().map(|token| token.text.clone()).collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    pieces(text).into_iter().filter(|piece| seen.insert(words(piece))).collect()
}
