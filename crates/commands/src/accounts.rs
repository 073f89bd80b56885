//! Registering people and changing what they say of themselves.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use picasso_domain::{
    Account, HandleClaim,
    account::{AccountCommand, AccountError, Notifications, Profile, Topic},
    handle::HandleCommand,
    values::{Handle, UserId},
};

use crate::{
    CommandError, Context, Executor, Receipt,
    executor::{Ask, decide_at},
    ports::{Clock, ContactBook},
};

/// What a person registers with.
#[derive(Debug, Clone)]
pub struct RegisterAccount {
    pub handle: Handle,
    pub profile: Profile,
    /// As the identity provider verified it; kept in the contact book, never in the log.
    pub email: Option<String>,
}

/// Commands about accounts.
#[derive(Clone)]
pub struct Accounts {
    executor: Executor,
    contacts: Arc<dyn ContactBook>,
    clock: Arc<dyn Clock>,
}

impl Accounts {
    #[must_use]
    pub fn new(executor: Executor, contacts: Arc<dyn ContactBook>, clock: Arc<dyn Clock>) -> Self {
        Self {
            executor,
            contacts,
            clock,
        }
    }

    /// Registers the caller under a handle nobody else has.
    ///
    /// The handle is claimed first, in its own log; should we stop in between, the claim is the caller's own
    /// and registering again goes on from there.
    ///
    /// # Errors
    /// [`CommandError::Handle`] when it is taken, [`CommandError::Account`] when the caller has another.
    pub async fn register(
        &self,
        context: &Context,
        command: RegisterAccount,
    ) -> Result<Receipt, CommandError> {
        let RegisterAccount {
            handle,
            profile,
            email,
        } = command;
        let user_id = &context.actor;
        let content = (&handle, &profile);
        let ask = Ask::new(context, user_id.as_str(), "RegisterAccount", &content)?;
        if let Some(((), receipt)) = self.executor.answered(&ask).await? {
            return Ok(receipt);
        }
        let account: Account = self.executor.load(user_id.as_str()).await?;
        if account.is_registered() && !account.is_registered_as(&handle) {
            return Err(AccountError::AlreadyRegistered.into());
        }
        self.claim(&handle, context).await?;
        if let Some(email) = email {
            self.contacts.remember(user_id, &email).await?;
        }
        let register = AccountCommand::Register { handle, profile };
        self.decide(&ask, register).await
    }

    /// # Errors
    /// [`CommandError::Account`] when the caller is not registered.
    pub async fn change_profile(
        &self,
        context: &Context,
        profile: Profile,
    ) -> Result<Receipt, CommandError> {
        let partition = context.actor.as_str();
        let ask = Ask::new(context, partition, "ChangeProfile", &profile)?;
        let change = AccountCommand::ChangeProfile { profile };
        self.decide(&ask, change).await
    }

    /// # Errors
    /// [`CommandError::Account`] when the caller is not registered.
    pub async fn choose_notifications(
        &self,
        context: &Context,
        notifications: Notifications,
    ) -> Result<Receipt, CommandError> {
        let partition = context.actor.as_str();
        let content = (notifications.sales, notifications.likes);
        let ask = Ask::new(context, partition, "ChooseNotifications", &content)?;
        let choose = AccountCommand::ChooseNotifications { notifications };
        self.decide(&ask, choose).await
    }

    /// Ends letters about a topic for whoever was sent the link to do so; doing it again is quiet.
    ///
    /// # Errors
    /// [`CommandError::Account`] when the person is not registered.
    pub async fn opt_out(&self, user_id: &UserId, topic: Topic) -> Result<(), CommandError> {
        let id = user_id.as_str();
        self.executor
            .run_system::<Account>("opt-out", id, &|unit| {
                Box::pin(async move {
                    let account: Account = unit.load(id).await?;
                    let notifications = account.notifications().without(topic);
                    let choose = AccountCommand::ChooseNotifications { notifications };
                    Ok(unit.execute::<Account>(id, choose).await?)
                })
            })
            .await
    }

    async fn claim(&self, handle: &Handle, context: &Context) -> Result<(), CommandError> {
        let (id, user_id) = (handle.as_str(), &context.actor);
        self.executor
            .run_beside(context, id, &|unit| {
                Box::pin(async move {
                    let claim: HandleClaim = unit.load(id).await?;
                    let unused = match claim.holder() {
                        None => true,
                        Some(holder) => {
                            let account: Account = self.executor.load(holder.as_str()).await?;
                            !account.is_registered_as(handle)
                        }
                    };
                    let claim = HandleCommand::Claim {
                        user_id: user_id.clone(),
                        at: self.clock.now(),
                        unused,
                    };
                    Ok(unit.execute::<HandleClaim>(id, claim).await?)
                })
            })
            .await
    }

    async fn decide(
        &self,
        ask: &Ask<'_>,
        command: AccountCommand,
    ) -> Result<Receipt, CommandError> {
        let id = ask.context.actor.as_str();
        let command = &command;
        let ((), receipt) = self
            .executor
            .run(ask, &|unit| {
                Box::pin(async move {
                    decide_at::<Account>(&unit, ask.context, id, command.clone()).await
                })
            })
            .await?;
        Ok(receipt)
    }
}

/// Refuses people who have not registered.
pub(crate) async fn require_registered(
    executor: &Executor,
    user_id: &UserId,
) -> Result<(), CommandError> {
    if executor.registered().contains(user_id) {
        return Ok(());
    }
    let account: Account = executor.load(user_id.as_str()).await?;
    if !account.is_registered() {
        return Err(CommandError::NotRegistered);
    }
    executor.registered().remember(user_id.clone());
    Ok(())
}

/// So many people are remembered, those who were active last.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(65_536).expect("more than nobody");

/// Who is known to be registered. Nobody ever ceases to be, so what is remembered stays true.
pub(crate) struct Registered(Mutex<LruCache<UserId, ()>>);

impl Default for Registered {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Registered {
    fn contains(&self, user_id: &UserId) -> bool {
        self.known().get(user_id).is_some()
    }

    fn remember(&self, user_id: UserId) {
        self.known().put(user_id, ());
    }

    fn known(&self) -> MutexGuard<'_, LruCache<UserId, ()>> {
        // Whatever a panic left is still nothing but people who are registered.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
