//! A failing case, cut down: whatever can be left out of subgraphs and operation while it still fails, is.

use apollo_compiler::Node;
use apollo_compiler::ast::{self, Definition, Document, Selection};

use super::case::Bench;
use super::operations::Written;
use super::world::Rates;

/// Everything that one case is made of.
#[derive(Clone, Debug)]
pub struct Case {
    pub subgraphs: Vec<(String, String)>,
    pub operation: Written,
    /// Of the data.
    pub seed: u64,
    pub rates: Rates,
}

/// Candidates that are tried at most.
const ATTEMPTS: usize = 4_000;

impl Case {
    /// The smallest case that fails in the same way, and how: first less of the operation, as that needs no composition.
    pub async fn shrink(mut self, mut failure: String) -> (Case, String) {
        let mut attempts = 0;
        loop {
            let before = attempts;
            let mut changed = self.shrink_operation(&mut failure, &mut attempts).await;
            changed |= self.shrink_subgraphs(&mut failure, &mut attempts).await;
            if !changed || attempts > ATTEMPTS || attempts == before {
                return (self, failure);
            }
        }
    }

    async fn shrink_operation(&mut self, failure: &mut String, attempts: &mut usize) -> bool {
        let (mut changed, mut index) = (false, 0);
        let Ok(bench) = Bench::compose(&self.subgraphs) else { return false };
        while let Some(text) = without_one(&parse(&self.operation.text)).into_iter().nth(index) {
            let candidate = Case { operation: Written { text, ..self.operation.clone() }, ..self.clone() };
            *attempts += 1;
            match candidate.fails_in(&bench, failure).await {
                Some(found) => (*self, *failure, changed) = (candidate, found, true),
                None => index += 1,
            }
        }
        changed
    }

    async fn shrink_subgraphs(&mut self, failure: &mut String, attempts: &mut usize) -> bool {
        let (mut changed, mut index) = (false, 0);
        while let Some(candidate) = self.smaller().into_iter().nth(index) {
            *attempts += 1;
            if *attempts > ATTEMPTS {
                break;
            }
            let found = match Bench::compose(&candidate.subgraphs) {
                Ok(bench) => candidate.fails_in(&bench, failure).await,
                Err(_) => None,
            };
            match found {
                Some(found) => (*self, *failure, changed) = (candidate, found, true),
                None => index += 1,
            }
        }
        changed
    }

    /// What is wrong, if the case still means something and fails in the same way.
    async fn fails_in(&self, bench: &Bench, failure: &str) -> Option<String> {
        let kind = |failure: &str| failure.split([' ', '\n']).next().unwrap_or_default().to_string();
        if !bench.is_valid(&self.operation) {
            return None;
        }
        let found = bench.difference(bench.world(self.seed, self.rates), &self.operation).await;
        found.filter(|found| kind(found) == kind(failure))
    }

    /// The case with one thing less of data or subgraphs, big things first.
    fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for index in 0..self.subgraphs.len() {
            let mut case = self.clone();
            case.subgraphs.remove(index);
            all.push(case);
        }
        let Rates { null, lie, error } = self.rates;
        let calmer = [
            (null, Rates { null: 0.0, ..self.rates }),
            (lie, Rates { lie: 0.0, ..self.rates }),
            (error, Rates { error: 0.0, ..self.rates }),
        ];
        all.extend(
            calmer.into_iter().filter(|(now, _)| *now > 0.0).map(|(_, rates)| Case { rates, ..self.clone() }),
        );
        for (index, (_, sdl)) in self.subgraphs.iter().enumerate() {
            for text in without_one(&parse(sdl)) {
                let mut case = self.clone();
                case.subgraphs[index].1 = text;
                all.push(case);
            }
        }
        all
    }
}

fn parse(text: &str) -> Document {
    Document::parse(text, "shrink.graphql").unwrap_or_else(|invalid| invalid.partial)
}

/// The document with one part less, in every way.
fn without_one(document: &Document) -> Vec<String> {
    let count = {
        let mut counter = Cutter { target: usize::MAX, at: 0 };
        counter.document(&mut document.clone());
        counter.at
    };
    let cut = |target| {
        let mut copy = document.clone();
        Cutter { target, at: 0 }.document(&mut copy);
        copy.to_string()
    };
    (0..count).map(cut).collect()
}

/// Leaves out the part with the number `target`.
struct Cutter {
    target: usize,
    at: usize,
}

impl Cutter {
    fn cut(&mut self) -> bool {
        self.at += 1;
        self.at - 1 == self.target
    }

    fn list<T>(&mut self, list: &mut Vec<T>) {
        list.retain(|_| !self.cut());
    }

    fn document(&mut self, document: &mut Document) {
        self.list(&mut document.definitions);
        for definition in &mut document.definitions {
            match definition {
                Definition::OperationDefinition(operation) => {
                    let operation = operation.make_mut();
                    self.list(&mut operation.variables);
                    self.selections(&mut operation.selection_set);
                }
                Definition::FragmentDefinition(fragment) => {
                    self.selections(&mut fragment.make_mut().selection_set)
                }
                Definition::ObjectTypeDefinition(ty) => {
                    let ty = ty.make_mut();
                    self.list(&mut ty.fields);
                    self.list(&mut ty.implements_interfaces);
                    self.list(&mut ty.directives.0);
                    ty.fields.iter_mut().for_each(|field| self.field_definition(field));
                }
                Definition::InterfaceTypeDefinition(ty) => {
                    let ty = ty.make_mut();
                    self.list(&mut ty.fields);
                    self.list(&mut ty.directives.0);
                    ty.fields.iter_mut().for_each(|field| self.field_definition(field));
                }
                Definition::UnionTypeDefinition(ty) => self.list(&mut ty.make_mut().members),
                Definition::EnumTypeDefinition(ty) => self.list(&mut ty.make_mut().values),
                Definition::InputObjectTypeDefinition(ty) => self.list(&mut ty.make_mut().fields),
                _ => {}
            }
        }
    }

    fn field_definition(&mut self, field: &mut Node<ast::FieldDefinition>) {
        let field = field.make_mut();
        self.list(&mut field.arguments);
        self.list(&mut field.directives.0);
        if matches!(field.ty, ast::Type::NonNullNamed(_) | ast::Type::NonNullList(_)) && self.cut() {
            field.ty = field.ty.clone().nullable();
        }
        if let ast::Type::List(item) | ast::Type::NonNullList(item) = &field.ty.clone()
            && self.cut()
        {
            field.ty = (**item).clone();
        }
    }

    fn selections(&mut self, selections: &mut Vec<Selection>) {
        self.list(selections);
        let mut index = 0;
        while index < selections.len() {
            match &mut selections[index] {
                Selection::Field(field) => {
                    let field = field.make_mut();
                    self.list(&mut field.arguments);
                    self.list(&mut field.directives.0);
                    if field.alias.is_some() && self.cut() {
                        field.alias = None;
                    }
                    self.selections(&mut field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    let inline = inline.make_mut();
                    self.list(&mut inline.directives.0);
                    self.selections(&mut inline.selection_set);
                    let inner = inline.selection_set.clone();
                    if self.cut() {
                        selections.splice(index..=index, inner);
                        continue;
                    }
                }
                Selection::FragmentSpread(spread) => self.list(&mut spread.make_mut().directives.0),
            }
            index += 1;
        }
    }
}
