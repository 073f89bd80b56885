//! Between wire messages and values of the domain; a wrong field becomes a refusal that names it.

use http::HeaderMap;
use jiff::Timestamp;
use picasso_commands::{Context, Receipt, ports::Identity};
use picasso_domain::{
    picture::{Details, Edition, Licence},
    values::{AltText, Description, InvalidValue, Money, Price, Tags, Title},
};
use picasso_eventlog::{LogId, Offset, Position};
use tonic::{Extensions, Request};
use uuid::Uuid;

use crate::{
    proto::{commands::v1::PictureDetails, types::v1 as types},
    status::{Reason, Refusal},
};

/// Who calls; the gate has verified them.
///
/// # Errors
/// `TOKEN_MISSING` for an anonymous call.
pub(crate) fn caller(extensions: &Extensions) -> Result<&Identity, Refusal> {
    extensions
        .get::<Identity>()
        .ok_or_else(|| Refusal::new(Reason::TokenMissing))
}

/// A command's context: its caller, its request id, the version it expects and the trace it belongs to.
pub(crate) fn context<T>(
    request: &Request<T>,
    request_id: &str,
    etag: Option<&str>,
) -> Result<Context, Refusal> {
    let actor = caller(request.extensions())?.user_id.clone();
    let request_id = parse_request_id(request_id)?;
    let expected_version = etag.map(parse_etag).transpose()?;
    let trace_context = trace_context(request.metadata().as_ref());
    Ok(Context {
        trace_context,
        expected_version,
        ..Context::new(actor, request_id)
    })
}

fn parse_request_id(text: &str) -> Result<Uuid, Refusal> {
    let refuse = || Refusal::new(Reason::InvalidRequestId).at("request_id", "is not a UUID");
    let id = Uuid::parse_str(text).map_err(|_| refuse())?;
    if id.is_nil() { Err(refuse()) } else { Ok(id) }
}

fn parse_etag(text: &str) -> Result<u64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new(Reason::InvalidEtag).at("etag", "is not one of ours"))
}

/// The `traceparent` of a request, if it has the shape of one (W3C Trace Context, version 00).
fn trace_context(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let shaped = text.len() == 55 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    shaped.then(|| text.to_owned())
}

pub(crate) fn receipt(receipt: Receipt) -> Option<types::Receipt> {
    Some(types::Receipt {
        position: Some(position(receipt.position)),
        etag: receipt.version.to_string(),
    })
}

pub(crate) fn position(position: Position) -> types::Position {
    types::Position {
        log: u32::from(position.log.0),
        offset: position.offset.0,
    }
}

/// # Errors
/// `UNKNOWN_POSITION` when no deployment has such a log.
pub(crate) fn parse_position(position: &types::Position) -> Result<Position, Refusal> {
    let log = u16::try_from(position.log).map_err(|_| Refusal::new(Reason::UnknownPosition))?;
    Ok(Position::new(LogId(log), Offset(position.offset)))
}

pub(crate) fn timestamp(at: Timestamp) -> Option<prost_types::Timestamp> {
    let nanos = at.subsec_nanosecond();
    // Wire timestamps count nanoseconds forwards, also before 1970.
    let (seconds, nanos) = if nanos < 0 {
        (at.as_second() - 1, nanos + 1_000_000_000)
    } else {
        (at.as_second(), nanos)
    };
    Some(prost_types::Timestamp { seconds, nanos })
}

pub(crate) fn money(money: Money) -> Option<types::Money> {
    Some(types::Money {
        amount_minor: money.amount_minor,
        currency: money.currency.code().to_owned(),
    })
}

/// # Errors
/// `INVALID_VALUE` naming `field`.
pub(crate) fn parse_price(
    field: &'static str,
    price: Option<&types::Money>,
) -> Result<Price, Refusal> {
    let price = price.ok_or_else(|| Refusal::invalid(field, "EMPTY", "is missing"))?;
    Ok(Price::parse(price.amount_minor, &price.currency)
        .map_err(|invalid| under(field, invalid))?)
}

/// The refused value, under the name of the field it stood in.
fn under(field: &'static str, invalid: InvalidValue) -> InvalidValue {
    let field = if invalid.field == "price" {
        field
    } else {
        invalid.field
    };
    InvalidValue { field, ..invalid }
}

/// # Errors
/// `INVALID_VALUE` naming the first wrong detail.
pub(crate) fn parse_details(details: Option<PictureDetails>) -> Result<Details, Refusal> {
    let missing = || Refusal::invalid("details", "EMPTY", "is missing");
    let details = details.ok_or_else(missing)?;
    Ok(Details {
        title: Title::parse(&details.title)?,
        description: Description::parse(&details.description)?,
        alt_text: AltText::parse(&details.alt_text)?,
        tags: Tags::parse(&details.tags)?,
    })
}

/// # Errors
/// `INVALID_VALUE` when it is neither of the known.
pub(crate) fn parse_edition(edition: i32) -> Result<Edition, Refusal> {
    match types::Edition::try_from(edition) {
        Ok(types::Edition::Open) => Ok(Edition::Open),
        Ok(types::Edition::Exclusive) => Ok(Edition::Exclusive),
        Ok(types::Edition::Unspecified) | Err(_) => Err(Refusal::invalid(
            "edition",
            "UNKNOWN",
            "is not one of open, exclusive",
        )),
    }
}

/// # Errors
/// `INVALID_VALUE` when it is neither of the known.
pub(crate) fn parse_licence(licence: i32) -> Result<Licence, Refusal> {
    match types::Licence::try_from(licence) {
        Ok(types::Licence::Personal) => Ok(Licence::Personal),
        Ok(types::Licence::Commercial) => Ok(Licence::Commercial),
        Ok(types::Licence::Unspecified) | Err(_) => Err(Refusal::invalid(
            "licence",
            "UNKNOWN",
            "is not one of personal, commercial",
        )),
    }
}
pub(crate) fn edition(edition: Edition) -> types::Edition {
    match edition {
        Edition::Open => types::Edition::Open,
        Edition::Exclusive => types::Edition::Exclusive,
    }
}

pub(crate) fn licence(licence: Licence) -> types::Licence {
    match licence {
        Licence::Personal => types::Licence::Personal,
        Licence::Commercial => types::Licence::Commercial,
    }
}
