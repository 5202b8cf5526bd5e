//! Buttons, fields, choices, menus and dialogs.

use super::Part;
use crate::ui::{
    Button, ButtonKind, Checkbox, Chip, Confirm, Dialog, Field, Form, FormActions, Glyph, IconButton,
    LinkButton, Menu, MenuItem, MenuLink, MenuSeparator, RangeDialog, SearchBox, Segmented, Select, Tabs,
    Tag, TextArea, use_toasts,
};
use leptos::prelude::*;

#[component]
pub(super) fn Buttons() -> impl IntoView {
    view! {
        <Part title="Buttons">
            <div class="gallery-row">
                <Button kind=ButtonKind::Primary>"Connect a device"</Button>
                <Button>"Plain"</Button>
                <Button kind=ButtonKind::Ghost>"Ghost"</Button>
                <Button kind=ButtonKind::Danger>"Delete"</Button>
                <Button icon=Glyph::Plus>"With a sign"</Button>
                <LinkButton href="/_gallery" icon=Glyph::Download>
                    "A link"
                </LinkButton>
                <IconButton glyph=Glyph::Refresh label="Again" />
                <IconButton glyph=Glyph::Trash label="Delete" kind=ButtonKind::Plain />
            </div>
            <div class="gallery-row">
                <Button kind=ButtonKind::Primary disabled=true>
                    "Disabled"
                </Button>
                <Button disabled=true>"Disabled"</Button>
                <Button kind=ButtonKind::Primary busy=true>
                    "Saving"
                </Button>
                <Button busy=true>"Loading"</Button>
                <Button kind=ButtonKind::Danger busy=true>
                    "Deleting"
                </Button>
            </div>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Fields() -> impl IntoView {
    let text = |value: &str| RwSignal::new(value.to_owned());
    let schema = text("double");
    let schemas =
        ["double", "integer", "boolean", "string", "geopoint"].map(|s| (s.to_owned(), s.to_owned()));
    let wrong =
        || Signal::stored(Some("At least 10 characters. A short sentence is a good password.".to_owned()));
    view! {
        <Part title="Fields">
            <div class="gallery-columns">
                <Form on_submit=|| () label="Sample form">
                    <Field label="Name" name="g-name" value=text("Meeting room 2.14") />
                    <Field
                        label="Device ID"
                        name="g-id"
                        value=text("room-2-14")
                        mono=true
                        hint="What the device connects with. It can't be changed later."
                    />
                    <Select label="Schema" name="g-schema" value=schema options=schemas.to_vec() />
                </Form>
                <Form on_submit=|| ()>
                    <Field label="E-mail" name="g-email" value=text("") placeholder="name@example.com" kind="email" />
                    <Field label="Password" name="g-password" value=text("short") kind="password" error=wrong() />
                    <Field label="Can't be changed" name="g-fixed" value=text("room-2-14") disabled=true />
                </Form>
                <Form on_submit=|| ()>
                    <TextArea label="Notes" name="g-notes" value=text("Third floor, behind the ventilation.") />
                    <Checkbox
                        label="Simulated"
                        name="g-simulated"
                        value=RwSignal::new(true)
                        hint="Homeport plays the device until the real one connects."
                    />
                    <FormActions>
                        <Button>"Cancel"</Button>
                        <Button kind=ButtonKind::Primary submit=true>
                            "Save"
                        </Button>
                    </FormActions>
                </Form>
            </div>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Choices() -> impl IntoView {
    let range = RwSignal::new("24h".to_owned());
    let ranges = [("1h", "1 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d")];
    let ranges = ranges.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    let tabs = [("/_gallery", "Overview"), ("#raw", "Raw data"), ("#connect", "Connect"), ("#log", "Log")];
    let tabs = tabs.map(|(href, words)| (href.to_owned(), words.to_owned())).to_vec();
    view! {
        <Part title="Choices">
            <Tabs items=tabs />
            <div class="gallery-row">
                <Segmented value=range options=ranges label="Time range" />
                <SearchBox value=RwSignal::new(String::new()) placeholder="Search devices" />
                <Chip label="Template: Room sensor" on_remove=|| () />
                <Chip label="Status: Live" on_remove=|| () />
                <Tag>"Room sensor"</Tag>
                <Tag dashed=true>"simulated"</Tag>
                <Tag bad=true>"blocked"</Tag>
            </div>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Layers() -> impl IntoView {
    const DAY_MS: i64 = 86_400_000;
    let (dialog, confirm, range) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let bounds = |()| (DAY_MS, 2 * DAY_MS);
    let choose = |(from, to): (i64, i64)| to > from;
    let toasts = use_toasts();
    let problem = model::Problem::new(model::Code::Internal);
    view! {
        <Part title="Layers">
            <div class="gallery-row">
                <Button on_click=move || dialog.set(true)>"Dialog"</Button>
                <Button on_click=move || range.set(true)>"Time range"</Button>
                <Button on_click=move || confirm.set(true)>"Confirm"</Button>
                <Menu label="More">
                    <MenuItem icon=Glyph::Pencil on_click=|| ()>
                        "Rename"
                    </MenuItem>
                    <MenuLink href="/_gallery" icon=Glyph::External current=true>
                        "Where one is"
                    </MenuLink>
                    <MenuSeparator />
                    <MenuItem icon=Glyph::Trash danger=true on_click=|| ()>
                        "Delete"
                    </MenuItem>
                </Menu>
                <Button on_click=move || toasts.ok("Saved.")>"Toast"</Button>
                <Button on_click=move || {
                    toasts.undo("Deleted Meeting room 2.14.", move || toasts.ok("It is back."))
                }>"Toast with undo"</Button>
                <Button on_click=move || toasts.bad(&problem)>"Toast of a failure"</Button>
            </div>
            <RangeDialog open=range bounds choose />
            <Dialog open=dialog title="Connect a device">
                <Form on_submit=move || dialog.set(false)>
                    <Field label="Name" name="d-name" value=RwSignal::new(String::new()) autofocus=true />
                    <FormActions>
                        <Button on_click=move || dialog.set(false)>"Cancel"</Button>
                        <Button kind=ButtonKind::Primary submit=true>
                            "Create"
                        </Button>
                    </FormActions>
                </Form>
            </Dialog>
            <Confirm
                open=confirm
                title="Delete Meeting room 2.14?"
                action="Delete"
                danger=true
                on_confirm=move || confirm.set(false)
            >
                <p>"Its 12,480 values and its log go with it. This can't be undone."</p>
            </Confirm>
        </Part>
    }
    .into_any()
}
