//! What became of the actions of a rule, the newest first: what waits, what was done, what was given up, and trying that again.

use super::action_row::StateMark;
use crate::api::rules::{list_action_runs, try_action_again};
use crate::live;
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, ErrorState, Pager, Segmented, Skeleton, TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::action_run::{ActionRun, ActionRunQuery, RunState};
use model::permission::Permission;

/// So many a page.
const PAGE: i64 = 20;

/// The runs of a rule's actions.
#[component]
pub(super) fn ActionRuns(rule: i32) -> impl IntoView {
    let slug = use_slug();
    let (state, offset) = (RwSignal::new(String::new()), RwSignal::new(0_i64));
    let states: Vec<(String, String)> = std::iter::once((String::new(), "All".to_owned()))
        .chain(RunState::ALL.iter().map(|state| (state.as_str().to_owned(), state.label().to_owned())))
        .collect();
    Effect::watch(move || state.get(), move |_, _, _| offset.set(0), false);
    let runs = Resource::new(
        move || (slug.get(), state.get(), offset.get()),
        move |(slug, state, offset)| {
            let state = RunState::from_word(&state);
            list_action_runs(slug, ActionRunQuery { rule: Some(rule), state, offset, limit: PAGE })
        },
    );
    let stream = live::live();
    let (news, missed) = (stream.alarms(), stream.reconnected());
    Effect::watch(move || (news.get(), missed.get()), move |_, _, _| runs.refetch(), false);
    let on_change = Callback::new(move |()| runs.refetch());
    view! {
        <Card title=Signal::stored("What its actions did".to_owned())>
            <Segmented label="State" value=state options=states />
            <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                {move || Suspend::new(async move {
                    match runs.await {
                        Ok(page) if page.items.is_empty() => {
                            view! { <p class="quiet">"Nothing yet. What its actions do stands here for 30 days."</p> }
                                .into_any()
                        }
                        Ok(page) => {
                            let pages = page.matching > PAGE;
                            view! {
                                <RunTable runs=page.items on_change />
                                {pages
                                    .then(|| {
                                        view! {
                                            <Pager
                                                offset=Signal::derive(move || offset.get())
                                                limit=PAGE
                                                matching=Signal::stored(page.matching)
                                                on_page=move |to| offset.set(to)
                                            />
                                        }
                                    })}
                            }
                                .into_any()
                        }
                        Err(error) => view! { <ErrorState problem=error.0 /> }.into_any(),
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn RunTable(runs: Vec<ActionRun>, on_change: Callback<()>) -> impl IntoView {
    view! {
        <TableFrame label="What its actions did" stack=true>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Answer"</th>
                    <th scope="col">"Tries"</th>
                </tr>
            </thead>
            <tbody>{runs.into_iter().map(|run| view! { <OneRun run on_change /> }).collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn OneRun(run: ActionRun, on_change: Callback<()>) -> impl IntoView {
    let (slug, toasts, may_manage) = (use_slug(), use_toasts(), may(Permission::ManageRules));
    let (id, state) = (run.id, run.state);
    let busy = RwSignal::new(false);
    let again = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match try_action_again(slug.get_untracked(), id).await {
                Ok(_) => toasts.ok("It is tried again".to_owned()),
                Err(error) => toasts.bad(&error.0),
            }
            let _ = busy.try_set(false);
            let _ = on_change.try_run(());
        });
    };
    let open = !run.is_test && matches!(state, RunState::GivenUp | RunState::Waiting);
    view! {
        <tr>
            <td>
                <Time ms=Signal::stored(Some(run.created_ms)) />
            </td>
            <td data-label="What">
                {kind_label(&run.kind)} " " <span class="quiet">{run.target}</span>
                {run.is_test.then(|| view! { " " <Tag dashed=true>"test"</Tag> })}
                {(run.count > 1).then(|| format!(" for {} alarms", count(run.count)))}
            </td>
            <td data-label="State">
                <StateMark state />
                {run.try_ms.filter(|_| run.tries > 0).map(|ms| view! {
                    <div class="quiet">"again " <Time ms=Signal::stored(Some(ms)) /></div>
                })}
            </td>
            <td data-label="Answer">
                {run.status.map(|status| format!("{status} "))} <span class="rule-answer">{run.answer}</span>
            </td>
            <td class="number" data-label="Tries">
                {run.tries}
                <Show when=move || open && may_manage.get()>
                    " "
                    <Button kind=ButtonKind::Ghost busy on_click=again>
                        "Try again"
                    </Button>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

/// What people read of what was done.
pub fn kind_label(kind: &str) -> &'static str {
    match kind {
        "mail" => "Mail to",
        "webhook" => "Request to",
        "command" => "Command",
        "property" => "Property",
        "publish" => "Notice",
        _ => "Action",
    }
}
