//! The input of `ingestDocument`, checked before anything is written.

use async_graphql::{Enum, ID, InputObject};
use serde_json::{Map, Value, json};
use service::{DateTime, Long};
use stores::search;

use super::collection::Collection;
use super::failure::Problems;
use crate::store::ingest::{NewDocument, Outcome};

const MOST_KEYWORDS: usize = 50;

/// A document to be taken in.
#[derive(InputObject)]
pub struct IngestDocumentInput {
    /// The document's id, a UUID, if the sender has one for it. Without, the document of the same source address in the same
    /// collection gets a new version; if there is none, a new document is made.
    pub id: Option<ID>,
    /// Which collection it belongs to. A document stays in its collection.
    pub collection: Collection,
    /// The title, up to 500 characters.
    pub title: String,
    /// The abstract, up to 10,000 characters.
    pub summary: Option<String>,
    /// The full text, up to 500,000 characters.
    pub body: String,
    /// The language of the text: ko, en, ja and so on.
    pub language: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was found.
    pub source_url: Option<String>,
    /// When it was published.
    pub published_at: DateTime,
    /// Where to file it. A document that is there already stays where it is filed if this is left out.
    pub category_id: Option<ID>,
    /// Who issued it. Left out, a document that is there already keeps its organization.
    pub organization_id: Option<ID>,
    /// Words to file it under, at most 50. Left out or empty, a document that is there already keeps its words.
    pub keywords: Option<Vec<String>>,
    /// The fields of a policy document; only for POLITICA.
    pub policy: Option<PolicyDetailsInput>,
    /// The fields of a screened item; only for SCREENING.
    pub screening: Option<ScreeningDetailsInput>,
    /// The fields of a research project; only for PROJECT.
    pub project: Option<ProjectDetailsInput>,
}

/// The fields of a policy document.
#[derive(InputObject)]
pub struct PolicyDetailsInput {
    /// The area of policy, e.g. legislation.
    pub policy_area: Option<String>,
    /// How far the policy is: a code of the table policy-stage.
    pub stage: Option<String>,
}

/// The fields of a screened item.
#[derive(InputObject)]
pub struct ScreeningDetailsInput {
    /// How grave it is: a code of the table risk-level.
    pub risk_level: Option<String>,
    /// When it was screened.
    pub screened_at: Option<DateTime>,
    /// Why it was screened.
    pub reason: Option<String>,
}

/// The fields of a research project.
#[derive(InputObject)]
pub struct ProjectDetailsInput {
    /// The project's number.
    pub project_number: Option<String>,
    /// The budget in won.
    pub budget: Option<Long>,
    /// When it starts.
    pub starts_on: Option<DateTime>,
    /// When it ends.
    pub ends_on: Option<DateTime>,
    /// Who leads it.
    pub lead: Option<String>,
}

/// What an ingest did.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Outcome")]
pub enum IngestOutcome {
    /// There is a new document.
    Created,
    /// The document has new content and a new version.
    Updated,
    /// The document had this content already.
    Unchanged,
}

impl IngestDocumentInput {
    /// What is wrong with the input by itself.
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if let Some(id) = &self.id {
            problems.check(uuid::Uuid::try_parse(id).is_ok(), "id", "must be a UUID");
        }
        problems.text("title", &self.title, 500);
        problems.optional_text("summary", self.summary.as_deref().unwrap_or_default(), 10_000);
        problems.optional_text("body", &self.body, 500_000);
        let language =
            (2..=3).contains(&self.language.len()) && self.language.bytes().all(|b| b.is_ascii_lowercase());
        problems.check(language, "language", "must be a language code of two or three lower case letters");
        problems.optional_text("author", self.author.as_deref().unwrap_or_default(), 200);
        if let Some(url) = &self.source_url {
            problems.address("sourceUrl", url);
        }
        self.check_keywords(&mut problems);
        self.check_details(&mut problems);
        problems
    }

    fn check_keywords(&self, problems: &mut Problems) {
        let keywords = self.keywords.as_deref().unwrap_or_default();
        problems.check(
            keywords.len() <= MOST_KEYWORDS,
            "keywords",
            format!("must not be more than {MOST_KEYWORDS}"),
        );
        for keyword in keywords.iter().take(MOST_KEYWORDS) {
            problems.text("keywords", keyword, 100);
        }
    }

    fn check_details(&self, problems: &mut Problems) {
        let given = [
            ("policy", self.policy.is_some(), Collection::Politica),
            ("screening", self.screening.is_some(), Collection::Screening),
            ("project", self.project.is_some(), Collection::Project),
        ];
        for (field, present, collection) in given {
            problems.check(
                !present || collection == self.collection,
                field,
                "does not belong to a document of this collection",
            );
        }
        for (field, text) in self.detail_texts() {
            problems.optional_text(field, text.unwrap_or_default(), 500);
        }
    }

    fn detail_texts(&self) -> Vec<(&'static str, Option<&str>)> {
        let mut texts = Vec::new();
        if let Some(policy) = &self.policy {
            texts.push(("policy.policyArea", policy.policy_area.as_deref()));
            texts.push(("policy.stage", policy.stage.as_deref()));
        }
        if let Some(screening) = &self.screening {
            texts.push(("screening.riskLevel", screening.risk_level.as_deref()));
            texts.push(("screening.reason", screening.reason.as_deref()));
        }
        if let Some(project) = &self.project {
            texts.push(("project.projectNumber", project.project_number.as_deref()));
            texts.push(("project.lead", project.lead.as_deref()));
        }
        texts
    }

    /// The document as the store takes it: blanks around texts cut, keywords without repetitions.
    pub fn into_document(self) -> NewDocument {
        let details = self.details();
        let optional =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut keywords: Vec<String> = Vec::new();
        for keyword in self.keywords.unwrap_or_default() {
            let keyword = keyword.trim().to_owned();
            if !keywords.contains(&keyword) {
                keywords.push(keyword);
            }
        }
        NewDocument {
            id: self.id.map(|id| id.0.to_lowercase()),
            collection: search::Collection::from(self.collection),
            title: self.title.trim().to_owned(),
            summary: self.summary.unwrap_or_default().trim().to_owned(),
            body: self.body.trim().to_owned(),
            language: self.language,
            author: optional(self.author),
            source_url: optional(self.source_url),
            published_at: self.published_at.0,
            category_id: self.category_id.map(|id| id.0),
            organization_id: self.organization_id.map(|id| id.0),
            keywords,
            details,
        }
    }

    /// The collection's own fields, keys as in the GraphQL types, times in microseconds; what is not known is left out.
    fn details(&self) -> Value {
        let time = |moment: &Option<DateTime>| moment.map(|moment| moment.0);
        let details = match self.collection {
            Collection::Politica => self.policy.as_ref().map(|policy| {
                json!({ "policyArea": policy.policy_area, "stage": policy.stage })
            }),
            Collection::Screening => self.screening.as_ref().map(|screening| {
                let screened_at = time(&screening.screened_at);
                json!({ "riskLevel": screening.risk_level, "screenedAt": screened_at, "reason": screening.reason })
            }),
            Collection::Project => self.project.as_ref().map(|project| {
                json!({
                    "projectNumber": project.project_number,
                    "budget": project.budget.map(|budget| budget.0),
                    "startsOn": time(&project.starts_on),
                    "endsOn": time(&project.ends_on),
                    "lead": project.lead,
                })
            }),
        };
        let details = match details {
            Some(Value::Object(fields)) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Value::Object(details)
    }
}
