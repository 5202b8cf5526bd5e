//! Adding a component to the devices of a template, and letting them inherit what another template has.

use super::field_name::suggest;
use super::work::Work;
use crate::api::AppError;
use crate::api::templates::{get_template, list_templates};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Glyph, Select};
use leptos::prelude::*;
use model::dtdl::{self, Dialect, Document, Part};
use model::{Code, Problem, TemplateId};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Component,
    Inherited,
}

/// The buttons below the groups, and the dialogs that they open.
#[component]
pub(super) fn Parts(work: Work) -> impl IntoView {
    let asked = RwSignal::new(Asked::Component);
    let open = RwSignal::new(false);
    let ask = move |what: Asked| {
        asked.set(what);
        open.set(true);
    };
    let title = Signal::derive(move || match asked.get() {
        Asked::Component => "Add a component".to_owned(),
        Asked::Inherited => "Inherit from a template".to_owned(),
    });
    view! {
        <Show when=move || work.may_manage.get()>
            <div class="template-parts">
                <Button icon=Glyph::Plus on_click=move || ask(Asked::Component)>
                    "Add a component"
                </Button>
                <Button icon=Glyph::Plus on_click=move || ask(Asked::Inherited)>
                    "Inherit from a template"
                </Button>
            </div>
            <Dialog open title>
                {move || view! { <PartForm work open asked=asked.get() /> }}
            </Dialog>
        </Show>
    }
    .into_any()
}

#[component]
fn PartForm(work: Work, open: RwSignal<bool>, asked: Asked) -> impl IntoView {
    let attempt = Attempt::new();
    let (name, display_name, template) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The name follows what people read until somebody writes one of their own.
    Effect::watch(
        move || display_name.get(),
        move |shown, before, _| {
            let suggested = before.map(|before| suggest(before, &[])).unwrap_or_default();
            if name.with_untracked(|name| *name == suggested) {
                name.set(suggest(shown, &[]));
            }
        },
        false,
    );
    let slug = work.slug();
    let known = Resource::new(|| (), move |()| list_templates(slug.clone()));
    let options = Signal::derive(move || {
        let known = known.get().and_then(Result::ok).unwrap_or_default();
        let first = match asked {
            Asked::Component => "A new one, with nothing in it",
            Asked::Inherited => "Choose a template",
        };
        std::iter::once((String::new(), first.to_owned()))
            .chain(known.into_iter().filter(|t| t.id != work.id()).map(|t| (t.id.to_string(), t.name)))
            .collect::<Vec<_>>()
    });
    let submit = move || {
        let chosen = template.get_untracked().parse().ok().map(TemplateId);
        let (called, shown) = (name.get_untracked(), display_name.get_untracked());
        let before = work.document_now();
        let dialect = before.dialect().unwrap_or(Dialect::V2);
        let check = match asked {
            Asked::Component => dtdl::check_name(called.trim(), dialect)
                .map_err(|why| Problem::field(Code::Invalid, "name", why)),
            Asked::Inherited if chosen.is_none() => {
                let text = "Choose the template of which the devices have everything too.";
                Err(Problem::field(Code::Invalid, "template", text))
            }
            Asked::Inherited => Ok(()),
        };
        let slug = work.slug();
        let call = async move {
            let other = match chosen {
                Some(id) => Some(get_template(slug, id).await?.document),
                None => None,
            };
            put_together(before, asked, other, called.trim(), shown.trim()).map_err(AppError)
        };
        attempt.run(check, call, move |after: Document| {
            work.save(after, move |ended| match ended {
                Ok(()) => _ = open.try_set(false),
                Err(problem) => work.toasts.bad(&problem),
            });
        });
    };
    view! {
        <Form on_submit=submit label="Add a part">
            <Show when=move || asked == Asked::Component>
                <Field
                    label="Display name"
                    name="display_name"
                    value=display_name
                    error=attempt.error("display_name", display_name)
                    autocomplete="off"
                    placeholder="Front door"
                />
                <Field
                    label="Name"
                    name="name"
                    value=name
                    error=attempt.error("name", name)
                    hint="What messages of this part carry: letters, digits and underscores."
                    autocomplete="off"
                    mono=true
                />
            </Show>
            <Transition>
                <Select
                    label=Signal::stored(if asked == Asked::Component { "Interface" } else { "Template" }.to_owned())
                    name="template"
                    value=template
                    options
                    error=attempt.error("template", template)
                    hint="What the chosen template has now is taken over; what becomes of it later is not."
                />
            </Transition>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Add"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The document with the part in it.
fn put_together(
    mut document: Document,
    asked: Asked,
    other: Option<Document>,
    name: &str,
    display_name: &str,
) -> Result<Document, Problem> {
    let (field, done) = match (asked, other) {
        (Asked::Component, other) => {
            let part = other.map_or(Part::Fresh, |other| Part::Of(Box::new(other)));
            ("name", dtdl::add_component(&mut document, name, display_name, &part))
        }
        (Asked::Inherited, Some(other)) => ("template", dtdl::inherit(&mut document, &other)),
        (Asked::Inherited, None) => ("template", Err("Choose a template.".to_owned())),
    };
    done.map_err(|why| Problem::field(Code::Invalid, field, why))?;
    // What breaks DTDL by it, such as a component in a component, is said before anything is kept.
    match dtdl::errors(&dtdl::validate(&document)).next() {
        Some(issue) => Err(Problem::with_detail(Code::Invalid, issue.message.clone())),
        None => Ok(document),
    }
}
