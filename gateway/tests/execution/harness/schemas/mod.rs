//! Random federated schemas, same seed same schemas: entities with several keys, hops over third subgraphs, field sets that
//! are required and provided, shared and overridden fields, partial interfaces and unions, interface objects.

mod contexts;
mod draft;
mod relations;

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use self::draft::{FieldDraft, Kind, SubgraphDraft, TypeDraft};

const NAMES: [&str; 5] = ["Ant", "Bee", "Cat", "Dog", "Elk"];

/// An entity: where it is known, and the key that others refer to it by.
struct Entity {
    name: &'static str,
    members: Vec<usize>,
    simple_key: &'static str,
}

struct Generator<'r> {
    random: &'r mut ChaCha8Rng,
    subgraphs: Vec<SubgraphDraft>,
    entities: Vec<Entity>,
    /// Types that a subgraph must not know, as it knows their interface only.
    hidden: BTreeSet<(usize, &'static str)>,
}

/// The SDLs of two to five subgraphs, without `@link`. Most of these compose.
pub fn generate(random: &mut ChaCha8Rng) -> Vec<(String, String)> {
    let count = *[2, 2, 3, 3, 3, 4, 5].choose(random).unwrap();
    let subgraphs = (0..count).map(|_| SubgraphDraft { colours: colours(random), ..Default::default() });
    let subgraphs = subgraphs.collect();
    let mut generator = Generator { random, subgraphs, entities: Vec::new(), hidden: BTreeSet::new() };
    generator.entities();
    generator.interface_object();
    generator.plain_interface();
    generator.fields();
    generator.roots();
    generator.split();
    generator.requires();
    generator.provides();
    generator.overrides();
    generator.contexts();
    generator.inaccessible();
    generator.labels();
    let written = generator.subgraphs.iter().enumerate();
    written.map(|(index, draft)| (char::from(b'a' + index as u8).to_string(), draft.sdl())).collect()
}

fn colours(random: &mut ChaCha8Rng) -> Vec<&'static str> {
    let more = ["BLUE", "DARK", "PALE @inaccessible"];
    let mut colours = vec!["RED"];
    colours.extend(more.iter().filter(|_| random.random_bool(0.6)));
    colours
}

impl Generator<'_> {
    fn chance(&mut self, probability: f64) -> bool {
        self.random.random_bool(probability)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from.choose(self.random).unwrap().clone()
    }

    fn field(&mut self, subgraph: usize, ty: &str, name: &str, field: FieldDraft) {
        let ty = self.subgraphs[subgraph].types.entry(ty.to_string()).or_default();
        ty.fields.insert(name.to_string(), field);
    }

    fn entities(&mut self) {
        let all: Vec<usize> = (0..self.subgraphs.len()).collect();
        let count = self.random.random_range(2..=NAMES.len());
        for (index, name) in NAMES.into_iter().enumerate().take(count) {
            let mut members: Vec<usize> =
                all.iter().copied().filter(|_| self.random.random_bool(0.6)).collect();
            if members.is_empty() {
                members.push(self.pick(&all));
            }
            let first = self.random.random_range(0..members.len());
            members.swap(0, first);
            let mut keys = vec!["id"];
            if index > 0 && self.chance(0.3) {
                keys = vec!["code"];
            } else if self.chance(0.4) {
                keys.push("code");
            }
            let simple_key = keys[0];
            if index > 0 && self.chance(0.25) {
                keys.push("owner { id }");
            }
            if keys.contains(&"code") && keys.contains(&"id") && self.chance(0.2) {
                keys.push("code id");
            }
            self.entities.push(Entity { name, members: members.clone(), simple_key });
            for (position, member) in members.into_iter().enumerate() {
                let own: Vec<&str> =
                    keys.iter().copied().filter(|_| position == 0 || self.random.random_bool(0.6)).collect();
                let own = if own.is_empty() { vec![self.pick(&keys)] } else { own };
                own.into_iter().for_each(|key| self.key(member, name, key, true));
            }
        }
    }

    fn key(&mut self, subgraph: usize, name: &str, key: &str, is_resolvable: bool) {
        if key.contains("owner") {
            self.ensure(subgraph, "Ant");
            self.field(subgraph, name, "owner", FieldDraft::plain("Ant!"));
        }
        for word in ["id", "code"].iter().filter(|word| !key.contains("owner") && key.contains(*word)) {
            let ty = if *word == "id" { "ID!" } else { "String!" };
            self.field(subgraph, name, word, FieldDraft::plain(ty));
        }
        let ty = self.subgraphs[subgraph].types.get_mut(name).unwrap();
        if ty.keys.iter().all(|(known, _)| known != key) {
            ty.keys.push((key.to_string(), is_resolvable));
        }
    }

    /// Makes a type known in a subgraph.
    fn ensure(&mut self, subgraph: usize, name: &str) {
        if self.subgraphs[subgraph].types.contains_key(name) {
            return;
        }
        if let Some(key) = self.entities.iter().find(|entity| entity.name == name).map(|e| e.simple_key) {
            let is_resolvable = self.chance(0.3);
            self.key(subgraph, name, key, is_resolvable);
            return;
        }
        match name {
            "Vat" => self.value_type(subgraph, name, &["w", "s", "c", "wok", "ant"]),
            "Wok" => self.value_type(subgraph, name, &["w", "s", "l"]),
            "Some" => self.union(subgraph),
            _ => {}
        }
    }

    /// A type without a key, all of it shared.
    fn value_type(&mut self, subgraph: usize, name: &str, fields: &[&str]) {
        self.subgraphs[subgraph].types.insert(name.to_string(), TypeDraft::default());
        for field in fields {
            let ty = match *field {
                "w" => "Int",
                "s" => "String",
                "c" => "Colour",
                "wok" => "[Wok]",
                "ant" => "Ant",
                _ => "[[String!]]!",
            };
            let mut draft = FieldDraft::plain(ty).with("@shareable");
            if *field == "s" {
                draft.arguments = "(x: Int = 3, f: Filter)".into();
            }
            self.ensure(subgraph, draft.named());
            self.field(subgraph, name, field, draft);
        }
    }

    fn union(&mut self, subgraph: usize) {
        let mut members = BTreeSet::new();
        for _ in 0..self.random.random_range(1..4) {
            let usable = self.objects(subgraph);
            let member = self.pick(&usable);
            self.ensure(subgraph, member);
            members.insert(member.to_string());
        }
        let union = TypeDraft { kind: Kind::Union, members, ..TypeDraft::default() };
        self.subgraphs[subgraph].types.insert("Some".into(), union);
    }

    /// The object types that a subgraph may speak of.
    fn objects(&self, subgraph: usize) -> Vec<&'static str> {
        let entities = self.entities.iter().map(|entity| entity.name);
        let shown = entities.filter(|name| !self.hidden.contains(&(subgraph, name)));
        shown.chain(["Vat", "Wok"]).collect()
    }

    fn leaf(&mut self) -> (&'static str, &'static str) {
        let arguments =
            if self.chance(0.3) { "(x: Int = 2, order: Order, f: Filter, ids: [ID!])" } else { "" };
        let ty = *["Int", "String", "String", "Float", "Boolean", "ID", "Colour", "Json"]
            .choose(self.random)
            .unwrap();
        (ty, if ty == "String" { arguments } else { "" })
    }

    /// A field whose type the subgraphs all can speak of.
    fn output(&mut self, subgraphs: &[usize], leaf_rate: f64) -> FieldDraft {
        let (mut ty, mut arguments) = self.leaf();
        if !self.chance(leaf_rate) {
            let mut usable: Vec<&'static str> = self.objects(subgraphs[0]);
            usable.extend(["Some", "Node", "Named", "Vat"]);
            usable.retain(|name| match *name {
                "Node" | "Named" => subgraphs.iter().all(|s| self.subgraphs[*s].types.contains_key(*name)),
                name => subgraphs.iter().all(|s| !self.hidden.contains(&(*s, name))),
            });
            ty = self.pick(&usable);
            arguments = if self.chance(0.2) { "(x: Int)" } else { "" };
            subgraphs.iter().for_each(|subgraph| self.ensure(*subgraph, ty));
        }
        let mut text = ty.to_string();
        for probability in [0.3, 0.2] {
            text += if self.chance(0.3) { "!" } else { "" };
            if !self.chance(probability) {
                break;
            }
            text = format!("[{text}]");
        }
        FieldDraft { arguments: arguments.into(), ..FieldDraft::plain(text) }
    }

    fn fields(&mut self) {
        for index in 0..self.entities.len() {
            let (name, members) = (self.entities[index].name, self.entities[index].members.clone());
            for number in 0..self.random.random_range(2..6) {
                let owner = self.pick(&members);
                let mut owners = vec![owner];
                owners.extend(members.iter().filter(|m| **m != owner && self.random.random_bool(0.2)));
                let draft = self.output(&owners, 0.55);
                let field = format!("{}{number}", name.to_lowercase().get(..1).unwrap());
                for owner in &owners {
                    let mut own = draft.clone();
                    if owners.len() > 1 {
                        own = own.with("@shareable");
                        if self.chance(0.2) {
                            own.ty = own.ty.trim_end_matches('!').to_string();
                        }
                    }
                    self.field(*owner, name, &field, own);
                }
            }
        }
    }

    fn roots(&mut self) {
        for subgraph in 0..self.subgraphs.len() {
            for number in 0..self.random.random_range(1..4) {
                let draft = self.output(&[subgraph], 0.1);
                let name = format!("{}{number}", char::from(b'p' + subgraph as u8));
                self.field(subgraph, "Query", &name, draft);
            }
            if self.chance(0.3) {
                let mut draft = self.output(&[subgraph], 0.2);
                draft.arguments = "(f: Filter, x: Int)".into();
                self.field(subgraph, "Mutation", &format!("do{subgraph}"), draft);
            }
        }
        if self.subgraphs.len() > 1 && self.chance(0.4) {
            let draft = self.output(&[0, 1], 0.1).with("@shareable");
            [0, 1].into_iter().for_each(|subgraph| self.field(subgraph, "Query", "both", draft.clone()));
        }
    }
}
