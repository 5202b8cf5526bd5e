//! The list of data exports, and that of their destinations.

use super::destination::DestinationDialog;
use super::{StandingMark, span};
use crate::api::data_exports::{
    delete_data_destination, enable_data_export, list_data_destinations, list_data_exports,
};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::{answer_with_status, use_slug};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, EmptyState, ErrorState, Glyph, LinkButton, Skeleton, TableFrame, Time,
    use_toasts,
};
use crate::zone::use_clock;
use leptos::prelude::*;
use model::data_export::{Destination, Export};
use model::permission::Permission;

/// `/w/:workspace/data-exports`
#[component]
pub fn DataExportsPage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageDataExports);
    let both = Resource::new(
        move || slug.get(),
        async move |slug| {
            let exports = list_data_exports(slug.clone()).await?;
            Ok::<_, crate::api::AppError>((exports, list_data_destinations(slug).await?))
        },
    );
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok((exports, _))) = both.get() {
            total.set(exports.len().to_string());
        }
    });
    // How they do is looked up again while somebody looks.
    let clock = use_clock();
    let minute = Memo::new(move |_| clock.now().map(|now| now / 15_000));
    Effect::watch(
        move || minute.get(),
        move |_, before, _| {
            if before.is_some_and(Option::is_some) {
                both.refetch()
            }
        },
        false,
    );
    let (adding, editing) = (RwSignal::new(false), RwSignal::new(None::<Destination>));
    let new = Signal::derive(move || format!("/w/{}/data-exports/new", slug.get()));
    let saved = Callback::new(move |()| both.refetch());
    view! {
        <Shell crumbs=vec![Crumb::here("Data export")]>
            <PageHead title="Data export" note=total>
                <Show when=move || may_manage.get()>
                    <Button on_click=move || { editing.set(None); adding.set(true); }>"New destination"</Button>
                    <LinkButton href=new kind=ButtonKind::Primary icon=Glyph::Plus>
                        "New export"
                    </LinkButton>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match both.await {
                        Ok((exports, destinations)) => {
                            view! {
                                <Exports exports on_change=saved />
                                <Destinations destinations adding editing on_change=saved />
                            }
                                .into_any()
                        }
                        Err(error) => {
                            answer_with_status(error.0.code.status());
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || both.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <DestinationDialog open=adding editing on_saved=saved />
        </Shell>
    }
}

#[component]
fn Exports(exports: Vec<Export>, on_change: Callback<()>) -> impl IntoView {
    if exports.is_empty() {
        return view! {
            <Card>
                <EmptyState
                    icon=Glyph::ArrowRight
                    title="No data exports yet"
                    text="An export sends what devices send and what happens to them on to a webhook, a broker, files or a database."
                />
            </Card>
        }
        .into_any();
    }
    view! {
        <Card padded=false>
            <TableFrame label="Data exports" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Export"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Behind"</th>
                        <th scope="col">"Delivered last"</th>
                        <th scope="col" class="number">"Delivered"</th>
                        <th scope="col" class="number">"Put aside"</th>
                        <th scope="col"></th>
                    </tr>
                </thead>
                <tbody>{exports.into_iter().map(|export| view! { <ExportRow export on_change /> }).collect_view()}</tbody>
            </TableFrame>
        </Card>
    }
    .into_any()
}

#[component]
fn ExportRow(export: Export, on_change: Callback<()>) -> impl IntoView {
    let (slug, toasts, clock) = (use_slug(), use_toasts(), use_clock());
    let may_manage = may(Permission::ManageDataExports);
    let (id, enabled, health) = (export.id, export.what.enabled, export.health.clone());
    let busy = RwSignal::new(false);
    let turn = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            if let Err(error) = enable_data_export(slug.get_untracked(), id, !enabled).await {
                toasts.bad(&error.0);
            }
            let _ = busy.try_set(false);
            let _ = on_change.try_run(());
        });
    };
    let export = StoredValue::new(export);
    // Before the page lives, what is written counts as now.
    let now = move || clock.now().unwrap_or_else(|| export.with_value(|export| export.health.reached_ms));
    view! {
        <tr>
            <td>
                <a class="row-link" href=move || format!("/w/{}/data-exports/{id}", slug.get())>
                    {export.with_value(|export| export.what.name.clone())}
                </a>
                <div class="quiet">
                    {export.with_value(|export| format!("{} to {}", export.what.source.label(), export.destination_name))}
                </div>
            </td>
            <td data-label="State">
                {move || view! { <StandingMark standing=export.with_value(|export| export.standing(now())) /> }}
                {health.trouble.clone().map(|why| view! { <div class="quiet">{why}</div> })}
            </td>
            <td data-label="Behind">
                {move || if enabled { span(export.with_value(|export| export.lag_ms(now()))) } else { "–".to_owned() }}
            </td>
            <td data-label="Delivered last">
                <Time ms=Signal::stored(health.delivered_ms) />
            </td>
            <td class="number" data-label="Delivered">{count(health.sent)}</td>
            <td class="number" data-label="Put aside">{count(health.dead)}</td>
            <td>
                <Show when=move || may_manage.get()>
                    <Button kind=ButtonKind::Ghost busy on_click=turn>
                        {if enabled { "Stop" } else { "Start" }}
                    </Button>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Destinations(
    destinations: Vec<Destination>,
    adding: RwSignal<bool>,
    editing: RwSignal<Option<Destination>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageDataExports);
    let (doomed, asking) = (RwSignal::new(None::<Destination>), RwSignal::new(false));
    let deleting = Attempt::new();
    let delete = move || {
        let Some(destination) = doomed.get_untracked() else { return };
        deleting.run(Ok(()), delete_data_destination(slug.get_untracked(), destination.id), move |()| {
            asking.set(false);
            on_change.run(());
        });
    };
    if destinations.is_empty() {
        return view! {
            <Card title="Destinations">
                <EmptyState
                    icon=Glyph::Plug
                    title="No destinations yet"
                    text="A destination says where exported data goes. Make one first, then an export that goes there."
                />
            </Card>
        }
        .into_any();
    }
    let row = move |destination: Destination| {
        let one = StoredValue::new(destination);
        let edit = move || {
            editing.set(Some(one.get_value()));
            adding.set(true);
        };
        let delete = move || {
            doomed.set(Some(one.get_value()));
            asking.set(true);
        };
        view! {
            <tr>
                <td>{one.with_value(|one| one.name.clone())}</td>
                <td data-label="Kind">{one.with_value(|one| one.to.label())}</td>
                <td class="number" data-label="Exports">{one.with_value(|one| count(one.exports))}</td>
                <td>
                    <Show when=move || may_manage.get()>
                        <Button kind=ButtonKind::Ghost on_click=edit>"Change…"</Button>
                        <Button kind=ButtonKind::Ghost on_click=delete>"Delete…"</Button>
                    </Show>
                </td>
            </tr>
        }
    };
    view! {
        <Card title="Destinations" padded=false>
            <TableFrame label="Destinations" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Destination"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col" class="number">"Exports"</th>
                        <th scope="col"></th>
                    </tr>
                </thead>
                <tbody>{destinations.into_iter().map(row).collect_view()}</tbody>
            </TableFrame>
        </Card>
        <Confirm
            open=asking
            title=Signal::derive(move || format!("Delete “{}”?", doomed.get().map(|one| one.name).unwrap_or_default()))
            action="Delete destination"
            danger=true
            busy=deleting.busy()
            on_confirm=delete
        >
            <p>"What was delivered stays there. This can't be undone."</p>
            <Refusal attempt=deleting />
        </Confirm>
    }
    .into_any()
}
