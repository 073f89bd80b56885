//! The sandbox as its clients see it: over HTTP, through the real async-stripe client, across restarts.

mod it {
    mod checkout;
    mod connect;
    mod durability;
    mod faults;
    mod identity;
    mod mail;
    mod resets;
    mod stripe_client;
    mod stripe_rules;
    mod support;
    mod webhooks;
}
