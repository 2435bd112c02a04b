//! The category tree: small enough to be read whole, which makes ancestors and descendants a matter of memory.

use std::collections::{HashMap, HashSet};

use service::{Created, Creation};
use stores::sql::{Database, Row, Transaction, again, placeholders};
use stores::{Result, params};

use super::{insert_rows, rows_per_statement, values};

/// Categories are created under keys.
pub const CREATED: Created = Created { table: "categories", by: "created_by" };

/// The most categories that there may be; what keeps the tree small enough to be read whole.
pub const MOST_CATEGORIES: usize = 2_000;

/// What every change of the tree holds (`Transaction::lock`).
const TREE: &str = "categories";

/// How deep the tree may be.
pub const DEEPEST: usize = 10;

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// A short stable name for addresses.
    pub slug: String,
    /// The category above.
    pub parent_id: Option<String>,
    /// Its place among its siblings.
    pub position: i64,
    /// Its Korean name.
    pub name_ko: String,
    /// Its English name.
    pub name_en: String,
    /// Made at (microseconds).
    pub created_at: i64,
    /// Last changed at (microseconds).
    pub updated_at: i64,
}

const COLUMNS: [&str; 8] =
    ["id", "slug", "parent_id", "position", "name_ko", "name_en", "created_at", "updated_at"];

fn category(row: &Row) -> Result<Category> {
    Ok(Category {
        id: row.text("id")?,
        slug: row.text("slug")?,
        parent_id: row.opt_text("parent_id")?,
        position: row.int("position")?,
        name_ko: row.text("name_ko")?,
        name_en: row.text("name_en")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

/// All categories at one moment, siblings in order.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    categories: Vec<Category>,
    by_id: HashMap<String, usize>,
}

impl Tree {
    fn new(categories: Vec<Category>) -> Self {
        let by_id =
            categories.iter().enumerate().map(|(place, category)| (category.id.clone(), place)).collect();
        Self { categories, by_id }
    }

    /// All of them, by position and id.
    pub fn all(&self) -> &[Category] {
        &self.categories
    }

    /// By id.
    pub fn get(&self, id: &str) -> Option<&Category> {
        self.by_id.get(id).map(|place| &self.categories[*place])
    }

    /// By slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.slug == slug)
    }

    /// Those directly below, or the roots.
    pub fn children(&self, parent: Option<&str>) -> Vec<&Category> {
        self.categories.iter().filter(|category| category.parent_id.as_deref() == parent).collect()
    }

    /// From the root down to and including the category itself; empty if there is no such category.
    pub fn path(&self, id: &str) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut next = self.get(id);
        while let Some(category) = next {
            if path.len() > DEEPEST {
                break;
            }
            path.push(category);
            next = category.parent_id.as_deref().and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }

    /// The category and everything below it.
    pub fn subtree(&self, id: &str) -> HashSet<String> {
        let mut found: HashSet<String> =
            self.get(id).map(|category| category.id.clone()).into_iter().collect();
        let mut fresh: Vec<String> = found.iter().cloned().collect();
        while let Some(parent) = fresh.pop() {
            for child in self.children(Some(&parent)) {
                if found.insert(child.id.clone()) {
                    fresh.push(child.id.clone());
                }
            }
        }
        found
    }

    /// How many levels there are from the category down; 1 for a leaf.
    pub fn height(&self, id: &str) -> usize {
        let own = self.path(id).len();
        self.subtree(id).iter().map(|below| self.path(below).len() + 1 - own).max().unwrap_or(0)
    }
}

/// Reads the whole tree.
pub async fn tree(database: &Database) -> Result<Tree> {
    let rows = database.query(&whole(), &[]).await?;
    Ok(Tree::new(rows.iter().map(category).collect::<Result<_>>()?))
}

fn whole() -> String {
    format!("SELECT {} FROM categories ORDER BY position, id", COLUMNS.join(", "))
}

/// Adds categories, parents first; `AlreadyExists` if an id or a slug is taken.
pub async fn insert(database: &Database, categories: &[Category]) -> Result<()> {
    again(|| async {
        let mut transaction = database.begin().await?;
        transaction.lock(TREE).await?;
        insert_in(&mut transaction, categories).await?;
        transaction.commit().await
    })
    .await
}

async fn insert_in(transaction: &mut Transaction, categories: &[Category]) -> Result<()> {
    for chunk in categories.chunks(rows_per_statement(COLUMNS.len())) {
        let mut args = Vec::with_capacity(chunk.len() * COLUMNS.len());
        for row in chunk {
            args.extend_from_slice(params![
                &row.id,
                &row.slug,
                row.parent_id.clone(),
                row.position,
                &row.name_ko,
                &row.name_en,
                row.created_at,
                row.updated_at,
            ]);
        }
        transaction.execute(&insert_rows("categories", &COLUMNS, chunk.len()), &args).await?;
    }
    Ok(())
}

/// A category that was written, and whether it stands below another parent than before.
#[derive(Clone, Debug)]
pub struct Placed {
    /// As it is now.
    pub category: Category,
    /// Whether it was moved.
    pub moved: bool,
}

/// Writes the category that `place` makes of the tree, new or changed, or gives back why it makes none. Nothing else changes the
/// tree meanwhile: two moves at once must not make a circle. When a category is moved to another parent it is marked, so that
/// the documents below it are queued for the index even if the server dies right after.
///
/// # Errors
/// `AlreadyExists` if the slug is taken, or the request that creates it has been carried out.
pub async fn write<R>(
    database: &Database,
    creation: Option<&Creation>,
    place: impl Fn(&Tree) -> std::result::Result<Category, R>,
) -> Result<std::result::Result<Placed, R>> {
    again(|| async {
        let mut transaction = database.begin().await?;
        transaction.lock(TREE).await?;
        let rows = transaction.query(&whole(), &[]).await?;
        let tree = Tree::new(rows.iter().map(category).collect::<Result<_>>()?);
        let category = match place(&tree) {
            Ok(category) => category,
            Err(refused) => return Ok(Err(refused)),
        };
        let before = tree.get(&category.id);
        let moved = before.is_some_and(|before| before.parent_id != category.parent_id);
        match before {
            Some(_) => update_in(&mut transaction, &category, moved).await?,
            None => insert_in(&mut transaction, std::slice::from_ref(&category)).await?,
        }
        if let Some(creation) = creation {
            creation.note(&mut transaction, &category.id).await?;
        }
        transaction.commit().await?;
        Ok(Ok(Placed { category, moved }))
    })
    .await
}

async fn update_in(transaction: &mut Transaction, row: &Category, moved: bool) -> Result<()> {
    let sql = "UPDATE categories SET slug = ?, parent_id = ?, position = ?, name_ko = ?, name_en = ?, updated_at = ?, \
               moved = CASE WHEN ? = 1 THEN 1 ELSE moved END WHERE id = ?";
    let args = params![
        &row.slug,
        row.parent_id.clone(),
        row.position,
        &row.name_ko,
        &row.name_en,
        row.updated_at,
        moved,
        &row.id,
    ];
    transaction.execute(sql, args).await.map(|_| ())
}

/// Removes a category; `None` if there is none of that id, `false` if it has children.
pub async fn delete(database: &Database, id: &str) -> Result<Option<bool>> {
    again(|| try_to_delete(database, id)).await
}

async fn try_to_delete(database: &Database, id: &str) -> Result<Option<bool>> {
    let mut transaction = database.begin().await?;
    transaction.lock(TREE).await?;
    let child = "SELECT 1 AS found FROM categories WHERE parent_id = ? LIMIT 1";
    if transaction.query_optional(child, params![id]).await?.is_some() {
        return Ok(Some(false));
    }
    let removed = transaction.execute("DELETE FROM categories WHERE id = ?", params![id]).await?;
    transaction.commit().await?;
    Ok((removed > 0).then_some(true))
}

/// The categories whose documents are still to be queued for the index, each with the time of its move.
pub async fn moved(database: &Database) -> Result<Vec<(String, i64)>> {
    let rows = database.query("SELECT id, updated_at FROM categories WHERE moved = 1", &[]).await?;
    rows.iter().map(|row| Ok((row.text("id")?, row.int("updated_at")?))).collect()
}

/// Notes that the documents of a move have been queued; a later move of the same category stays marked.
pub async fn settled(database: &Database, id: &str, moved_at: i64) -> Result<()> {
    let sql = "UPDATE categories SET moved = 0 WHERE id = ? AND updated_at = ?";
    database.execute(sql, params![id, moved_at]).await.map(|_| ())
}

/// Which of these categories exist.
pub async fn existing(database: &Database, ids: &[String]) -> Result<HashSet<String>> {
    let sql = format!("SELECT id FROM categories WHERE id IN {}", placeholders(ids.len()));
    database.query(&sql, &values(ids)).await?.iter().map(|row| row.text("id")).collect()
}
