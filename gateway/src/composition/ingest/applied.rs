//! The directives applied to one element, by what they mean.

use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::{Name, Node};

use super::federation_spec::Known;
use super::links::Links;
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::subgraph::contexts::{Context, FromContext};
use crate::composition::subgraph::field_set::FieldSet;
use crate::composition::subgraph::{FederationVersion, Override};

/// Looks at the directives of one element.
pub(crate) struct Applied<'a> {
    pub(crate) list: &'a DirectiveList,
    pub(crate) links: &'a Links,
}

impl<'a> Applied<'a> {
    /// All applications of one directive.
    pub(crate) fn all(&self, known: Known) -> impl Iterator<Item = &'a Node<Directive>> {
        let links = self.links;
        self.list.iter().filter(move |directive| links.known(&directive.name) == Some(known))
    }

    /// The first application of a directive.
    pub(crate) fn first(&self, known: Known) -> Option<&'a Node<Directive>> {
        self.all(known).next()
    }

    /// Whether a directive is applied.
    pub(crate) fn has(&self, known: Known) -> bool {
        self.first(known).is_some()
    }

    /// What is carried into the supergraph: GraphQL's own directives and federation's public ones under their standard
    /// names, and others as they are (those that no `@composeDirective` names are dropped when merged).
    pub(crate) fn carried(&self) -> Vec<Node<Directive>> {
        let mut carried = Vec::new();
        for directive in self.list.iter() {
            match self.links.known(&directive.name) {
                None => carried.push(directive.clone()),
                Some(known) if known.is_carried() => {
                    let mut renamed = directive.clone();
                    if renamed.name != known.entry().name {
                        renamed.make_mut().name = Name::new_unchecked(known.entry().name);
                    }
                    carried.push(renamed);
                }
                Some(_) => {}
            }
        }
        carried
    }

    /// `@override(from:, label:)`.
    pub(crate) fn overrides(&self) -> Option<Override> {
        let directive = self.first(Known::Override)?;
        let text = |name: &str| {
            let value = directive.specified_argument_by_name(name)?;
            value.as_str().map(str::to_owned)
        };
        Some(Override { from: text("from")?, label: text("label"), span: directive.location() })
    }

    /// `@context(name:)`, each once.
    pub(crate) fn contexts(&self) -> Vec<Context> {
        let mut found: Vec<Context> = Vec::new();
        for directive in self.all(Known::Context) {
            let name = directive.specified_argument_by_name("name").and_then(|value| value.as_str());
            let name = name.unwrap_or_default().to_owned();
            if found.iter().all(|known| known.name != name) {
                found.push(Context { name, span: directive.location() });
            }
        }
        found
    }

    /// `@fromContext(field:)`.
    pub(crate) fn context_taken(&self) -> Option<FromContext> {
        let directive = self.first(Known::FromContext)?;
        let text = directive.specified_argument_by_name("field").and_then(|value| value.as_str());
        Some(FromContext { text: text.unwrap_or_default().to_owned(), span: directive.location() })
    }

    /// The field set of one application; what is wrong with it is reported.
    pub(crate) fn field_set(
        &self,
        directive: &Node<Directive>,
        codes: FieldSetCodes,
        diagnostics: &mut Diagnostics,
        site: &Site,
    ) -> Option<FieldSet> {
        let span = directive.location();
        let value = directive.specified_argument_by_name("fields")?;
        let here = Site { span, ..site.clone() };
        let Some(text) = self.field_set_text(value) else {
            let message = format!("the `fields` of `@{}` are not a string", directive.name);
            diagnostics.report(codes.not_a_string, message, [here]);
            return None;
        };
        match FieldSet::parse(&text, span) {
            Ok(set) => Some(set),
            Err(reason) => {
                let message =
                    format!("the `fields` \"{text}\" of `@{}` cannot be read: {reason}", directive.name);
                diagnostics.report(codes.invalid, message, [here]);
                None
            }
        }
    }

    /// Federation 1 also took a list of strings.
    fn field_set_text(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::List(items) if self.links.version == FederationVersion::One => {
                let texts: Option<Vec<&str>> = items.iter().map(|item| item.as_str()).collect();
                texts.map(|texts| texts.join(" "))
            }
            _ => None,
        }
    }
}

/// The codes that a directive with a field set gives.
#[derive(Clone, Copy)]
pub(crate) struct FieldSetCodes {
    pub(crate) not_a_string: Code,
    pub(crate) invalid: Code,
}

pub(crate) const KEY: FieldSetCodes =
    FieldSetCodes { not_a_string: codes::KEY_INVALID_FIELDS_TYPE, invalid: codes::KEY_INVALID_FIELDS };
pub(crate) const REQUIRES: FieldSetCodes = FieldSetCodes {
    not_a_string: codes::REQUIRES_INVALID_FIELDS_TYPE,
    invalid: codes::REQUIRES_INVALID_FIELDS,
};
pub(crate) const PROVIDES: FieldSetCodes = FieldSetCodes {
    not_a_string: codes::PROVIDES_INVALID_FIELDS_TYPE,
    invalid: codes::PROVIDES_INVALID_FIELDS,
};
