//! How a workspace looks: name, colour, links, logo, and the host name that it wants to be reached by.
//!
//! A logo is never kept as it came: it is read within bounds, made smaller and drawn anew as a PNG, so that nothing but
//! pixels comes through.

mod logo;

use crate::access::ManageBranding;
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::audit::{Action, Subject};
use model::branding::{self, Brand, Branding};
use model::{Code, Problem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{KnownHost, WorkspaceTx};

/// Signs of a hash by which a logo is asked for.
const HASH_SIGNS: usize = 32;

/// As it is.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn get(context: &Context) -> Result<Branding> {
    let scope = context.grant::<ManageBranding>()?.scope().await?;
    Ok(scope.brandings().get().await?)
}

/// Changes all of it but the logo. Another host name must be confirmed by whoever runs this Homeport before it counts.
///
/// # Errors
/// [`Code::Invalid`] beside `name`, `colour`, `links` and `host`; [`Code::NotAllowed`].
pub async fn set(context: &Context, brand: Brand, host: &str) -> Result<Branding> {
    let scope = context.grant::<ManageBranding>()?.scope().await?;
    let brand = brand.checked()?;
    let host = match host.trim() {
        "" => String::new(),
        host => branding::host(host).map_err(|message| Problem::field(Code::Invalid, "host", message))?,
    };
    if host == host_of(context.homeport.origin()) {
        let text = "This Homeport itself is reached by this name.";
        return Err(Problem::field(Code::Invalid, "host", text).into());
    }
    let before = scope.brandings().get().await?;
    scope.brandings().set(&brand, &host).await?;
    changed(context, scope, before).await
}

/// Takes a picture as the logo: PNG, JPEG or WebP.
///
/// # Errors
/// [`Code::Invalid`] beside `logo`; [`Code::NotAllowed`].
pub async fn set_logo(context: &Context, picture: Vec<u8>) -> Result<Branding> {
    let scope = context.grant::<ManageBranding>()?.scope().await?;
    // No connection waits for the drawing.
    drop(scope);
    let drawn = tokio::task::spawn_blocking(move || logo::drawn_anew(&picture)).await;
    let png = drawn.map_err(|error| Error::Broken(error.to_string()))?;
    let png = png.map_err(|message| Problem::field(Code::Invalid, "logo", message))?;
    let hash: String = Sha256::digest(&png).iter().map(|byte| format!("{byte:02x}")).collect();
    let scope = context.grant::<ManageBranding>()?.scope().await?;
    let before = scope.brandings().get().await?;
    scope.brandings().set_logo(Some((png, hash[..HASH_SIGNS].to_owned()))).await?;
    changed(context, scope, before).await
}

/// Takes the logo away.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn remove_logo(context: &Context) -> Result<Branding> {
    let scope = context.grant::<ManageBranding>()?.scope().await?;
    let before = scope.brandings().get().await?;
    scope.brandings().set_logo(None).await?;
    changed(context, scope, before).await
}

/// The workspace whose confirmed host name this is, as the head of a request says it; nothing for Homeport's own.
///
/// # Errors
/// The database's.
pub async fn of_host(homeport: &Homeport, said: &str) -> Result<Option<KnownHost>> {
    let name = said.rsplit_once(':').map_or(said, |(name, _)| name);
    if name.eq_ignore_ascii_case(host_of(homeport.origin())) {
        return Ok(None);
    }
    // An address or a name without a dot is nobody's.
    let Ok(host) = branding::host(name) else { return Ok(None) };
    Ok(homeport.store().lookup().host(&host).await?)
}

/// The logo that is asked for by this, a PNG.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn logo(homeport: &Homeport, hash: &str) -> Result<Vec<u8>> {
    if hash.len() != HASH_SIGNS || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::not_found());
    }
    homeport.store().lookup().logo(hash).await?.ok_or_else(Error::not_found)
}

async fn changed(context: &Context, scope: WorkspaceTx, before: Branding) -> Result<Branding> {
    let after = scope.brandings().get().await?;
    let (slug, name) = (&context.workspace.slug, &context.workspace.name);
    let act = Act::new(Action::Update, Subject::Branding, slug, name);
    context.audited(&scope, act.before(told(&before)).after(told(&after))).await?;
    // Open pages look again.
    scope.access_changed().await?;
    scope.commit().await?;
    Ok(after)
}

fn told(branding: &Branding) -> Value {
    let Brand { name, colour, logo, links } = &branding.brand;
    json!({ "name": name, "colour": colour, "logo": logo, "links": links, "host": branding.host })
}

/// The host of an origin, without scheme and port.
fn host_of(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_of_origins() {
        for (origin, host) in [
            ("https://iot.example.com", "iot.example.com"),
            ("http://localhost:8080", "localhost"),
            ("http://127.0.0.1:1234", "127.0.0.1"),
        ] {
            assert_eq!(host_of(origin), host);
        }
    }
}
