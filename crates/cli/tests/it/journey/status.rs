//! What operators are told of the deployment's relays: on the full stack every log has one, otherwise there is none.

use std::time::{Duration, Instant};

use picasso_api::proto::{
    operations::v1::{GetStatusRequest, GetStatusResponse},
    types::v1::Position,
};

use crate::support::{market::Market, person::Person};

/// How long relays may take to have relayed everything.
const LIMIT: Duration = Duration::from_secs(30);
const STATUS: &str = "picasso.operations.v1.OperationsService/GetStatus";

#[tokio::test]
async fn operators_see_how_far_each_log_is_relayed() {
    let market = Market::start().await;
    let operator = Person::sign_up_as(&market, "opal", "operator").await;
    let began = Instant::now();
    loop {
        let GetStatusResponse { heads, relays, .. } = operator
            .client
            .get(STATUS, &GetStatusRequest::default())
            .await;
        if std::env::var("PICASSO_TEST_STACK").as_deref() != Ok("full") {
            assert_eq!(relays, []);
            assert!(!market.says(&["status"]).contains("relayed"));
            return;
        }
        assert_eq!(relays.len(), heads.len());
        let ends = relays.iter().map(|relay| (relay.log, relay.end));
        if ends.eq(heads.iter().map(|head| (head.log, head.offset))) {
            let status = market.says(&["status"]);
            for relay in relays {
                assert_eq!((relay.lag_events, relay.error.as_str()), (0, ""));
                let Position { log, offset } = heads[relay.log as usize];
                let line = format!("log {log} is relayed to {offset}, 0 behind\n");
                assert!(status.contains(&line), "{status}");
            }
            return;
        }
        assert!(began.elapsed() < LIMIT, "{relays:?} never reach {heads:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
