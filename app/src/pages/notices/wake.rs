//! Whether this browser is woken by notices.

use crate::api::notices::{push_key, subscribe_push, unsubscribe_push};
use crate::push::{self, Standing};
use crate::session::use_slug;
use crate::ui::{Button, Card, use_toasts};
use leptos::prelude::*;
use model::{Code, Problem};

/// The way to have this browser woken, or not any more.
#[component]
pub(super) fn WakeThis() -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let standing = RwSignal::new(None::<Standing>);
    let busy = RwSignal::new(false);
    let look = move || {
        leptos::task::spawn_local(async move {
            let now = push::standing().await;
            let _ = standing.try_set(Some(now));
        });
    };
    Effect::new(move |_| look());
    let turn = move || {
        busy.set(true);
        let was = standing.get_untracked();
        leptos::task::spawn_local(async move {
            let slug = slug.get_untracked();
            let done = match was {
                Some(Standing::On(endpoint)) => match push::end().await {
                    Ok(()) => unsubscribe_push(slug, endpoint).await.map_err(|error| error.0),
                    Err(why) => Err(Problem::with_detail(Code::Invalid, why)),
                },
                _ => begin(slug).await,
            };
            match done {
                Ok(()) => look(),
                Err(problem) => toasts.bad(&problem),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <Card title=Signal::stored("Wake this browser".to_owned())>
            {move || match standing.get() {
                None | Some(Standing::Unable) => {
                    view! { <p class="quiet">"This browser can't be woken: it knows no web push, or the page came without TLS."</p> }
                        .into_any()
                }
                Some(now) => {
                    let on = matches!(now, Standing::On(_));
                    view! {
                        <p class="quiet">
                            "Rules with the action “Wake browsers” reach you while no page of Homeport is open."
                        </p>
                        <Button busy on_click=turn>
                            {if on { "Don't wake this browser" } else { "Wake this browser" }}
                        </Button>
                    }
                        .into_any()
                }
            }}
        </Card>
    }
    .into_any()
}

async fn begin(slug: String) -> Result<(), Problem> {
    let key = push_key(slug.clone()).await.map_err(|error| error.0)?;
    let subscription = push::begin(&key).await.map_err(|why| Problem::with_detail(Code::Invalid, why))?;
    subscribe_push(slug, subscription).await.map_err(|error| error.0)
}
