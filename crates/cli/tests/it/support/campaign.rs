//! Long tests run small by default and in full by `make campaign`; a seed replays a run.

/// How many rounds: `small` normally, `full` when `PICASSO_CAMPAIGN=full`; `PICASSO_CASES` asks for another number.
pub fn rounds(small: u32, full: u32) -> u32 {
    let asked = std::env::var("PICASSO_CASES").ok();
    asked.map_or_else(
        || size(small, full),
        |asked| asked.parse().expect("PICASSO_CASES is a number"),
    )
}

/// `small` normally, `full` when `PICASSO_CAMPAIGN=full`.
pub fn size(small: u32, full: u32) -> u32 {
    match std::env::var("PICASSO_CAMPAIGN").as_deref() {
        Ok("full") => full,
        _ => small,
    }
}

/// `PICASSO_SEED`, or a new one.
pub fn seed() -> u64 {
    let given = std::env::var("PICASSO_SEED").ok();
    given.map_or_else(rand::random, |seed| {
        seed.parse().expect("PICASSO_SEED is a number")
    })
}
