//! Beginnings of titles and of their words, for suggestions while typing.

use std::collections::BTreeSet;

use super::cjk_tokenizer::fold;

const LONGEST: usize = 20;

/// Titles repeat, and the terms know only first letters: so many times more are looked at than are wanted.
pub(super) const LOOKED_AT: usize = 10;

/// What the index holds of a title: the beginnings of each of its words, and those of the whole title, marked.
pub(super) fn title_prefixes(title: &str) -> BTreeSet<String> {
    let folded = folded(title);
    let whole = beginnings(&folded).map(|prefix| marked(&prefix));
    folded.split(' ').flat_map(beginnings).chain(whole).collect()
}

/// The term that finds titles beginning like this.
pub(super) fn title_term(prefix: &str) -> String {
    marked(&cut(&folded(prefix)))
}

/// The terms that together find titles with words beginning like these.
pub(super) fn word_terms(prefix: &str) -> Vec<String> {
    folded(prefix).split(' ').filter(|word| !word.is_empty()).map(cut).collect()
}

/// Whether a title begins like this, or has words that begin like each of these: the terms know only the first letters.
pub(super) fn is_suggested(title: &str, prefix: &str) -> bool {
    let (title, prefix) = (folded(title), folded(prefix));
    let mut words = prefix.split(' ').filter(|word| !word.is_empty());
    title.starts_with(&prefix) || words.all(|word| title.split(' ').any(|other| other.starts_with(word)))
}

/// Folded, with everything that is neither letter nor digit as a single blank between words.
fn folded(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn beginnings(text: &str) -> impl Iterator<Item = String> + '_ {
    text.char_indices().take(LONGEST).map(|(at, letter)| text[..at + letter.len_utf8()].to_owned())
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn marked(prefix: &str) -> String {
    format!("^{prefix}")
}
