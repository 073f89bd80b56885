//! Liking pictures and taking it back.

use picasso_domain::{
    Picture, Reaction, picture::PictureError, reaction::ReactionCommand, values::PictureId,
};

use crate::{
    CommandError, Context, Executor, Receipt,
    accounts::require_registered,
    executor::{Ask, Reply},
};

/// Commands about reactions.
#[derive(Clone)]
pub struct Reactions {
    executor: Executor,
}

impl Reactions {
    #[must_use]
    pub fn new(executor: Executor) -> Self {
        Self { executor }
    }

    /// # Errors
    /// [`CommandError::Picture`] saying why the picture cannot be liked.
    pub async fn like(
        &self,
        context: &Context,
        picture_id: PictureId,
    ) -> Result<Receipt, CommandError> {
        require_registered(&self.executor, &context.actor).await?;
        let partition = picture_id.to_string();
        let ask = Ask::new(context, &partition, "LikePicture", &picture_id)?;
        let id = Reaction::id(picture_id, &context.actor);
        let (id, partition) = (id.as_str(), partition.as_str());
        let ((), receipt) = self
            .executor
            .run(&ask, &|unit| {
                Box::pin(async move {
                    let picture: Picture = unit.load(partition).await?;
                    let availability = picture.available().map(|_| ());
                    let like = ReactionCommand::Like {
                        picture_id,
                        user_id: context.actor.clone(),
                        picture_is_listed: availability.is_ok(),
                    };
                    let decided = unit.execute::<Reaction>(id, like).await;
                    // The picture's own reason says more than "not listed".
                    decided.map_err(|refused| explain(availability, refused.into()))?;
                    Ok(Reply::of::<Reaction>(&unit, id, ()))
                })
            })
            .await?;
        Ok(receipt)
    }

    /// # Errors
    /// [`CommandError::Picture`] when there is no such picture.
    pub async fn unlike(
        &self,
        context: &Context,
        picture_id: PictureId,
    ) -> Result<Receipt, CommandError> {
        require_registered(&self.executor, &context.actor).await?;
        let partition = picture_id.to_string();
        let ask = Ask::new(context, &partition, "UnlikePicture", &picture_id)?;
        let id = Reaction::id(picture_id, &context.actor);
        let (id, partition) = (id.as_str(), partition.as_str());
        let ((), receipt) = self
            .executor
            .run(&ask, &|unit| {
                Box::pin(async move {
                    let picture: Picture = unit.load(partition).await?;
                    picture.listing().ok_or(PictureError::Unknown)?;
                    let unlike = ReactionCommand::Unlike {
                        picture_id,
                        user_id: context.actor.clone(),
                    };
                    unit.execute::<Reaction>(id, unlike).await?;
                    Ok(Reply::of::<Reaction>(&unit, id, ()))
                })
            })
            .await?;
        Ok(receipt)
    }
}

fn explain(availability: Result<(), PictureError>, refused: CommandError) -> CommandError {
    match (refused, availability) {
        (CommandError::Reaction(_), Err(reason)) => reason.into(),
        (refused, _) => refused,
    }
}
