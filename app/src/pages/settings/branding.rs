//! How the workspace looks: name, colour with a preview in both themes, logo, links for help, a host name of its own.

use super::SettingsPart;
use crate::api::AppError;
use crate::api::branding::{get_branding, remove_logo, set_branding, set_logo};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_session, use_slug};
use crate::ui::{
    Button, ButtonKind, Card, ErrorState, Field, Form, FormActions, Skeleton, Tag, TextArea, use_toasts,
};
use leptos::html;
use leptos::prelude::*;
use model::branding::{self, Brand, Branding, HelpLink, LINKS_MAX, LOGO_MAX};
use model::colour::{Colour, Shades};
use model::permission::Permission;
use model::{Code, Problem};
use wasm_bindgen_futures::JsFuture;

/// `/w/:workspace/settings/branding`
#[component]
pub fn BrandingPage() -> impl IntoView {
    view! {
        <SettingsPart name="Branding" needs=Permission::ManageBranding>
            <Parts />
        </SettingsPart>
    }
}

#[component]
fn Parts() -> impl IntoView {
    let slug = use_slug();
    let found = Resource::new(move || slug.get(), get_branding);
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(branding) => {
                        view! {
                            <Logo brand=branding.brand.clone() reload />
                            <Looks branding reload />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <Card>
                                <ErrorState problem=error.0 retry=reload />
                            </Card>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Looks(branding: Branding, reload: Callback<()>) -> impl IntoView {
    let (slug, session, toasts) = (use_slug(), use_session(), use_toasts());
    let attempt = Attempt::new();
    let Branding { brand, host: kept_host, host_confirmed } = branding;
    let (name, colour) = (RwSignal::new(brand.name), RwSignal::new(brand.colour));
    let (links, host) = (RwSignal::new(written(&brand.links)), RwSignal::new(kept_host.clone()));
    let submit = move || {
        let brand = Brand {
            name: name.get_untracked(),
            colour: colour.get_untracked(),
            links: read(&links.get_untracked()),
            logo: None,
        };
        let wanted = host.get_untracked();
        let named = wanted.trim().is_empty() || branding::host(&wanted).is_ok();
        let checked = brand.clone().checked().map(|_| ()).and_then(|()| match named {
            true => Ok(()),
            false => Err(Problem::field(Code::Invalid, "host", "A host name looks like iot.example.com.")),
        });
        attempt.run(checked, set_branding(slug.get_untracked(), brand, wanted), move |_: Branding| {
            toasts.ok("Saved. It is seen from now on.");
            session.refresh();
            reload.run(());
        });
    };
    let state = (!kept_host.is_empty()).then_some(match host_confirmed {
        true => "confirmed",
        false => "waits for whoever runs this Homeport",
    });
    view! {
        <Card title=Signal::stored("Name, colour, links".to_owned())>
            <Form on_submit=submit label="Branding">
                <Field
                    label="Name"
                    name="brand_name"
                    value=name
                    error=attempt.error("name", name)
                    hint="It stands where “Homeport” does, also in mails. Empty: Homeport."
                />
                <Field
                    label="Colour"
                    name="colour"
                    value=colour
                    error=attempt.error("colour", colour)
                    mono=true
                    placeholder="#0b6b58"
                    hint="Of links and buttons. Where text in it could not be read, it is made darker in the light theme and lighter in the dark one. Empty: Homeport's."
                />
                <Preview colour />
                <TextArea
                    label="Links for help"
                    name="links"
                    value=links
                    error=attempt.error("links", links)
                    rows=3
                    hint=format!(
                        "A line each, at most {LINKS_MAX}: words, then the address. Handbook https://help.example.com",
                    )
                />
                <Field
                    label="Host name of your own"
                    name="host"
                    value=host
                    error=attempt.error("host", host)
                    placeholder="iot.example.com"
                    hint="Whoever comes by it finds this workspace's sign-in. Whoever runs this Homeport leads the name here and confirms it."
                />
                {state.map(|state| view! { <p><Tag dashed=!host_confirmed>{state}</Tag></p> })}
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

/// The colour as it is drawn in each theme.
#[component]
fn Preview(colour: RwSignal<String>) -> impl IntoView {
    let chip = |words: &'static str, ground: &'static str, shades: Shades| {
        let ground = format!("background:{ground};border-color:{}", shades.accent);
        let text = format!("color:{}", shades.accent);
        let button = format!("background:{};color:{}", shades.accent, shades.ink);
        view! {
            <div class="brand-chip" style=ground>
                <span style=text>{words}</span>
                <b style=button>"Button"</b>
            </div>
        }
    };
    move || {
        Colour::parse(&colour.get()).ok().map(|colour| {
            view! {
                <div class="brand-preview" aria-label="Preview">
                    {chip("Light theme", "#ffffff", Shades::light(colour))}
                    {chip("Dark theme", "#16191c", Shades::dark(colour))}
                </div>
            }
        })
    }
}

#[component]
fn Logo(brand: Brand, reload: Callback<()>) -> impl IntoView {
    let (slug, session, toasts) = (use_slug(), use_session(), use_toasts());
    let input = NodeRef::<html::Input>::new();
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let path = brand.logo_path();
    let has_one = path.is_some();
    let done = move |answer: Result<Branding, AppError>, words: &str| {
        _ = busy.try_set(false);
        match answer {
            Ok(_) => {
                toasts.ok(words.to_owned());
                session.refresh();
                reload.run(());
            }
            Err(AppError(problem)) => {
                let said = problem.of_field("logo").unwrap_or(problem.sentence()).to_owned();
                _ = error.try_set(Some(said));
            }
        }
    };
    let submit = move || {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return error.set(Some("Choose a picture first.".to_owned())) };
        if file.size() > LOGO_MAX as f64 {
            return error.set(Some(format!("At most {} kB.", LOGO_MAX / 1000)));
        }
        error.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
                _ = busy.try_set(false);
                _ = error.try_set(Some("The file can't be read.".to_owned()));
                return;
            };
            let picture = branding::packed(&js_sys::Uint8Array::new(&buffer).to_vec());
            done(set_logo(slug.get_untracked(), picture).await, "The logo is set.");
        });
    };
    let remove = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            done(remove_logo(slug.get_untracked()).await, "The logo is gone.");
        });
    };
    view! {
        <Card title=Signal::stored("Logo".to_owned())>
            <Form on_submit=submit label="Logo">
                {path
                    .map(|path| {
                        view! {
                            <p class="brand-logo-shown">
                                <img class="brand-logo" src=path alt="The logo as it is" />
                            </p>
                        }
                    })}
                <div class="field">
                    <label for="field-logo">"Picture"</label>
                    <input
                        node_ref=input
                        id="field-logo"
                        name="logo"
                        class="input"
                        type="file"
                        accept="image/png,image/jpeg,image/webp"
                        aria-invalid=move || error.get().map(|_| "true")
                    />
                    {move || error.get().map(|why| view! { <p class="field-error">{why}</p> })}
                    <p class="hint">
                        {format!("PNG, JPEG or WebP, up to {} kB. It is drawn anew, at most 480 by 120 pixels.", LOGO_MAX / 1000)}
                    </p>
                </div>
                <FormActions>
                    {has_one.then(|| view! { <Button busy on_click=remove>"Remove"</Button> })}
                    <Button kind=ButtonKind::Primary submit=true busy>
                        "Upload"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

/// Links as lines: words, then the address.
fn written(links: &[HelpLink]) -> String {
    links.iter().map(|link| format!("{} {}", link.label, link.href)).collect::<Vec<_>>().join("\n")
}

/// Reads [`written`] back: the last word of a line is the address.
fn read(text: &str) -> Vec<HelpLink> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let link = |line: &str| match line.rsplit_once(char::is_whitespace) {
        Some((label, href)) => HelpLink { label: label.trim().to_owned(), href: href.to_owned() },
        None => HelpLink { label: line.to_owned(), href: String::new() },
    };
    lines.map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_lines() {
        let links = [
            HelpLink { label: "Our handbook".into(), href: "https://help.example.com".into() },
            HelpLink { label: "Write us".into(), href: "mailto:help@example.com".into() },
        ];
        assert_eq!(read(&written(&links)), links);
        assert_eq!(read(" \n\n"), []);
        assert_eq!(read("nowhere")[0].href, "");
    }
}
