//! `/api/branding`: how the workspace looks. IoT Central shows its counterpart in no interface for programs.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault};
use axum::Json;
use domain::branding;
use http::HeaderMap;
use model::branding::{Brand, Branding, HelpLink};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it looks, as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BrandingOut {
    /// What the product is called here; empty: Homeport.
    display_name: String,
    /// `#rrggbb`; empty: Homeport's own.
    colour: String,
    /// Where the logo is, below this Homeport; null: there is none.
    logo: Option<String>,
    /// Shown in the menu of help.
    help_links: Vec<LinkShape>,
    /// The host name that it wants to be reached by; empty: none.
    host: String,
    /// Whether whoever runs this Homeport has confirmed the host name.
    host_confirmed: bool,
}

/// A link in the menu of help.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkShape {
    label: String,
    href: String,
}

/// How it shall look. What is not said is as at the beginning; the logo stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BrandingIn {
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    colour: String,
    #[serde(default)]
    help_links: Vec<LinkShape>,
    #[serde(default)]
    host: String,
    /// Not changed by this: an answer may be sent back as it is.
    #[serde(default, rename = "logo")]
    #[schema(ignore)]
    _logo: IgnoredAny,
    #[serde(default, rename = "hostConfirmed")]
    #[schema(ignore)]
    _host_confirmed: IgnoredAny,
}

fn out(branding: Branding) -> BrandingOut {
    let logo = branding.brand.logo_path();
    let Branding { brand: Brand { name, colour, links, .. }, host, host_confirmed } = branding;
    let shape = |link: HelpLink| LinkShape { label: link.label, href: link.href };
    let help_links = links.into_iter().map(shape).collect();
    BrandingOut { display_name: name, colour, logo, help_links, host, host_confirmed }
}

#[utoipa::path(
    get,
    path = "/api/branding",
    tag = "Branding",
    summary = "Reads how the workspace looks",
    responses((status = 200, description = "As it is", body = BrandingOut)),
)]
pub(super) async fn get(caller: Caller) -> Result<Json<BrandingOut>, Fault> {
    Ok(Json(out(branding::get(&caller).await?)))
}

#[utoipa::path(
    put,
    path = "/api/branding",
    tag = "Branding",
    summary = "Says how the workspace looks",
    request_body = BrandingIn,
    responses((status = 200, description = "As it is", body = BrandingOut)),
)]
pub(super) async fn put(
    caller: Caller,
    headers: HeaderMap,
    Body(wanted): Body<BrandingIn>,
) -> Result<Json<BrandingOut>, Fault> {
    let present = branding::get(&caller).await?;
    let logo = present.brand.logo.clone();
    matched(&headers, Some(etag_of(&out(present))))?;
    let link = |shape: LinkShape| HelpLink { label: shape.label, href: shape.href };
    let links = wanted.help_links.into_iter().map(link).collect();
    let brand = Brand { name: wanted.display_name, colour: wanted.colour, logo, links };
    Ok(Json(out(branding::set(&caller, brand, &wanted.host).await?)))
}
