//! The schema definition with its links, and the definitions that join and link specifications ask for.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};

use super::text::{self, Text};
use crate::composition::merged::{JoinField, Merged};

/// A specification whose directives the supergraph may carry.
struct Feature {
    directives: &'static [(&'static str, &'static str)],
    url: &'static str,
    security: bool,
    /// Scalar that the directives' arguments use.
    scalar: Option<&'static str>,
}

const FEATURES: &[Feature] = &[
    Feature {
        directives: &[(
            "tag",
            "(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
        )],
        url: "https://specs.apollo.dev/tag/v0.3",
        security: false,
        scalar: None,
    },
    Feature {
        directives: &[(
            "inaccessible",
            " on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
        )],
        url: "https://specs.apollo.dev/inaccessible/v0.2",
        security: true,
        scalar: None,
    },
    Feature {
        directives: &[("authenticated", " on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM")],
        url: "https://specs.apollo.dev/authenticated/v0.1",
        security: true,
        scalar: None,
    },
    Feature {
        directives: &[(
            "requiresScopes",
            "(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
        )],
        url: "https://specs.apollo.dev/requiresScopes/v0.1",
        security: true,
        scalar: Some("requiresScopes__Scope"),
    },
    Feature {
        directives: &[(
            "policy",
            "(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
        )],
        url: "https://specs.apollo.dev/policy/v0.1",
        security: true,
        scalar: Some("policy__Policy"),
    },
    Feature {
        directives: &[
            (
                "cost",
                "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
            ),
            (
                "listSize",
                "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
            ),
        ],
        url: "https://specs.apollo.dev/cost/v0.1",
        security: false,
        scalar: None,
    },
];

const CONTEXT_DIRECTIVES: &[(&str, &str)] = &[
    ("context", "(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
    ("context__fromContext", "(field: context__ContextFieldValue) on ARGUMENT_DEFINITION"),
];

const CONTEXT_TYPES: &[(&str, &str)] = &[
    ("context__ContextFieldValue", "scalar context__ContextFieldValue"),
    (
        "join__ContextArgument",
        "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n  selection: join__FieldValue!\n}",
    ),
    ("join__FieldValue", "scalar join__FieldValue"),
];

impl Feature {
    fn is_used(&self, used: &BTreeSet<Name>) -> bool {
        self.directives.iter().any(|(name, _)| used.iter().any(|used| used == name))
    }

    fn link(&self) -> String {
        let purpose = if self.security { ", for: SECURITY" } else { "" };
        let imports: Vec<String> =
            self.directives.iter().skip(1).map(|(name, _)| text::string(&format!("@{name}"))).collect();
        let imports =
            if imports.is_empty() { String::new() } else { format!(", import: [{}]", imports.join(", ")) };
        format!("@link(url: \"{}\"{imports}{purpose})", self.url)
    }
}

/// The schema definition. The join specification's version is the first that has what is used.
pub(crate) fn schema(merged: &Merged) -> String {
    let used = used_directives(merged);
    let join = match (uses_cache_tags(merged) || uses_contexts(merged), uses_labels(merged)) {
        (true, _) => "v0.5",
        (false, true) => "v0.4",
        (false, false) => "v0.3",
    };
    let mut lines = vec![
        "@link(url: \"https://specs.apollo.dev/link/v1.0\")".to_owned(),
        format!("@link(url: \"https://specs.apollo.dev/join/{join}\", for: EXECUTION)"),
    ];
    lines.extend(FEATURES.iter().filter(|feature| feature.is_used(&used)).map(Feature::link));
    if uses_cache_tags(merged) {
        lines.push("@link(url: \"https://specs.apollo.dev/cacheTag/v0.1\", for: EXECUTION)".to_owned());
    }
    if uses_contexts(merged) {
        lines.push("@link(url: \"https://specs.apollo.dev/context/v0.1\", for: SECURITY)".to_owned());
    }
    for (url, names) in &merged.composed_links {
        let imports: Vec<String> = names.iter().map(|name| text::string(&format!("@{name}"))).collect();
        lines.push(format!("@link(url: {}, import: [{}])", text::string(url), imports.join(", ")));
    }
    let roots: String = [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")]
        .iter()
        .filter(|(_, name)| merged.types.contains_key(*name))
        .map(|(operation, name)| format!("  {operation}: {name}\n"))
        .collect();
    let mut text = Text::default();
    text.description(merged.description.as_ref(), "");
    text.push(&format!("schema\n  {}\n{{\n{roots}}}", lines.join("\n  ")));
    text.into_string()
}

/// Definitions of all directives, sorted by name.
pub(crate) fn directives(merged: &Merged) -> Vec<String> {
    let label = if uses_labels(merged) || uses_contexts(merged) { ", overrideLabel: String" } else { "" };
    let contexts = if uses_contexts(merged) { ", contextArguments: [join__ContextArgument!]" } else { "" };
    let mut definitions: BTreeMap<String, String> = [
        ("join__enumValue", "(graph: join__Graph!) repeatable on ENUM_VALUE".to_owned()),
        ("join__field", format!(
            "(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean{label}{contexts}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION"
        )),
        ("join__graph", "(name: String!, url: String!) on ENUM_VALUE".to_owned()),
        ("join__implements", "(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE".to_owned()),
        ("join__type", "(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR".to_owned()),
        ("join__unionMember", "(graph: join__Graph!, member: String!) repeatable on UNION".to_owned()),
        ("link", "(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA".to_owned()),
    ]
    .into_iter()
    .map(|(name, rest)| (name.to_owned(), format!("directive @{name}{rest}")))
    .collect();
    if uses_cache_tags(merged) {
        let rest = "(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION";
        definitions.insert("join__directive".to_owned(), format!("directive @join__directive{rest}"));
    }
    if uses_contexts(merged) {
        for (name, rest) in CONTEXT_DIRECTIVES {
            definitions.insert((*name).to_owned(), format!("directive @{name}{rest}"));
        }
    }
    let used = used_directives(merged);
    for feature in FEATURES.iter().filter(|feature| feature.is_used(&used)) {
        for (name, rest) in feature.directives {
            definitions.insert((*name).to_owned(), format!("directive @{name}{rest}"));
        }
    }
    if used.iter().any(|name| name == "oneOf") {
        definitions.insert("oneOf".to_owned(), "directive @oneOf on INPUT_OBJECT".to_owned());
    }
    for (name, definition) in &merged.directives {
        definitions.insert(name.to_string(), definition.to_string().trim_end().to_owned());
    }
    definitions.into_values().collect()
}

/// The types of the join and link specifications.
pub(crate) fn types(merged: &Merged) -> BTreeMap<String, String> {
    let mut graphs = String::from("enum join__Graph {\n");
    for graph in &merged.graphs {
        graphs.push_str(&format!(
            "  {} @join__graph(name: {}, url: {})\n",
            graph.value,
            text::string(&graph.name),
            text::string(&graph.url)
        ));
    }
    graphs.push('}');
    let purposes = "enum link__Purpose {\n  \"\"\"\n  `SECURITY` features provide metadata necessary to securely resolve fields.\n  \"\"\"\n  SECURITY\n\n  \"\"\"\n  `EXECUTION` features provide metadata necessary for operation execution.\n  \"\"\"\n  EXECUTION\n}";
    let mut types = BTreeMap::from([
        ("join__FieldSet".to_owned(), "scalar join__FieldSet".to_owned()),
        ("join__Graph".to_owned(), graphs),
        ("link__Import".to_owned(), "scalar link__Import".to_owned()),
        ("link__Purpose".to_owned(), purposes.to_owned()),
    ]);
    if uses_cache_tags(merged) {
        let name = "join__DirectiveArguments";
        types.insert(name.to_owned(), format!("scalar {name}"));
    }
    if uses_contexts(merged) {
        types.extend(CONTEXT_TYPES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    }
    let used = used_directives(merged);
    for feature in FEATURES.iter().filter(|feature| feature.is_used(&used)) {
        if let Some(scalar) = feature.scalar {
            types.insert(scalar.to_owned(), format!("scalar {scalar}"));
        }
    }
    types
}

fn uses_cache_tags(merged: &Merged) -> bool {
    merged
        .types
        .values()
        .any(|ty| !ty.cache_tags.is_empty() || ty.fields.values().any(|field| !field.cache_tags.is_empty()))
}

fn uses_contexts(merged: &Merged) -> bool {
    let fills = |joins: &[JoinField]| joins.iter().any(|join| !join.context_arguments.is_empty());
    merged
        .types
        .values()
        .any(|ty| !ty.contexts.is_empty() || ty.fields.values().any(|field| fills(&field.joins)))
}

fn uses_labels(merged: &Merged) -> bool {
    let has_label = |joins: &[JoinField]| joins.iter().any(|join| join.override_label.is_some());
    merged.types.values().flat_map(|ty| ty.fields.values()).any(|field| has_label(&field.joins))
}

fn used_directives(merged: &Merged) -> BTreeSet<Name> {
    let mut used = BTreeSet::new();
    let mut add = |applied: &[Node<Directive>]| {
        used.extend(applied.iter().map(|directive| directive.name.clone()));
    };
    for ty in merged.types.values() {
        add(&ty.directives);
        for field in ty.fields.values() {
            add(&field.directives);
            field.arguments.values().for_each(|argument| add(&argument.directives));
        }
        ty.inputs.values().for_each(|input| add(&input.directives));
        ty.values.values().for_each(|value| add(&value.directives));
    }
    used
}
