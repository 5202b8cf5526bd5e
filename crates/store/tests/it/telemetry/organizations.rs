//! The history of a device that moves: what arrived before stays with the organization that it left, what comes after
//! belongs to the other, whatever becomes of slots and chunks meanwhile.

use super::*;
use model::OrganizationId;
use model::organization::{NewOrganization, Reach};
use std::time::Duration;
use store::telemetry::HotWindow;

const HOUR: i64 = 3_600_000;

impl Scene {
    async fn organization(&self, name: &str) -> OrganizationId {
        let scope = self.scope().await;
        let new = NewOrganization { key: name.into(), name: name.into(), parent: None };
        let root = scope.organizations().root().await.unwrap();
        let made = scope.organizations().insert(&new, root).await.unwrap();
        scope.commit().await.unwrap();
        made
    }

    async fn moves(&self, to: OrganizationId, now_ms: i64) {
        let scope = self.scope().await;
        let moved = scope.devices().move_to(&[self.tenant.device], to, now_ms).await.unwrap();
        assert_eq!(moved, [self.tenant.device]);
        scope.commit().await.unwrap();
    }

    /// The values of lines, of raw messages, and of what is newest, as somebody of this organization sees them.
    async fn seen_by(&self, reach: Reach) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
        let snapshot = self.db.store().snapshot_within(self.tenant.workspace.id, reach).await.unwrap();
        let (device, a) = (self.tenant.device, self.metric("a").await);
        let points = snapshot.history().points(device, a, 0, i64::MAX / 4).await.unwrap();
        let raw = snapshot.history().raw(device, None, 100).await.unwrap();
        let mut raw: Vec<i64> = raw.messages.iter().map(|message| message.ts / HOUR).collect();
        raw.sort_unstable();
        let latest = snapshot.telemetry().latest(&[device]).await.unwrap();
        let latest = latest.into_values().flatten().map(|latest| latest.ts / HOUR).collect();
        (points.iter().map(|(ts, _)| ts / HOUR).collect(), raw, latest)
    }

    async fn sends(&self, hours: std::ops::Range<i64>) {
        let a = self.metric("a").await;
        let rows: Vec<Row> = hours.map(|hour| self.row(hour * HOUR, a, hour as f64)).collect();
        self.writer.commit(&rows, &[]).await.unwrap();
        self.keeper.rebuild_last().await.unwrap();
    }

    async fn settles(&self) {
        self.keeper.ensure_slots_of(0, 1).await.unwrap();
        while self.keeper.compact_next().await.unwrap().is_some() {}
        self.keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.unwrap();
        self.keeper.repack_some(i64::MAX / 4).await.unwrap();
    }
}

fn only(organization: OrganizationId) -> Reach {
    Reach::Organizations(vec![organization])
}

#[tokio::test]
async fn what_a_device_sent_stays_where_it_was_when_it_came() {
    let scene = Scene::new().await;
    let (north, south) = (scene.organization("north").await, scene.organization("south").await);
    scene.moves(north, 2_000).await;
    // All of one day, so that it becomes one chunk where nothing keeps it apart.
    scene.sends(1..4).await;
    scene.moves(south, 3_000).await;
    scene.sends(4..6).await;
    let (before, after): (Vec<i64>, Vec<i64>) = ((1..4).collect(), (4..6).collect());
    for settled in [false, true, true] {
        if settled {
            scene.settles().await;
        }
        let (points, raw, _) = scene.seen_by(only(north)).await;
        assert_eq!((&points, &raw), (&before, &before), "north, settled: {settled}");
        let (points, raw, latest) = scene.seen_by(only(south)).await;
        assert_eq!((&points, &raw), (&after, &after), "south, settled: {settled}");
        assert_eq!(latest, [5], "south, settled: {settled}");
        let all: Vec<i64> = (1..6).collect();
        let (points, raw, _) = scene.seen_by(Reach::Everything).await;
        assert_eq!((points, raw), (all.clone(), all), "settled: {settled}");
    }
    // Who sees both sees all; who sees neither nothing.
    let both = Reach::Organizations(vec![north, south]);
    assert_eq!(scene.seen_by(both).await.0.len(), 5);
    assert_eq!(scene.seen_by(Reach::Organizations(vec![])).await, (vec![], vec![], vec![]));
    // It comes back, and sends into what is packed already.
    scene.moves(north, 4_000).await;
    scene.sends(6..7).await;
    scene.settles().await;
    assert_eq!(scene.seen_by(only(north)).await.0, [1, 2, 3, 6]);
    assert_eq!(scene.seen_by(only(south)).await.0, after);
}

#[tokio::test]
async fn what_moved_away_is_listed_and_its_values_are_forgotten() {
    let scene = Scene::new().await;
    let (north, south) = (scene.organization("north").await, scene.organization("south").await);
    scene.moves(north, 2_000).await;
    scene.sends(1..2).await;
    assert_eq!(scene.seen_by(only(north)).await.2, [1]);
    scene.moves(south, 3_000).await;
    assert_eq!(scene.seen_by(only(south)).await.2, Vec::<i64>::new());
    // Nor do they come back when ingestion starts again.
    scene.keeper.rebuild_last().await.unwrap();
    assert_eq!(scene.seen_by(only(south)).await.2, Vec::<i64>::new());

    let workspace = scene.tenant.workspace.id;
    let of = async |reach| scene.db.store().workspace_within(workspace, reach).await.unwrap();
    let query = model::device::DeviceQuery { limit: 10, ..Default::default() };
    let scope = of(only(north)).await;
    assert!(scope.devices().get("room-1").await.unwrap().is_none());
    let gone = scope.devices().moved_away("room-1").await.unwrap().unwrap();
    assert_eq!((gone.moved_away_ms, gone.organization.id), (Some(3_000), north));
    assert_eq!(scope.devices().list_moved_away(&query).await.unwrap().items, [gone]);
    let scope = of(only(south)).await;
    assert!(scope.devices().get("room-1").await.unwrap().is_some());
    assert_eq!(scope.devices().list_moved_away(&query).await.unwrap().total, 0);
    assert!(of(Reach::Everything).await.devices().moved_away("room-1").await.unwrap().is_none());
}
