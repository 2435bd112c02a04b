//! Where an element of the supergraph stands in the subgraphs.

use crate::composition::diagnostic::Site;
use crate::composition::subgraph::Subgraph;

/// The places of `Type`, `Type.member` or `Type.field(argument:)` in all subgraphs that have it.
pub(crate) fn sites(subgraphs: &[Subgraph], path: &[&str]) -> Vec<Site> {
    subgraphs.iter().filter_map(|subgraph| Some(subgraph.site(Some(span(subgraph, path)?)))).collect()
}

fn span(subgraph: &Subgraph, path: &[&str]) -> Option<apollo_compiler::parser::SourceSpan> {
    let (name, rest) = path.split_first()?;
    let ty = subgraph.types.get(*name)?;
    match rest {
        [] => ty.span,
        [member] => {
            let field = ty.fields.get(*member).and_then(|field| field.span);
            let input = || ty.inputs.get(*member).and_then(|input| input.span);
            let value = || ty.values.get(*member).and_then(|value| value.span);
            field.or_else(input).or_else(value)
        }
        [field, argument, ..] => ty.fields.get(*field)?.arguments.get(*argument)?.span,
    }
}
