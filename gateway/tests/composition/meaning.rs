//! What a supergraph says, whatever the order and however it is written: lines to compare.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema, ast};

/// Statements, and what they say.
pub type Facts = BTreeMap<String, String>;

/// Arguments of `@join__field` that say something when they are there.
const JOIN_FIELD: [&str; 7] =
    ["requires", "provides", "external", "override", "usedOverridden", "overrideLabel", "contextArguments"];
/// Directives that both a supergraph and what is served say something by.
const CARRIED: [&str; 9] = [
    "context",
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "cacheTag",
];

/// Where clients use directives.
const EXECUTABLE: [&str; 8] = [
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
];

/// What differs: statements of only one side, or with different ends.
pub fn differences(ours: &Facts, theirs: &Facts) -> Vec<String> {
    let statements: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let mut found = Vec::new();
    for statement in statements {
        let (our, their) = (ours.get(statement), theirs.get(statement));
        if our != their {
            found.push(format!("{statement}: ours {our:?}, theirs {their:?}"));
        }
    }
    found
}

/// What clients see.
pub fn public(schema: &Schema) -> Facts {
    let mut facts = Facts::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        let directives = ty.directives().iter().map(|directive| &directive.node);
        let described = told(ty.description(), directives, &["specifiedBy", "oneOf"]);
        facts.insert(name.to_string(), format!("{} {described}", kind(ty)));
        for interface in interfaces(ty) {
            facts.insert(format!("{name} implements {interface}"), String::new());
        }
        for field in fields(ty).into_iter().flatten().map(|(_, field)| field) {
            let described = told(field.description.as_ref(), field.directives.iter(), &["deprecated"]);
            facts.insert(format!("{name}.{}", field.name), format!("{} {described}", field.ty));
            for argument in &field.arguments {
                facts.insert(format!("{name}.{}({}:)", field.name, argument.name), input(argument));
            }
        }
        match ty {
            ExtendedType::Union(union) => {
                facts
                    .extend(union.members.iter().map(|member| (format!("{name} = {member}"), String::new())));
            }
            ExtendedType::Enum(definition) => {
                for value in definition.values.values() {
                    let described =
                        told(value.description.as_ref(), value.directives.iter(), &["deprecated"]);
                    facts.insert(format!("{name}.{}", value.value), described);
                }
            }
            ExtendedType::InputObject(object) => {
                for field in object.fields.values() {
                    facts.insert(format!("{name}.{}", field.name), input(field));
                }
            }
            _ => {}
        }
    }
    for definition in schema.directive_definitions.values() {
        // Clients use executable directives only, and know `@oneOf` by itself; `@defer` is the gateway's own.
        let executable = definition.locations.iter().any(|location| EXECUTABLE.contains(&location.name()));
        if executable && !definition.is_built_in() && definition.name != "defer" {
            facts.insert(format!("@{}", definition.name), directive_definition(definition));
        }
    }
    facts
}

/// What the gateway knows about subgraphs, and the directives it acts on.
pub fn joins(schema: &Schema) -> Facts {
    let schema = &standard(schema);
    let mut facts = Facts::new();
    let graphs = graphs(schema);
    for (name, ty) in schema.types.iter().filter(|(name, ty)| !ty.is_built_in() && !name.contains("__")) {
        let of = Of { name, ty, graphs: &graphs };
        of.type_facts(&mut facts);
        for (field, definition) in fields(ty).into_iter().flatten() {
            of.field(&mut facts, field, &definition.ty, &definition.directives);
            for argument in &definition.arguments {
                let coordinate = format!("{name}.{field}({}:)", argument.name);
                carried(&mut facts, &coordinate, argument.directives.iter());
            }
        }
        if let ExtendedType::InputObject(object) = ty {
            for (field, definition) in &object.fields {
                of.field(&mut facts, field, &definition.ty, &definition.directives);
            }
        }
        if let ExtendedType::Enum(definition) = ty {
            for (value, definition) in &definition.values {
                carried(&mut facts, &format!("{name}.{value}"), definition.directives.iter());
                for join in definition.directives.iter().filter(|d| d.name == "join__enumValue") {
                    facts.insert(format!("{name}.{value} in {}", of.graph(join)), String::new());
                }
            }
        }
    }
    facts
}

/// The schema with directives that were imported under other names under their own.
fn standard(schema: &Schema) -> Schema {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for link in schema.schema_definition.directives.iter().filter(|directive| directive.name == "link") {
        let imports = link.specified_argument_by_name("import").and_then(|value| value.as_list());
        for import in imports.into_iter().flatten().filter_map(|import| import.as_object()) {
            let text = |key: &str| import.iter().find(|(name, _)| name == key)?.1.as_str();
            if let (Some(name), Some(local)) = (text("name"), text("as")) {
                names.insert(
                    local.trim_start_matches('@').to_owned(),
                    name.trim_start_matches('@').to_owned(),
                );
            }
        }
    }
    if names.is_empty() {
        return schema.clone();
    }
    // In the text a directive can only be mistaken for the definition of its specification, which says nothing here.
    let mut text = schema.to_string();
    for (local, name) in names {
        text = text.replace(&format!("@{local} "), &format!("@{name} "));
        text = text.replace(&format!("@{local}\n"), &format!("@{name}\n"));
        text = text.replace(&format!("@{local}("), &format!("@{name}("));
    }
    Schema::builder().parse(text, "standard.graphql").build().unwrap_or_else(|partial| partial.partial)
}

/// A type in a supergraph.
struct Of<'a> {
    name: &'a Name,
    ty: &'a ExtendedType,
    graphs: &'a BTreeMap<String, String>,
}

impl Of<'_> {
    fn graph(&self, join: &ast::Directive) -> String {
        let value = argument(join, "graph").unwrap_or_default();
        self.graphs.get(&value).cloned().unwrap_or(value)
    }

    fn applied(&self, directive: &str) -> impl Iterator<Item = &Node<ast::Directive>> {
        let all = self.ty.directives().iter().map(|directive| &directive.node);
        all.filter(move |applied| applied.name == directive)
    }

    fn type_facts(&self, facts: &mut Facts) {
        let name = self.name;
        carried(facts, name, self.ty.directives().iter().map(|directive| &directive.node));
        for join in self.applied("join__type") {
            let key = argument(join, "key").map(|key| format!(" by {key}")).unwrap_or_default();
            let flag = |flag: &str, default: &str| {
                let value = argument(join, flag).unwrap_or_else(|| default.to_owned());
                if value == default { String::new() } else { format!("{flag} {value} ") }
            };
            let flags = [flag("resolvable", "true"), flag("isInterfaceObject", "false")].concat();
            facts.insert(format!("{name} in {}{key}", self.graph(join)), flags);
        }
        for join in self.applied("join__implements") {
            let interface = argument(join, "interface").unwrap_or_default();
            facts.insert(format!("{name} implements {interface} in {}", self.graph(join)), String::new());
        }
        for join in self.applied("join__unionMember") {
            let member = argument(join, "member").unwrap_or_default();
            facts.insert(format!("{name} = {member} in {}", self.graph(join)), String::new());
        }
    }

    /// A field without `@join__field` is one of every subgraph that has the type.
    fn field(&self, facts: &mut Facts, field: &Name, ty: &ast::Type, directives: &ast::DirectiveList) {
        let coordinate = format!("{}.{field}", self.name);
        carried(facts, &coordinate, directives.iter());
        let joins: Vec<_> = directives.iter().filter(|directive| directive.name == "join__field").collect();
        if joins.is_empty() {
            for join in self.applied("join__type") {
                facts.insert(format!("{coordinate} in {}", self.graph(join)), normal(&ty.to_string()));
            }
        }
        for join in joins {
            let own = argument(join, "type").unwrap_or_else(|| normal(&ty.to_string()));
            let mut told = if argument(join, "graph").is_some() { own } else { String::new() };
            for said in JOIN_FIELD {
                let value = argument(join, said).filter(|value| value != "false");
                told.extend(value.map(|value| format!(" {said} {value}")));
            }
            facts.insert(format!("{coordinate} in {}", self.graph(join)), told);
        }
    }
}

/// Names of subgraphs by value of `join__Graph`.
fn graphs(schema: &Schema) -> BTreeMap<String, String> {
    let values = schema.get_enum("join__Graph").map(|graphs| &graphs.values);
    let name = |directives: &ast::DirectiveList| argument(directives.get("join__graph")?, "name");
    values
        .into_iter()
        .flatten()
        .filter_map(|(value, definition)| Some((value.to_string(), name(&definition.directives)?)))
        .collect()
}

fn carried<'a>(
    facts: &mut Facts,
    coordinate: &str,
    directives: impl Iterator<Item = &'a Node<ast::Directive>>,
) {
    for directive in directives.filter(|directive| CARRIED.contains(&directive.name.as_str())) {
        facts.insert(format!("{coordinate} {}", sorted(directive)), String::new());
    }
}

/// A directive with its arguments sorted, and lists of names and of lists of names too.
fn sorted(directive: &ast::Directive) -> String {
    let mut arguments: Vec<String> = directive
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, sorted_value(&argument.value)))
        .collect();
    arguments.sort();
    format!("@{}({})", directive.name, arguments.join(", "))
}

fn sorted_value(value: &ast::Value) -> String {
    let Some(items) = value.as_list() else {
        return value.to_string();
    };
    let mut items: Vec<String> = items.iter().map(|item| sorted_value(item)).collect();
    items.sort();
    format!("[{}]", items.join(", "))
}

fn argument(directive: &ast::Directive, name: &str) -> Option<String> {
    let value = directive.specified_argument_by_name(name)?;
    match &**value {
        ast::Value::Null => None,
        ast::Value::String(text) => Some(normal(text)),
        other => Some(normal(&other.to_string())),
    }
}

/// Field sets and types, whatever the spaces and commas in them.
fn normal(text: &str) -> String {
    let mut spaced = String::new();
    for c in text.chars() {
        match c {
            '{' | '}' | '(' | ')' | ':' | '[' | ']' => spaced.extend([' ', c, ' ']),
            ',' => spaced.push(' '),
            c => spaced.push(c),
        }
    }
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    // Braces around a field set say nothing.
    match joined.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")) {
        Some(inner) => inner.to_owned(),
        None => joined,
    }
}

fn told<'a>(
    description: Option<&Node<str>>,
    directives: impl Iterator<Item = &'a Node<ast::Directive>>,
    told: &[&str],
) -> String {
    let applied: Vec<String> = directives
        .filter(|directive| told.contains(&directive.name.as_str()))
        .map(|directive| {
            let reason = directive.specified_argument_by_name("reason").and_then(|value| value.as_str());
            let url = directive.specified_argument_by_name("url").and_then(|value| value.as_str());
            let said = reason.or(url).filter(|reason| *reason != "No longer supported");
            format!("@{} {}", directive.name, said.unwrap_or_default())
        })
        .collect();
    format!("{:?} {}", description.map(|text| text.trim()), applied.join(" "))
}

fn input(definition: &ast::InputValueDefinition) -> String {
    let default = definition.default_value.as_ref().map(|value| value.serialize().no_indent().to_string());
    // An ID may be written as a number or as a string.
    let is_id = definition.ty.inner_named_type() == "ID";
    let default = default.map(|text| if is_id { text.replace('"', "") } else { text });
    let described = told(definition.description.as_ref(), definition.directives.iter(), &["deprecated"]);
    format!("{} = {default:?} {described}", definition.ty)
}

fn directive_definition(definition: &ast::DirectiveDefinition) -> String {
    let mut locations: Vec<&str> = definition.locations.iter().map(|location| location.name()).collect();
    locations.sort_unstable();
    let arguments: Vec<String> = definition
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, input(argument)))
        .collect();
    format!("({}) repeatable {} on {}", arguments.join(", "), definition.repeatable, locations.join(" | "))
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}

fn interfaces(ty: &ExtendedType) -> Vec<&Name> {
    match ty {
        ExtendedType::Object(ty) => ty.implements_interfaces.iter().map(|name| &name.name).collect(),
        ExtendedType::Interface(ty) => ty.implements_interfaces.iter().map(|name| &name.name).collect(),
        _ => Vec::new(),
    }
}

fn fields(
    ty: &ExtendedType,
) -> Option<&apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>> {
    match ty {
        ExtendedType::Object(ty) => Some(&ty.fields),
        ExtendedType::Interface(ty) => Some(&ty.fields),
        _ => None,
    }
}
