//! `LedgerQueryService`: the books, for operators.

use picasso_domain::values::Money;
use picasso_projections::ledger::{Account, Entry, Posting};
use tonic::{Request, Response, Status};

use super::{Service, paging};
use crate::{
    convert::{money, position, timestamp},
    proto::queries::v1::{
        GetLedgerAccountRequest, GetLedgerAccountResponse, LedgerEntry, LedgerPosting,
        ListLedgerEntriesRequest, ListLedgerEntriesResponse,
        ledger_query_service_server::LedgerQueryService,
    },
    status::Refusal,
};

const MODELS: [&str; 1] = ["ledger"];

#[tonic::async_trait]
impl LedgerQueryService for Service {
    async fn list_ledger_entries(
        &self,
        request: Request<ListLedgerEntriesRequest>,
    ) -> Result<Response<ListLedgerEntriesResponse>, Status> {
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let account = match message.account.as_str() {
            "" => None,
            name => Some(parse(name)?),
        };
        let paging = paging(message.page_size, message.page_token)?;
        let ledger = &self.0.models.ledger;
        let page = ledger.entries(account.as_ref(), &paging).await;
        let page = page.map_err(Refusal::from)?;
        Ok(Response::new(ListLedgerEntriesResponse {
            entries: page.items.into_iter().map(entry).collect(),
            next_page_token: page.next.unwrap_or_default(),
        }))
    }

    async fn get_ledger_account(
        &self,
        request: Request<GetLedgerAccountRequest>,
    ) -> Result<Response<GetLedgerAccountResponse>, Status> {
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let account = parse(&request.get_ref().account)?;
        let balances = self.0.models.ledger.balances(&account).await;
        let balances = balances.map_err(Refusal::from)?.into_iter();
        let balances = balances.filter_map(|(currency, balance)| {
            money(Money {
                amount_minor: balance.amount_minor,
                currency,
            })
        });
        Ok(Response::new(GetLedgerAccountResponse {
            balances: balances.collect(),
        }))
    }
}

fn parse(name: &str) -> Result<Account, Refusal> {
    let known = "is not one of provider, disputed, buyers, fees, seller/<user id>";
    Account::parse(name).map_err(|_| Refusal::invalid("account", "UNKNOWN", known))
}

fn entry(entry: Entry) -> LedgerEntry {
    LedgerEntry {
        position: Some(position(entry.position)),
        what: entry.what,
        purchase_id: entry.purchase_id,
        at: timestamp(entry.at),
        postings: entry.postings.into_iter().map(posting).collect(),
    }
}

fn posting(posting: Posting) -> LedgerPosting {
    LedgerPosting {
        account: posting.account.to_string(),
        amount: money(posting.amount),
    }
}
