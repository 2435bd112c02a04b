//! Sample documents over the three collections, made from topics.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::topics::{AUTHORS, REGIONS, SENTENCES, TITLES, TOPICS, Topic};
use super::{DAY, NOW, id, organizations, random, taxonomy};

/// The three collections, in the order in which documents take turns.
pub const COLLECTIONS: [&str; 3] = ["politica", "screening", "project"];

/// A sample document.
#[derive(Clone, Debug)]
pub struct SampleDocument {
    /// Its id.
    pub id: String,
    /// `politica`, `screening` or `project`.
    pub collection: &'static str,
    /// Title.
    pub title: String,
    /// Abstract.
    pub summary: String,
    /// Full text.
    pub body: String,
    /// `ko` or `en`.
    pub language: &'static str,
    /// Who wrote it.
    pub author: String,
    /// Where it was found.
    pub source_url: String,
    /// Microseconds since 1970.
    pub published_at: i64,
    /// The category's id.
    pub category_id: String,
    /// The organization's id.
    pub organization_id: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// The collection's own fields, as JSON.
    pub details: Value,
}

/// Makes documents by index.
pub struct Documents {
    categories: Vec<taxonomy::Category>,
    organizations: Vec<organizations::Organization>,
}

impl Default for Documents {
    fn default() -> Self {
        Self { categories: taxonomy::categories(), organizations: organizations::organizations() }
    }
}

impl Documents {
    /// The first `count` documents.
    pub fn take(&self, count: u64) -> impl Iterator<Item = SampleDocument> + '_ {
        (0..count).map(|index| self.document(index))
    }

    /// Document number `index`.
    pub fn document(&self, index: u64) -> SampleDocument {
        let mut random = random("document", index);
        let place = (index % 3) as usize;
        let topic = pick(&TOPICS, &mut random);
        let korean = random.random_ratio(3, 4);
        let organization = self.organization(topic, &mut random);
        let published_at = NOW - random.random_range(0..4 * 365) * DAY - random.random_range(0..DAY);
        let writer = Writer {
            topic,
            korean,
            organization: if korean { organization.name_ko } else { organization.name_en },
        };
        let subject = writer.choose(topic.subjects, &mut random);
        let document_id = id("document", index, published_at);
        SampleDocument {
            title: writer.choose(TITLES[place], &mut random).replace("{}", subject),
            summary: writer.sentences(subject, 2, &mut random),
            body: writer.body(subject, &mut random),
            language: if korean { "ko" } else { "en" },
            author: writer.choose(&AUTHORS, &mut random).to_owned(),
            source_url: format!("https://{}.example/{}/{index}", organization.slug, COLLECTIONS[place]),
            published_at,
            category_id: self.category_id(topic.category),
            organization_id: organization.id.clone(),
            keywords: writer.keywords(&mut random),
            details: details(place, index, published_at, &mut random),
            collection: COLLECTIONS[place],
            id: document_id,
        }
    }

    fn organization(&self, topic: &Topic, random: &mut ChaCha8Rng) -> &organizations::Organization {
        let slug = *pick(topic.organizations, random);
        self.organizations
            .iter()
            .find(|organization| organization.slug == slug)
            .unwrap_or(&self.organizations[0])
    }

    fn category_id(&self, slug: &str) -> String {
        self.categories
            .iter()
            .find(|category| category.slug == slug)
            .map(|c| c.id.clone())
            .unwrap_or_default()
    }
}

struct Writer<'a> {
    topic: &'a Topic,
    korean: bool,
    organization: &'a str,
}

impl Writer<'_> {
    fn choose(&self, pairs: &[(&'static str, &'static str)], random: &mut ChaCha8Rng) -> &'static str {
        let (korean, english) = *pick(pairs, random);
        if self.korean { korean } else { english }
    }

    fn sentences(&self, subject: &str, count: usize, random: &mut ChaCha8Rng) -> String {
        let sentences: Vec<String> = (0..count).map(|_| self.sentence(subject, random)).collect();
        sentences.join(" ")
    }

    fn sentence(&self, subject: &str, random: &mut ChaCha8Rng) -> String {
        self.choose(&SENTENCES, random)
            .replace("{s}", subject)
            .replace("{k}", self.choose(self.topic.keywords, random))
            .replace("{o}", self.organization)
            .replace("{r}", self.choose(&REGIONS, random))
            .replace("{n}", &random.random_range(3..95).to_string())
            .replace("{y}", &random.random_range(2019..2031).to_string())
    }

    fn body(&self, subject: &str, random: &mut ChaCha8Rng) -> String {
        let paragraphs: Vec<String> = (0..random.random_range(3..7))
            .map(|_| {
                let count = random.random_range(3..6);
                self.sentences(subject, count, random)
            })
            .collect();
        paragraphs.join("\n\n")
    }

    fn keywords(&self, random: &mut ChaCha8Rng) -> Vec<String> {
        let count = random.random_range(2..=self.topic.keywords.len());
        self.topic
            .keywords
            .choose_multiple(random, count)
            .map(|(korean, english)| (if self.korean { *korean } else { *english }).to_owned())
            .collect()
    }
}

fn details(place: usize, index: u64, published_at: i64, random: &mut ChaCha8Rng) -> Value {
    match place {
        0 => json!({
            "policyArea": pick(&["legislation", "budget", "administration", "oversight"], random),
            "stage": pick(&["agenda", "consultation", "decision", "implementation", "evaluation"], random),
        }),
        1 => json!({
            "riskLevel": pick(&["low", "medium", "high"], random),
            "screenedAt": published_at + DAY,
            "reason": pick(&["keyword match", "operator's choice", "trend change"], random),
        }),
        _ => json!({
            "projectNumber": format!("KN-{}-{index:05}", 2022 + index % 5),
            "budget": random.random_range(30..3000) * 1_000_000_i64,
            "startsOn": published_at - 180 * DAY,
            "endsOn": published_at + 180 * DAY,
            "lead": pick(&AUTHORS, random).0,
        }),
    }
}

fn pick<'a, T>(items: &'a [T], random: &mut ChaCha8Rng) -> &'a T {
    &items[random.random_range(0..items.len())]
}
