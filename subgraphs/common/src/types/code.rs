//! `CodeTable` and `Code`: named lists of the values that data may hold, with labels.

use async_graphql::{Context, ID, Object, Result};
use service::{Connection, DateTime, PageArgs};

use super::language::Language;
use super::list_cost;
use crate::loaders::{CodesOf, loaders};
use crate::store::code;

/// A named list of the values that a field of data may hold, with labels for people.
pub struct CodeTable(pub code::CodeTable);

/// One value of a code table.
pub struct Code(pub code::Code);

/// A named list of the values that a field of data may hold, with labels for people.
#[Object]
impl CodeTable {
    /// The table's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// Its stable name, e.g. policy-stage.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its title in a language.
    async fn title(&self, #[graphql(desc = "In which language.", default)] language: Language) -> &str {
        language.choose(&self.0.title_ko, &self.0.title_en)
    }

    /// Its codes in order.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those that new data may use.", default)] active_only: bool,
    ) -> Result<Connection<Code>> {
        let page = PageArgs::<(i64, String)>::new(first, after).map_err(service::Failure::from)?;
        let codes =
            loaders(ctx)?.load_one(CodesOf(self.0.id.clone())).await.map_err(service::Failure::from)?;
        let key = |code: &code::Code| (code.position, code.value.clone());
        let limit = usize::try_from(page.limit()).unwrap_or_default();
        let rows = codes.unwrap_or_default().into_iter();
        let rows = rows
            .filter(|code| code.active || !active_only)
            .filter(|code| page.after.as_ref().is_none_or(|after| key(code) > *after));
        Ok(page.connection(rows.take(limit).collect(), key, Code))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its title was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// One value of a code table.
#[Object]
impl Code {
    /// The value that data holds.
    async fn value(&self) -> &str {
        &self.0.value
    }

    /// The label in a language.
    async fn label(&self, #[graphql(desc = "In which language.", default)] language: Language) -> &str {
        language.choose(&self.0.label_ko, &self.0.label_en)
    }

    /// Its place in the table; smaller comes first.
    async fn position(&self) -> i32 {
        i32::try_from(self.0.position).unwrap_or(i32::MAX)
    }

    /// Whether new data may use it.
    async fn active(&self) -> bool {
        self.0.active
    }
}
