//! Every reason a refusal can have: its stable name, its gRPC code, what it means and what helps.
//!
//! Names never change once released; docs/errors.md is made from this table.

use tonic::Code;

macro_rules! reasons {
    ($($variant:ident $name:literal $code:ident: $meaning:literal, $remedy:literal;)*) => {
        /// Why a request was refused: `google.rpc.ErrorInfo.reason` in the domain `picasso`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $meaning] $variant,)*
        }

        impl Reason {
            /// All reasons, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, for programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            #[must_use]
            pub const fn code(self) -> Code {
                match self { $(Self::$variant => Code::$code,)* }
            }

            /// What is wrong, as a sentence without its full stop.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// What the caller can do about it.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

reasons! {
    // the request itself
    InvalidValue "INVALID_VALUE" InvalidArgument:
        "a value of the request breaks a rule", "Correct the fields named in `google.rpc.BadRequest`; the metadata has `field` and `rule`.";
    InvalidRequestId "INVALID_REQUEST_ID" InvalidArgument:
        "the request id is missing or not a UUID", "Send a fresh UUID as `request_id`, and the same one when repeating the command.";
    RequestReused "REQUEST_ID_REUSED" InvalidArgument:
        "this request id was used before, for something else", "Send a fresh UUID for each new command.";
    InvalidEtag "INVALID_ETAG" InvalidArgument:
        "the etag is not one of ours", "Send an `etag` as it was received.";
    EtagMismatch "ETAG_MISMATCH" Aborted:
        "it has changed since it was read", "Read it again, look at the change and repeat with a fresh request id; the metadata has `current_etag`.";
    InvalidPageToken "INVALID_PAGE_TOKEN" InvalidArgument:
        "the page token is of another listing, or altered", "Start again without a page token.";
    UnknownPosition "UNKNOWN_POSITION" InvalidArgument:
        "a position is of a log that does not exist or beyond its end", "Send positions as they were received from this deployment.";
    MalformedMessage "MALFORMED_MESSAGE" InvalidArgument:
        "the message is not what the method takes", "Use the message types of proto/, or what reflection shows.";
    MessageTooLarge "MESSAGE_TOO_LARGE" OutOfRange:
        "the message is larger than is taken", "Send less; files go to the upload address, not into messages.";
    CommandTooLarge "COMMAND_TOO_LARGE" InvalidArgument:
        "the command would record more than one commit may carry", "Send shorter texts.";
    UnknownMethod "UNKNOWN_METHOD" Unimplemented:
        "there is no such method, or this process does not serve it", "List the methods by reflection; a process serves those of its roles.";

    // who is asking
    TokenMissing "TOKEN_MISSING" Unauthenticated:
        "this needs an ID token", "Sign in and send `authorization: Bearer <ID token>`.";
    TokenMalformed "TOKEN_MALFORMED" Unauthenticated:
        "the ID token is malformed", "Send `authorization: Bearer <ID token>` with the token as the identity provider gave it.";
    TokenForged "TOKEN_FORGED" Unauthenticated:
        "the ID token is not signed by the identity provider", "Sign in again.";
    TokenExpired "TOKEN_EXPIRED" Unauthenticated:
        "the ID token has expired", "Refresh the token and repeat.";
    TokenWrongAudience "TOKEN_WRONG_AUDIENCE" Unauthenticated:
        "the ID token was made for another service", "Sign in to this service.";
    RoleMissing "ROLE_MISSING" PermissionDenied:
        "this needs a role the caller does not have", "Ask an administrator for the operator or analyst role.";

    // accounts
    NotRegistered "NOT_REGISTERED" FailedPrecondition:
        "the caller has no account yet", "Call RegisterAccount first.";
    AlreadyRegistered "ALREADY_REGISTERED" AlreadyExists:
        "the caller is registered already, under another handle", "Use that account; handles do not change.";
    HandleTaken "HANDLE_TAKEN" AlreadyExists:
        "this handle belongs to somebody else", "Choose another handle.";
    AccountNotFound "ACCOUNT_NOT_FOUND" NotFound:
        "there is no such account", "Check the user id or handle.";

    // uploads
    UploadSize "UPLOAD_SIZE" InvalidArgument:
        "the announced size is zero or larger than is taken", "Announce the exact size of a file within the limit in the metadata.";
    LinkMalformed "LINK_MALFORMED" InvalidArgument:
        "the link or token is not one of ours", "Use it exactly as it was received.";
    LinkForged "LINK_FORGED" PermissionDenied:
        "the link or token was altered", "Use it exactly as it was received.";
    LinkExpired "LINK_EXPIRED" FailedPrecondition:
        "the link or token has expired", "Ask for a new one.";
    UploadNotYours "UPLOAD_NOT_YOURS" PermissionDenied:
        "this upload was started by somebody else", "Finish it with the ID token it was started with.";
    UploadNotReceived "UPLOAD_NOT_RECEIVED" FailedPrecondition:
        "no file has been received for this upload", "PUT the file to the upload address first.";
    UploadTooLarge "UPLOAD_TOO_LARGE" OutOfRange:
        "the file is larger than announced", "Announce the exact size with StartUpload.";
    UploadCutShort "UPLOAD_CUT_SHORT" InvalidArgument:
        "the file was cut short", "PUT the whole file again.";
    UploadWrongDigest "UPLOAD_WRONG_DIGEST" InvalidArgument:
        "the file does not have the announced SHA-256", "PUT the announced file, or start an upload for this one.";
    UploadsBusy "UPLOADS_BUSY" ResourceExhausted:
        "too many uploads are being finished", "Repeat after the delay in `google.rpc.RetryInfo`, with the same request id.";
    UnsupportedFormat "UNSUPPORTED_FORMAT" InvalidArgument:
        "the file is not a still JPEG, PNG or WebP picture",
        "Convert it; the content counts, not the file name. Animations are not taken.";
    DamagedPicture "DAMAGED_PICTURE" InvalidArgument:
        "the picture is damaged", "Save it anew and upload that.";
    PictureSideTooLong "PICTURE_SIDE_TOO_LONG" InvalidArgument:
        "a side of the picture has too many pixels", "Scale it down to the limit in the metadata.";
    PictureTooManyPixels "PICTURE_TOO_MANY_PIXELS" InvalidArgument:
        "the picture has too many pixels", "Scale it down to the limit in the metadata.";
    AbsurdCompression "ABSURD_COMPRESSION" InvalidArgument:
        "the picture unpacks to more than is reasonable for its size", "Save it anew and upload that.";
    PictureTooSlow "PICTURE_TOO_SLOW" InvalidArgument:
        "the picture took too long to develop", "Save it anew, without interlacing, and upload that.";

    // pictures
    PictureNotFound "PICTURE_NOT_FOUND" NotFound:
        "there is no such picture", "Check the picture id; read models follow commands after a moment, see `min_position`.";
    AlreadyUploaded "ALREADY_UPLOADED" AlreadyExists:
        "this picture has been uploaded already", "Start a new upload for another file.";
    NotOwner "NOT_OWNER" PermissionDenied:
        "this picture belongs to somebody else", "Only its owner may do this.";
    PictureNotPublished "PICTURE_NOT_PUBLISHED" FailedPrecondition:
        "this picture is not published", "Wait until its artist publishes it.";
    PictureWithdrawn "PICTURE_WITHDRAWN" FailedPrecondition:
        "this picture has been withdrawn", "Choose another.";
    PictureSold "PICTURE_SOLD" FailedPrecondition:
        "this picture has been sold", "Choose another.";
    PictureReserved "PICTURE_RESERVED" FailedPrecondition:
        "this picture is reserved for a buyer who is paying", "Try again later: the reservation ends when the buyer pays or leaves.";
    NotReserved "NOT_RESERVED" FailedPrecondition:
        "this picture is not reserved for this purchase", "Start the checkout again.";
    OwnPicture "OWN_PICTURE" FailedPrecondition:
        "this picture is the caller's own", "Its owner can download it without buying.";
    CurrencyChange "CURRENCY_CHANGE" FailedPrecondition:
        "a picture keeps its currency", "Send a price in the picture's currency.";
    PictureNotListed "PICTURE_NOT_LISTED" FailedPrecondition:
        "only a picture that is for sale can be liked", "Choose another.";

    // purchases
    PurchaseNotFound "PURCHASE_NOT_FOUND" NotFound:
        "there is no such purchase", "Check the purchase id.";
    PurchaseAlreadyStarted "PURCHASE_ALREADY_STARTED" AlreadyExists:
        "this purchase has been started already, on other terms", "Start the checkout again.";
    AlreadyPaid "ALREADY_PAID" FailedPrecondition:
        "this purchase has been paid", "Ask the seller for a refund instead.";
    PurchaseClosed "PURCHASE_CLOSED" FailedPrecondition:
        "this purchase is closed", "Start the checkout again with a fresh request id.";
    PurchaseNotGranted "PURCHASE_NOT_GRANTED" FailedPrecondition:
        "this purchase was never granted", "Only a paid purchase can be refunded.";
    NoRefundDue "NO_REFUND_DUE" FailedPrecondition:
        "no refund of this payment is due", "Nothing needs to be done.";
    PaymentNotFound "PAYMENT_NOT_FOUND" NotFound:
        "this purchase has no such payment", "Check the payment id.";
    DisputeNotFound "DISPUTE_NOT_FOUND" NotFound:
        "this purchase has no such dispute", "Check the dispute id.";
    PurchaseDisputed "PURCHASE_DISPUTED" FailedPrecondition:
        "the buyer's bank disputes this payment", "Wait for the dispute to end: the bank has the money until then.";
    HoldNotOver "HOLD_NOT_OVER" FailedPrecondition:
        "the holding time of the seller's share is not over", "Wait for it to end.";
    NoTransferDue "NO_TRANSFER_DUE" FailedPrecondition:
        "no such transfer is due", "Nothing needs to be done.";
    NoReversalDue "NO_REVERSAL_DUE" FailedPrecondition:
        "no reversal of a transfer is due", "Nothing needs to be done.";
    PayoutAccountNotOpen "PAYOUT_ACCOUNT_NOT_OPEN" FailedPrecondition:
        "the account to be paid into is not open yet", "Call StartPayoutOnboarding.";
    PriceRisen "PRICE_RISEN" FailedPrecondition:
        "the price has risen since it was shown", "Show the buyer the price in the metadata and send it as `shown_price` with a fresh request id.";
    AlreadyOwned "ALREADY_OWNED" AlreadyExists:
        "the caller has bought this picture already", "Download it from the library.";
    NotParty "NOT_PARTY" PermissionDenied:
        "this purchase is somebody else's", "Only its buyer, its seller or an operator may do this.";
    TooManyAttempts "TOO_MANY_ATTEMPTS" ResourceExhausted:
        "the caller has tried to buy this picture too often", "Ask the operators.";
    PaymentProviderSilent "PAYMENT_PROVIDER_SILENT" Unavailable:
        "the payment provider did not answer", "Repeat with the same request id: nothing is charged twice.";
    PaymentProviderBusy "PAYMENT_PROVIDER_BUSY" Unavailable:
        "the payment provider is busy", "Repeat after the delay in `google.rpc.RetryInfo`, with the same request id.";
    PaymentRefused "PAYMENT_REFUSED" FailedPrecondition:
        "the payment provider refused", "The metadata has the provider's code.";

    // downloads
    NoRightToDownload "NO_RIGHT_TO_DOWNLOAD" PermissionDenied:
        "the caller has not paid for this picture and does not own it", "Buy it first.";
    FileNotFound "FILE_NOT_FOUND" NotFound:
        "there is no such file", "Use addresses as they were received.";

    // webhooks
    WebhookTooLarge "WEBHOOK_TOO_LARGE" OutOfRange:
        "the webhook is larger than is taken", "Nothing of it was kept.";
    WebhookUnsigned "WEBHOOK_UNSIGNED" Unauthenticated:
        "the webhook has no signature", "Send it with its `Stripe-Signature` header.";

    // the event log and operations
    WrongEpoch "WRONG_EPOCH" FailedPrecondition:
        "the positions belong to another history of the log", "Start again from the beginning under the epoch in the metadata.";
    UnknownProjection "UNKNOWN_PROJECTION" NotFound:
        "there is no such projection", "GetStatus lists them.";
    RebuildRunning "REBUILD_RUNNING" Aborted:
        "a rebuild of this projection is running", "Wait for it to end.";
    NothingToRollBackTo "NOTHING_TO_ROLL_BACK_TO" FailedPrecondition:
        "there is no former generation", "Rebuild the projection instead.";
    UnknownAggregateType "UNKNOWN_AGGREGATE_TYPE" InvalidArgument:
        "there is no such aggregate type", "Use one of account, handle, payout_account, picture, purchase, reaction.";
    AggregateNotFound "AGGREGATE_NOT_FOUND" NotFound:
        "this aggregate has no events", "Check its id.";

    // the service itself
    ReadModelBehind "READ_MODEL_BEHIND" DeadlineExceeded:
        "the read model has not seen the position in time", "Repeat, or leave `min_position` out and take what there is.";
    DeadlineExceeded "DEADLINE_EXCEEDED" DeadlineExceeded:
        "there was no answer within the deadline", "Repeat with the same request id: a command is carried out at most once.";
    Contended "CONTENDED" Aborted:
        "too many others are changing the same thing", "Repeat after the delay in `google.rpc.RetryInfo`, with the same request id.";
    Overloaded "OVERLOADED" ResourceExhausted:
        "the server is answering as many calls as it takes", "Repeat after the delay in `google.rpc.RetryInfo`.";
    ShuttingDown "SHUTTING_DOWN" Unavailable:
        "the server is stopping", "Connect again and go on from the last positions.";
    ServiceUnavailable "SERVICE_UNAVAILABLE" Unavailable:
        "something this needs is not available", "Repeat after the delay in `google.rpc.RetryInfo`, with the same request id.";
    Internal "INTERNAL" Internal:
        "something went wrong on our side", "Tell the operators the correlation id in the metadata.";
}
