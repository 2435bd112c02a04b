//! What ties subgraphs together: interfaces, interface objects, field sets, overrides, and what is hidden from clients.

use rand::Rng;

use super::draft::{FieldDraft, Kind, TypeDraft};
use super::{Entity, Generator};

/// A field of an entity that one subgraph has and another has not.
struct Foreign {
    ty: &'static str,
    name: String,
    owners: Vec<usize>,
    /// A subgraph that knows the entity and not the field.
    to: usize,
    draft: FieldDraft,
}

impl Generator<'_> {
    /// An entity interface, all of whose types one subgraph knows, and another subgraph that adds fields to it.
    pub(super) fn interface_object(&mut self) {
        if self.subgraphs.len() < 2 || !self.chance(0.4) {
            return;
        }
        let able = self.entities.iter().filter(|entity| entity.simple_key == "id" && entity.name != "Ant");
        let names: Vec<&'static str> = able.map(|entity| entity.name).collect();
        let home = self.random.random_range(0..self.subgraphs.len());
        let others: Vec<usize> = (0..self.subgraphs.len()).filter(|other| *other != home).collect();
        let other = self.pick(&others);
        let known = |entity: &&Entity| entity.members.contains(&other);
        let taken: Vec<&str> = self.entities.iter().filter(known).map(|entity| entity.name).collect();
        let of = |types: &[(String, TypeDraft)], name: &str| types.iter().any(|(known, _)| known == name);
        let there: Vec<(String, TypeDraft)> = self.subgraphs[other].types.clone().into_iter().collect();
        let names: Vec<&'static str> =
            names.into_iter().filter(|name| !taken.contains(name) && !of(&there, name)).collect();
        if names.is_empty() {
            return;
        }
        let mut node =
            TypeDraft { kind: Kind::Interface, keys: vec![("id".into(), true)], ..Default::default() };
        node.fields.insert("id".into(), FieldDraft::plain("ID!"));
        node.fields.insert("label".into(), FieldDraft::plain("String"));
        for name in names {
            self.key(home, name, "id", true);
            self.field(home, name, "label", FieldDraft::plain("String"));
            self.subgraphs[home].types.get_mut(name).unwrap().implements.insert("Node".into());
            let entity = self.entities.iter_mut().find(|entity| entity.name == name).unwrap();
            if !entity.members.contains(&home) {
                entity.members.push(home);
            }
            self.hidden.insert((other, name));
        }
        self.subgraphs[home].types.insert("Node".into(), node);
        let key = vec![("id".to_string(), true)];
        let object = TypeDraft { kind: Kind::InterfaceObject, keys: key, ..TypeDraft::default() };
        self.subgraphs[other].types.insert("Node".into(), object);
        self.field(other, "Node", "id", FieldDraft::plain("ID!"));
        for number in 0..self.random.random_range(1..3) {
            let draft = self.output(&[other], 0.6);
            self.field(other, "Node", &format!("n{number}"), draft);
        }
    }

    /// An interface that each subgraph knows for some of the types.
    pub(super) fn plain_interface(&mut self) {
        if !self.chance(0.7) {
            return;
        }
        let fields: Vec<(&str, FieldDraft)> = vec![
            ("title", FieldDraft { arguments: "(x: Int)".into(), ..FieldDraft::plain("String") }),
            ("rank", FieldDraft::plain("Int")),
            ("pal", FieldDraft::plain("Ant")),
        ];
        let count = self.random.random_range(1..=fields.len());
        for index in 0..self.entities.len() {
            if !self.chance(0.6) {
                continue;
            }
            let (name, members) = (self.entities[index].name, self.entities[index].members.clone());
            for (field, draft) in &fields[..count] {
                let sure = self.pick(&members);
                for member in members.clone() {
                    if member == sure || self.chance(0.5) {
                        self.ensure(member, draft.named());
                        self.field(member, name, field, draft.clone().with("@shareable"));
                    }
                }
            }
        }
        for subgraph in &mut self.subgraphs {
            let mut interface = TypeDraft { kind: Kind::Interface, ..TypeDraft::default() };
            let is_title = |ty: &TypeDraft| ty.kind == Kind::Object && ty.fields.contains_key("title");
            for (field, draft) in &fields[..count] {
                let mut titled = subgraph.types.values().filter(|ty| is_title(ty));
                if titled.all(|ty| ty.fields.contains_key(*field)) {
                    interface.fields.insert(field.to_string(), draft.clone());
                }
            }
            let titled = subgraph.types.values_mut().filter(|ty| is_title(ty));
            if titled.map(|ty| ty.implements.insert("Named".into())).count() > 0 {
                subgraph.types.insert("Named".into(), interface);
            }
        }
    }

    /// A type without a key of which two subgraphs know different parts: what leads to it leads there in both.
    pub(super) fn split(&mut self) {
        let keyed = |s: &usize, name: &str| {
            let ty = self.subgraphs[*s].types.get(name);
            ty.is_some_and(|ty| ty.keys.iter().any(|(_, is_resolvable)| *is_resolvable))
        };
        let all = 0..self.subgraphs.len();
        let mut ways: Vec<(&str, Vec<usize>)> = vec![("Query", all.clone().collect())];
        ways.extend(
            self.entities.iter().map(|e| (e.name, all.clone().filter(|s| keyed(s, e.name)).collect())),
        );
        ways.retain(|(_, subgraphs)| subgraphs.len() > 1);
        if ways.is_empty() || self.chance(0.6) {
            return;
        }
        let (ty, subgraphs) = self.pick(&ways);
        let (one, two) = (subgraphs[0], subgraphs[1]);
        let text = self.pick(&["Zed", "Zed!", "[Zed!]", "[[Zed]]"]);
        for (own, subgraph) in [("z1", one), ("z2", two)] {
            self.field(subgraph, ty, "zed", FieldDraft::plain(text).with("@shareable"));
            self.field(subgraph, "Zed", own, FieldDraft::plain("String"));
            self.field(subgraph, "Zed", "both", FieldDraft::plain("Int!").with("@shareable"));
            let below = FieldDraft::plain("Ant").with("@shareable");
            self.ensure(subgraph, "Ant");
            self.field(subgraph, "Zed", "ant", below);
        }
    }

    /// Fields that one subgraph lacks, of entities that it knows.
    fn foreign(&mut self) -> Vec<Foreign> {
        let mut found = Vec::new();
        for entity in &self.entities {
            let of = |subgraph: &usize| self.subgraphs[*subgraph].types.get(entity.name);
            let knowing = (0..self.subgraphs.len()).filter(|s| of(s).is_some()).collect::<Vec<_>>();
            for from in &knowing {
                for (name, draft) in &of(from).unwrap().fields {
                    let special = ["@external", "@requires", "@provides", "@override"];
                    if matches!(name.as_str(), "id" | "code" | "owner")
                        || special.iter().any(|d| draft.has(d))
                    {
                        continue;
                    }
                    let has = |s: &&usize| of(s).is_some_and(|ty| ty.fields.contains_key(name));
                    let owners: Vec<usize> = knowing.iter().filter(has).copied().collect();
                    if name == "zed" {
                        continue;
                    }
                    // Where one owner allows null, all do.
                    let is_nullable = |s: &usize| !of(s).unwrap().fields[name].ty.ends_with('!');
                    let mut draft = draft.clone();
                    if owners.iter().any(is_nullable) {
                        draft.ty = draft.ty.trim_end_matches('!').to_string();
                    }
                    for to in knowing.iter().filter(|to| !owners.contains(to)) {
                        let (owners, name, draft) = (owners.clone(), name.clone(), draft.clone());
                        found.push(Foreign { ty: entity.name, name, owners, to: *to, draft });
                    }
                }
            }
        }
        found
    }

    /// A field computed from fields of other subgraphs.
    pub(super) fn requires(&mut self) {
        for number in 0..self.random.random_range(0..4) {
            let all = self.foreign();
            let resolvable = |f: &&Foreign| self.subgraphs[f.to].types[f.ty].keys.iter().any(|(_, is)| *is);
            let all: Vec<&Foreign> = all.iter().filter(resolvable).collect();
            if all.is_empty() {
                return;
            }
            let foreign = self.pick(&all);
            let Some(set) = self.required_set(foreign) else { continue };
            let external =
                FieldDraft { directives: ["@external".to_string()].into(), ..foreign.draft.clone() };
            self.field(foreign.to, foreign.ty, &foreign.name, external);
            let ty = self.pick(&["String", "Int", "String!", "Float", "Boolean"]);
            let computed = FieldDraft::plain(ty).with(&format!("@requires(fields: \"{set}\")"));
            self.field(foreign.to, foreign.ty, &format!("req{number}"), computed.clone());
            if foreign.draft.arguments.starts_with("(x") && !set.contains('{') && self.chance(0.5) {
                let other = format!("@requires(fields: \"{}(x: 9)\")", foreign.name);
                self.field(
                    foreign.to,
                    foreign.ty,
                    &format!("also{number}"),
                    FieldDraft::plain("String").with(&other),
                );
            }
        }
    }

    fn required_set(&mut self, foreign: &Foreign) -> Option<String> {
        let name = &foreign.name;
        let argument =
            if foreign.draft.arguments.contains("x: Int") { self.pick(&["", "(x: 7)"]) } else { "" };
        let entity = self.entities.iter().find(|entity| entity.name == foreign.draft.named());
        match (foreign.draft.named(), entity.map(|entity| entity.simple_key)) {
            (named, Some(key)) if self.objects(foreign.to).contains(&named) => {
                self.ensure(foreign.to, named);
                let has = self.subgraphs[foreign.to].types[named].fields.contains_key(key);
                has.then(|| format!("{name}{argument} {{ {key} }}"))
            }
            ("Vat" | "Wok", _) => {
                self.ensure(foreign.to, foreign.draft.named());
                let below = self.pick(&["w", "w s", "s(x: 1)"]);
                let own = &self.subgraphs[foreign.to].types[foreign.draft.named()].fields;
                let has = |field: &str| own.contains_key(field) || !below.contains(field);
                (has("w") && has("s")).then(|| format!("{name}{argument} {{ {below} }}"))
            }
            ("Some" | "Node" | "Named", _) | (_, Some(_)) => None,
            _ => Some(format!("{name}{argument}")),
        }
    }

    /// A way to an entity on which a foreign field comes along.
    pub(super) fn provides(&mut self) {
        for _ in 0..self.random.random_range(0..3) {
            let all = self.foreign();
            let leaf = |f: &&Foreign| {
                f.draft.arguments.is_empty()
                    && !matches!(f.draft.named(), "Vat" | "Wok" | "Some" | "Node" | "Named")
                    && self.entities.iter().all(|entity| entity.name != f.draft.named())
            };
            let all: Vec<&Foreign> = all.iter().filter(leaf).collect();
            if all.is_empty() {
                return;
            }
            let foreign = self.pick(&all);
            let types = &self.subgraphs[foreign.to].types;
            let mut ways = Vec::new();
            for (ty, draft) in types.iter().filter(|(_, draft)| draft.kind == Kind::Object) {
                let leads = |(_, field): &(&String, &FieldDraft)| {
                    field.named() == foreign.ty && !field.has("@") && field.arguments.is_empty()
                };
                ways.extend(draft.fields.iter().filter(leads).map(|(name, _)| (ty.clone(), name.clone())));
            }
            ways.retain(|(ty, name)| ty != "Vat" && ty != "Wok" && name != "owner");
            if ways.is_empty() {
                continue;
            }
            let (ty, name) = self.pick(&ways);
            let external =
                FieldDraft { directives: ["@external".to_string()].into(), ..foreign.draft.clone() };
            self.field(foreign.to, foreign.ty, &foreign.name, external);
            let way = self.subgraphs[foreign.to].types.get_mut(&ty).unwrap().fields.get_mut(&name).unwrap();
            way.directives.insert(format!("@provides(fields: \"{}\")", foreign.name));
            for owner in &foreign.owners {
                let field =
                    self.subgraphs[*owner].types.get_mut(foreign.ty).unwrap().fields.get_mut(&foreign.name);
                field.unwrap().directives.insert("@shareable".into());
            }
        }
    }

    /// A field that moved from one subgraph to another.
    pub(super) fn overrides(&mut self) {
        if !self.chance(0.4) {
            return;
        }
        let all = self.foreign();
        let one = |f: &&Foreign| {
            f.owners.len() == 1
                && self.subgraphs[f.to].types[f.ty].keys.iter().any(|(_, is)| *is)
                && matches!(f.draft.named(), "Int" | "String" | "Float" | "Json")
        };
        let all: Vec<&Foreign> = all.iter().filter(one).collect();
        if all.is_empty() {
            return;
        }
        let foreign = self.pick(&all);
        let from = char::from(b'a' + foreign.owners[0] as u8);
        let moved = foreign.draft.clone().with(&format!("@override(from: \"{from}\")"));
        self.field(foreign.to, foreign.ty, &foreign.name, moved);
    }

    /// Some that moved did so for a part of all requests. A source of its own leaves everything else as it was.
    pub(super) fn labels(&mut self) {
        let mut random = self.random.clone();
        let types = self.subgraphs.iter_mut().flat_map(|subgraph| subgraph.types.values_mut());
        for field in types.flat_map(|ty| ty.fields.values_mut()) {
            let label = random.random_bool(0.6);
            let with = |directive: &String| match directive.strip_prefix("@override").filter(|_| label) {
                Some(from) => format!("@override{}, label: \"percent(50)\")", from.trim_end_matches(')')),
                None => directive.clone(),
            };
            field.directives = field.directives.iter().map(with).collect();
        }
    }

    /// Some fields are for subgraphs only.
    pub(super) fn inaccessible(&mut self) {
        if self.chance(0.5) {
            return;
        }
        let index = self.random.random_range(0..self.entities.len());
        let name = self.entities[index].name;
        let fields = self.subgraphs.iter().filter_map(|s| s.types.get(name)).flat_map(|ty| ty.fields.keys());
        let fields: Vec<String> = fields
            .filter(|field| !matches!(field.as_str(), "title" | "rank" | "pal" | "label" | "id"))
            .cloned()
            .collect();
        let field = self.pick(&fields);
        for subgraph in &mut self.subgraphs {
            let held = subgraph.types.get_mut(name).and_then(|ty| ty.fields.get_mut(&field));
            if let Some(held) = held.filter(|held| !held.has("@external")) {
                held.directives.insert("@inaccessible".into());
            }
        }
    }
}
