//! Given / when / then for deciders, so that a rule reads as one line.
//!
//! ```
//! # use picasso_domain::{spec::given, reaction::*, values::*, Reaction};
//! # let like = || ReactionCommand::Like { picture_id: PictureId::nil(), user_id: UserId::parse("ann").unwrap(), picture_is_listed: true };
//! given::<Reaction>([]).when(like()).then(&["PictureLiked"]);
//! ```

use std::fmt::Debug;

use crate::{Aggregate, EventData};

/// Folds a history into an aggregate.
#[must_use]
pub fn fold<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> A {
    history.into_iter().fold(A::default(), |mut state, event| {
        state.evolve(&event);
        state
    })
}

/// Starts a specification from what has happened so far.
pub fn given<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> Given<A> {
    Given {
        state: fold(history),
    }
}

pub struct Given<A> {
    state: A,
}

impl<A: Aggregate> Given<A> {
    #[must_use]
    pub fn when(self, command: A::Command) -> When<A> {
        When {
            outcome: self.state.decide(command),
        }
    }
}

pub struct When<A: Aggregate> {
    outcome: Result<Vec<A::Event>, A::Error>,
}

impl<A: Aggregate> When<A>
where
    A::Error: Debug,
{
    /// The command yields events of exactly these names, in this order.
    #[track_caller]
    pub fn then(self, names: &[&str]) -> Vec<A::Event> {
        let events = self.events();
        let found: Vec<_> = events.iter().map(EventData::name).collect();
        assert_eq!(found, names);
        events
    }

    /// The command yields exactly these events.
    #[track_caller]
    pub fn then_events(self, expected: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.events(), expected.into_iter().collect::<Vec<_>>());
    }

    /// The command changes nothing and is no error.
    #[track_caller]
    pub fn then_quiet(self) {
        assert_eq!(self.events(), Vec::new());
    }

    #[track_caller]
    pub fn then_refused(self, error: A::Error) {
        match self.outcome {
            Ok(events) => panic!("expected {error:?}, but these happened: {events:?}"),
            Err(found) => assert_eq!(found, error),
        }
    }

    #[track_caller]
    fn events(self) -> Vec<A::Event> {
        match self.outcome {
            Ok(events) => events,
            Err(error) => panic!("expected events, but it was refused: {error:?}"),
        }
    }
}
