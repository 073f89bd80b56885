//! What the collections are called.
//!
//! `schema` and `generations` hold a few records each; `<projection>.<number>` holds the documents of a
//! generation, `….index.<name>` its indexes, `….parked` its parked documents, `….checkpoints` how far it is: dropping them drops it.

use picasso_projections::ports::GenerationId;

pub const SCHEMA: &str = "schema";
pub const GENERATIONS: &str = "generations";

pub fn documents(generation: &GenerationId) -> String {
    generation.to_string()
}

pub fn index(generation: &GenerationId, index: &str) -> String {
    format!("{generation}.index.{index}")
}

pub fn checkpoints(generation: &GenerationId) -> String {
    format!("{generation}.checkpoints")
}

pub fn parked(generation: &GenerationId) -> String {
    format!("{generation}.parked")
}

/// The generation of `projection` that a collection belongs to.
pub fn number_of(collection: &str, projection: &str) -> Option<u32> {
    let rest = collection.strip_prefix(projection)?.strip_prefix('.')?;
    let number = rest.split('.').next()?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_of_a_generation_names_its_number() {
        let generation = GenerationId {
            projection: "sales".to_owned(),
            number: 12,
        };
        let names = [
            documents(&generation),
            index(&generation, "newest"),
            parked(&generation),
            checkpoints(&generation),
        ];
        for name in names {
            assert_eq!(number_of(&name, "sales"), Some(12), "{name}");
            assert_eq!(number_of(&name, "sale"), None, "{name}");
        }
        for name in [SCHEMA, GENERATIONS, "sales", "sales.x", "sales12.1"] {
            assert_eq!(number_of(name, "sales"), None, "{name}");
        }
    }
}
