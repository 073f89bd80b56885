//! `picasso seed`: a believable market of generated pictures and people.
//!
//! Every command carries a request id derived from what it adds, so that a second run, or one that was
//! interrupted, adds only what is missing.

mod art;
mod people;

use picasso_commands::{Context, FinishUpload, RegisterAccount, StartCheckout, StartUpload};
use picasso_domain::{
    account::Profile,
    picture::{Details, Edition, Licence},
    values::{
        AltText, Bio, Currency, Description, Digest, DisplayName, Handle, InvalidValue, Money,
        Personal, PictureId, Price, Tags, Title, UserId,
    },
};
use picasso_sandbox::{IdentityError, Sandbox};
use sha2::{Digest as _, Sha256};

use self::people::{Person, Work};
use super::Session;
use crate::{
    cli::SeedArgs,
    exit::{Code, Failure},
    output::say,
    progress::Bar,
    wiring::{Stores, WriteSide, open_files, sandbox},
};

/// Everybody in the demo market signs in with this.
pub const DEMO_PASSWORD: &str = "picasso-demo";

pub async fn run(mut session: Session, args: SeedArgs) -> Result<(), Failure> {
    let people = people::artists(args.artists);
    let pictures = args.artists * args.pictures;
    if args.dry_run {
        let text = format!(
            "would make sure of {} people and {pictures} pictures",
            people.len()
        );
        session.output.line(text)?;
        return Ok(());
    }
    let stores = Stores::open(&session.config).await?;
    let before = stores.total_events().await?;
    let market = Market::open(&session, &stores).await?;
    market.fill(&session, &people, args.pictures).await?;
    market.end().await;
    let added = stores.total_events().await? - before;
    say(format!(
        "everybody's password is {DEMO_PASSWORD}, for example {}",
        people.first().map_or("", |person| &person.email)
    ));
    if session.output.json() {
        session
            .output
            .json_line(&serde_json::json!({"events_added": added}))?;
    } else if added == 0 {
        session
            .output
            .line("nothing to add: the demo market is complete")?;
    } else {
        session.output.line(format!("{added} events added"))?;
    }
    Ok(())
}

/// The write side, with a sandbox of its own to pay in.
struct Market {
    write: WriteSide,
    sandbox: Sandbox,
    serving: sandbox::Serving,
    http: reqwest::Client,
}

struct Resident {
    person: Person,
    user_id: UserId,
}

impl Market {
    async fn open(session: &Session, stores: &Stores) -> Result<Self, Failure> {
        let serving = sandbox::serve_aside(&session.config).await?;
        let files = open_files(&serving.settings, &stores.keys).await?;
        let write = WriteSide::open(&serving.settings, stores, files)?;
        Ok(Self {
            write,
            sandbox: serving.sandbox.clone(),
            serving,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
        })
    }

    async fn end(self) {
        self.serving.end().await;
    }

    async fn fill(
        &self,
        session: &Session,
        people: &[Person],
        pictures: u32,
    ) -> Result<(), Failure> {
        let residents = self.settle_in(people).await?;
        let total = u64::from(pictures) * residents.len() as u64;
        let bar = Bar::new("pictures", total, 0);
        let mut gallery = Vec::new();
        for (index, resident) in residents.iter().enumerate() {
            for number in 0..pictures {
                if session.stop.is_cancelled() {
                    let hint = "the same command goes on where this one ended";
                    return Err(Failure::new(Code::Interrupted, "interrupted").hint(hint));
                }
                let work = people::work(index, number);
                let picture = self.hang(resident, &work).await?;
                gallery.push((picture, work, resident));
                bar.at(gallery.len() as u64);
            }
        }
        bar.done();
        self.react(&residents, &gallery).await?;
        self.buy(&residents, &gallery).await
    }

    /// Everybody signs up and registers.
    async fn settle_in(&self, people: &[Person]) -> Result<Vec<Resident>, Failure> {
        let mut residents = Vec::with_capacity(people.len());
        for person in people {
            let signed_up = self
                .sandbox
                .identity()
                .sign_up(&person.email, DEMO_PASSWORD)
                .await;
            let session = match signed_up {
                Err(IdentityError::EmailExists) => {
                    self.sandbox
                        .identity()
                        .sign_in(&person.email, DEMO_PASSWORD)
                        .await?
                }
                other => other?,
            };
            let user_id = valid(UserId::parse(&session.account.local_id))?;
            let register = RegisterAccount {
                handle: valid(Handle::parse(&person.handle))?,
                profile: Profile {
                    display_name: Personal(valid(DisplayName::parse(&person.name))?),
                    bio: Personal(valid(Bio::parse(&person.bio))?),
                },
                email: Some(person.email.clone()),
            };
            let context = context(&user_id, &["register", &person.handle]);
            self.write.accounts.register(&context, register).await?;
            residents.push(Resident {
                person: person.clone(),
                user_id,
            });
        }
        Ok(residents)
    }

    /// Paints, uploads and publishes one picture.
    async fn hang(&self, artist: &Resident, work: &Work) -> Result<PictureId, Failure> {
        let handle = artist.person.handle.as_str();
        let number = work.number.to_string();
        let seed = u64::from(work.number) + 1_000 * artist.person.seed;
        let file = tokio::task::spawn_blocking(move || art::paint(seed))
            .await
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))??;
        let start = StartUpload {
            size_bytes: file.len() as u64,
            digest: Digest::new(Sha256::digest(&file).into()),
        };
        let ctx = |step| context(&artist.user_id, &[step, handle, &number]);
        let ticket = self
            .write
            .pictures
            .start_upload(&ctx("start"), start)
            .await?;
        if self.write.is_uploaded(ticket.picture_id).await? {
            return Ok(ticket.picture_id);
        }
        self.write.put_upload(&ticket, file.into()).await?;
        let finish = FinishUpload {
            upload_token: ticket.upload_token,
            details: details(work)?,
            price: valid(Price::new(Money {
                amount_minor: work.price_cents,
                currency: Currency::Eur,
            }))?,
            edition: if work.exclusive {
                Edition::Exclusive
            } else {
                Edition::Open
            },
            licence: if work.commercial {
                Licence::Commercial
            } else {
                Licence::Personal
            },
        };
        let (picture_id, _) = self
            .write
            .pictures
            .finish_upload(&ctx("finish"), finish)
            .await?;
        self.write
            .pictures
            .publish(&ctx("publish"), picture_id)
            .await?;
        Ok(picture_id)
    }

    /// Some people like some pictures.
    async fn react(
        &self,
        residents: &[Resident],
        gallery: &[(PictureId, Work, &Resident)],
    ) -> Result<(), Failure> {
        for (index, (picture_id, work, artist)) in gallery.iter().enumerate() {
            if work.exclusive {
                continue;
            }
            for (fan_index, fan) in residents.iter().enumerate() {
                let taken = (index * 7 + fan_index * 3) % 5 < 2;
                if !taken || fan.user_id == artist.user_id {
                    continue;
                }
                let id = picture_id.to_string();
                let context = context(&fan.user_id, &["like", &id]);
                self.write.reactions.like(&context, *picture_id).await?;
            }
        }
        Ok(())
    }

    /// Every fifth open picture is bought by a neighbour.
    async fn buy(
        &self,
        residents: &[Resident],
        gallery: &[(PictureId, Work, &Resident)],
    ) -> Result<(), Failure> {
        let for_sale = gallery.iter().filter(|(_, work, _)| !work.exclusive);
        for (index, (picture_id, work, artist)) in for_sale.enumerate() {
            let buyer = &residents[(index + 1) % residents.len()];
            if index % 5 != 0 || buyer.user_id == artist.user_id {
                continue;
            }
            if self.write.owns(&buyer.user_id, *picture_id).await? {
                continue;
            }
            let id = picture_id.to_string();
            let checkout = StartCheckout {
                picture_id: *picture_id,
                shown_price: valid(Price::parse(work.price_cents, "EUR"))?,
            };
            let context = context(&buyer.user_id, &["buy", &id]);
            let started = self
                .write
                .purchases
                .start_checkout(&context, checkout)
                .await?;
            let pay = format!("{}/pay", started.checkout_url);
            self.http.post(pay).send().await?;
            self.write.checkout.advance(&started.purchase_id).await?;
        }
        Ok(())
    }
}

fn details(work: &Work) -> Result<Details, Failure> {
    Ok(Details {
        title: valid(Title::parse(&work.title))?,
        description: valid(Description::parse(&work.description))?,
        alt_text: valid(AltText::parse(&work.alt_text))?,
        tags: valid(Tags::parse(&work.tags))?,
    })
}

/// The same words always make the same request id (a UUID made of a SHA-256, version 8 of RFC 9562).
fn context(actor: &UserId, words: &[&str]) -> Context {
    let mut hash = Sha256::new();
    hash.update(b"picasso/seed/v1");
    for word in words {
        hash.update([0]);
        hash.update(word.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Context::new(
        actor.clone(),
        uuid::Builder::from_custom_bytes(bytes).into_uuid(),
    )
}

fn valid<T>(value: Result<T, InvalidValue>) -> Result<T, Failure> {
    value
        .map_err(|error| Failure::new(Code::Internal, format!("the demo market is wrong: {error}")))
}
