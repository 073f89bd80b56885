//! Gathers likes for some hours and tells whoever owns the pictures how many there were; never who it was.
//!
//! Keeps true: a like is told once: every tally goes on where the last one ended, and its letters are on the agenda,
//! under names that trying again does not change, before that place is stored.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use picasso_domain::{
    Aggregate, DomainEvent, Picture, Reaction, Timestamp,
    reaction::ReactionEvent,
    values::{PictureId, UserId},
};
use picasso_eventlog::{EventLog, LogError, LogId, MAX_READ, Offset};
use tokio::sync::Mutex;

use super::{Outcome, Worker, notices::News};
use crate::{
    CommandError, Executor,
    letters::{Letter, LikedPicture, Occasion},
    ports::{Agenda, Clock, Task, Unavailable},
};

const KIND: &str = "likes";
/// Names the place where the last tally ended; never changes once released.
const CHECKPOINT: &str = "likes";
/// Likes that waited longer are not told: the tally stood still for days, or has just been introduced.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// The most pictures one letter tells of; the ones that more people like.
const MAX_PICTURES: usize = 20;

/// Tallies likes, again and again.
pub struct Likes {
    pub log: Arc<dyn EventLog>,
    pub executor: Executor,
    pub agenda: Arc<dyn Agenda>,
    pub clock: Arc<dyn Clock>,
    pub every: SignedDuration,
    /// Whether other systems are told, too.
    pub notify: bool,
    /// One tally at a time: two would count the same likes.
    pub counting: Mutex<()>,
}

#[derive(Debug, thiserror::Error)]
enum TallyError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Agenda(#[from] Unavailable),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Decode(#[from] picasso_domain::DecodeError),
}

/// Who has come to like which picture; only ever counted.
type Fresh = BTreeMap<PictureId, BTreeSet<UserId>>;

impl Likes {
    /// Sees to it that there is a next tally.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn begin(&self) -> Result<(), Unavailable> {
        self.agenda.put(self.next()).await
    }

    /// The tally at the end of the present period, named by its time.
    fn next(&self) -> Task {
        let every = self.every.as_secs().max(1);
        let end = (self.clock.now().as_second().div_euclid(every) + 1) * every;
        let due_at = Timestamp::from_second(end).unwrap_or(Timestamp::MAX);
        Task::new(KIND, end.to_string(), due_at)
    }

    async fn tally(&self, until: Timestamp) -> Result<(), TallyError> {
        let _alone = self.counting.lock().await;
        let (mut fresh, mut ends) = (Fresh::new(), Vec::new());
        for log in (0..self.log.logs()).map(LogId) {
            ends.push((log, self.gather(log, until, &mut fresh).await?));
        }
        for task in self.tell(&fresh, until).await? {
            self.agenda.put(task).await?;
        }
        self.agenda.put(self.next()).await?;
        for (log, end) in ends {
            let saved = self.agenda.save_checkpoint(CHECKPOINT, log.0, end.0);
            saved.await?;
        }
        Ok(())
    }

    /// Reads a log from where the last tally ended up to a time; answers where that was.
    async fn gather(
        &self,
        log: LogId,
        until: Timestamp,
        fresh: &mut Fresh,
    ) -> Result<Offset, TallyError> {
        let since = until - FORGOTTEN_AFTER - self.every;
        let mut after = Offset(self.agenda.checkpoint(CHECKPOINT, log.0).await?);
        loop {
            let page = self.log.read(log, after, MAX_READ).await?;
            if page.is_empty() {
                return Ok(after);
            }
            for event in page {
                if event.recorded_at >= until {
                    return Ok(after);
                }
                after = event.offset;
                if event.aggregate_type == Reaction::TYPE && event.recorded_at >= since {
                    note(event.decode()?, fresh);
                }
            }
        }
    }

    /// The letters and news that the likes come to.
    async fn tell(&self, fresh: &Fresh, until: Timestamp) -> Result<Vec<Task>, TallyError> {
        let mut of_owner: BTreeMap<UserId, Vec<LikedPicture>> = BTreeMap::new();
        let mut tasks = Vec::new();
        for (picture_id, people) in fresh {
            let picture: Picture = self.executor.load(&picture_id.to_string()).await?;
            let Some(listing) = picture.listing() else {
                continue;
            };
            let owner = &listing.owner;
            let people = people.iter().filter(|person| *person != owner).count() as u64;
            if people == 0 {
                continue;
            }
            if self.notify {
                let news = News::PictureLiked {
                    picture_id: *picture_id,
                    owner_id: owner.clone(),
                    people,
                    until,
                };
                tasks.push(news.task(&picture_id.to_string(), until));
            }
            let title = listing.details.title.clone();
            let liked = LikedPicture { title, people };
            of_owner.entry(owner.clone()).or_default().push(liked);
        }
        tasks.extend(
            of_owner
                .into_iter()
                .map(|(to, pictures)| letter(to, pictures, until)),
        );
        Ok(tasks)
    }
}

fn letter(to: UserId, mut pictures: Vec<LikedPicture>, until: Timestamp) -> Task {
    pictures.sort_by_key(|picture| std::cmp::Reverse(picture.people));
    pictures.truncate(MAX_PICTURES);
    let key = format!("{to}/likes/{}", until.as_microsecond());
    let occasion = Occasion::Likes(pictures);
    Letter { to, occasion }.task_at(key, until)
}

/// A like that was taken back is none.
fn note(data: DomainEvent, fresh: &mut Fresh) {
    let DomainEvent::Reaction(reaction) = data else {
        return;
    };
    match reaction {
        ReactionEvent::PictureLiked {
            picture_id,
            user_id,
        } => {
            fresh.entry(picture_id).or_default().insert(user_id);
        }
        ReactionEvent::PictureUnliked {
            picture_id,
            user_id,
        } => {
            if let Some(people) = fresh.get_mut(&picture_id) {
                people.remove(&user_id);
            }
        }
    }
}

impl Worker for Likes {
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        let until = task.key.parse().ok();
        let Some(until) = until.and_then(|second| Timestamp::from_second(second).ok()) else {
            tracing::error!(key = task.key, "a tally of likes names no time");
            return Outcome::Done;
        };
        match self.tally(until).await {
            Ok(()) => Outcome::Done,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "likes are counted later");
                Outcome::Failed
            }
        }
    }
}
