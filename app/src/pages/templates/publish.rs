//! Publishing: what changes, whether it breaks, and in which way it becomes what devices live by.

use super::work::Work;
use crate::api::templates::{discard_template, publish_template};
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Checkbox, Confirm, Dialog, FormActions};
use leptos::prelude::*;
use model::Problem;
use model::dtdl::{Difference, compare, is_breaking};

/// Shows the changes, and publishes.
#[component]
pub(super) fn Publish(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let differences = Memo::new(move |_| {
        work.whole.with(|whole| whole.published.as_ref().map(|published| compare(published, &whole.document)))
    });
    let wanted = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let breaks = Signal::derive(move || differences.with(|d| d.as_deref().is_some_and(is_breaking)));
    let publish = move || {
        let new_version = breaks.get_untracked() || wanted.get_untracked();
        work.run(publish_template(work.slug(), work.id(), new_version), move |ended| match ended {
            Ok(()) => {
                _ = open.try_set(false);
                _ = wanted.try_set(false);
                _ = problem.try_set(None);
                work.toasts.ok("Published");
            }
            Err(why) => _ = problem.try_set(Some(why)),
        });
    };
    let summary = move || match differences.get() {
        None => view! {
            <p>"From then on devices can be of this template, and what they send is checked by it."</p>
        }
        .into_any(),
        Some(differences) => {
            let text = if is_breaking(&differences) {
                "Devices would break by some of this, so it becomes a new version. Devices stay with theirs until you migrate them."
            } else {
                "Nothing of this breaks devices: it applies in place, for all devices of the newest version."
            };
            view! {
                <p>{text}</p>
                <ul class="differences">{differences.into_iter().map(line).collect_view()}</ul>
            }
            .into_any()
        }
    };
    view! {
        <Dialog open title="Publish this template?" wide=true>
            {summary}
            <Show when=move || differences.with(Option::is_some) && !breaks.get()>
                <Checkbox label="Make a new version of it all the same" name="new_version" value=wanted />
            </Show>
            {move || {
                problem
                    .get()
                    .map(|problem| view! { <Banner kind=BannerKind::Bad>{problem.sentence().to_owned()}</Banner> })
            }}
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary busy=work.busy on_click=publish>
                    {move || if breaks.get() || wanted.get() { "Publish a new version" } else { "Publish" }}
                </Button>
            </FormActions>
        </Dialog>
    }
    .into_any()
}

fn line(difference: Difference) -> AnyView {
    let word = if difference.breaking { "breaks" } else { "in place" };
    view! {
        <li class:bad=difference.breaking>
            <span class="issue-kind">{word}</span>
            {(!difference.name.is_empty()).then(|| view! { <code class="mono">{difference.name}</code> })}
            <span>{difference.text}</span>
        </li>
    }
    .into_any()
}

/// Asks, and goes back to what is published.
#[component]
pub(super) fn Discard(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let discard = move || {
        work.run(discard_template(work.slug(), work.id()), move |ended| {
            _ = open.try_set(false);
            match ended {
                Ok(()) => work.toasts.ok("Back to what is published"),
                Err(problem) => work.toasts.bad(&problem),
            }
        });
    };
    view! {
        <Confirm
            open
            title="Discard the changes?"
            action="Discard changes"
            danger=true
            busy=work.busy
            on_confirm=discard
        >
            <p>"The template goes back to what is published. This can't be undone."</p>
        </Confirm>
    }
    .into_any()
}
