//! Who lives in the demo market and what they paint: names, words and prices, always the same.

/// A resident of the demo market.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub handle: String,
    pub email: String,
    pub bio: String,
    pub seed: u64,
}

/// One picture and what its artist says of it.
#[derive(Debug, Clone)]
pub struct Work {
    pub number: u32,
    pub title: String,
    pub description: String,
    pub alt_text: String,
    pub tags: Vec<String>,
    pub price_cents: i64,
    pub exclusive: bool,
    pub commercial: bool,
}

const FIRST: [&str; 20] = [
    "Mira", "Tomas", "Ines", "Joran", "Salma", "Otto", "Yuki", "Pavel", "Lena", "Amadou", "Greta",
    "Rafael", "Noor", "Anton", "Freya", "Bruno", "Hana", "Elias", "Zofia", "Kofi",
];
const LAST: [&str; 10] = [
    "Lindqvist",
    "Moreau",
    "Okafor",
    "Brandt",
    "Silva",
    "Tanaka",
    "Kowalska",
    "Haddad",
    "Novak",
    "Jensen",
];
const LIGHT: [&str; 8] = [
    "Morning", "Amber", "Blue", "Silent", "First", "Last", "Northern", "Slow",
];
const PLACE: [&str; 8] = [
    "Ridge", "Valley", "Harbour", "Moor", "Fjord", "Coast", "Hills", "Pass",
];
const MOOD: [&str; 6] = ["calm", "wide", "warm", "misty", "bold", "quiet"];

/// The first `count` residents.
pub fn artists(count: u32) -> Vec<Person> {
    (0..count as usize).map(artist).collect()
}

fn artist(index: usize) -> Person {
    let first = FIRST[index % FIRST.len()];
    let last = LAST[(index / FIRST.len() + index * 3) % LAST.len()];
    // After two hundred names they begin again, so the number keeps handles apart.
    let suffix = if index < FIRST.len() {
        String::new()
    } else {
        format!("{index}")
    };
    let handle = format!("{}{suffix}", first.to_lowercase());
    Person {
        name: format!("{first} {last}"),
        email: format!("{handle}@example.org"),
        bio: format!("Paints {} landscapes.", MOOD[index % MOOD.len()]),
        handle,
        seed: index as u64 + 1,
    }
}

/// The `number`th picture of one artist.
pub fn work(artist: usize, number: u32) -> Work {
    let n = number as usize;
    let light = LIGHT[(artist * 3 + n) % LIGHT.len()];
    let place = PLACE[(artist + n * 5) % PLACE.len()];
    let mood = MOOD[(artist + n) % MOOD.len()];
    let title = match n / PLACE.len() {
        0 => format!("{light} {place}"),
        round => format!("{light} {place}, no. {}", round + 1),
    };
    Work {
        number,
        description: format!(
            "A {mood} evening over the {}, layer behind layer.",
            place.to_lowercase()
        ),
        alt_text: format!("Layered hills under a low sun, {mood} colours"),
        tags: vec!["landscape".into(), place.to_lowercase(), mood.into()],
        price_cents: 500 + 250 * ((artist * 5 + n * 3) % 17) as i64,
        exclusive: (artist + n) % 6 == 5,
        commercial: n.is_multiple_of(3),
        title,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_residents_share_a_handle() {
        let handles: HashSet<_> = artists(200)
            .into_iter()
            .map(|person| person.handle)
            .collect();
        assert_eq!(handles.len(), 200);
    }
}
