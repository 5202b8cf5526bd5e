//! Notes on time, and what else happened in it, as charts ask for it.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::annotation::{Annotation, AnnotationDraft, Mark, MarksAsk};

/// Alarms, commands and notes of a time.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "read_marks", input = Json)]
pub async fn read_marks(workspace: String, ask: MarksAsk) -> Result<Vec<Mark>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::annotations::marks(&ctx, &ask).await?)
}

/// Writes a note.
///
/// # Errors
/// Invalid (fields `text`, `from`, `to`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_annotation", input = Json)]
pub async fn create_annotation(workspace: String, draft: AnnotationDraft) -> Result<Annotation, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::annotations::create(&ctx, &draft).await?)
}

/// Deletes a note.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_annotation", input = Json)]
pub async fn delete_annotation(workspace: String, annotation: i64) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::annotations::delete(&ctx, annotation).await?)
}
