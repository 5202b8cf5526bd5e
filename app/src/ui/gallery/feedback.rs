//! Empty, loading and broken; banners.

use super::Part;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, EmptyState, ErrorState, Glyph, Grid, Skeleton,
};
use leptos::prelude::*;
use model::{Code, Problem};

#[component]
pub(super) fn States() -> impl IntoView {
    let problem = Problem::with_detail(Code::Internal, "The server can't be reached. Check the connection.");
    view! {
        <Part title="Empty, loading, broken">
            <Grid>
                <Card span=4>
                    <EmptyState
                        icon=Glyph::Device
                        title="No devices yet"
                        text="Connect the first one: it takes a minute and one command."
                    >
                        <Button kind=ButtonKind::Primary>"Connect a device"</Button>
                    </EmptyState>
                </Card>
                <Card span=4>
                    <Skeleton rows=6 />
                </Card>
                <Card span=4>
                    <ErrorState problem retry=|| () />
                </Card>
            </Grid>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Messages() -> impl IntoView {
    view! {
        <Part title="Banners">
            <Banner>"This device has no template: every field is shown as it comes."</Banner>
            <Banner kind=BannerKind::Good>"temperature 21.5 °C arrived, committed in 9 ms."</Banner>
            <Banner kind=BannerKind::Warning>"Three messages were refused today. The log says why."</Banner>
            <Banner kind=BannerKind::Bad>"E-mail and password don't match."</Banner>
        </Part>
    }
    .into_any()
}
