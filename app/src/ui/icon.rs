//! The signs of the interface: one component, one table of drawings.
//!
//! Drawn here on a grid of 24 with round strokes rather than taken from an icon crate: forty signs as text cost
//! nothing to compile and are static in the page, where a crate's component each costs minutes and five signals.

use leptos::prelude::*;

macro_rules! glyphs {
    ($($(#[$doc:meta])* $name:ident $path:literal),* $(,)?) => {
        /// A sign.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Glyph {
            $($(#[$doc])* $name),*
        }

        impl Glyph {
            /// All signs, with their names, in the order of the table.
            pub const ALL: &[(Glyph, &str)] = &[$((Glyph::$name, stringify!($name))),*];

            /// The drawing: the data of an SVG path, stroked.
            fn path(self) -> &'static str {
                match self {
                    $(Glyph::$name => $path),*
                }
            }
        }
    };
}

glyphs! {
    /// A device.
    Device "M7 3h10a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM9 8h6M9 12h6M12 17h.01",
    /// A group of devices.
    Group "M6 3.5h7a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2zM7.5 7.5h4M18.5 7.5v10a3 3 0 0 1-3 3h-8",
    /// The explorer.
    Compass "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM15.5 8.5l-2 5-5 2 2-5z",
    /// A device template.
    Template "M5 4h14a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM5 13h6a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1zM16 13.5h4M16 17h4M16 20h4",
    /// Settings.
    Settings "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4zM9 14.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z",
    /// Notices.
    Bell "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4M12 3v2",
    /// A letter.
    Mail "M4 5.5h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM3.5 7l8.5 6.5L20.5 7",
    /// A person.
    Person "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.8-3.8 3.8-5.5 7.5-5.5s6.7 1.7 7.5 5.5",
    /// What is kept.
    Storage "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v6c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12v6c0 1.7 3.6 3 8 3s8-1.3 8-3v-6",
    /// A workspace.
    Workspace "M5 21V5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v16M16 10h2a2 2 0 0 1 2 2v9M3 21h18M9 8h3M9 12h3M9 16h3",
    /// Home.
    Home "M4 11l8-7 8 7v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 19zM9.5 20.5V14h5v6.5",
    /// A query.
    Query "M4 5.5h16M4 10h9M4 14.5h6M4 19h6M16 12.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM21 21l-2.5-2.5",
    /// Search.
    Search "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM20 20l-4.2-4.2",
    /// The navigation, on a phone.
    Menu "M4 7h16M4 12h16M4 17h16",
    /// Close, remove.
    Close "M6 6l12 12M18 6L6 18",
    /// Done, chosen.
    Check "M5 12.5l4.5 4.5L19 7.5",
    /// Down.
    ChevronDown "M6 9.5l6 6 6-6",
    /// Right.
    ChevronRight "M9.5 6l6 6-6 6",
    /// Left.
    ChevronLeft "M14.5 6l-6 6 6 6",
    /// A choice.
    ChevronsUpDown "M8 9.5l4-4 4 4M8 14.5l4 4 4-4",
    /// Up.
    ArrowUp "M12 19V5M6 11l6-6 6 6",
    /// Down.
    ArrowDown "M12 5v14M6 13l6 6 6-6",
    /// On.
    ArrowRight "M5 12h14M13 6l6 6-6 6",
    /// Enter.
    Enter "M20 5v6a3 3 0 0 1-3 3H5M9 9.5L4.5 14 9 18.5",
    /// Copy.
    Copy "M10 8.5h8.5A1.5 1.5 0 0 1 20 10v8.5a1.5 1.5 0 0 1-1.5 1.5H10a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 10 8.5zM15.5 8.5v-3A1.5 1.5 0 0 0 14 4H5.5A1.5 1.5 0 0 0 4 5.5V14a1.5 1.5 0 0 0 1.5 1.5h3",
    /// Show.
    Eye "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
    /// Hide.
    EyeOff "M10 5.7A9.5 9.5 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.2 3M6.5 7.2A16 16 0 0 0 2.5 12s3.5 6.5 9.5 6.5a9.3 9.3 0 0 0 5-1.5M10 10a3 3 0 0 0 4.1 4.2M4 4l16 16",
    /// Again.
    Refresh "M20 11a8 8 0 0 0-14-4.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4.5l2-2.5M20 20v-5h-5",
    /// Undo.
    Undo "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
    /// Delete.
    Trash "M4 6.5h16M9 6.5V4.5A1 1 0 0 1 10 3.5h4a1 1 0 0 1 1 1v2M6 6.5l.8 12.6a1.5 1.5 0 0 0 1.5 1.4h7.4a1.5 1.5 0 0 0 1.5-1.4L18 6.5M10 11v5M14 11v5",
    /// Shut out.
    Ban "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM6 6l12 12",
    /// New.
    Plus "M12 5v14M5 12h14",
    /// Edit.
    Pencil "M4 20l1-4.5L16.3 4.2a1.7 1.7 0 0 1 2.4 0l1.1 1.1a1.7 1.7 0 0 1 0 2.4L8.5 19 4 20zM14 6.5l3.5 3.5",
    /// More.
    More "M5 10.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2zM12 10.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2zM19 10.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2z",
    /// Sign out.
    SignOut "M9 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h3M15 8l4 4-4 4M19 12H9",
    /// Light.
    Sun "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    /// Dark.
    Moon "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    /// As the system.
    Screen "M4.5 4h15A1.5 1.5 0 0 1 21 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4zM9 20h6M12 16v4",
    /// Trouble.
    Warning "M10.6 4.2L2.9 17.5A1.6 1.6 0 0 0 4.3 20h15.4a1.6 1.6 0 0 0 1.4-2.5L13.4 4.2a1.6 1.6 0 0 0-2.8 0zM12 9.5v4M12 16.8h.01",
    /// Good to know.
    Info "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 8h.01",
    /// It worked.
    Good "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8.3 12.3l2.6 2.6 4.9-5.3",
    /// Save as a file.
    Download "M12 4v11M7.5 10.8L12 15.3l4.5-4.5M5 20h14",
    /// Send a file.
    Upload "M12 15.5V4.5M7.5 9L12 4.5 16.5 9M5 20h14",
    /// Leads away.
    External "M14 4h6v6M20 4l-9 9M18 14v4.5a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 4 18.5v-11A1.5 1.5 0 0 1 5.5 6H10",
    /// A key.
    Key "M8 11a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM11.3 12.3L20 3.6M16.5 7l3 3M13.8 9.8l1.7 1.7",
    /// Connect.
    Plug "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
    /// Live values.
    Activity "M3 12h4l3-8 4 16 3-8h4",
    /// A chart.
    Chart "M4 4v14.5A1.5 1.5 0 0 0 5.5 20H20M8 14l3.5-4 3 2.5L19 7",
    /// A dashboard.
    Dashboard "M5 4h5a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM15 4h4a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM15 12h4a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1zM5 16h5a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-2a1 1 0 0 1 1-1z",
    /// Marked, or to be marked.
    Star "M12 3.8l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
    /// The whole screen.
    Expand "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
    /// Rows.
    List "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
    /// Commands to paste.
    Terminal "M5 4h14a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 5 4zM7.5 9l3 3-3 3M12.5 15h4",
    /// A time.
    Clock "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2",
    /// A log.
    Log "M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM14 3v5h5M9 13h6M9 17h4",
    /// No connection.
    Offline "M4 4l16 16M2.5 9.5a14 14 0 0 1 4.3-2.8M10.5 5.6A14 14 0 0 1 21.5 9.5M5.8 13a9.3 9.3 0 0 1 3.5-2M14 10.8a9.3 9.3 0 0 1 4.2 2.2M9.2 16.5a4.5 4.5 0 0 1 4.7-.7M12 19.8h.01",
    /// Nothing here.
    Inbox "M4 13.5l2.6-8A1.5 1.5 0 0 1 8 4.5h8a1.5 1.5 0 0 1 1.4 1l2.6 8v4.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zM4 13.5h4.5l1.5 2.5h4l1.5-2.5H20",
    /// A place.
    Place "M12 21s7-6.2 7-11.3A7 7 0 0 0 5 9.7C5 14.8 12 21 12 21zM12 7.2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
    /// The whole range again.
    ZoomOut "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM20 20l-4.2-4.2M8.2 11h5.6",
    /// A filter.
    Filter "M4 6h16M7 12h10M10 18h4",
}

/// A sign at the size of the text beside it. It is decoration: say in words what it means, beside it or as a label.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=glyph.path() />
        </svg>
    }
    .into_any()
}
