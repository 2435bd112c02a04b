//! Writes a schema as federation SDL, with what async-graphql prints wrong put right: built-in directives are left out, an
//! interface names what it implements before its directives, connections are described, links come first.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};

const BUILT_IN_DIRECTIVES: [&str; 5] = ["include", "skip", "deprecated", "specifiedBy", "oneOf"];

/// The schema as federation SDL: sorted, indented with spaces, without `_service` and `_entities`, ending in a newline.
pub fn export_sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .compose_directive()
        .include_specified_by()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .use_space_ident();
    mend(&schema.sdl_with_options(options))
}

/// One definition with the description before it.
#[derive(Default)]
struct Definition<'a> {
    description: Vec<&'a str>,
    lines: Vec<&'a str>,
}

fn mend(sdl: &str) -> String {
    let (extensions, types): (Vec<_>, Vec<_>) = definitions(sdl)
        .into_iter()
        .filter(|definition| !is_built_in_directive(definition.lines[0]))
        .partition(|definition| definition.lines[0].starts_with("extend schema"));
    let texts: Vec<String> = extensions.iter().chain(&types).map(Definition::print).collect();
    texts.join("\n")
}

/// Splits at what stands in the first column: descriptions, heads and closing brackets of definitions.
fn definitions(sdl: &str) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    let mut current = Definition::default();
    let mut in_description = false;
    for line in sdl.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        let indented = line.starts_with([' ', '\t']);
        let quotes = line == "\"\"\"";
        let closes = matches!(line, "}" | ")");
        if (quotes || !(in_description || indented || closes)) && !current.lines.is_empty() {
            found.push(std::mem::take(&mut current));
        }
        if in_description || quotes {
            current.description.push(line);
            in_description ^= quotes;
        } else {
            current.lines.push(line);
        }
    }
    found.push(current);
    found.retain(|definition| !definition.lines.is_empty());
    found
}

impl Definition<'_> {
    fn print(&self) -> String {
        let mut lines: Vec<String> = self.description.iter().map(|line| (*line).to_string()).collect();
        if lines.is_empty() {
            lines.extend(missing_description(self.lines[0]));
        }
        lines.push(implements_first(self.lines[0]));
        lines.extend(self.lines[1..].iter().map(|line| (*line).to_string()));
        lines.join("\n") + "\n"
    }
}

/// async-graphql describes neither connections nor their edges nor the root of subscriptions.
fn missing_description(head: &str) -> Vec<String> {
    let name = head.strip_prefix("type ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let text = match (name.strip_suffix("Connection"), name.strip_suffix("Edge")) {
        (Some(node), _) => format!("One page of a list of {node}."),
        (_, Some(node)) => format!("A {node} in a list, with the cursor to go on after it."),
        _ if name == "Subscription" => "The root of all subscriptions.".to_string(),
        _ => return Vec::new(),
    };
    vec!["\"\"\"".into(), text, "\"\"\"".into()]
}

fn is_built_in_directive(line: &str) -> bool {
    let name = line.strip_prefix("directive @").map(|rest| rest.split(['(', ' ']).next().unwrap_or_default());
    name.is_some_and(|name| BUILT_IN_DIRECTIVES.contains(&name))
}

/// `interface X @key(..) implements Y {` becomes `interface X implements Y @key(..) {`.
fn implements_first(line: &str) -> String {
    let parts = || {
        let rest = line.strip_prefix("interface ")?;
        let (head, implemented) = rest.strip_suffix(" {")?.rsplit_once(" implements ")?;
        let (name, directives) = head.split_once(" @")?;
        Some(format!("interface {name} implements {implemented} @{directives} {{"))
    };
    parts().unwrap_or_else(|| line.to_string())
}

#[cfg(test)]
mod tests {
    use super::mend;

    const PRINTED: &str = r#"
"""
directive @skip stays in a text
"""
interface A @key(fields: "id") implements B {
  """
  }
  """
  id: ID!
}


type AConnection @shareable {
  edges: [AEdge!]!
}

"""
Skips.
"""
directive @skip(if: Boolean!) on FIELD
directive @own(if: Boolean!) on FIELD
extend schema @link(
  url: "x"
)
  @composeDirective(name: "@own")

"#;

    const MENDED: &str = r#"extend schema @link(
  url: "x"
)
  @composeDirective(name: "@own")

"""
directive @skip stays in a text
"""
interface A implements B @key(fields: "id") {
  """
  }
  """
  id: ID!
}

"""
One page of a list of A.
"""
type AConnection @shareable {
  edges: [AEdge!]!
}

directive @own(if: Boolean!) on FIELD
"#;

    #[test]
    fn built_in_directives_go_and_the_rest_is_in_the_order_that_the_grammar_wants() {
        assert_eq!(mend(PRINTED), MENDED);
    }
}
