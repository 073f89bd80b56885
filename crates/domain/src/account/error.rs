//! The rules of an account that a command can break.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("this person is registered already, under another handle")]
    AlreadyRegistered,
    #[error("this person is not registered")]
    NotRegistered,
}
