//! Every code composition can give, its severity and what the reader should do. The names are Apollo's published ones,
//! but for those of links and contracts.

use super::diagnostic::Severity;

/// A code and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to do.
    pub help: &'static str,
}

macro_rules! codes {
    ($($severity:ident $name:ident = $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $name: Code = Code { name: stringify!($name), severity: Severity::$severity, help: $help };
        )*
        /// All codes, in the order of this file.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // One subgraph by itself: language and links.
    Error INVALID_SUBGRAPH_NAME = "Give every subgraph a name of its own that is not empty.";
    Error INVALID_GRAPHQL = "Correct the schema; this is a rule of the GraphQL specification itself.";
    Error INVALID_LINK_DIRECTIVE_USAGE = "Correct the arguments of `@link`; imports are names such as \"@key\" or {name: \"@key\", as: \"@primaryKey\"}.";
    Error INVALID_LINK_IDENTIFIER = "A linked specification's URL ends in its name and version, such as `https://specs.apollo.dev/federation/v2.3`.";
    Error UNKNOWN_FEDERATION_LINK_VERSION = "Link a federation version that exists, for example `https://specs.apollo.dev/federation/v2.3`.";
    Error DIRECTIVE_DEFINITION_INVALID = "Remove the definition; the federation link brings it.";
    Error TYPE_DEFINITION_INVALID = "Remove the definition; the federation link brings it.";
    Error DIRECTIVE_COMPOSITION_ERROR = "Define and `@link` the directive in the same subgraph, and name it with a leading `@`.";
    Error ROOT_QUERY_USED = "Rename the type: `Query` is the name of the query root in the supergraph.";
    Error ROOT_MUTATION_USED = "Rename the type: `Mutation` is the name of the mutation root in the supergraph.";
    Error ROOT_SUBSCRIPTION_USED = "Rename the type: `Subscription` is the name of the subscription root in the supergraph.";

    // One subgraph by itself: @key, @requires, @provides, @external.
    Error KEY_INVALID_FIELDS_TYPE = "Give `fields` a string.";
    Error KEY_INVALID_FIELDS = "List fields of the type itself, with a selection wherever a field is an object.";
    Error KEY_FIELDS_HAS_ARGS = "Use only fields without arguments in a key.";
    Error KEY_FIELDS_SELECT_INVALID_TYPE = "Use no field of interface or union type in a key.";
    Error KEY_DIRECTIVE_IN_FIELDS_ARG = "Remove the directive from the `fields` string.";
    Error KEY_UNSUPPORTED_ON_INTERFACE = "Link federation v2.3 or later, or move the key to the implementations.";
    Error REQUIRES_INVALID_FIELDS_TYPE = "Give `fields` a string.";
    Error REQUIRES_INVALID_FIELDS = "List fields of the type that declares the field, with a selection wherever a field is an object.";
    Error REQUIRES_FIELDS_MISSING_EXTERNAL = "Mark the required field `@external`: it is resolved elsewhere.";
    Error REQUIRES_DIRECTIVE_IN_FIELDS_ARG = "Remove the directive from the `fields` string.";
    Error REQUIRES_UNSUPPORTED_ON_INTERFACE = "Move `@requires` to the fields of the implementations.";
    Error PROVIDES_INVALID_FIELDS_TYPE = "Give `fields` a string.";
    Error PROVIDES_INVALID_FIELDS = "List fields of the type that the field returns, with a selection wherever a field is an object.";
    Error PROVIDES_FIELDS_MISSING_EXTERNAL = "Mark the provided field `@external`, or remove it from `@provides` if it is always resolved here.";
    Error PROVIDES_FIELDS_HAS_ARGS = "Use only fields without arguments in `@provides`.";
    Error PROVIDES_DIRECTIVE_IN_FIELDS_ARG = "Remove the directive from the `fields` string.";
    Error PROVIDES_UNSUPPORTED_ON_INTERFACE = "Move `@provides` to the fields of the implementations.";
    Error PROVIDES_ON_NON_OBJECT_FIELD = "Use `@provides` only on fields that return an object, interface or union.";
    Error EXTERNAL_UNUSED = "Remove the field, or use it in a `@key`, `@requires` or `@provides`, or for an interface.";
    Error EXTERNAL_ON_INTERFACE = "Remove `@external`: the fields of an interface are never resolved by themselves.";
    Error EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE = "An external field is not resolved here, so it takes none of these directives.";
    Error MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL = "Apply the directive where the field is resolved, not where it is external.";
    Error TYPE_WITH_ONLY_UNUSED_EXTERNAL = "Remove the type: all its fields are external and none is used.";
    Error INVALID_SHAREABLE_USAGE = "Remove `@shareable`; it is for fields of object types.";
    Error OVERRIDE_ON_INTERFACE = "Move `@override` to the fields of the implementations.";
    Error OVERRIDE_FROM_SELF_ERROR = "Name another subgraph in `from`.";
    Error OVERRIDE_SOURCE_HAS_OVERRIDE = "Only one subgraph may override a field; remove the other `@override`.";
    Error OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE = "A field cannot be moved while it carries this directive; remove one of the two.";
    Error OVERRIDE_LABEL_INVALID = "A label begins with a letter and holds letters, digits and `_-:./`, or is `percent(0..100)`.";
    Error INTERFACE_OBJECT_USAGE_ERROR = "An `@interfaceObject` needs a key, and stands for an interface that another subgraph declares.";
    Error LIST_SIZE_APPLIED_TO_NON_LIST = "Use `@listSize` on fields that return lists, or name the list fields in `sizedFields`.";
    Error LIST_SIZE_INVALID_ASSUMED_SIZE = "Give an assumed size of 0 or more.";
    Error LIST_SIZE_INVALID_SLICING_ARGUMENT = "Name integer arguments of the field in `slicingArguments`.";
    Error LIST_SIZE_INVALID_SIZED_FIELD = "Name list fields of the returned type in `sizedFields`.";
    Error COST_APPLIED_TO_INTERFACE_FIELD = "Move `@cost` to the fields of the implementations.";
    Error AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE = "Move the directive to the implementations.";

    // One subgraph by itself: @context and @fromContext.
    Error CONTEXT_NAME_INVALID = "Name the context with a letter and then letters and digits only.";
    Error CONTEXT_NOT_SET = "Use `@fromContext` on arguments of object types' own fields, without a default, with a context that a type of the same subgraph sets.";
    Error CONTEXT_INVALID_SELECTION = "Select one scalar or enum value of the type that sets the context; the argument has the same type and may be null.";
    Error NO_CONTEXT_IN_SELECTION = "Write the context and what is taken of it: `$context { field }`.";
    Error CONTEXT_NO_RESOLVABLE_KEY = "Give the type a resolvable key: the value is passed when its entities are asked for.";
    Error CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS = "Take the argument from a context in all subgraphs, or make it optional where it is not.";

    // Merging.
    Error LINK_IMPORT_NAME_MISMATCH = "Import the directive under the same name in all subgraphs: the supergraph has one.";
    Error NO_QUERIES = "At least one subgraph has to declare a field of `Query`.";
    Error TYPE_KIND_MISMATCH = "Declare the type with one kind in all subgraphs.";
    Error EXTENSION_WITH_NO_BASE = "Declare the type without `extend` in one subgraph, or link federation v2.";
    Error FIELD_TYPE_MISMATCH = "Make the types equal, or one a subtype of the others.";
    Error FIELD_ARGUMENT_TYPE_MISMATCH = "Make the types of the argument equal up to nullability.";
    Error FIELD_ARGUMENT_DEFAULT_MISMATCH = "Give the argument the same default in all subgraphs.";
    Error INPUT_FIELD_DEFAULT_MISMATCH = "Give the input field the same default in all subgraphs.";
    Error INVALID_FIELD_SHARING = "Mark the field `@shareable` wherever it is resolved, or resolve it in one subgraph only.";
    Error EXTERNAL_TYPE_MISMATCH = "Declare the external field with the type that it has where it is resolved.";
    Error EXTERNAL_ARGUMENT_MISSING = "Declare the external field with the arguments that it has where it is resolved.";
    Error EXTERNAL_ARGUMENT_TYPE_MISMATCH = "Declare the external field's argument with the type that it has where it is resolved.";
    Error EXTERNAL_ARGUMENT_DEFAULT_MISMATCH = "Declare the external field's argument with the default that it has where it is resolved.";
    Error EXTERNAL_MISSING_ON_BASE = "Declare the field without `@external` in the subgraph that resolves it.";
    Error REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH = "Add the argument in every subgraph that has the field, or make it optional.";
    Error REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH = "Add the input field in every subgraph, or make it optional.";
    Error EMPTY_MERGED_INPUT_TYPE = "Share at least one field of the input type between all subgraphs that declare it.";
    Error EMPTY_MERGED_ENUM_TYPE = "Share at least one value of the enum between all subgraphs that declare it.";
    Error ENUM_VALUE_MISMATCH = "Declare the value in all subgraphs: the enum is used for input and for output.";
    Error INTERFACE_FIELD_NO_IMPLEM = "Declare the field on every implementation, in any subgraph.";
    Error INTERFACE_KEY_NOT_ON_IMPLEMENTATION = "Repeat the interface's key on every implementation in the same subgraph.";
    Error INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE = "A subgraph with a key on an interface has to know all its implementations.";

    // Links, where they are declared.
    Error UNDECLARED_LINK = "Declare the link if it is wanted: name the entity's owner, and the other subgraph under `referenced_by` or `extended_by`; else take the type or the fields out of that subgraph.";

    // Contracts.
    Error CONTRACT_WITHOUT_QUERIES = "Give at least one field of `Query` a tag that the contract includes, or none that it excludes.";

    // The whole.
    Error MISSING_TRANSITIVE_AUTH_REQUIREMENTS = "Repeat on the field what is asked for the fields that it requires.";
    Error REFERENCED_INACCESSIBLE = "Hide what refers to it too, or make it accessible.";
    Error ONLY_INACCESSIBLE_CHILDREN = "Hide the type itself, or leave at least one of its members accessible.";
    Error DEFAULT_VALUE_USES_INACCESSIBLE = "Change the default, or make what it names accessible.";
    Error IMPLEMENTED_BY_INACCESSIBLE = "Hide the interface's field too, or make the implementation's accessible.";
    Error REQUIRED_INACCESSIBLE = "Make it optional or give it a default, or leave it accessible.";
    Error QUERY_ROOT_TYPE_INACCESSIBLE = "Leave the query root accessible.";
    Error SATISFIABILITY_ERROR = "Add a key, share the field, or make the types on the way reachable.";
    Error SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES = "A shared field has to return the same runtime types wherever it is resolved.";
    Error MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED = "Split the supergraph, or share fewer fields.";

    // What does not refuse the composition: what clients do not get, or most likely a mistake.
    Warning INCONSISTENT_ARGUMENT_PRESENCE = "Clients cannot pass the argument until all subgraphs that have the field declare it.";
    Warning INCONSISTENT_INPUT_OBJECT_FIELD = "Clients cannot pass the field until all subgraphs declare it.";
    Warning INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM = "Clients cannot use the value until all subgraphs declare it.";
    Warning INCONSISTENT_DEFAULT_VALUE_PRESENCE = "Declare the default in all subgraphs; until then there is none in the supergraph.";
    Warning INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE = "Clients cannot use the directive until all subgraphs define it.";
    Warning NO_EXECUTABLE_DIRECTIVE_INTERSECTION = "Clients cannot use the directive until all subgraphs allow it in some common place.";
    Warning INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE = "Make it repeatable in all subgraphs; until then clients use it once.";
    Warning INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS = "Allow it in the same places in all subgraphs; until then it is allowed in the common ones.";
    Warning INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = "Apply the directive with the same arguments in all subgraphs.";
    Warning INCONSISTENT_DESCRIPTION = "Write one description; that of the subgraph which defines most of the type is used.";
    Warning INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN = "Whichever subgraph is asked, the same objects have to come: return types that all of them know.";
    Warning FROM_SUBGRAPH_DOES_NOT_EXIST = "Check the name in `from`; no subgraph has it.";
    Warning DIRECTIVE_COMPOSITION_WARN = "Import the directive under the name that it is composed by.";
    Warning CONTRACT_TAG_UNUSED = "Correct the tag's name in the contract, or give something that tag.";

    // Worth knowing.
    Hint UNUSED_LINK = "Take it out of the declaration: what nobody uses should not be allowed.";
    Hint INCONSISTENT_ENTITY = "Give the type a key in every subgraph, or make sure that nobody needs to come to it there.";
    Hint INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE = "Declare one type if that is meant; the supergraph has the one that all fit.";
    Hint INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE = "Declare one type if that is meant; the supergraph has the one that all accept.";
    Hint INCONSISTENT_OBJECT_VALUE_TYPE_FIELD = "Resolve the field in every subgraph that returns the type; elsewhere it cannot be asked for.";
    Hint INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD = "Declare the field in every subgraph that has the interface; elsewhere it is found on its objects.";
    Hint INCONSISTENT_UNION_MEMBER = "Add the member in the other subgraphs if they return it too.";
    Hint INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM = "Add the value in the other subgraphs if they return it too.";
    Hint UNUSED_ENUM_TYPE = "Remove the enum, or use it; the supergraph has every value of it.";
    Hint OVERRIDDEN_FIELD_CAN_BE_REMOVED = "Remove the field from the subgraph that it was moved from; where it is still used there, mark it `@external`.";
    Hint OVERRIDE_DIRECTIVE_CAN_BE_REMOVED = "Remove `@override`: the other subgraph no longer resolves the field.";
    Hint OVERRIDE_MIGRATION_IN_PROGRESS = "When all requests go to the new subgraph, remove the field from the old one, and then `@override`.";
    Hint DIRECTIVE_COMPOSITION_INFO = "Remove `@composeDirective` from what is carried into the supergraph anyway; link one major version of a specification.";
    Hint MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = "Apply the directive with the same arguments if that is meant; the supergraph has what follows from all.";
    Hint IMPLICITLY_UPGRADED_FEDERATION_VERSION = "Link the federation version that has the directive.";
}
