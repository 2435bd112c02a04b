//! The positions of the merged answer and the slots of their objects: the union of what all fetches bring there.

use apollo_compiler::Name;
use indexmap::IndexMap;

use crate::planning::query_plan::{FetchStep, Path, PathSegment, QueryPlan, Selection};

/// The slot key of an object's runtime type. It is no slot: objects know their type.
pub(super) const TYPE_NAME: &str = "__typename";

/// Index of a position.
pub(super) type Position = usize;

/// The root's position.
pub(super) const ROOT: Position = 0;

struct Node {
    parent: Position,
    slots: IndexMap<Name, Option<Position>>,
}

/// All positions of a plan's merged answer. Positions whose objects are filled by one and the same entity list are one
/// position: an answer is read once, whatever paths lead to its objects.
pub(super) struct Positions {
    nodes: Vec<Node>,
}

impl Positions {
    pub fn of(plan: &QueryPlan) -> Positions {
        let mut positions = Positions { nodes: Vec::new() };
        positions.node();
        for step in plan.fetches.iter().flat_map(|fetch| &fetch.steps) {
            let (target, selection) = match step {
                FetchStep::Root { path, selection } => (positions.add_path(path), selection),
                FetchStep::Entities { paths, selection, .. } => {
                    let ends: Vec<Position> = paths.iter().map(|path| positions.add_path(path)).collect();
                    let first = ends.first().copied().unwrap_or(ROOT);
                    ends.iter().for_each(|&end| positions.unify(first, end));
                    (first, selection)
                }
            };
            positions.add_selections(target, selection);
        }
        positions
    }

    /// How many slots an object here has.
    pub fn slots(&self, position: Position) -> u32 {
        self.nodes[self.find(position)].slots.len() as u32
    }

    pub fn slot(&self, position: Position, key: &str) -> Option<u32> {
        self.nodes[self.find(position)].slots.get_index_of(key).map(|index| index as u32)
    }

    pub fn child(&self, position: Position, key: &str) -> Option<Position> {
        self.nodes[self.find(position)].slots.get(key).copied().flatten().map(|child| self.find(child))
    }

    /// The position that a path leads to; every path of the plan leads somewhere.
    pub fn at(&self, path: &Path) -> Option<Position> {
        path.0.iter().try_fold(ROOT, |position, segment| match segment {
            PathSegment::Key(key) => self.child(position, key),
            PathSegment::OnTypes(_) => Some(position),
        })
    }

    pub fn find(&self, mut position: Position) -> Position {
        while self.nodes[position].parent != position {
            position = self.nodes[position].parent;
        }
        position
    }

    fn node(&mut self) -> Position {
        self.nodes.push(Node { parent: self.nodes.len(), slots: IndexMap::new() });
        self.nodes.len() - 1
    }

    fn add_path(&mut self, path: &Path) -> Position {
        let mut position = ROOT;
        for segment in &path.0 {
            if let PathSegment::Key(key) = segment {
                position = self.add_child(position, key);
            }
        }
        position
    }

    fn add_child(&mut self, position: Position, key: &Name) -> Position {
        if let Some(child) = self.child(position, key) {
            return child;
        }
        let (position, child) = (self.find(position), self.node());
        self.nodes[position].slots.insert(key.clone(), Some(child));
        child
    }

    fn add_selections(&mut self, position: Position, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::InlineFragment { selections, .. } => self.add_selections(position, selections),
                Selection::Field(field) => match &field.slot {
                    Some(slot) if slot == TYPE_NAME => {}
                    Some(slot) if field.selections.is_empty() => {
                        let position = self.find(position);
                        self.nodes[position].slots.entry(slot.clone()).or_insert(None);
                    }
                    Some(slot) => {
                        let child = self.add_child(position, slot);
                        self.add_selections(child, &field.selections);
                    }
                    None => {}
                },
            }
        }
    }

    fn unify(&mut self, a: Position, b: Position) {
        let mut pairs = vec![(a, b)];
        while let Some((a, b)) = pairs.pop() {
            let (a, b) = (self.find(a), self.find(b));
            if a == b {
                continue;
            }
            self.nodes[b].parent = a;
            for (key, child) in std::mem::take(&mut self.nodes[b].slots) {
                let known = self.nodes[a].slots.entry(key).or_insert(None);
                match (*known, child) {
                    (Some(known), Some(child)) => pairs.push((known, child)),
                    (None, Some(_)) => *known = child,
                    _ => {}
                }
            }
        }
    }
}
