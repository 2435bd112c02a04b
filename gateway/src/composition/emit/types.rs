//! Types with their join directives.

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::text::{self, Text};
use crate::composition::merged::{
    CacheTags, ContextArgument, GraphId, JoinField, JoinType, Merged, MergedField, MergedInput, MergedType,
};
use crate::composition::subgraph::Kind;

/// Writes one type, without a line break at its end.
pub(crate) fn write(out: &mut Text, merged: &Merged, ty: &MergedType) {
    out.description(ty.description.as_ref(), "");
    out.push(&format!("{} {}", keyword(ty.kind), ty.name));
    write_interfaces(out, ty);
    for line in type_directives(merged, ty) {
        out.push(&format!("\n  {line}"));
    }
    match ty.kind {
        Kind::Scalar => {}
        Kind::Union => {
            let members: Vec<&str> = ty.members.keys().map(Name::as_str).collect();
            out.push(&format!("\n = {}", members.join(" | ")));
        }
        Kind::Object | Kind::Interface | Kind::Input | Kind::Enum => {
            out.push("\n{\n");
            write_members(out, merged, ty);
            out.push("}");
        }
    }
}

fn keyword(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "scalar",
        Kind::Object => "type",
        Kind::Interface => "interface",
        Kind::Union => "union",
        Kind::Enum => "enum",
        Kind::Input => "input",
    }
}

fn write_interfaces(out: &mut Text, ty: &MergedType) {
    if !ty.interfaces.is_empty() {
        let names: Vec<&str> = ty.interfaces.keys().map(Name::as_str).collect();
        out.push(&format!(" implements {}", names.join(" & ")));
    }
}

fn type_directives(merged: &Merged, ty: &MergedType) -> Vec<String> {
    let mut lines = Vec::new();
    let mut implements: Vec<(GraphId, &Name)> = ty
        .interfaces
        .iter()
        .flat_map(|(name, graphs)| graphs.iter().map(move |graph| (*graph, name)))
        .collect();
    implements.sort();
    for (graph, interface) in implements {
        let graph = &merged.graphs[graph].value;
        lines.push(format!("@join__implements(graph: {graph}, interface: \"{interface}\")"));
    }
    lines.extend(ty.joins.iter().map(|join| join_type(merged, join)));
    let mut members: Vec<(GraphId, &Name)> =
        ty.members.iter().flat_map(|(name, graphs)| graphs.iter().map(move |graph| (*graph, name))).collect();
    members.sort();
    for (graph, member) in members {
        let graph = &merged.graphs[graph].value;
        lines.push(format!("@join__unionMember(graph: {graph}, member: \"{member}\")"));
    }
    lines.extend(cache_tags(merged, &ty.cache_tags));
    lines.extend(ty.contexts.iter().map(|name| format!("@context(name: {})", text::string(name))));
    lines.extend(ty.directives.iter().map(|directive| text::directive(directive)));
    lines
}

/// Directives that only a subgraph's own specification knows are carried as data.
fn cache_tags(merged: &Merged, tags: &CacheTags) -> Vec<String> {
    let graphs = |graphs: &[GraphId]| {
        let values: Vec<&str> = graphs.iter().map(|graph| merged.graphs[*graph].value.as_str()).collect();
        values.join(", ")
    };
    tags.iter()
        .map(|(format, applied)| {
            let (graphs, format) = (graphs(applied), text::string(format));
            format!("@join__directive(graphs: [{graphs}], name: \"federation__cacheTag\", args: {{format: {format}}})")
        })
        .collect()
}

fn join_type(merged: &Merged, join: &JoinType) -> String {
    let mut arguments = vec![format!("graph: {}", merged.graphs[join.graph].value)];
    if let Some(key) = &join.key {
        arguments.push(format!("key: {}", text::string(key)));
    }
    if join.extension {
        arguments.push("extension: true".to_owned());
    }
    if !join.resolvable {
        arguments.push("resolvable: false".to_owned());
    }
    if join.is_interface_object {
        arguments.push("isInterfaceObject: true".to_owned());
    }
    format!("@join__type({})", arguments.join(", "))
}

fn write_members(out: &mut Text, merged: &Merged, ty: &MergedType) {
    for field in ty.fields.values() {
        write_field(out, merged, field);
    }
    for input in ty.inputs.values() {
        out.description(input.description.as_ref(), "  ");
        out.push(&format!("  {}", input_value(merged, input)));
        out.push("\n");
    }
    for value in ty.values.values() {
        out.description(value.description.as_ref(), "  ");
        out.push(&format!("  {}", value.name));
        for graph in &value.graphs {
            out.push(&format!(" @join__enumValue(graph: {})", merged.graphs[*graph].value));
        }
        out.push(&directives(&value.directives));
        out.push("\n");
    }
}

fn write_field(out: &mut Text, merged: &Merged, field: &MergedField) {
    out.description(field.description.as_ref(), "  ");
    out.push(&format!("  {}", field.name));
    write_arguments(out, merged, &field.arguments);
    out.push(&format!(": {}", field.ty));
    out.push(&joins(merged, &field.joins));
    for tag in cache_tags(merged, &field.cache_tags) {
        out.push(&format!(" {tag}"));
    }
    out.push(&directives(&field.directives));
    out.push("\n");
}

fn write_arguments(out: &mut Text, merged: &Merged, arguments: &IndexMap<Name, MergedInput>) {
    if arguments.is_empty() {
        return;
    }
    if arguments.values().all(|argument| argument.description.is_none()) {
        let all: Vec<String> = arguments.values().map(|argument| input_value(merged, argument)).collect();
        out.push(&format!("({})", all.join(", ")));
        return;
    }
    out.push("(\n");
    for argument in arguments.values() {
        out.description(argument.description.as_ref(), "    ");
        out.push(&format!("    {}\n", input_value(merged, argument)));
    }
    out.push("  )");
}

fn input_value(merged: &Merged, input: &MergedInput) -> String {
    let mut text = format!("{}: {}", input.name, input.ty);
    if let Some(default) = &input.default {
        text.push_str(&format!(" = {}", text::value(default)));
    }
    text.push_str(&joins(merged, &input.joins));
    text.push_str(&directives(&input.directives));
    text
}

fn joins(merged: &Merged, joins: &[JoinField]) -> String {
    joins.iter().map(|join| format!(" {}", join_field(merged, join))).collect()
}

fn join_field(merged: &Merged, join: &JoinField) -> String {
    let mut arguments = Vec::new();
    if let Some(graph) = join.graph {
        arguments.push(format!("graph: {}", merged.graphs[graph].value));
    }
    let type_text = join.ty.as_ref().map(ToString::to_string);
    for (name, value) in [
        ("requires", &join.requires),
        ("provides", &join.provides),
        ("type", &type_text),
        ("override", &join.overrides),
        ("overrideLabel", &join.override_label),
    ] {
        if let Some(value) = value {
            arguments.push(format!("{name}: {}", text::string(value)));
        }
    }
    if join.external {
        arguments.push("external: true".to_owned());
    }
    if join.used_overridden {
        arguments.push("usedOverridden: true".to_owned());
    }
    if !join.context_arguments.is_empty() {
        let all: Vec<String> = join.context_arguments.iter().map(context_argument).collect();
        arguments.push(format!("contextArguments: [{}]", all.join(", ")));
    }
    if arguments.is_empty() {
        return "@join__field".to_owned();
    }
    format!("@join__field({})", arguments.join(", "))
}

fn context_argument(argument: &ContextArgument) -> String {
    let (context, selection) = (text::string(&argument.context), text::string(&argument.selection));
    let ty = text::string(&argument.ty.to_string());
    format!("{{context: {context}, name: \"{}\", type: {ty}, selection: {selection}}}", argument.name)
}

fn directives(applied: &[Node<Directive>]) -> String {
    applied.iter().map(|directive| format!(" {}", text::directive(directive))).collect()
}
