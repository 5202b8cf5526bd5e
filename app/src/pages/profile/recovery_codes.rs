//! Recovery codes, shown for the only time.

use crate::ui::{Banner, BannerKind, Button, ButtonKind, Code, FormActions};
use leptos::prelude::*;

/// The codes, below what there is to know about them; the dialog closes when they are kept.
#[component]
pub(super) fn RecoveryCodes(
    codes: Vec<String>,
    open: RwSignal<bool>,
    #[prop(into)] about: String,
) -> impl IntoView {
    view! {
        <div class="form">
            <Banner kind=BannerKind::Warning>{about}</Banner>
            <Code text=Signal::stored(codes.join("\n")) />
            <FormActions>
                <Button kind=ButtonKind::Primary on_click=move || open.set(false)>
                    "I have kept them"
                </Button>
            </FormActions>
        </div>
    }
    .into_any()
}
