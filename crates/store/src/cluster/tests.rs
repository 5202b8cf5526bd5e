use super::*;
use crate::keys::MasterKey;
use crate::{Store, Urls, prepare_roles};

/// A cluster in a folder of its own that is removed at the end, also when the test fails.
struct Folder(tempfile::TempDir);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.dir()) {
            tracing::error!(%error, "the test's cluster stays behind");
        }
    }
}

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("postgres")
    }
}

fn pid(cluster: &Cluster) -> u32 {
    files::postmaster(&cluster.folder).unwrap().pid
}

async fn settings(cluster: &Cluster) -> (String, String) {
    let pool = sqlx::PgPool::connect(&cluster.url()).await.unwrap();
    let one: String = sqlx::query_scalar("show fsync").fetch_one(&pool).await.unwrap();
    let two: String = sqlx::query_scalar("show server_encoding").fetch_one(&pool).await.unwrap();
    pool.close().await;
    (one, two)
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_once_and_survives_a_kill() {
    let folder = Folder::new();
    assert!(Cluster::running(&folder.dir()).unwrap().is_none());
    let first = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    assert_eq!(settings(&first).await, ("off".into(), "UTF8".into()));
    let wrong = first.url().replace(&first.password, "guess");
    assert!(sqlx::PgPool::connect(&wrong).await.is_err());

    let again = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    assert_eq!((again.url(), pid(&again)), (first.url(), pid(&first)));

    let before = pid(&first);
    let killed = std::process::Command::new("kill").args(["-9", &before.to_string()]).status().unwrap();
    assert!(killed.success());
    let back = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    assert_ne!(pid(&back), before);
    assert_eq!(settings(&back).await.0, "off");

    let safe = Cluster::start(&folder.dir(), Durability::Safe).unwrap();
    assert_eq!(settings(&safe).await.0, "on");
    // By its socket, for the operator and for each role.
    assert!(safe.url().contains("?host=/"), "{}", safe.url());
    let key = MasterKey::from_base64("aG9tZXBvcnQgdGVzdHMsIG5ldmVyIHByb2R1Y3Rpb24=").unwrap();
    let urls = Urls::new(&safe.url(), &key).unwrap();
    prepare_roles(&urls, &key).await.unwrap();
    Store::connect(&urls, key).await.unwrap().ping().await.unwrap();
    safe.stop().unwrap();
    assert!(Cluster::running(&folder.dir()).unwrap().is_none());
}

#[test]
fn a_pid_file_of_something_else_is_cleared_away() {
    let folder = Folder::new();
    let first = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    let stale = files::data(&first.folder).join("postmaster.pid");
    let text = std::fs::read_to_string(&stale).unwrap();
    first.clone().stop().unwrap();
    // As after a power cut: the file stays, its number belongs to another process by now.
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[0] = std::process::id().to_string();
    lines[3] = "1".into();
    std::fs::write(&stale, lines.join("\n") + "\n").unwrap();
    first.account.own(&stale).unwrap();
    let second = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    assert_eq!(second.url().split('@').next(), first.url().split('@').next());
}

#[test]
fn another_version_is_said() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    let data = files::data(&cluster.folder);
    cluster.stop().unwrap();
    let version = std::fs::read_to_string(data.join("PG_VERSION")).unwrap();
    std::fs::write(data.join("PG_VERSION"), "7\n").unwrap();
    let said = Cluster::start(&folder.dir(), Durability::Fast).map(|_| ()).unwrap_err().to_string();
    std::fs::write(data.join("PG_VERSION"), version).unwrap();
    assert!(said.contains("Postgres 7"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn root_finds_a_place_that_the_server_can_reach() {
    let folder = Folder::new();
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(folder.0.path(), closed).unwrap();
    let elsewhere = !matches!(Account::of_this_process().unwrap(), Account::Own);
    assert_eq!(place(&folder.dir()).unwrap() != folder.dir(), elsewhere);
    let cluster = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    assert_eq!(cluster.folder, place(&folder.dir()).unwrap());
    remove(&folder.dir()).unwrap();
    assert!(!cluster.folder.exists());
}

#[test]
fn a_dead_server_is_revived_where_it_was() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    let (url, before) = (cluster.url(), cluster.pid().unwrap());
    cluster.revive().unwrap();
    assert_eq!(cluster.pid(), Some(before));
    let killed = std::process::Command::new("kill").args(["-9", &before.to_string()]).status().unwrap();
    assert!(killed.success());
    while cluster.pid().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    cluster.revive().unwrap();
    assert!(cluster.pid().is_some_and(|pid| pid != before));
    assert_eq!(cluster.url(), url);
}

/// The process of the server that writes checkpoints.
#[cfg(target_os = "linux")]
fn checkpointer(server: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
    let mut pids = children.split_whitespace().map(|pid| pid.parse::<u32>().unwrap());
    let is_it = |pid: &u32| {
        let words = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words.contains("checkpointer")
    };
    pids.find(is_it).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_hangs_while_it_ends_is_ended_and_revived() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.dir(), Durability::Fast).unwrap();
    let (url, before) = (cluster.url(), cluster.pid().unwrap());
    let last = checkpointer(before).to_string();
    assert!(std::process::Command::new("kill").args(["-STOP", &last]).status().unwrap().success());
    assert!(cluster.control(&["stop", "-m", "fast", "-W"]).unwrap().is_some());
    while cluster.is_up() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(cluster.pid(), Some(before), "it hangs");
    cluster.revive().unwrap();
    assert!(cluster.is_up() && cluster.pid() != Some(before));
    assert_eq!(cluster.url(), url);
}
