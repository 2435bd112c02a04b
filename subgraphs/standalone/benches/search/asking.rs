//! The same searches, asked of the gateway and of the engine itself.

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use stores::search::{SearchOrder, SearchRequest};

use crate::stage::Stage;

/// How many hits a page has.
const PAGE: usize = 20;

/// What is searched for: one word, several, Korean and English, frequent and rare.
pub const TEXTS: [&str; 16] = [
    "탄소중립",
    "인공지능",
    "반도체 지원",
    "저출생 대책",
    "예산",
    "지역 균형 발전",
    "청년 주거",
    "에너지 전환 정책",
    "climate policy",
    "artificial intelligence",
    "budget",
    "housing",
    "위원회 2026",
    "정부는",
    "교육 재정 개편",
    "공공 의료 인력 확충",
];

const SEARCH: &str = "query($text: String!, $first: Int!) { search(text: $text, first: $first) { totalCount
    edges { node { id title publishedAt } } } }";

/// The public API.
pub struct Gateway {
    client: Client,
    url: String,
}

/// The engine, with the very requests that the document server sends.
pub struct Bare {
    client: Client,
    url: String,
    requests: Vec<(&'static str, String, String)>,
}

impl Gateway {
    /// That of the stage; searching needs no account.
    pub async fn of(stage: &Stage) -> Result<Self> {
        Ok(Self { client: stage.processes.client.clone(), url: format!("{}/graphql", stage.processes.url()) })
    }

    /// How many documents are found. Anything but a whole answer is an error.
    pub async fn search(&self, text: &str) -> Result<u64> {
        let body = json!({ "query": SEARCH, "variables": { "text": text, "first": PAGE } });
        let answer = self.client.post(&self.url).json(&body).send().await?.bytes().await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        ensure!(answer.get("errors").is_none(), "{answer}");
        let found = &answer["data"]["search"];
        let total = found["totalCount"].as_u64().context("no total")?;
        let edges = found["edges"].as_array().map_or(0, Vec::len) as u64;
        ensure!(edges == total.min(PAGE as u64), "{edges} hits of {total}");
        Ok(total)
    }
}

impl Bare {
    /// That of the stage.
    pub fn of(stage: &Stage) -> Result<Self> {
        let reader = stores::search::elasticsearch::open_reader(stage.search.connection())?;
        let request = |text: &&'static str| {
            let asked = SearchRequest {
                text: Some((*text).to_owned()),
                order: SearchOrder::Relevance,
                first: PAGE,
                ..SearchRequest::default()
            };
            let (path, body) = reader.as_sent(&asked)?;
            anyhow::Ok((*text, path, body))
        };
        let requests = TEXTS.iter().map(request).collect::<Result<Vec<_>>>()?;
        let url = stage.search.connection().urls[0].trim_end_matches('/').to_owned();
        Ok(Self { client: stage.processes.client.clone(), url, requests })
    }

    /// How many documents are found.
    pub async fn search(&self, text: &str) -> Result<u64> {
        let asked = self.requests.iter().find(|(known, ..)| *known == text).context("unknown text")?;
        let request = self.client.post(format!("{}{}", self.url, asked.1));
        let request = request.header("content-type", "application/json").body(asked.2.clone());
        let answer: Value = serde_json::from_slice(&request.send().await?.bytes().await?)?;
        answer["hits"]["total"]["value"].as_u64().with_context(|| format!("no total: {answer}"))
    }
}

/// Fails unless both find the same number of documents for each text; warms both up.
pub async fn agree(gateway: &Gateway, bare: &Bare) -> Result<()> {
    for text in TEXTS {
        let (through, beside) = (gateway.search(text).await?, bare.search(text).await?);
        ensure!(through == beside, "{text}: {through} through the gateway, {beside} in the engine");
    }
    Ok(())
}
