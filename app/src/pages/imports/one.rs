//! The page of one import: how its file is read, then how far it is, then what it came to.

use super::devices::DeviceMappingForm;
use super::mapping::MappingForm;
use super::upload::megabytes;
use super::{crumbs, word};
use crate::api::AppError;
use crate::api::files::{cancel_import, delete_import, get_import, inspect_device_import, inspect_import};
use crate::layout::{PageHead, Shell};
use crate::pages::not_found::NotFound;
use crate::session::{answer_with_status, use_slug};
use crate::ui::value::count;
use crate::ui::{
    Banner, BannerKind, Button, Card, Confirm, ErrorState, Facts, Glyph, LinkButton, Skeleton, Tag, Time,
    use_toasts,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::Code;
use model::import::{Found, FoundDevices, Import, ImportKind, ImportState};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a page asks how far an import is.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// `/w/:workspace/import/:import`.
#[component]
pub fn ImportPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|p| p.get("import").and_then(|id| id.parse::<i32>().ok()).unwrap_or(0))
    });
    let loaded = Resource::new(move || (slug.get(), id.get()), |(slug, id)| load(slug, id));
    view! {
        <Suspense fallback=move || {
            view! {
                <Shell crumbs=crumbs(None)>
                    <Skeleton rows=6 />
                </Shell>
            }
        }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((import, found)) => view! { <One import found again=move || loaded.refetch() /> }.into_any(),
                    Err(AppError(problem)) if problem.code == Code::NotFound => view! { <NotFound /> }.into_any(),
                    Err(AppError(problem)) => {
                        answer_with_status(problem.code.status());
                        view! {
                            <Shell crumbs=crumbs(None)>
                                <ErrorState problem retry=move || loaded.refetch() />
                            </Shell>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Seems {
    History(Found),
    Devices(FoundDevices),
}

/// The import, and what its file seems to be where that is asked.
async fn load(slug: String, id: i32) -> Result<(Import, Option<Result<Seems, AppError>>), AppError> {
    let import = get_import(slug.clone(), id).await?;
    let found = match import.state {
        ImportState::Ready if import.kind == ImportKind::Devices => {
            Some(inspect_device_import(slug, id).await.map(Seems::Devices))
        }
        ImportState::Ready => Some(inspect_import(slug, id).await.map(Seems::History)),
        _ => None,
    };
    Ok((import, found))
}

#[component]
fn One(
    import: Import,
    found: Option<Result<Seems, AppError>>,
    #[prop(into)] again: Callback<()>,
) -> impl IntoView {
    let name = import.name.clone();
    let title = name.clone();
    let import = RwSignal::new(import);
    follow(import);
    let state = Memo::new(move |_| import.with(|i| i.state));
    let found = StoredValue::new(found);
    let marks = move || {
        let mark = move || {
            let bad = state.get() == ImportState::Failed;
            view! { <Tag bad>{word(state.get())}</Tag> }
        };
        view! { {mark} }
    };
    view! {
        <Shell crumbs=crumbs(Some(name))>
            <PageHead title marks=marks>
                <Actions import />
            </PageHead>
            {move || match state.get() {
                ImportState::Ready => {
                    match found.get_value() {
                        Some(Ok(Seems::History(found))) => view! { <MappingForm import found /> }.into_any(),
                        Some(Ok(Seems::Devices(found))) => view! { <DeviceMappingForm import found /> }.into_any(),
                        Some(Err(AppError(problem))) => {
                            let said = problem.of_field("file").unwrap_or(problem.sentence()).to_owned();
                            view! { <Banner kind=BannerKind::Bad>{said}</Banner> }.into_any()
                        }
                        None => view! { <Button icon=Glyph::Refresh on_click=again>"Show the file"</Button> }.into_any(),
                    }
                }
                _ => view! { <Standing import /> }.into_any(),
            }}
        </Shell>
    }
    .into_any()
}

/// Asks again while a worker is at it.
fn follow(import: RwSignal<Import>) {
    let slug = use_slug();
    Effect::new(move |_| {
        let ticking = set_interval_with_handle(
            move || {
                let Some((id, state)) = import.try_with_untracked(|i| (i.id, i.state)) else { return };
                if !state.is_at_work() {
                    return;
                }
                let answer = get_import(slug.get_untracked(), id);
                leptos::task::spawn_local(async move {
                    if let Ok(now) = answer.await {
                        _ = import.try_set(now);
                    }
                });
            },
            ASK_EVERY,
        );
        if let Ok(ticking) = ticking {
            on_cleanup(move || ticking.clear());
        }
    });
}

#[component]
fn Actions(import: RwSignal<Import>) -> impl IntoView {
    let slug = use_slug();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let state = Memo::new(move |_| import.with(|i| i.state));
    let cancel = move |()| {
        busy.set(true);
        let answer = cancel_import(slug.get_untracked(), import.with_untracked(|i| i.id));
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(now) => _ = import.try_set(now),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    };
    let remove = Callback::new(move |()| {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let answer = delete_import(slug.clone(), import.with_untracked(|i| i.id));
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => navigate(&format!("/w/{slug}/import"), Default::default()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    let errors =
        Signal::derive(move || format!("/w/{}/imports/{}/errors.csv", slug.get(), import.with(|i| i.id)));
    view! {
        <Show when=move || import.with(|i| i.counts.refused > 0)>
            <LinkButton href=errors icon=Glyph::Download download=true>
                "Error file"
            </LinkButton>
        </Show>
        <Show when=move || !state.get().is_over()>
            <Button on_click=move || asking.set(true) icon=Glyph::Ban>
                "Cancel the import…"
            </Button>
        </Show>
        <Show when=move || state.get().is_over()>
            <Button on_click=remove icon=Glyph::Trash>
                "Remove from the list"
            </Button>
        </Show>
        <Confirm open=asking title="Cancel this import?" action="Cancel the import" danger=true on_confirm=cancel busy>
            <p>"What was stored before stays. The file is deleted; to go on, upload it again: rows that are stored already are passed over."</p>
        </Confirm>
    }
    .into_any()
}

/// How far it is, and what it came to.
#[component]
fn Standing(import: RwSignal<Import>) -> impl IntoView {
    let number = move |pick: fn(&Import) -> i64| move || count(import.with(pick));
    let why = move || import.with(|i| i.why.clone());
    let ended = Signal::derive(move || import.with(|i| i.ended_ms));
    view! {
        {move || why().map(|why| view! { <Banner kind=BannerKind::Bad>{why}</Banner> })}
        <Card title=Signal::stored("Progress".to_owned())>
            <div class="progress-line" role="status">
                <progress
                    max=move || import.with(|i| i.bytes).to_string()
                    value=move || import.with(|i| if i.state == ImportState::Done { i.bytes } else { i.read }).to_string()
                ></progress>
                <span>
                    {move || import.with(|i| format!("{} of {} read", megabytes(i.read), megabytes(i.bytes)))}
                </span>
            </div>
            <Facts>
                <dt>"Rows"</dt>
                <dd>{number(|i| i.counts.rows)}</dd>
                <dt>"Stored"</dt>
                <dd>{number(|i| i.counts.stored)}</dd>
                <dt>"Repeated"</dt>
                <dd>
                    {number(|i| i.counts.repeated)} <p class="hint">"Everything in them was there already."</p>
                </dd>
                <dt>"Refused"</dt>
                <dd>
                    {number(|i| i.counts.refused)}
                    <p class="hint">"The error file says row by row what is wrong, and what is allowed."</p>
                </dd>
                <Show when=move || ended.get().is_some()>
                    <dt>"Ended"</dt>
                    <dd>
                        <Time ms=ended />
                    </dd>
                </Show>
            </Facts>
        </Card>
    }
    .into_any()
}
