//! Sends a file to the server, piece by piece, and goes on to the page of its import.

use crate::api::AppError;
use crate::api::files::{cancel_import, create_import};
use crate::session::use_slug;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Form, FormActions, Glyph};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::Problem;
use model::import::{FILE_MAX, ImportKind, NewImport, PIECE};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, RequestInit, Response};

/// How often a piece is tried that doesn't come through.
const TRIES: u32 = 4;

/// The choice of a file, and the way of it.
#[component]
pub(super) fn Upload(
    /// The device that one came from; empty: none.
    device: Signal<String>,
    /// What its rows are.
    kind: Signal<ImportKind>,
) -> impl IntoView {
    let slug = use_slug();
    let navigate = use_navigate();
    let input = NodeRef::<html::Input>::new();
    let error = RwSignal::new(None::<String>);
    let sent = RwSignal::new(None::<(i64, i64)>);
    let stopped = RwSignal::new(false);
    let busy = Signal::derive(move || sent.with(Option::is_some));
    let submit = move || {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return error.set(Some("Choose a file first.".to_owned())) };
        let new = NewImport { name: file.name(), bytes: file.size() as i64, kind: kind.get_untracked() };
        if let Err(problem) = new.clone().checked() {
            return error.set(Some(problem.of_field("file").unwrap_or(problem.sentence()).to_owned()));
        }
        error.set(None);
        stopped.set(false);
        sent.set(Some((0, new.bytes)));
        let (slug, device, navigate) = (slug.get_untracked(), device.get_untracked(), navigate.clone());
        leptos::task::spawn_local(async move {
            let outcome = send(&slug, file, new, sent, stopped).await;
            _ = sent.try_set(None);
            match outcome {
                Ok(Some(id)) => {
                    let behind = if device.is_empty() { String::new() } else { format!("?device={device}") };
                    navigate(&format!("/w/{slug}/import/{id}{behind}"), Default::default());
                }
                Ok(None) => {}
                Err(why) => _ = error.try_set(Some(why)),
            }
        });
    };
    view! {
        <Form on_submit=submit label="A new file">
            <div class="field">
                <label for="field-file">"CSV file"</label>
                <input
                    node_ref=input
                    id="field-file"
                    name="file"
                    class="input"
                    type="file"
                    accept=".csv,.tsv,.txt,text/csv"
                    disabled=move || busy.get()
                    aria-invalid=move || error.get().map(|_| "true")
                />
                {move || error.get().map(|why| view! { <p class="field-error">{why}</p> })}
                <p class="hint">
                    {move || match kind.get() {
                        ImportKind::History => {
                            format!(
                                "A row a time, with a column for each value. Up to {} GB. Nothing is stored before you have seen how it is read.",
                                FILE_MAX >> 30,
                            )
                        }
                        ImportKind::Devices => {
                            "A row a device, with columns such as id, name, template, simulated. Nothing is made before you have seen how it is read."
                                .to_owned()
                        }
                    }}
                </p>
            </div>
            {move || {
                sent.get()
                    .map(|(sent, bytes)| {
                        view! {
                            <div class="progress-line" role="status">
                                <progress max=bytes.to_string() value=sent.to_string()></progress>
                                <span>{format!("{} of {}", megabytes(sent), megabytes(bytes))}</span>
                            </div>
                        }
                    })
            }}
            <FormActions>
                <Show when=move || busy.get()>
                    <Button on_click=move || stopped.set(true)>"Cancel"</Button>
                </Show>
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::ArrowUp busy>
                    "Upload"
                </Button>
            </FormActions>
            <noscript>
                <Banner kind=BannerKind::Bad>"Files are sent by a script of this page."</Banner>
            </noscript>
        </Form>
    }
    .into_any()
}

/// `1.5 MB`.
pub(super) fn megabytes(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes + 999) / 1000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Sends the file; the number of its import, or nothing where it was stopped.
async fn send(
    slug: &str,
    file: File,
    new: NewImport,
    sent: RwSignal<Option<(i64, i64)>>,
    stopped: RwSignal<bool>,
) -> Result<Option<i32>, String> {
    let bytes = new.bytes;
    let said =
        |AppError(problem): AppError| problem.of_field("file").unwrap_or(problem.sentence()).to_owned();
    let import = create_import(slug.to_owned(), new).await.map_err(said)?;
    let mut at = 0;
    while at < bytes {
        if stopped.try_get_untracked().unwrap_or(true) {
            // It would be cleared away after a day.
            _ = cancel_import(slug.to_owned(), import.id).await;
            return Ok(None);
        }
        let end = (at + PIECE).min(bytes);
        let address = format!("/w/{slug}/imports/{}/file?at={at}", import.id);
        let mut tries = 0;
        while let Err(why) = put(&address, &file, at, end).await {
            tries += 1;
            if tries == TRIES {
                _ = cancel_import(slug.to_owned(), import.id).await;
                return Err(why);
            }
        }
        at = end;
        _ = sent.try_set(Some((at, bytes)));
    }
    Ok(Some(import.id))
}

async fn put(address: &str, file: &File, at: i64, end: i64) -> Result<(), String> {
    let broken = |_: JsValue| "The file could not be sent. Check the connection and try again.".to_owned();
    let piece = file.slice_with_f64_and_f64(at as f64, end as f64).map_err(broken)?;
    let request = RequestInit::new();
    request.set_method("PUT");
    request.set_body(&piece);
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await.map_err(broken)?;
    let answer: Response = answer.dyn_into().map_err(broken)?;
    if answer.ok() {
        return Ok(());
    }
    let text = JsFuture::from(answer.text().map_err(broken)?).await.map_err(broken)?;
    let problem = serde_json::from_str::<Problem>(&text.as_string().unwrap_or_default());
    Err(problem.map_or_else(|_| "The server refused the file.".to_owned(), |p| p.sentence().to_owned()))
}
