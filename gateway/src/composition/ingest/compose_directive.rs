//! `@composeDirective`: which custom directives are carried into the supergraph.

use apollo_compiler::ast::{Directive, Document};
use apollo_compiler::{Name, Node};

use super::federation_spec::Known;
use super::links::{self, Link, Links};
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{ComposedDirective, Subgraph};

/// Reads the applications on the schema into the subgraph.
pub(crate) fn read(
    document: &Document,
    links: &Links,
    subgraph: &mut Subgraph,
    diagnostics: &mut Diagnostics,
) {
    for directive in links::schema_directives(document) {
        if links.known(&directive.name) != Some(Known::ComposeDirective) {
            continue;
        }
        match composed(&directive, links, subgraph) {
            Ok(composed) => subgraph.composed.push(composed),
            Err((code, message)) => {
                let site = subgraph.site(directive.location());
                diagnostics.report(code, message, [site]);
            }
        }
    }
}

fn composed(
    directive: &Node<Directive>,
    links: &Links,
    subgraph: &Subgraph,
) -> Result<ComposedDirective, (Code, String)> {
    let name = name(directive).map_err(|message| (codes::DIRECTIVE_COMPOSITION_ERROR, message))?;
    if let Some(known) = links.known(&name) {
        return Err(own_directive(&name, known));
    }
    let wrong = |message: String| (codes::DIRECTIVE_COMPOSITION_ERROR, message);
    if !subgraph.directives.contains_key(&name) {
        return Err(wrong(format!("`@{name}` is named by `@composeDirective` and not defined")));
    }
    let link = links
        .foreign
        .iter()
        .find(|link| belongs(link, &name))
        .ok_or_else(|| wrong(format!("`@{name}` is named by `@composeDirective` and not linked")))?;
    let imported = link.imports.iter().find(|(_, local)| local.strip_prefix('@') == Some(name.as_str()));
    Ok(ComposedDirective {
        imported: imported
            .map_or_else(|| name.to_string(), |(name, _)| name.trim_start_matches('@').to_owned()),
        name,
        identity: link.identity.clone(),
        version: link.version,
        url: link.url.clone(),
        span: directive.location(),
    })
}

fn name(directive: &Node<Directive>) -> Result<Name, String> {
    let written = directive
        .specified_argument_by_name("name")
        .and_then(|value| value.as_str())
        .ok_or("`@composeDirective` needs a `name` that is a string")?;
    let bare = written
        .strip_prefix('@')
        .ok_or_else(|| format!("the name \"{written}\" in `@composeDirective` does not begin with `@`"))?;
    Name::new(bare).map_err(|_| format!("\"{written}\" is not a name"))
}

/// What federation carries itself is carried once more; what it keeps for itself cannot be carried.
fn own_directive(name: &Name, known: Known) -> (Code, String) {
    if known.is_carried() {
        return (
            codes::DIRECTIVE_COMPOSITION_INFO,
            format!("`@{name}` is composed without `@composeDirective`"),
        );
    }
    let message = format!("`@{name}` is federation's own directive and not for the supergraph");
    (codes::DIRECTIVE_COMPOSITION_ERROR, message)
}

fn belongs(link: &Link, name: &Name) -> bool {
    let imported = link.imports.iter().any(|(_, local)| local.strip_prefix('@') == Some(name.as_str()));
    let qualified = name.split_once("__").is_some_and(|(namespace, _)| namespace == link.namespace);
    imported || qualified || name == link.namespace.as_str()
}
