//! The rules of a picture that a command can break.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("there is no such picture")]
    Unknown,
    #[error("this picture has been uploaded already")]
    AlreadyUploaded,
    #[error("this picture belongs to somebody else")]
    NotOwner,
    #[error("this picture is not published")]
    NotPublished,
    #[error("this picture has been withdrawn")]
    Withdrawn,
    #[error("this picture has been sold")]
    Sold,
    #[error("this picture is reserved for a buyer who is paying")]
    Reserved,
    #[error("this picture is not reserved for this purchase")]
    NotReserved,
    #[error("this picture is the buyer's own")]
    OwnPicture,
    #[error("a picture keeps its currency")]
    CurrencyChange,
}
