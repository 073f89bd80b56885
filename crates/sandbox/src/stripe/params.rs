//! Request parameters: form-encoded, nested by brackets, checked before anything happens. What the
//! sandbox does not know is refused rather than ignored, so nobody relies on what is not imitated.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::Refusal;

pub(super) type Metadata = BTreeMap<String, String>;

/// Stripe's greatest amount is eight digits: <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>.
const MAX_AMOUNT: i64 = 99_999_999;
const MAX_LINE_ITEMS: usize = 100;
const MAX_URL_BYTES: usize = 5_000;
const MAX_REFERENCE_CHARS: usize = 200;
const MAX_PRODUCT_NAME_CHARS: usize = 250;
/// <https://docs.stripe.com/metadata#data>
const MAX_METADATA: (usize, usize, usize) = (50, 40, 500);

/// `line_items[0][price_data][product_data][name]` and deeper, with room to spare.
const FORM: serde_qs::Config = serde_qs::Config::new().max_depth(8).use_form_encoding(true);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateSession {
    pub mode: Option<String>,
    #[serde(default)]
    pub line_items: Vec<LineItemParams>,
    pub client_reference_id: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub expires_at: Option<i64>,
    pub customer_email: Option<String>,
    #[serde(default)]
    pub payment_intent_data: PaymentIntentData,
    #[serde(default)]
    pub expand: Vec<String>,
    // Accepted because they change nothing here: one card form, in English.
    #[serde(rename = "payment_method_types", default)]
    _payment_method_types: Vec<String>,
    #[serde(rename = "locale")]
    _locale: Option<String>,
    #[serde(rename = "submit_type")]
    _submit_type: Option<String>,
    #[serde(rename = "ui_mode")]
    _ui_mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineItemParams {
    pub price_data: Option<PriceData>,
    pub quantity: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceData {
    pub currency: String,
    pub unit_amount: i64,
    pub product_data: ProductData,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductData {
    pub name: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "images", default)]
    _images: Vec<String>,
    #[serde(rename = "metadata", default)]
    _metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentIntentData {
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(rename = "description")]
    _description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateRefund {
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub amount: Option<i64>,
    pub reason: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(rename = "expand", default)]
    _expand: Vec<String>,
}

impl CreateRefund {
    /// Whatever is left of a payment.
    pub fn whole(payment_intent: &str) -> Self {
        Self {
            payment_intent: Some(payment_intent.to_owned()),
            charge: None,
            amount: None,
            reason: None,
            metadata: Metadata::new(),
            _expand: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListRefunds {
    pub payment_intent: String,
    limit: Option<u32>,
}

impl ListRefunds {
    pub fn limit(&self) -> u32 {
        page_limit(self.limit)
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expand {
    #[serde(default)]
    pub expand: Vec<String>,
}

/// The page of a list: 10 unless told otherwise, 100 at most (<https://docs.stripe.com/api/pagination>).
pub(super) fn page_limit(limit: Option<u32>) -> u32 {
    limit.unwrap_or(10).clamp(1, 100)
}

/// Decodes a form body or query string.
pub(super) fn parse<T: DeserializeOwned>(form: &[u8]) -> Result<T, Refusal> {
    FORM.deserialize_bytes(form).map_err(|error| {
        let problem = error.to_string();
        let code = if problem.contains("unknown field") {
            "parameter_unknown"
        } else {
            "parameter_invalid"
        };
        Refusal::invalid(format!(
            "Received a parameter the sandbox cannot use: {problem}"
        ))
        .code(code)
    })
}

impl CreateSession {
    pub fn check(&self) -> Result<(), Refusal> {
        if self.mode.as_deref() != Some("payment") {
            return Err(
                Refusal::invalid("The sandbox supports `mode` payment only.").param("mode"),
            );
        }
        let Some(success_url) = &self.success_url else {
            return Err(missing("success_url"));
        };
        check_url("success_url", success_url)?;
        if let Some(url) = &self.cancel_url {
            check_url("cancel_url", url)?;
        }
        check_length(
            "client_reference_id",
            self.client_reference_id.as_deref(),
            MAX_REFERENCE_CHARS,
        )?;
        if self
            .customer_email
            .as_ref()
            .is_some_and(|e| e.len() > 254 || !e.contains('@'))
        {
            return Err(Refusal::invalid("Invalid email address.")
                .code("email_invalid")
                .param("customer_email"));
        }
        check_metadata("metadata", &self.metadata)?;
        check_metadata(
            "payment_intent_data[metadata]",
            &self.payment_intent_data.metadata,
        )?;
        self.total().map(|_| ())
    }

    /// The sum of all line items and their one currency.
    pub fn total(&self) -> Result<(i64, String), Refusal> {
        if self.line_items.is_empty() || self.line_items.len() > MAX_LINE_ITEMS {
            return Err(missing("line_items"));
        }
        let mut total = 0_i64;
        let mut currency = None;
        for (index, item) in self.line_items.iter().enumerate() {
            let price = item.price(index)?;
            if *currency.get_or_insert(&price.currency) != &price.currency {
                return Err(
                    Refusal::invalid("All line items must have the same currency.")
                        .param("line_items"),
                );
            }
            total = total.saturating_add(item.amount(index)?);
        }
        match currency {
            Some(currency) if (1..=MAX_AMOUNT).contains(&total) => Ok((total, currency.clone())),
            _ => Err(Refusal::invalid("The total must be 1 to 99999999.")
                .code("amount_too_large")
                .param("line_items")),
        }
    }
}

impl LineItemParams {
    pub fn price(&self, index: usize) -> Result<&PriceData, Refusal> {
        let price = self
            .price_data
            .as_ref()
            .ok_or_else(|| missing(&format!("line_items[{index}][price_data]")))?;
        check_currency(index, &price.currency)?;
        let name = format!("line_items[{index}][price_data][product_data][name]");
        if price.product_data.name.trim().is_empty() {
            return Err(missing(&name));
        }
        check_length(
            &name,
            Some(&price.product_data.name),
            MAX_PRODUCT_NAME_CHARS,
        )?;
        Ok(price)
    }

    /// Unit amount times quantity.
    pub fn amount(&self, index: usize) -> Result<i64, Refusal> {
        let quantity = self.quantity.ok_or_else(|| {
            Refusal::invalid(format!(
                "Quantity is required. Add `quantity` to `line_items[{index}]`"
            ))
            .param(format!("line_items[{index}][quantity]"))
        })?;
        let unit = self.price(index)?.unit_amount;
        if unit < 0 || quantity < 1 {
            return Err(
                Refusal::invalid("This value must be greater than or equal to 0.")
                    .code("parameter_invalid_integer")
                    .param(format!("line_items[{index}][price_data][unit_amount]")),
            );
        }
        Ok(unit.saturating_mul(quantity))
    }
}

impl CreateRefund {
    pub fn check(&self) -> Result<(), Refusal> {
        if self.amount.is_some_and(|amount| amount < 1) {
            return Err(Refusal::invalid("Invalid positive integer")
                .code("parameter_invalid_integer")
                .param("amount"));
        }
        if let Some(reason) = &self.reason
            && !["duplicate", "fraudulent", "requested_by_customer"].contains(&reason.as_str())
        {
            return Err(Refusal::invalid(
                "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer",
            )
            .param("reason"));
        }
        check_metadata("metadata", &self.metadata)
    }
}

pub(super) fn missing(param: &str) -> Refusal {
    Refusal::invalid(format!("Missing required param: {param}."))
        .code("parameter_missing")
        .param(param)
}

fn check_currency(index: usize, currency: &str) -> Result<(), Refusal> {
    let param = format!("line_items[{index}][price_data][currency]");
    check_currency_code(&param, currency)
}

pub(super) fn check_currency_code(param: &str, currency: &str) -> Result<(), Refusal> {
    if currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid currency: {currency}. Send three lowercase letters."
    ))
    .param(param))
}

pub(super) fn check_url(param: &str, value: &str) -> Result<(), Refusal> {
    let is_http = Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_http && value.len() <= MAX_URL_BYTES && HeaderValue::from_str(value).is_ok() {
        return Ok(());
    }
    Err(Refusal::invalid("Not a valid URL")
        .code("url_invalid")
        .param(param))
}

fn check_length(param: &str, value: Option<&str>, max_chars: usize) -> Result<(), Refusal> {
    if value.is_none_or(|v| v.chars().count() <= max_chars) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid string: must be at most {max_chars} characters"
    ))
    .param(param))
}

pub(super) fn check_metadata(param: &str, metadata: &Metadata) -> Result<(), Refusal> {
    let (entries, key_chars, value_chars) = MAX_METADATA;
    let fits = metadata.len() <= entries
        && metadata
            .iter()
            .all(|(k, v)| k.chars().count() <= key_chars && v.chars().count() <= value_chars);
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid("Metadata can have up to 50 keys, with key names up to 40 characters long and values up to 500 characters long.").param(param))
}
