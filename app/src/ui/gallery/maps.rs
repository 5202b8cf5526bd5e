//! Maps: markers that become one, ways, areas, and one to draw on.

use super::Part;
use crate::map::{FenceMap, Map, Marker};
use crate::ui::{Card, Grid};
use leptos::prelude::*;
use model::rule::Fence;

#[component]
pub(super) fn Maps() -> impl IntoView {
    let names = ["Berlin", "Hamburg", "Potsdam", "Teltow", "Wien", "Paris"];
    let places = [(52.52, 13.4), (53.55, 9.99), (52.39, 13.06), (52.4, 13.26), (48.21, 16.37), (48.86, 2.35)];
    let moods = ["good", "plain", "bad", "warning", "good", "plain"];
    let marker = |((name, at), mood): ((&str, (f64, f64)), &'static str)| Marker {
        id: name.to_owned(),
        label: name.to_owned(),
        notes: vec!["21.5 °C".to_owned(), "a minute ago".to_owned()],
        at,
        mood,
        href: Some("#".to_owned()),
    };
    let markers: Vec<Marker> = names.into_iter().zip(places).zip(moods).map(marker).collect();
    let way: Vec<(f64, f64)> = (0..60)
        .map(|i| {
            let part = f64::from(i) / 60.0;
            (52.52 - part * 4.3 + (part * 9.0).sin() * 0.2, 13.4 + part * 3.0)
        })
        .collect();
    let circle = RwSignal::new(Some(Fence::Circle { lat: 52.52, lon: 13.4, radius: 12_000.0 }));
    let polygon = RwSignal::new(Some(Fence::Polygon {
        corners: vec![[52.0, 12.5], [53.0, 12.5], [53.0, 14.0], [52.3, 14.4]],
    }));
    view! {
        <Part title="Maps">
            <Grid>
                <Card title="Markers and a way" span=8>
                    <Map label="Six towns" markers ways=vec![way] height=320 />
                </Card>
                <Card title="Nothing there" span=4>
                    <Map label="An empty map" height=320 />
                </Card>
                <Card title="A circle to draw" span=6>
                    <FenceMap fence=circle polygon=false on_change=move |fence| circle.set(Some(fence)) />
                </Card>
                <Card title="A polygon to draw" span=6>
                    <FenceMap fence=polygon polygon=true on_change=move |fence| polygon.set(Some(fence)) />
                </Card>
            </Grid>
        </Part>
    }
    .into_any()
}
