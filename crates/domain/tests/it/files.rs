//! History out of files and into files: what was exported is imported again, once, whatever happens on the way.

mod exporting;
mod importing;

use crate::ground::{Ground, new_device};
use domain::exports::{self, Download};
use domain::imports::{self, Tools};
use domain::{Context, devices};
use model::export::{Layout, SeriesExport};
use model::import::{Import, ImportKind, ImportState, Mapping, NewImport, OfDevice, PIECE};
use store::telemetry::{Keeper, Writer};

/// A minute of 2026 that all of these tests are near, in milliseconds since 1970.
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// So long an import stays with a worker that was dropped.
const LEASE: std::time::Duration = std::time::Duration::from_secs(2);

/// A product with two devices, and what works on its imports.
struct Scene {
    ground: Ground,
    ada: Context,
    tools: Tools,
}

impl Scene {
    async fn new() -> Scene {
        let ground = Ground::new().await;
        let ada = ground.context().await;
        for id in ["one", "two"] {
            devices::create(&ada, new_device(id)).await.unwrap();
        }
        let tools = Scene::tools(&ground, "first").await;
        tools.keeper.ensure_slots().await.unwrap();
        Scene { ground, ada, tools }
    }

    async fn tools(ground: &Ground, worker: &str) -> Tools {
        Tools {
            writer: Writer::connect(ground.db.urls()).await.unwrap().of_imports(),
            keeper: Keeper::connect(ground.db.urls()).await.unwrap(),
            worker: worker.into(),
            lease: LEASE,
        }
    }

    /// Midnight some days ago, well within what the workspace keeps.
    fn day(&self, ago: i64) -> i64 {
        (self.ada.now_ms / DAY_MS - ago) * DAY_MS
    }

    /// A file that is here and waits.
    async fn uploaded(&self, text: &str) -> Import {
        let new =
            NewImport { name: "history.csv".into(), bytes: text.len() as i64, kind: ImportKind::History };
        let import = imports::create(&self.ada, new).await.unwrap();
        let mut at = 0;
        for piece in text.as_bytes().chunks(PIECE as usize) {
            at = imports::add_piece(&self.ada, import.id, at, piece.to_vec()).await.unwrap();
        }
        imports::get(&self.ada, import.id).await.unwrap()
    }

    /// What the file seems to be, for this device.
    async fn mapping(&self, import: &Import, device: &str) -> Mapping {
        let mut mapping = imports::inspect(&self.ada, import.id).await.unwrap().mapping;
        mapping.device = OfDevice::One(device.into());
        mapping
    }

    /// Imports the file as it seems to be.
    async fn import(&self, text: &str, device: &str) -> Import {
        let import = self.uploaded(text).await;
        let mapping = self.mapping(&import, device).await;
        imports::start(&self.ada, import.id, mapping).await.unwrap();
        self.work().await;
        let import = imports::get(&self.ada, import.id).await.unwrap();
        assert_eq!((import.state, import.why.as_deref()), (ImportState::Done, None));
        import
    }

    async fn work(&self) {
        imports::work(&self.ground.homeport, &self.tools, &|| false).await.unwrap();
    }

    async fn series(&self, ask: SeriesExport) -> String {
        whole(exports::series(&self.ada, ask).await.unwrap()).await
    }

    /// Every value of a device.
    async fn every(&self, device: &str) -> String {
        self.series(self.ask(device)).await
    }

    fn ask(&self, device: &str) -> SeriesExport {
        SeriesExport {
            devices: vec![device.into()],
            group: None,
            names: Vec::new(),
            from_ms: self.day(60),
            to_ms: self.day(-2),
            aggregation: None,
            layout: Layout::Wide,
            zone: String::new(),
        }
    }

    /// All that was written becomes chunks.
    async fn compact(&self) {
        self.tools.keeper.ensure_slots_of(1, 1).await.unwrap();
        while self.tools.keeper.compact_next().await.unwrap().is_some() {}
    }
}

/// The whole file.
async fn whole(mut download: Download) -> String {
    let mut bytes = Vec::new();
    while let Some(piece) = download.next().await.unwrap() {
        bytes.extend(piece);
    }
    String::from_utf8(bytes).unwrap()
}

/// A time as our files have it.
fn at(ms: i64) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap();
    time.format(&time::format_description::well_known::Rfc3339).unwrap()
}
