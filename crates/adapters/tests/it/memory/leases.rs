//! Leases in memory, by tokio's clock, which a test may stop. They can be cut off and made to run out.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use picasso_eventlog::{
    LogError,
    lease::{Grant, Leases},
};
use tokio::time::Instant;

struct Entry {
    holder: Option<String>,
    token: u64,
    until: Instant,
}

#[derive(Default)]
pub struct MemoryLeases {
    entries: Mutex<HashMap<String, Entry>>,
    away: AtomicBool,
    silent: AtomicBool,
    asked: AtomicUsize,
}

impl MemoryLeases {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// All leases end, as they do by themselves when their holders have died.
    pub fn run_out(&self) {
        let mut entries = self.entries.lock().expect("nobody panics in here");
        for entry in entries.values_mut() {
            entry.until = Instant::now();
        }
    }

    /// Every call is refused, or answered again.
    pub fn cut_off(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// No call is answered from now on.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// How often a lease was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn reach(&self) -> Result<(), LogError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        match self.away.load(Ordering::SeqCst) {
            true => Err(LogError::unavailable("cut off")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Leases for MemoryLeases {
    async fn take(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Grant>, LogError> {
        self.reach().await?;
        let mut entries = self.entries.lock().expect("nobody panics in here");
        let now = Instant::now();
        let entry = entries.entry(name.to_owned()).or_insert(Entry {
            holder: None,
            token: 0,
            until: now,
        });
        let ours = entry.holder.as_deref() == Some(holder);
        if !ours && entry.holder.is_some() && entry.until > now {
            return Ok(None);
        }
        if !ours {
            entry.token += 1;
        }
        entry.holder = Some(holder.to_owned());
        entry.until = now + term;
        Ok(Some(Grant { token: entry.token }))
    }

    async fn give_back(&self, name: &str, holder: &str) -> Result<(), LogError> {
        self.reach().await?;
        let mut entries = self.entries.lock().expect("nobody panics in here");
        if let Some(entry) = entries.get_mut(name)
            && entry.holder.as_deref() == Some(holder)
        {
            entry.holder = None;
        }
        Ok(())
    }
}
