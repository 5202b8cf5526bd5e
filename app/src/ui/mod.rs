//! The parts that every page is built of: semantic HTML, typed props, one file a part.
//!
//! Each is drawn by `style/components/{part}.css` and shown with all its states in the [`gallery`].

pub mod button;
pub mod card;
pub mod code;
pub mod dialog;
pub mod field;
pub mod form;
#[cfg(debug_assertions)]
pub mod gallery;
pub mod icon;
pub(crate) mod keyboard;
pub mod menu;
pub mod qr;
pub mod range_dialog;
pub mod segmented;
pub mod sparkline;
pub mod state;
pub mod status;
pub mod table;
pub mod tabs;
pub mod theme;
pub mod time;
pub mod toast;
pub mod value;

pub use button::{Button, ButtonKind, IconButton, LinkButton};
pub use card::{Card, Facts, Grid, Tile};
pub use code::{Code, CopyButton, Secret};
pub use dialog::{Confirm, Dialog};
pub use field::{Checkbox, Field, Select, TextArea};
pub use form::{Form, FormActions};
pub use icon::{Glyph, Icon};
pub use menu::{Menu, MenuItem, MenuLink, MenuSeparator};
pub use qr::Qr;
pub use range_dialog::RangeDialog;
pub use segmented::{SearchBox, Segmented};
pub use sparkline::Sparkline;
pub use state::{Banner, BannerKind, EmptyState, ErrorState, Skeleton};
pub use status::{Chip, LiveMark, StatusMark, Tag};
pub use table::{Pager, SortHeader, TableFrame};
pub use tabs::Tabs;
pub use time::Time;
pub use toast::{Toasts, provide_toasts, use_toasts};
