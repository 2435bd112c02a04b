//! A specification executor over a world: the monolith with the public schema, a subgraph with its own. Execution itself
//! (collecting fields, coercing arguments and results, propagating null) is `apollo-compiler`'s, which shares nothing with
//! the engine under test but the parser; what is here only looks values up.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{self, Definition};
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use super::computed::Computing;
use super::contexts::Contexts;
use super::world::{COUNT, World, possible};

/// Who executes, and over what.
#[derive(Clone, Copy)]
pub struct Scene<'w> {
    pub schema: &'w Valid<Schema>,
    /// The schema of everything: who implements what.
    pub full: &'w Schema,
    pub world: &'w World,
    /// Fields that a subgraph has in its schema and must not be asked for, as another took them over.
    pub moved: Option<&'w BTreeSet<(String, String)>>,
    /// Who executes with all data knows what objects above give to arguments; a subgraph is told.
    pub contexts: Option<&'w Contexts>,
}

/// Executes an operation; the response as JSON text.
///
/// # Errors
/// The document is not valid for the schema.
pub fn execute(scene: &Scene<'_>, query: &str, variables: &Value) -> Result<String, String> {
    let schema = scene.schema;
    let document = ExecutableDocument::parse_and_validate(schema, query, "query.graphql")
        .map_err(|invalid| format!("{query}\n{}", invalid.errors))?;
    let variables: JsonMap = serde_json::from_value(variables.clone()).unwrap();
    let kind = document.operations.iter().next().unwrap().operation_type;
    let type_name = schema.root_operation(kind).unwrap().to_string();
    // Whatever the subgraph calls its root type, the data is the same.
    let root = scene.full.root_operation(kind).map(|root| root.as_str()).unwrap_or_default();
    let value = scene.world.roots.get(root).unwrap_or(&Value::Null);
    let root = Object {
        scene: *scene,
        type_name,
        value,
        representation: None,
        provided: Vec::new(),
        above: Vec::new(),
    };
    let execution = Execution::new(schema, &document).raw_variable_values(&variables);
    Ok(match execution.execute_sync(&root) {
        Ok(response) => serde_json::to_string(&response).unwrap(),
        Err(error) => json!({"errors": [{"message": error.message().to_string()}]}).to_string(),
    })
}

struct Object<'w> {
    scene: Scene<'w>,
    type_name: String,
    value: &'w Value,
    /// In a subgraph: what was sent of the entity.
    representation: Option<Value>,
    /// In a subgraph: what the way here provides of external fields.
    provided: Vec<ast::Selection>,
    /// The objects above, from the top.
    above: Vec<&'w Value>,
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let mut arguments = serde_json::to_value(info.arguments()).unwrap();
        if info.field_name() == "_entities" {
            let list = arguments["representations"].as_array().cloned().unwrap_or_default();
            let all: Vec<_> = list.into_iter().map(|sent| self.entity(sent)).collect();
            return Ok(ResolvedValue::list(all));
        }
        let definition = info.field_definition();
        if let Some(contexts) = self.scene.contexts {
            let at = (self.type_name.clone(), info.field_name().to_string());
            let Scene { world, full, .. } = self.scene;
            contexts.fill(&at, &self.above, &Computing { world, full, is_sent: false }, &mut arguments);
        }
        self.may_be_asked(definition)?;
        let value = self.value.get(info.field_name()).unwrap_or(&Value::Null);
        if let Some(message) = value.get("$error").and_then(Value::as_str) {
            return Err(FieldError { message: message.to_string() });
        }
        if value.get("$requires").is_some() {
            let (source, is_sent) = match &self.representation {
                Some(sent) => (sent, true),
                None => (self.value, false),
            };
            let computing = Computing { world: self.scene.world, full: self.scene.full, is_sent };
            let value = computing.value(source, value);
            return Ok(ResolvedValue::Leaf(serde_json::from_value(value).unwrap()));
        }
        let provided = self.provided_below(definition);
        Ok(self.resolve(value, definition.ty.inner_named_type(), (&arguments, &provided)))
    }
}

impl<'w> Object<'w> {
    /// A subgraph that is asked what it cannot know fails, as a real one would answer nonsense.
    fn may_be_asked(&self, definition: &ast::FieldDefinition) -> Result<(), FieldError> {
        let at = (self.type_name.clone(), definition.name.to_string());
        if self.scene.moved.is_some_and(|moved| moved.contains(&at)) {
            return Err(FieldError { message: format!("{} was asked and is another's by now", at.1) });
        }
        let is_key = key_words(self.scene.schema, &self.type_name).contains(&at.1);
        if definition.directives.has("external") && !is_key && self.provided_at(&at.1).is_none() {
            return Err(FieldError { message: format!("{} was asked and is external", at.1) });
        }
        Ok(())
    }

    /// What is provided below a field, if the field itself is.
    fn provided_at(&self, name: &str) -> Option<Vec<ast::Selection>> {
        let mut open: Vec<&ast::Selection> = self.provided.iter().collect();
        while let Some(next) = open.pop() {
            match next {
                ast::Selection::Field(field) if field.name == name => {
                    return Some(field.selection_set.clone());
                }
                ast::Selection::InlineFragment(inline) => open.extend(&inline.selection_set),
                _ => {}
            }
        }
        None
    }

    fn provided_below(&self, definition: &ast::FieldDefinition) -> Vec<ast::Selection> {
        let mut provided = self.provided_at(&definition.name).unwrap_or_default();
        let provides = definition.directives.get("provides");
        if let Some(set) = provides.and_then(|p| p.specified_argument_by_name("fields")?.as_str()) {
            provided.extend(field_set(set));
        }
        provided
    }

    fn entity<'a>(&self, sent: Value) -> ResolvedValue<'a>
    where
        'w: 'a,
    {
        let name = sent["__typename"].as_str().unwrap().to_string();
        let (world, full) = (self.scene.world, self.scene.full);
        let candidates = possible(full, &name);
        let mut entities = candidates.iter().flat_map(|ty| world.entities.get(ty).into_iter().flatten());
        let words = key_words(self.scene.schema, &name);
        let fields = sent.as_object().unwrap().iter().filter(|(key, _)| words.contains(*key));
        let fields: Vec<_> = fields.collect();
        let found = entities.find(|entity| {
            !fields.is_empty() && fields.iter().all(|(key, sent)| self.agrees(entity.get(*key), sent))
        });
        let Some(value) = found else { return ResolvedValue::null() };
        let is_object = self.scene.schema.types.get(name.as_str()).is_some_and(|ty| ty.is_object());
        let type_name = if is_object { name } else { value["__typename"].as_str().unwrap().to_string() };
        let (representation, provided, above) = (Some(sent), Vec::new(), Vec::new());
        ResolvedValue::object(Object { scene: self.scene, type_name, value, representation, provided, above })
    }

    fn follow(&self, value: &'w Value, shift: usize) -> &'w Value {
        match value.get("$ref") {
            Some(at) => {
                let index = at[1].as_u64().unwrap() as usize + shift;
                &self.scene.world.entities[at[0].as_str().unwrap()][index % COUNT]
            }
            None => value,
        }
    }

    fn agrees(&self, known: Option<&'w Value>, sent: &Value) -> bool {
        let known = self.follow(known.unwrap_or(&Value::Null), 0);
        match (known, sent) {
            (Value::Object(known), Value::Object(sent)) => {
                sent.iter().all(|(key, sent)| self.agrees(known.get(key), sent))
            }
            (Value::Array(known), Value::Array(sent)) => {
                known.len() == sent.len()
                    && known.iter().zip(sent).all(|(known, sent)| self.agrees(Some(known), sent))
            }
            (known, sent) => known == sent,
        }
    }

    fn resolve<'a>(
        &self,
        value: &'w Value,
        ty: &str,
        (arguments, provided): (&Value, &[ast::Selection]),
    ) -> ResolvedValue<'a>
    where
        'w: 'a,
    {
        let schema = self.scene.schema;
        let is_leaf = schema.types.get(ty).is_some_and(|ty| ty.is_leaf());
        match value {
            // A scalar of the world is never a list, so whatever is one is a list of the field's type.
            Value::Array(items) => ResolvedValue::list(
                items.iter().map(|item| self.resolve(item, ty, (arguments, provided))).collect::<Vec<_>>(),
            ),
            Value::Object(_) if !is_leaf => {
                let value = self.follow(value, shift(arguments));
                let is_object = schema.types.get(ty).is_some_and(|ty| ty.is_object());
                let runtime = value["__typename"].as_str().unwrap();
                let type_name = if is_object { ty } else { runtime }.to_string();
                if !schema.types.contains_key(type_name.as_str()) {
                    return ResolvedValue::null();
                }
                let provided = provided.to_vec();
                let scene = self.scene;
                let mut above = self.above.clone();
                above.push(self.value);
                ResolvedValue::object(Object {
                    scene,
                    type_name,
                    value,
                    representation: None,
                    provided,
                    above,
                })
            }
            Value::String(text) if ty == "String" => ResolvedValue::leaf(told(text, arguments)),
            leaf => ResolvedValue::Leaf(serde_json::from_value(leaf.clone()).unwrap()),
        }
    }
}

/// All words of a type's keys.
fn key_words(schema: &Schema, ty: &str) -> BTreeSet<String> {
    let keys = schema.types.get(ty).into_iter().flat_map(|ty| ty.directives().get_all("key"));
    let keys = keys.filter_map(|key| key.specified_argument_by_name("fields")?.as_str());
    keys.flat_map(str::split_whitespace).map(String::from).collect()
}

/// Text shows what it was asked with.
pub fn told(text: &str, arguments: &Value) -> String {
    let sorted: BTreeMap<&String, &Value> = arguments.as_object().into_iter().flatten().collect();
    match sorted.is_empty() {
        true => text.to_string(),
        false => format!("{text}{}", json!(sorted)),
    }
}

/// Arguments choose among entities.
pub fn shift(arguments: &Value) -> usize {
    arguments["x"].as_u64().unwrap_or(0) as usize
}

/// The selections of a field set.
pub fn field_set(set: &str) -> Vec<ast::Selection> {
    let document = ast::Document::parse(format!("{{ {set} }}"), "set.graphql").unwrap();
    match document.definitions.first() {
        Some(Definition::OperationDefinition(operation)) => operation.selection_set.clone(),
        _ => Vec::new(),
    }
}
