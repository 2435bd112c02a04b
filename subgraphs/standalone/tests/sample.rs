//! The sample data is the same in every run, and believable enough to try everything on.

use std::collections::BTreeSet;

use standalone::sample::documents::{COLLECTIONS, Documents};
use standalone::sample::{organizations, people, taxonomy};

#[test]
fn a_document_depends_on_its_index_only() {
    let few: Vec<_> = Documents::default().take(20).map(|document| format!("{document:?}")).collect();
    let many: Vec<_> = Documents::default().take(2_000).map(|document| format!("{document:?}")).collect();
    assert_eq!(few[..], many[..20]);
}

#[test]
fn documents_have_distinct_ids_known_links_and_both_languages() {
    let categories: BTreeSet<_> = taxonomy::categories().into_iter().map(|category| category.id).collect();
    let organizations: BTreeSet<_> = organizations::organizations().into_iter().map(|one| one.id).collect();
    let documents: Vec<_> = Documents::default().take(3_000).collect();

    let ids: BTreeSet<_> = documents.iter().map(|document| &document.id).collect();
    assert_eq!(ids.len(), documents.len());
    assert!(documents.iter().all(|document| categories.contains(&document.category_id)));
    assert!(documents.iter().all(|document| organizations.contains(&document.organization_id)));
    for collection in COLLECTIONS {
        for language in ["ko", "en"] {
            let of_both =
                documents.iter().filter(|d| d.collection == collection && d.language == language).count();
            assert!(of_both > 100, "{collection} has {of_both} documents in {language}");
        }
    }
}

#[test]
fn there_is_an_account_of_each_role() {
    let roles: BTreeSet<_> = people::people().into_iter().map(|person| person.role).collect();
    assert_eq!(roles, BTreeSet::from(["administrator", "operator", "reader"]));
}

#[test]
fn a_category_comes_after_its_parent() {
    let categories = taxonomy::categories();
    for (place, category) in categories.iter().enumerate() {
        if let Some(parent) = category.parent {
            assert!(categories[..place].iter().any(|earlier| earlier.slug == parent), "{}", category.slug);
        }
    }
}
