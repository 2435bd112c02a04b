//! The fields of an index, and a document as the index stores it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, TantivyDocument};

use crate::search::IndexedDocument;
use crate::search::buckets::year;
use crate::search::cjk_tokenizer;
use crate::search::prefixes::title_prefixes;

pub(super) const ID: &str = "id";
pub(super) const VERSION: &str = "version";
pub(super) const PUBLISHED_AT: &str = "published_at";
pub(super) const YEAR: &str = "year";
pub(super) const CATEGORY: &str = "category";
pub(super) const ORGANIZATION: &str = "organization";
pub(super) const KEYWORD: &str = "keyword";
pub(super) const LANGUAGE: &str = "language";

/// Every document is one or the other; a removed one keeps its id and the version of its removal and nothing else.
pub(super) const LIVE: &str = "live";
pub(super) const REMOVED: &str = "removed";

const TOKENIZER: &str = "cjk";

pub(super) struct Fields {
    pub schema: Schema,
    pub id: Field,
    pub version: Field,
    pub state: Field,
    pub title: Field,
    pub summary: Field,
    pub body: Field,
    pub keyword_words: Field,
    pub keyword: Field,
    pub category: Field,
    pub organization: Field,
    pub language: Field,
    pub published_at: Field,
    pub year: Field,
    pub title_prefix: Field,
}

/// All indexes have the same fields.
pub(super) static FIELDS: LazyLock<Fields> = LazyLock::new(fields);

fn fields() -> Fields {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(indexing);
    let mut schema = Schema::builder();
    Fields {
        id: schema.add_text_field(ID, STRING | FAST | STORED),
        version: schema.add_i64_field(VERSION, FAST),
        state: schema.add_text_field("state", STRING),
        title: schema.add_text_field("title", words.clone().set_stored()),
        summary: schema.add_text_field("summary", words.clone().set_stored()),
        body: schema.add_text_field("body", words.clone().set_stored()),
        keyword_words: schema.add_text_field("keyword_words", words),
        keyword: schema.add_text_field(KEYWORD, STRING | FAST | STORED),
        category: schema.add_text_field(CATEGORY, STRING | FAST),
        organization: schema.add_text_field(ORGANIZATION, STRING | FAST),
        language: schema.add_text_field(LANGUAGE, STRING | FAST),
        published_at: schema.add_i64_field(PUBLISHED_AT, FAST | INDEXED),
        year: schema.add_i64_field(YEAR, FAST),
        title_prefix: schema.add_text_field("title_prefix", STRING),
        schema: schema.build(),
    }
}

impl Fields {
    pub(super) fn document(&self, source: &IndexedDocument) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.id, &source.id);
        document.add_i64(self.version, source.version);
        document.add_text(self.state, LIVE);
        document.add_text(self.title, cjk_tokenizer::composed(&source.title));
        document.add_text(self.summary, cjk_tokenizer::composed(&source.summary));
        document.add_text(self.body, cjk_tokenizer::composed(&source.body));
        document.add_text(self.language, &source.language);
        document.add_i64(self.published_at, source.published_at);
        document.add_i64(self.year, year(source.published_at));
        for category in BTreeSet::from_iter(&source.category_ids) {
            document.add_text(self.category, category);
        }
        if let Some(organization) = &source.organization_id {
            document.add_text(self.organization, organization);
        }
        for keyword in BTreeSet::from_iter(&source.keywords) {
            document.add_text(self.keyword, keyword);
            document.add_text(self.keyword_words, keyword);
        }
        for prefix in title_prefixes(&source.title) {
            document.add_text(self.title_prefix, prefix);
        }
        document
    }

    pub(super) fn tombstone(&self, id: &str, version: i64) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.id, id);
        document.add_i64(self.version, version);
        document.add_text(self.state, REMOVED);
        document
    }
}

/// The first stored text of a field; empty if there is none.
pub(super) fn text(document: &TantivyDocument, field: Field) -> &str {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default()
}

/// Lets an opened index use our tokenizer.
pub(super) fn register_tokenizer(index: &Index) {
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(CjkTokenizer));
}

#[derive(Clone)]
struct CjkTokenizer;

struct CjkTokens {
    rest: std::vec::IntoIter<cjk_tokenizer::Token>,
    token: tantivy::tokenizer::Token,
}

impl tantivy::tokenizer::Tokenizer for CjkTokenizer {
    type TokenStream<'a> = CjkTokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CjkTokens {
        CjkTokens {
            rest: cjk_tokenizer::tokens(text).into_iter(),
            token: tantivy::tokenizer::Token::default(),
        }
    }
}

impl tantivy::tokenizer::TokenStream for CjkTokens {
    fn advance(&mut self) -> bool {
        let Some(next) = self.rest.next() else { return false };
        self.token.text = next.text;
        self.token.offset_from = next.start;
        self.token.offset_to = next.end;
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &tantivy::tokenizer::Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut tantivy::tokenizer::Token {
        &mut self.token
    }
}
