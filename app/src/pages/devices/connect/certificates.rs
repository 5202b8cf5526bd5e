//! The device's certificates: two places, each with a certificate or a field to paste one into.

use crate::api::devices::{remove_certificate, set_certificate};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::here::{Here, may};
use crate::ui::{
    Button, ButtonKind, Card, Confirm, CopyButton, Form, FormActions, TextArea, Time, use_toasts,
};
use leptos::prelude::*;
use model::certificate::{self, DeviceCertificate, Place};
use model::check::Check;
use model::permission::Permission;

/// The card.
#[component]
pub(super) fn Certificates(here: Here, certificates: Vec<DeviceCertificate>) -> impl IntoView {
    let all = RwSignal::new(certificates);
    view! {
        <Card title=Signal::stored("Certificates".to_owned()) span=12>
            <p class="hint">
                "With a client certificate the device connects over TLS by its user name alone, without a password. Any issuer will do, also the device itself. Two places, so that the next certificate can be set before the last one runs out. The key goes on working beside them."
            </p>
            <div class="places">
                {Place::ALL.into_iter().map(|place| view! { <OnePlace here place all /> }).collect_view()}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn OnePlace(here: Here, place: Place, all: RwSignal<Vec<DeviceCertificate>>) -> impl IntoView {
    let own = Memo::new(move |_| all.with(|all| all.iter().find(|c| c.place == place).cloned()));
    let may_manage = may(Permission::ManageDevices);
    move || match (own.get(), may_manage.get()) {
        (Some(certificate), may_manage) => view! { <Set here certificate all may_manage /> }.into_any(),
        (None, true) => view! { <Unset here place all /> }.into_any(),
        (None, false) => view! { <p class="quiet">{place.label()} ": none."</p> }.into_any(),
    }
}

/// One that is there.
#[component]
fn Set(
    here: Here,
    certificate: DeviceCertificate,
    all: RwSignal<Vec<DeviceCertificate>>,
    may_manage: bool,
) -> impl IntoView {
    let DeviceCertificate { place, thumbprint, subject, not_after_ms } = certificate;
    let toasts = use_toasts();
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let remove = Callback::new(move |()| {
        busy.set(true);
        let answer = remove_certificate(here.slug(), here.id(), place);
        leptos::task::spawn_local(async move {
            _ = asking.try_set(false);
            _ = busy.try_set(false);
            match answer.await {
                Ok(left) => _ = all.try_set(left),
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    let copy = Signal::stored(thumbprint.clone());
    view! {
        <section aria-label=format!("{} certificate", place.label())>
            <h3>{place.label()}</h3>
            <p class="fact-line">
                <code class="mono">{thumbprint}</code>
                <CopyButton text=copy />
                {may_manage
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost on_click=move || asking.set(true)>
                                "Remove"
                            </Button>
                        }
                    })}
            </p>
            <p class="hint">
                {subject.map(|subject| format!("{subject} · "))}
                {match not_after_ms {
                    Some(_) => view! { "runs out " <Time ms=not_after_ms exact=true /> }.into_any(),
                    None => "SHA-256 thumbprint; its dates are checked when the device connects".into_any(),
                }}
            </p>
            <Confirm
                open=asking
                title="Remove the certificate?"
                action="Remove the certificate"
                danger=true
                on_confirm=remove
                busy
            >
                <p>"The device is cut off at once, and can't connect with this certificate from then on."</p>
            </Confirm>
        </section>
    }
    .into_any()
}

/// Where one can be pasted.
#[component]
fn Unset(here: Here, place: Place, all: RwSignal<Vec<DeviceCertificate>>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let submit = move || {
        let pasted = text.get_untracked();
        let mut check = Check::default();
        check.field(place.as_str(), certificate::pasted(&pasted));
        let call = set_certificate(here.slug(), here.id(), place, pasted);
        attempt.run(check.done(), call, move |certificates| {
            toasts.ok("The certificate is set.");
            all.set(certificates);
        });
    };
    view! {
        <Form on_submit=submit label=format!("{} certificate", place.label())>
            <TextArea
                label=place.label().to_owned()
                name=place.as_str()
                value=text
                error=attempt.error(place.as_str(), text)
                hint="A certificate in PEM, or its SHA-256 thumbprint. The private key stays on the device."
                mono=true
                rows=3
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
