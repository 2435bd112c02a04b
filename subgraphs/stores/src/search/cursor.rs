//! Cursors of search hits: the sort values of a hit, so that a page goes on behind it whatever happened to the index.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::SearchOrder;
use crate::{Result, StoreError};

/// Where a hit stands in its order: first by falling `rank`, then by rising `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cursor {
    /// The order it belongs to.
    #[serde(rename = "o")]
    order: char,
    /// Larger is earlier: the score's bits, the time, or the time turned around.
    #[serde(rename = "r")]
    pub rank: i64,
    #[serde(rename = "i")]
    pub id: String,
}

impl Cursor {
    pub(super) fn new(order: SearchOrder, rank: i64, id: String) -> Self {
        Self { order: letter(order), rank, id }
    }

    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!({"o": self.order, "r": self.rank, "i": self.id}).to_string())
    }

    /// Reads a cursor of this order; anything else is `InvalidName`.
    pub(super) fn decode(text: &str, order: SearchOrder) -> Result<Self> {
        let cursor =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        cursor
            .filter(|cursor| cursor.order == letter(order))
            .ok_or_else(|| StoreError::InvalidName(format!("cursor {text:?}")))
    }
}

/// The score that a rank stands for when ordered by relevance.
pub(super) fn score(rank: i64) -> f64 {
    u32::try_from(rank).map_or(0.0, |bits| f32::from_bits(bits).into())
}

fn letter(order: SearchOrder) -> char {
    match order {
        SearchOrder::Relevance => 'r',
        SearchOrder::Newest => 'n',
        SearchOrder::Oldest => 'o',
    }
}
