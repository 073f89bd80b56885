//! What holds for every aggregate whatever it is asked: nothing panics, a command that was accepted is quiet
//! the second time, and the events alone, stored and read again, make the same state.

use std::fmt::Debug;

use crate::{Aggregate, EventData, spec};

/// How many commands of a random history are tried.
pub const LONGEST: usize = 40;
/// How many random histories are tried; small enough for a debug build.
pub const CASES: u32 = 300;

/// Asks an aggregate one command after the other and checks the laws, and `invariant` of the state and the
/// whole history, after each accepted one.
pub fn hold<A>(commands: Vec<A::Command>, invariant: impl Fn(&A, &[A::Event]))
where
    A: Aggregate + PartialEq + Debug,
    A::Command: Clone + Debug,
{
    let (mut state, mut history) = (A::default(), Vec::new());
    for command in commands {
        let Ok(events) = state.decide(command.clone()) else {
            continue;
        };
        for event in events {
            state.evolve(&event);
            history.push(event);
        }
        let again = state.decide(command.clone());
        assert_eq!(again, Ok(vec![]), "{command:?} was not quiet when repeated");
        invariant(&state, &history);
    }
    assert_eq!(spec::fold::<A>(history.iter().map(stored)), state);
    assert_eq!(
        through_json(&state),
        state,
        "a snapshot reads back as it was"
    );
}

/// The event as a reader of the log meets it.
fn stored<E: EventData>(event: &E) -> E {
    through_json(event)
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("it encodes");
    serde_json::from_str(&text).expect("it decodes")
}
