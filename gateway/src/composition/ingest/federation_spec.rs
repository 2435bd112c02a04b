//! What the federation specifications define: directives and types, since which version, and how they read in SDL.

use crate::composition::subgraph::FederationVersion;

/// A directive that composition understands, whatever a subgraph calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Known {
    Key,
    Requires,
    Provides,
    External,
    Extends,
    Shareable,
    Override,
    InterfaceObject,
    ComposeDirective,
    Context,
    FromContext,
    Tag,
    Inaccessible,
    Authenticated,
    RequiresScopes,
    Policy,
    Cost,
    ListSize,
    CacheTag,
}

/// One directive of the specifications.
pub(crate) struct Entry {
    pub(crate) known: Known,
    /// Its name without `@`.
    pub(crate) name: &'static str,
    /// First federation version that has it, as the minor of 2.x.
    pub(crate) since: u32,
    /// Whether Federation 1 schemas may use it without any link.
    pub(crate) federation1: bool,
    /// Its definition after the name.
    pub(crate) definition: &'static str,
}

const fn entry(known: Known, name: &'static str, since: u32, definition: &'static str) -> Entry {
    Entry { known, name, since, federation1: false, definition }
}

const fn old(known: Known, name: &'static str, definition: &'static str) -> Entry {
    Entry { known, name, since: 0, federation1: true, definition }
}

/// All directives.
pub(crate) const DIRECTIVES: &[Entry] = &[
    old(
        Known::Key,
        "key",
        "(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    ),
    old(Known::Requires, "requires", "(fields: federation__FieldSet!) on FIELD_DEFINITION"),
    old(Known::Provides, "provides", "(fields: federation__FieldSet!) on FIELD_DEFINITION"),
    old(Known::External, "external", "(reason: String) on OBJECT | FIELD_DEFINITION"),
    old(Known::Extends, "extends", " on OBJECT | INTERFACE"),
    entry(Known::Shareable, "shareable", 0, " repeatable on OBJECT | FIELD_DEFINITION"),
    entry(Known::Override, "override", 0, OVERRIDE),
    old(
        Known::Tag,
        "tag",
        "(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
    ),
    old(
        Known::Inaccessible,
        "inaccessible",
        " on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION",
    ),
    entry(Known::ComposeDirective, "composeDirective", 1, "(name: String) repeatable on SCHEMA"),
    entry(Known::InterfaceObject, "interfaceObject", 3, " on OBJECT"),
    entry(
        Known::Authenticated,
        "authenticated",
        5,
        " on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    ),
    entry(
        Known::RequiresScopes,
        "requiresScopes",
        5,
        "(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    ),
    entry(
        Known::Policy,
        "policy",
        6,
        "(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    ),
    entry(Known::Context, "context", 8, "(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
    entry(
        Known::FromContext,
        "fromContext",
        8,
        "(field: federation__ContextFieldValue) on ARGUMENT_DEFINITION",
    ),
    entry(
        Known::Cost,
        "cost",
        9,
        "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    ),
    entry(
        Known::ListSize,
        "listSize",
        9,
        "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
    entry(Known::CacheTag, "cacheTag", 12, "(format: String!) repeatable on OBJECT | FIELD_DEFINITION"),
];

const OVERRIDE: &str = "(from: String!, label: String) on FIELD_DEFINITION";
/// Before v2.7.
const OVERRIDE_WITHOUT_LABEL: &str = "(from: String!) on FIELD_DEFINITION";

/// Scalars of the federation specification that can be imported, with the minor of 2.x they came with.
pub(crate) const SCALARS: &[(&str, u32)] =
    &[("FieldSet", 0), ("Scope", 5), ("Policy", 6), ("ContextFieldValue", 8)];

/// Types of the subgraph specification that servers print with their schema; they are no part of it.
pub(crate) const SERVICE_TYPES: &[&str] = &["_Any", "_Entity", "_Service", "_FieldSet"];

/// Fields of the query root that only the gateway uses.
pub(crate) const SERVICE_FIELDS: &[&str] = &["_service", "_entities"];

/// The last minor of federation 2 known here.
pub(crate) const LAST_MINOR: u32 = 14;

/// Directives that also have a specification of their own, which can be linked instead of federation.
pub(crate) const OWN_SPECIFICATIONS: &[&str] =
    &["tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost"];

impl Known {
    /// The entry of the table.
    pub(crate) fn entry(self) -> &'static Entry {
        DIRECTIVES.iter().find(|entry| entry.known == self).unwrap_or(&DIRECTIVES[0])
    }

    /// Its definition after the name, as the linked version has it.
    pub(crate) fn definition(self, version: FederationVersion) -> &'static str {
        match (self, version) {
            (Known::Override, FederationVersion::Two(0..7)) => OVERRIDE_WITHOUT_LABEL,
            _ => self.entry().definition,
        }
    }

    /// Whether applications are carried into the supergraph.
    pub(crate) fn is_carried(self) -> bool {
        matches!(
            self,
            Known::Tag
                | Known::Inaccessible
                | Known::Authenticated
                | Known::RequiresScopes
                | Known::Policy
                | Known::Cost
                | Known::ListSize
        )
    }
}
