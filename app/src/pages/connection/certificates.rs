//! The authorities of a group: two places, each with a certificate or a field to paste one into.

use crate::api::provisioning::{
    group_certificate_code, remove_group_certificate, set_group_certificate, verify_group_certificate,
};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Checkbox, Code, Dialog, Form, FormActions, Tag, TextArea, Time,
    use_toasts,
};
use leptos::prelude::*;
use model::certificate::Place;
use model::enrolment::{EnrolmentGroup, GroupCertificate};

/// Which group is open, and its certificates as they are now.
#[derive(Clone, Copy)]
struct Open {
    slug: Signal<String>,
    id: StoredValue<String>,
    all: RwSignal<Vec<GroupCertificate>>,
    on_changed: Callback<()>,
}

impl Open {
    /// Puts one in its place, or takes away what is there.
    fn changed(self, place: Place, now: Option<GroupCertificate>) {
        self.all.try_update(|all| {
            all.retain(|one| one.place != place);
            all.extend(now);
        });
        self.on_changed.try_run(());
    }
}

/// Both certificates of the chosen group.
#[component]
pub(super) fn CertificatesDialog(
    open: RwSignal<bool>,
    slug: Signal<String>,
    group: RwSignal<Option<EnrolmentGroup>>,
    on_changed: Callback<()>,
) -> impl IntoView {
    let title = Signal::derive(move || {
        group.with(|group| {
            group.as_ref().map_or_else(String::new, |group| format!("Certificates of “{}”", group.name))
        })
    });
    view! {
        <Dialog open title wide=true>
            {move || {
                group
                    .get()
                    .map(|group| {
                        let here = Open {
                            slug,
                            id: StoredValue::new(group.id),
                            all: RwSignal::new(group.certificates),
                            on_changed,
                        };
                        view! {
                            <p class="hint">
                                "A device shows a certificate that leads to one of these and whose common name is its id. Two places, so that the next one can be set before the last one runs out."
                            </p>
                            {Place::ALL.into_iter().map(|place| view! { <OnePlace here place /> }).collect_view()}
                        }
                    })
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn OnePlace(here: Open, place: Place) -> impl IntoView {
    let own = Memo::new(move |_| here.all.with(|all| all.iter().find(|one| one.place == place).cloned()));
    move || match own.get() {
        Some(certificate) => view! { <Set here certificate /> }.into_any(),
        None => view! { <Unset here place /> }.into_any(),
    }
}

/// One that is there.
#[component]
fn Set(here: Open, certificate: GroupCertificate) -> impl IntoView {
    let GroupCertificate { place, thumbprint, subject, not_after_ms, verified, code, .. } = certificate;
    let toasts = use_toasts();
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let remove = move || {
        busy.set(true);
        let answer = remove_group_certificate(here.slug.get_untracked(), here.id.get_value(), place);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => here.changed(place, None),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <section aria-label=format!("{} certificate", place.label())>
            <h3>
                {place.label()} " "
                {if verified {
                    view! { <Tag>"verified"</Tag> }.into_any()
                } else {
                    view! { <Tag dashed=true>"not verified"</Tag> }.into_any()
                }}
            </h3>
            <p class="fact-line">
                <code class="mono">{thumbprint}</code>
                <Button kind=ButtonKind::Ghost on_click=move || asking.set(true)>
                    "Remove"
                </Button>
            </p>
            <p class="hint">
                {subject.map(|subject| format!("{subject} · "))} "runs out " <Time ms=Signal::stored(not_after_ms) exact=true />
            </p>
            <Show when=move || asking.get()>
                <Banner kind=BannerKind::Warning>
                    "Devices that are connected by a certificate of its are cut off at once."
                </Banner>
                <FormActions>
                    <Button on_click=move || asking.set(false)>"Cancel"</Button>
                    <Button kind=ButtonKind::Danger busy on_click=remove>
                        "Remove the certificate"
                    </Button>
                </FormActions>
            </Show>
            {(!verified).then(|| view! { <Verify here place code /> })}
        </section>
    }
    .into_any()
}

/// The way to show that somebody holds its key.
#[component]
fn Verify(here: Open, place: Place, code: Option<String>) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let (code, text, busy) = (RwSignal::new(code), RwSignal::new(String::new()), RwSignal::new(false));
    let ask = move || {
        busy.set(true);
        let answer = group_certificate_code(here.slug.get_untracked(), here.id.get_value(), place);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(fresh) => _ = code.try_set(Some(fresh)),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    let submit = move || {
        let call = verify_group_certificate(
            here.slug.get_untracked(),
            here.id.get_value(),
            place,
            text.get_untracked(),
        );
        attempt.run(Ok(()), call, move |certificate| {
            toasts.ok("The certificate is verified.");
            here.changed(place, Some(certificate));
        });
    };
    move || {
        match code.get() {
        None => view! {
            <p class="hint">"It counts when you have shown that you hold its key."</p>
            <Button busy on_click=ask>
                "Get a verification code"
            </Button>
        }
        .into_any(),
        Some(code) => view! {
            <p class="hint">"Sign a certificate with its key whose common name is this code, and paste it here."</p>
            <Code text=Signal::stored(code) />
            <Form on_submit=submit label="Verify the certificate">
                <TextArea
                    label="Signed certificate".to_owned()
                    name="certificate"
                    value=text
                    error=attempt.error("certificate", text)
                    mono=true
                    rows=3
                />
                <Refusal attempt />
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Verify"
                    </Button>
                </FormActions>
            </Form>
        }
        .into_any(),
    }
    }
}

/// Where one can be pasted.
#[component]
fn Unset(here: Open, place: Place) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let (text, vouched) = (RwSignal::new(String::new()), RwSignal::new(false));
    let submit = move || {
        let call = set_group_certificate(
            here.slug.get_untracked(),
            here.id.get_value(),
            place,
            text.get_untracked(),
            vouched.get_untracked(),
        );
        attempt.run(Ok(()), call, move |certificate| {
            toasts.ok("The certificate is set.");
            here.changed(place, Some(certificate));
        });
    };
    view! {
        <Form on_submit=submit label=format!("{} certificate", place.label())>
            <TextArea
                label=place.label().to_owned()
                name=place.as_str()
                value=text
                error=attempt.error("certificate", text)
                hint="The certificate of a root or of an authority below it, PEM. Its private key stays with you."
                mono=true
                rows=3
            />
            <Checkbox
                label=Signal::stored("I vouch for it: it needs no verification".to_owned())
                name="verified"
                value=vouched
            />
            <Refusal attempt />
            <FormActions>
                <Button submit=true busy=attempt.busy()>
                    "Set the certificate"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
