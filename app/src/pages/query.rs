//! The Query page: a text in the query language, and the rows that answer it.
//!
//! The text lives in the address, so that a link brings the answer along: it is run when the page is open in the browser.

mod editor;
mod examples;
mod results;

use crate::api::AppError;
use crate::api::query::run_query;
use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_slug;
use crate::ui::Card;
use editor::Editor;
use examples::Examples;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::query::{Mistake, Outcome};
use results::Results;

/// The parameter of the address that holds the text.
const TEXT: &str = "q";

/// What is asked, and what came of it.
#[derive(Clone, Copy)]
struct Asked {
    /// The text, as it stands in the field.
    text: RwSignal<String>,
    /// The text that was run last.
    ran: RwSignal<String>,
    state: RwSignal<State>,
}

/// How the last run stands.
#[derive(Clone, PartialEq)]
enum State {
    /// Nothing was run.
    Nothing,
    /// It is on its way.
    Running,
    /// Somebody stopped it.
    Cancelled,
    /// It is there.
    Answered(Result<Outcome, AppError>),
}

impl Asked {
    fn running(self) -> Signal<bool> {
        let state = self.state;
        Signal::derive(move || state.with(|state| *state == State::Running))
    }

    /// What is wrong with the text, as long as it is the one that was run.
    fn mistake(self) -> Signal<Option<Mistake>> {
        Signal::derive(move || {
            let same = self.text.with(|text| self.ran.with(|ran| text == ran));
            self.state.with(|state| match state {
                State::Answered(Ok(Outcome::Mistake(mistake))) if same => Some(mistake.clone()),
                _ => None,
            })
        })
    }
}

/// `/w/:workspace/query`
#[component]
pub fn QueryPage() -> impl IntoView {
    let slug = use_slug();
    let address = use_query_map();
    let said = Memo::new(move |_| address.with(|map| map.get(TEXT).unwrap_or_default()));
    let asked = Asked {
        text: RwSignal::new(said.get_untracked()),
        ran: RwSignal::new(String::new()),
        state: RwSignal::new(State::Nothing),
    };
    let templates = Resource::new(move || slug.get(), list_templates);
    let work = Action::new(|(workspace, text): &(String, String)| run_query(workspace.clone(), text.clone()));
    let stop = StoredValue::new(None::<ActionAbortHandle>);
    let cancel = move || {
        if let Some(handle) = stop.try_update_value(Option::take).flatten() {
            handle.abort();
        }
    };
    let run = move |text: String| {
        cancel();
        asked.ran.set(text.clone());
        asked.state.set(State::Running);
        stop.set_value(Some(work.dispatch((slug.get_untracked(), text))));
    };
    Effect::new(move |_| {
        if let Some(answer) = work.value().get() {
            asked.state.set(State::Answered(answer));
        }
    });
    // The address is what is run: by the button, by a link, and by going back.
    Effect::new(move |_| {
        let text = said.get();
        if text.is_empty() {
            return;
        }
        asked.text.set(text.clone());
        run(text);
    });
    on_cleanup(cancel);
    let path = use_location().pathname;
    let navigate = use_navigate();
    let ask = Callback::new(move |()| {
        let text = asked.text.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        if said.get_untracked() == text {
            return run(text);
        }
        let mut parameters = ParamsMap::new();
        parameters.insert(TEXT, text);
        let to = format!("{}{}", path.get_untracked(), parameters.to_query_string());
        navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
    });
    let cancel = Callback::new(move |()| {
        cancel();
        asked.state.set(State::Cancelled);
    });
    view! {
        <Shell crumbs=vec![Crumb::here("Query")]>
            <PageHead title="Query" />
            <div class="query-page">
                <Card>
                    <Editor asked ask cancel />
                    <Transition>
                        {move || Suspend::new(async move {
                            let templates = templates.await.unwrap_or_default();
                            view! { <Examples templates asked ask /> }
                        })}
                    </Transition>
                </Card>
                <Results asked ask />
            </div>
        </Shell>
    }
}
