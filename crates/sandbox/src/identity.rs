//! E-mail and password accounts in the shape of Firebase's identity toolkit, with ID tokens in the
//! claim shape of Firebase's, so one verifier serves both.
//!
//! Kept true: a password is stored only as an Argon2id hash; an unknown e-mail takes as long as a wrong
//! password; hashes under way are limited; the signing key never leaves its file.

mod accounts;
mod http;
mod origins;
mod passwords;
mod resets;
mod tokens;

use serde::Serialize;

use crate::clock::real_now_s;
use crate::config::SandboxConfig;
use crate::error::{Result, SandboxError};
use crate::ids;
use crate::store::Store;

pub use accounts::Account;
pub(crate) use http::router;
use passwords::{PasswordHasher, Passwords};
use tokens::Signer;

/// Lifetime of an ID token, as Firebase's.
pub(crate) const TOKEN_LIFETIME_S: i64 = 3600;

/// Signs people up and in, and issues their tokens.
pub struct Identity {
    store: Store,
    passwords: Passwords,
    signer: Signer,
    project_id: String,
}

/// What signing up or in gives.
#[derive(Clone)]
pub struct SignedIn {
    pub account: Account,
    pub id_token: String,
    pub refresh_token: String,
    pub expires_in_s: i64,
}

/// Why an identity call is refused; the names are Firebase's.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the e-mail address is already registered")]
    EmailExists,
    #[error("the e-mail address is not valid")]
    InvalidEmail,
    #[error("the password is shorter than 8 characters")]
    WeakPassword,
    #[error("the password is longer than 128 characters")]
    PasswordTooLong,
    #[error("the e-mail address or the password is wrong")]
    InvalidLoginCredentials,
    #[error("no account has this e-mail address")]
    EmailNotFound,
    #[error("a role is not 1 to 40 lowercase letters, digits, - or _, or there are more than 20")]
    InvalidRole,
    #[error("the refresh token is not valid")]
    InvalidRefreshToken,
    #[error("the code is wrong, was used, or is over an hour old")]
    InvalidOobCode,
    #[error("too many sign-ins at once; try again in a few seconds")]
    TooManyAttempts,
    #[error(transparent)]
    Broken(#[from] SandboxError),
}

impl IdentityError {
    /// Firebase's code: <https://firebase.google.com/docs/reference/rest/auth#section-error-response>.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmailExists => "EMAIL_EXISTS",
            Self::InvalidEmail => "INVALID_EMAIL",
            Self::WeakPassword => "WEAK_PASSWORD : Password should be at least 8 characters",
            Self::PasswordTooLong => {
                "PASSWORD_DOES_NOT_MEET_REQUIREMENTS : Missing password requirements: \
                 [Password may contain at most 128 characters]"
            }
            Self::InvalidLoginCredentials => "INVALID_LOGIN_CREDENTIALS",
            Self::EmailNotFound => "EMAIL_NOT_FOUND",
            Self::InvalidRole => "INVALID_CLAIMS",
            Self::InvalidRefreshToken => "INVALID_REFRESH_TOKEN",
            Self::InvalidOobCode => "INVALID_OOB_CODE",
            Self::TooManyAttempts => "TOO_MANY_ATTEMPTS_TRY_LATER",
            Self::Broken(_) => "INTERNAL_ERROR",
        }
    }
}

impl Identity {
    pub(crate) fn open(config: &SandboxConfig, store: Store) -> Result<Self> {
        let hasher = PasswordHasher::new(config.password_cost)?;
        let key_file = config
            .data_dir
            .as_ref()
            .map(|dir| dir.join("identity-key.pem"));
        Ok(Self {
            store,
            passwords: Passwords::new(hasher)?,
            signer: Signer::open(key_file.as_deref())?,
            project_id: config.project_id.clone(),
        })
    }

    /// Registers a person and signs them in.
    ///
    /// # Errors
    /// `EmailExists`, `InvalidEmail`, `WeakPassword`, `PasswordTooLong`, `TooManyAttempts`.
    pub async fn sign_up(&self, email: &str, password: &str) -> Result<SignedIn, IdentityError> {
        let email = accounts::parse_email(email)?;
        passwords::check(password)?;
        let password_hash = self.passwords.hash(password.to_owned()).await?;
        let account = Account {
            local_id: ids::user(),
            email,
            roles: Vec::new(),
            created_at_s: real_now_s(),
        };
        let stored = account.clone();
        let refresh_token = self
            .store
            .transact(move |tx| {
                accounts::insert(tx, &stored, &password_hash)?;
                accounts::new_refresh_token(tx, &stored.local_id)
            })
            .await?;
        self.session(account, refresh_token)
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// `InvalidLoginCredentials` whether the e-mail or the password is wrong, `TooManyAttempts`.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, IdentityError> {
        let wrong = || IdentityError::InvalidLoginCredentials;
        let email = accounts::parse_email(email).map_err(|_| wrong())?;
        passwords::check(password).map_err(|_| wrong())?;
        let found = self
            .store
            .transact(move |tx| accounts::with_hash(tx, &email))
            .await?;
        let (account, hash) = found.unzip();
        let is_right = self.passwords.verify(password.to_owned(), hash).await?;
        let account = account.filter(|_| is_right).ok_or_else(wrong)?;
        let local_id = account.local_id.clone();
        let refresh_token = self
            .store
            .transact(move |tx| accounts::new_refresh_token(tx, &local_id))
            .await?;
        self.session(account, refresh_token)
    }

    /// A new ID token for a refresh token.
    ///
    /// # Errors
    /// `InvalidRefreshToken`.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, IdentityError> {
        let token = refresh_token.to_owned();
        let found = self
            .store
            .transact(move |tx| accounts::of_refresh_token(tx, &token))
            .await?;
        let account = found.ok_or(IdentityError::InvalidRefreshToken)?;
        self.session(account, refresh_token.to_owned())
    }

    /// Writes somebody who forgot their password a letter with a code to choose another; whether there is such an
    /// account is not said.
    ///
    /// # Errors
    /// `InvalidEmail`, or the database failed.
    pub(crate) async fn send_reset_code(
        &self,
        email: &str,
        app_url: String,
        now_s: i64,
    ) -> Result<String, IdentityError> {
        let email = accounts::parse_email(email)?;
        let to = email.clone();
        self.store
            .transact(move |tx| resets::write_letter(tx, &to, &app_url, now_s))
            .await?;
        Ok(email)
    }

    /// Whose code it is; changes nothing.
    ///
    /// # Errors
    /// `InvalidOobCode`.
    pub(crate) async fn check_reset_code(
        &self,
        code: &str,
        now_s: i64,
    ) -> Result<Account, IdentityError> {
        let code = code.to_owned();
        self.store
            .transact(move |tx| resets::owner(tx, &code, now_s))
            .await
    }

    /// Changes the password of a code's owner and ends all their sessions; an ID token lasts its hour.
    ///
    /// # Errors
    /// `InvalidOobCode`, `WeakPassword`, `PasswordTooLong`, `TooManyAttempts`.
    pub(crate) async fn reset_password(
        &self,
        code: &str,
        password: &str,
        now_s: i64,
    ) -> Result<Account, IdentityError> {
        passwords::check(password)?;
        // Hashing costs much: it is for who has a code.
        self.check_reset_code(code, now_s).await?;
        let (code, hash) = (
            code.to_owned(),
            self.passwords.hash(password.to_owned()).await?,
        );
        self.store
            .transact(move |tx| resets::redeem(tx, &code, &hash, now_s))
            .await
    }

    /// The account of an e-mail address.
    ///
    /// # Errors
    /// `InvalidEmail`, or the database failed.
    pub async fn find(&self, email: &str) -> Result<Option<Account>, IdentityError> {
        let email = accounts::parse_email(email)?;
        let found = self
            .store
            .transact(move |tx| accounts::with_hash(tx, &email))
            .await?;
        Ok(found.map(|(account, _)| account))
    }

    /// Sets the `roles` claim of the tokens issued from now on, for example `["operator"]`.
    ///
    /// # Errors
    /// `EmailNotFound`, `InvalidRole`.
    pub async fn set_roles(
        &self,
        email: &str,
        roles: Vec<String>,
    ) -> Result<Account, IdentityError> {
        let email = accounts::parse_email(email)?;
        accounts::check_roles(&roles)?;
        self.store
            .transact(move |tx| accounts::set_roles(tx, &email, roles))
            .await
    }

    /// An ID token for the account, issued now and valid for an hour.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn issue_token(&self, account: &Account) -> Result<String> {
        self.sign(&tokens::Claims::new(
            account,
            &self.project_id,
            real_now_s(),
        ))
    }

    /// Signs any claims with the sandbox's key, for tests of expired or misaddressed tokens.
    ///
    /// # Errors
    /// The claims are not a JSON object, or the key cannot sign.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        self.signer.sign(claims)
    }

    /// The public keys as a JWK set (RFC 7517).
    pub fn jwks(&self) -> &serde_json::Value {
        self.signer.jwks()
    }

    /// The `iss` of the tokens.
    pub fn issuer(&self) -> String {
        tokens::issuer(&self.project_id)
    }

    pub(crate) fn project_id(&self) -> &str {
        &self.project_id
    }

    fn session(&self, account: Account, refresh_token: String) -> Result<SignedIn, IdentityError> {
        let id_token = self.issue_token(&account)?;
        Ok(SignedIn {
            account,
            id_token,
            refresh_token,
            expires_in_s: TOKEN_LIFETIME_S,
        })
    }
}
