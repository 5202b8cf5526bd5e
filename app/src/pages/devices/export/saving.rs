//! Saves a file and counts its rows while it comes. A file too large for the page's memory goes straight to the browser,
//! which shows its own progress.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, ReadableStreamDefaultReader, Response, Url};

/// Rows of a file that the page holds.
const ROWS_MAX: i64 = 2_000_000;

/// A file on its way.
#[derive(Clone, Copy)]
pub(super) struct Saving {
    /// Rows that are here; none: nothing is on its way.
    pub(super) rows: RwSignal<Option<i64>>,
    /// Why it failed, in a sentence.
    pub(super) problem: RwSignal<Option<String>>,
    pub(super) busy: RwSignal<bool>,
    stopped: RwSignal<bool>,
}

impl Saving {
    pub(super) fn new() -> Saving {
        Saving {
            rows: RwSignal::new(None),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            stopped: RwSignal::new(false),
        }
    }

    /// Nothing more is read.
    pub(super) fn stop(self) {
        self.stopped.set(true);
    }

    /// Saves what this address answers; closes the dialog when it is here.
    pub(super) fn begin(self, address: String, name: String, rows: Option<i64>, open: RwSignal<bool>) {
        if self.busy.get_untracked() {
            return;
        }
        self.problem.set(None);
        if rows.is_none_or(|rows| rows > ROWS_MAX) {
            follow(&address, "");
            open.set(false);
            return;
        }
        self.busy.set(true);
        self.rows.set(Some(0));
        leptos::task::spawn_local(async move {
            let outcome = self.read(&address).await;
            _ = self.busy.try_set(false);
            _ = self.rows.try_set(None);
            match outcome {
                Ok(Some(parts)) => {
                    save(&parts, &name);
                    _ = open.try_set(false);
                }
                Ok(None) => {}
                Err(why) => _ = self.problem.try_set(Some(why)),
            }
        });
    }

    /// The parts of the file; nothing where it was stopped.
    async fn read(self, address: &str) -> Result<Option<Array>, String> {
        let broken = |_: JsValue| "The file could not be fetched whole. Try again.".to_owned();
        let answer = JsFuture::from(window().fetch_with_str(address)).await.map_err(broken)?;
        let answer: Response = answer.dyn_into().map_err(broken)?;
        if !answer.ok() {
            let text = JsFuture::from(answer.text().map_err(broken)?).await.map_err(broken)?;
            let problem = serde_json::from_str::<model::Problem>(&text.as_string().unwrap_or_default());
            return Err(problem
                .map_or_else(|_| "The server refused the file.".to_owned(), |p| p.sentence().to_owned()));
        }
        let body = answer.body().ok_or_else(|| "The file is empty.".to_owned())?;
        let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(|_| "…".to_owned())?;
        let parts = Array::new();
        loop {
            if self.stopped.try_get_untracked().unwrap_or(true) {
                _ = reader.cancel();
                return Ok(None);
            }
            let piece = JsFuture::from(reader.read()).await.map_err(broken)?;
            let get = |name: &str| js_sys::Reflect::get(&piece, &name.into());
            if get("done").map_err(broken)?.is_truthy() {
                return Ok(Some(parts));
            }
            let bytes: Uint8Array = get("value").map_err(broken)?.dyn_into().map_err(broken)?;
            let lines = bytes.to_vec().into_iter().filter(|byte| *byte == b'\n').count() as i64;
            _ = self.rows.try_update(|rows| *rows = rows.map(|rows| rows + lines));
            parts.push(&bytes);
        }
    }
}

fn save(parts: &Array, name: &str) {
    let url =
        Blob::new_with_u8_array_sequence(parts).and_then(|blob| Url::create_object_url_with_blob(&blob));
    if let Ok(url) = url {
        follow(&url, name);
        // The browser has it by then.
        set_timeout(move || _ = Url::revoke_object_url(&url), std::time::Duration::from_secs(60));
    }
}

/// Lets the browser save what an address answers.
fn follow(address: &str, name: &str) {
    let Ok(link) = document().create_element("a") else { return };
    let Ok(link) = link.dyn_into::<HtmlAnchorElement>() else { return };
    link.set_href(address);
    link.set_download(name);
    link.set_rel("external");
    let Some(body) = document().body() else { return };
    _ = body.append_child(&link);
    link.click();
    link.remove();
}
