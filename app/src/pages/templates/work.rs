//! The template that the page is about, as all of its parts see it, and the way by which each change goes to the server.

use crate::api::AppError;
use crate::api::templates::save_template;
use crate::ui::toast::ToastStack;
use crate::ui::use_toasts;
use leptos::prelude::*;
use model::Problem;
use model::TemplateId;
use model::dtdl::Document;
use model::template::WholeTemplate;

/// The handle that the parts get.
#[derive(Clone, Copy)]
pub(super) struct Work {
    slug: StoredValue<String>,
    id: TemplateId,
    /// The template as the server has it.
    pub(super) whole: RwSignal<WholeTemplate>,
    /// Whether who looks may change it.
    pub(super) may_manage: Signal<bool>,
    /// Whether something is on its way to the server.
    pub(super) busy: RwSignal<bool>,
    pub(super) toasts: ToastStack,
}

impl Work {
    pub(super) fn new(slug: String, whole: WholeTemplate, may_manage: Signal<bool>) -> Work {
        Work {
            slug: StoredValue::new(slug),
            id: whole.template.id,
            whole: RwSignal::new(whole),
            may_manage,
            busy: RwSignal::new(false),
            toasts: use_toasts(),
        }
    }

    /// The workspace's slug.
    pub(super) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// The template.
    pub(super) fn id(self) -> TemplateId {
        self.id
    }

    /// The document that is worked on. Tracks it.
    pub(super) fn document(self) -> Document {
        self.whole.with(|whole| whole.document.clone())
    }

    /// The document as it is now, for a change to it.
    pub(super) fn document_now(self) -> Document {
        self.whole.with_untracked(|whole| whole.document.clone())
    }

    /// Keeps a document as the draft; `done` hears how it ended.
    pub(super) fn save(self, document: Document, done: impl FnOnce(Result<(), Problem>) + 'static) {
        let call = save_template(self.slug(), self.id, document);
        self.run(call, done);
    }

    /// Waits for an answer that is the template as it is then.
    pub(super) fn run(
        self,
        call: impl Future<Output = Result<WholeTemplate, AppError>> + 'static,
        done: impl FnOnce(Result<(), Problem>) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = call.await;
            // The page may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(whole) => {
                    _ = self.whole.try_set(whole);
                    done(Ok(()));
                }
                Err(AppError(problem)) => done(Err(problem)),
            }
        });
    }

    /// Keeps a document, and offers to go back to `before`.
    pub(super) fn save_with_undo(self, document: Document, before: Document, said: String) {
        let undo = move || {
            let before = before.clone();
            self.save(before, move |ended| {
                if let Err(problem) = ended {
                    self.toasts.bad(&problem);
                }
            });
        };
        self.save(document, move |ended| match ended {
            Ok(()) => self.toasts.undo(said, undo),
            Err(problem) => self.toasts.bad(&problem),
        });
    }
}
