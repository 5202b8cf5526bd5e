use super::*;
use crate::gate::Auth;

fn device(workspace: i32, device: i32) -> Identity {
    Identity {
        workspace: WorkspaceId(workspace),
        device: DeviceId(device),
        scope: "s".into(),
        external_id: device.to_string().into(),
        auth: Auth::Key,
        proof: 0,
        until: None,
    }
}

/// Ten messages a second, a burst of two seconds, a pause of five.
fn limits() -> Limits {
    Limits {
        messages_per_second: 10,
        bytes_per_second: 0,
        messages_per_second_per_workspace: 0,
        bytes_per_second_per_workspace: 0,
        burst: Duration::from_secs(2),
        pause: Duration::from_secs(5),
        ..Limits::default()
    }
}

#[test]
fn a_burst_passes_and_then_the_rate_holds() {
    let now = Instant::now();
    let rates = Rates::new(Arc::new(limits()));
    let meter = rates.meter(&device(1, 1), now);
    for _ in 0..20 {
        assert_eq!(meter.take(100, now), None);
    }
    let slow = meter.take(100, now).unwrap();
    assert_eq!((slow.rate, slow.lasting), (Rate::DeviceMessages, false));
    assert_eq!(slow.until - now, Duration::from_millis(100));
    // Another connection of the device pays from the same account; its neighbour has its own.
    assert!(rates.meter(&device(1, 1), now).take(100, now).is_some());
    assert_eq!(rates.meter(&device(1, 2), now).take(100, now), None);
    // After the burst's time it may send a burst again.
    let later = now + Duration::from_secs(3);
    for _ in 0..20 {
        assert_eq!(meter.take(100, later), None);
    }
}

#[test]
fn who_never_slows_down_is_over_after_the_pause() {
    let start = Instant::now();
    let meter = Rates::new(Arc::new(limits())).meter(&device(1, 1), start);
    let mut now = start;
    let over = loop {
        match meter.take(100, now) {
            Some(slow) if slow.lasting => break now,
            Some(slow) => now = slow.until,
            None => {}
        }
        assert!(now < start + Duration::from_secs(60));
    };
    assert_eq!((over - start).as_secs(), 5);
    // It is told once, and one that recovers in between isn't told at all.
    assert!(!meter.take(100, over).unwrap().lasting);
    let mut now = over + Duration::from_secs(10);
    for _ in 0..20 {
        for _ in 0..25 {
            assert!(meter.take(100, now).is_none_or(|slow| !slow.lasting));
        }
        now += Duration::from_secs(3);
    }
}

#[test]
fn a_workspace_is_slowed_down_and_its_neighbour_is_not() {
    let now = Instant::now();
    let limits = Limits {
        messages_per_second: 0,
        bytes_per_second_per_workspace: 1_000,
        burst: Duration::from_secs(1),
        ..limits()
    };
    let rates = Rates::new(Arc::new(limits));
    let (one, two) = (rates.meter(&device(1, 1), now), rates.meter(&device(1, 2), now));
    assert_eq!(one.take(1_000, now), None);
    let slow = two.take(1_000, now).unwrap();
    assert_eq!((slow.rate, slow.until - now), (Rate::WorkspaceBytes, Duration::from_secs(1)));
    assert_eq!(rates.meter(&device(2, 3), now).take(1_000, now), None);
    let much_later = slow.until + Duration::from_secs(100);
    one.take(1_000, much_later);
    assert!(!one.take(9_000, much_later).unwrap().lasting);
}

#[test]
fn accounts_go_when_they_are_paid_back() {
    let now = Instant::now();
    let rates = Rates::new(Arc::new(limits()));
    for number in 0..5_000 {
        let at = now + Duration::from_millis(number);
        rates.meter(&device(1, i32::try_from(number).unwrap()), at).take(100, at);
    }
    // Those of the last tenth of a second still owe something.
    assert!(rates.accounts.lock().unwrap().of.len() < 1_200);
}
