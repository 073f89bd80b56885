//! `GalleryQueryService`: everybody's pictures.

use std::collections::HashSet;

use picasso_domain::values::{Currency, PictureId, Tag, UserId};
use picasso_projections::{
    gallery::{Filter, GalleryPicture, PriceRange, Sorting},
    query::Page,
};
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view, viewer};
use crate::{
    proto::queries::v1::{
        GetPictureRequest, GetPictureResponse, GetProvenanceRequest, GetProvenanceResponse,
        ListMyPicturesRequest, ListMyPicturesResponse, ListPicturesRequest, ListPicturesResponse,
        PictureOrder, PriceRange as PriceRangeMessage, SuggestWordsRequest, SuggestWordsResponse,
        SuggestedArtist, SuggestedTag, ViewedPicture,
        gallery_query_service_server::GalleryQueryService,
    },
    status::Refusal,
};

/// The read models behind these answers.
const MODELS: [&str; 4] = ["gallery", "profiles", "reactions", "library"];

#[tonic::async_trait]
impl GalleryQueryService for Service {
    async fn list_pictures(
        &self,
        request: Request<ListPicturesRequest>,
    ) -> Result<Response<ListPicturesResponse>, Status> {
        let viewer = viewer(request.extensions());
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let filter = filter(&message)?;
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .gallery
            .list(viewer.as_ref(), &filter, &paging)
            .await;
        let (pictures, next_page_token) = self
            .page(viewer.as_ref(), page.map_err(Refusal::from)?)
            .await?;
        Ok(Response::new(ListPicturesResponse {
            pictures,
            next_page_token,
        }))
    }

    async fn list_my_pictures(
        &self,
        request: Request<ListMyPicturesRequest>,
    ) -> Result<Response<ListMyPicturesResponse>, Status> {
        let owner = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .gallery
            .mine(&owner, &paging)
            .await
            .map_err(Refusal::from)?;
        let (pictures, next_page_token) = self.page(Some(&owner), page).await?;
        Ok(Response::new(ListMyPicturesResponse {
            pictures,
            next_page_token,
        }))
    }

    async fn get_picture(
        &self,
        request: Request<GetPictureRequest>,
    ) -> Result<Response<GetPictureResponse>, Status> {
        let viewer = viewer(request.extensions());
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &MODELS).await?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let found = self
            .0
            .models
            .gallery
            .get(viewer.as_ref(), id)
            .await
            .map_err(Refusal::from)?;
        let liked = self.liked(viewer.as_ref(), &[id]).await?.contains(&id);
        let price_history = found
            .artwork
            .price_history
            .iter()
            .map(view::price_since)
            .collect();
        let picture = Some(view::viewed(&*self.0.blobs, found, liked));
        Ok(Response::new(GetPictureResponse {
            picture,
            price_history,
        }))
    }

    async fn get_provenance(
        &self,
        request: Request<GetProvenanceRequest>,
    ) -> Result<Response<GetProvenanceResponse>, Status> {
        let viewer = viewer(request.extensions());
        let message = request.get_ref();
        let models = [&MODELS[..], &["provenance"]].concat();
        self.seen(&request, &message.min_position, &models).await?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let models = &self.0.models;
        let visible = models.gallery.get(viewer.as_ref(), id).await;
        visible.map_err(Refusal::from)?;
        let history = models.provenance.of(id).await.map_err(Refusal::from)?;
        Ok(Response::new(GetProvenanceResponse {
            moments: history.moments.into_iter().map(view::moment).collect(),
            left_out: history.left_out,
        }))
    }

    async fn suggest_words(
        &self,
        request: Request<SuggestWordsRequest>,
    ) -> Result<Response<SuggestWordsResponse>, Status> {
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &["suggestions"])
            .await?;
        let suggestions = &self.0.models.suggestions;
        let found = suggestions.suggest(&message.prefix).await;
        let found = found.map_err(Refusal::from)?;
        let tags = found.tags.into_iter().map(|(tag, pictures)| SuggestedTag {
            tag: tag.as_str().to_owned(),
            pictures,
        });
        let artists = found.artists.into_iter().map(|artist| SuggestedArtist {
            person: Some(view::person(artist.person)),
            pictures: artist.pictures,
        });
        Ok(Response::new(SuggestWordsResponse {
            tags: tags.collect(),
            artists: artists.collect(),
        }))
    }
}

impl Service {
    async fn liked(
        &self,
        viewer: Option<&UserId>,
        ids: &[PictureId],
    ) -> Result<HashSet<PictureId>, Refusal> {
        match viewer {
            Some(viewer) if !ids.is_empty() => {
                Ok(self.0.models.reactions.liked(viewer, ids).await?)
            }
            _ => Ok(HashSet::new()),
        }
    }

    async fn page(
        &self,
        viewer: Option<&UserId>,
        page: Page<GalleryPicture>,
    ) -> Result<(Vec<ViewedPicture>, String), Refusal> {
        let ids: Vec<_> = page
            .items
            .iter()
            .map(|found| found.artwork.picture_id)
            .collect();
        let liked = self.liked(viewer, &ids).await?;
        let pictures = page.items.into_iter().map(|found| {
            let liked = liked.contains(&found.artwork.picture_id);
            view::viewed(&*self.0.blobs, found, liked)
        });
        Ok((pictures.collect(), page.next.unwrap_or_default()))
    }
}

fn filter(message: &ListPicturesRequest) -> Result<Filter, Refusal> {
    Ok(Filter {
        artist: message
            .artist_id
            .as_deref()
            .map(UserId::parse)
            .transpose()?,
        tag: message.tag.as_deref().map(Tag::parse).transpose()?,
        words: message.words.clone().unwrap_or_default(),
        price: message.price.as_ref().map(price_range).transpose()?,
        sorting: sorting(message.order)?,
    })
}

fn price_range(range: &PriceRangeMessage) -> Result<PriceRange, Refusal> {
    Ok(PriceRange {
        currency: Currency::parse(&range.currency)?,
        min_minor: range.min_minor,
        max_minor: range.max_minor,
    })
}

fn sorting(order: i32) -> Result<Sorting, Refusal> {
    match PictureOrder::try_from(order) {
        Ok(PictureOrder::Unspecified | PictureOrder::Newest) => Ok(Sorting::Newest),
        Ok(PictureOrder::Popular) => Ok(Sorting::Popular),
        Err(_) => Err(Refusal::invalid(
            "order",
            "UNKNOWN",
            "is not one of newest, popular",
        )),
    }
}
