//! Room for what comes: slots open and close while batches are written.

use super::Scene;
use crate::ground::connect;
use store::Role;
use store::telemetry::Row;

impl Scene {
    async fn states(&self) -> Vec<(i32, String)> {
        let mut worker = connect(&self.db, Role::Worker).await;
        sqlx::query_as("SELECT slot, state FROM tm_slot ORDER BY slot").fetch_all(&mut worker).await.unwrap()
    }
}

fn named(states: &[(i32, &str)]) -> Vec<(i32, String)> {
    states.iter().map(|(slot, state)| (*slot, (*state).to_owned())).collect()
}

#[tokio::test]
async fn a_slot_is_closed_when_it_is_old_or_large_but_not_while_it_is_empty() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    assert_eq!(scene.states().await, named(&[(1, "open"), (2, "next")]));
    assert_eq!(scene.keeper.ensure_slots_of(1, 1).await.unwrap(), 1);
    scene.writer.commit(&[scene.row(1_000, a, 1.0)], &[]).await.unwrap();
    assert_eq!(scene.keeper.ensure_slots().await.unwrap(), 1);
    assert_eq!(scene.keeper.ensure_slots_of(0, 1).await.unwrap(), 2);
    assert_eq!(scene.states().await, named(&[(1, "closed"), (2, "open"), (3, "next")]));
    scene.writer.commit(&[scene.row(2_000, a, 1.0)], &[]).await.unwrap();
    assert_eq!(scene.keeper.ensure_slots_of(1, 0).await.unwrap(), 3);
    assert_eq!(scene.count().await, 2);
}

#[tokio::test]
async fn keepers_may_be_many() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    scene.writer.commit(&[scene.row(1_000, a, 1.0)], &[]).await.unwrap();
    let asked = futures::future::join_all((0..3).map(|_| scene.keeper.ensure_slots_of(0, 1))).await;
    assert!(asked.into_iter().all(|slot| slot.unwrap() == 2));
    assert_eq!(scene.states().await.len(), 3);
}

#[tokio::test]
async fn nothing_is_lost_while_slots_change_under_the_writers() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    let writers = (0..3_i64).map(|w| {
        let batches: Vec<Vec<Row>> = (0..20_i64)
            .map(|b| (0..50).map(|i| scene.row(1_000_000 * w + 1_000 * b + i, a, 1.0)).collect())
            .collect();
        let writer = scene.writer.clone();
        async move {
            for batch in batches {
                writer.commit(&batch, &[]).await.unwrap();
            }
        }
    });
    let rotating = async {
        for _ in 0..10 {
            scene.keeper.ensure_slots_of(0, 1).await.unwrap();
        }
    };
    tokio::join!(futures::future::join_all(writers), rotating);
    assert_eq!(scene.count().await, 3 * 20 * 50);
    assert_eq!(scene.log().await.iter().map(|[messages, ..]| messages).sum::<i64>(), 3 * 20 * 50);
    // Each batch lies in the one slot that the log names.
    let mut worker = connect(&scene.db, Role::Worker).await;
    let strays: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM tm_hot h LEFT JOIN tm_batch b ON b.id = h.batch WHERE b.slot IS DISTINCT FROM h.slot",
    )
    .fetch_one(&mut worker)
    .await
    .unwrap();
    assert_eq!(strays, 0);
}
