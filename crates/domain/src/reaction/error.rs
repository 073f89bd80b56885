//! The rules of a reaction that a command can break.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReactionError {
    #[error("only a picture that is for sale can be liked")]
    PictureNotListed,
}
