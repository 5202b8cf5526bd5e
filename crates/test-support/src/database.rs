//! A database for one test: cloned from a migrated template in a fraction of a second, dropped with the test.
//!
//! The server is the one of `HOMEPORT_TEST_DATABASE_URL` (an address that may create roles and databases), or a private
//! cluster in the workspace's `.homeport/test`, which is left running for the next tests. Tests sign in as the
//! application's role, never as the owner.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use store::admin;
use store::cluster::{Cluster, Durability};
use store::keys::MasterKey;
use store::{Role, Store, Urls, prepare_roles};
use tokio::sync::OnceCell;

/// The master key of all tests: a server's roles have one set of passwords, whoever tests on it.
const KEY: &str = "aG9tZXBvcnQgdGVzdHMsIG5ldmVyIHByb2R1Y3Rpb24=";
/// Databases of tests begin so, with the number of the process behind it.
const PREFIX: &str = "homeport_test_";

/// The server and its template, made ready once a process.
static GROUND: OnceCell<Ground> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

struct Ground {
    admin_url: String,
    template: String,
}

/// A migrated database that nobody else uses.
pub struct TestDb {
    admin_url: String,
    name: String,
    urls: Urls,
    store: Store,
}

impl TestDb {
    /// Clones the template.
    ///
    /// # Panics
    /// When there is no Postgres to be had; the message says why.
    pub async fn new() -> TestDb {
        let ground = GROUND.get_or_init(lay_ground).await;
        let name = format!("{PREFIX}{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let url = admin::create_database(&ground.admin_url, &name, Some(&ground.template))
            .await
            .expect("a database is cloned from the template");
        let urls = Urls::new(&url, &database_key()).expect("the address of the test database");
        let store = Store::connect(&urls, database_key()).await.expect("the application's role signs in");
        TestDb { admin_url: ground.admin_url.clone(), name, urls, store }
    }

    /// The addresses of its roles.
    pub fn urls(&self) -> &Urls {
        &self.urls
    }

    /// The store on it, as the application uses it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The master key that its passwords and device keys follow from.
    pub fn key(&self) -> MasterKey {
        database_key()
    }
}

impl Drop for TestDb {
    /// In a thread of its own, because a test's runtime may end before.
    fn drop(&mut self) {
        let (admin_url, name) = (self.admin_url.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(admin::drop_database(&admin_url, &name)).map_err(std::io::Error::other)
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            tracing::warn!(database = self.name, "a test database could not be dropped");
        }
    }
}

/// The master key of all test databases.
pub fn database_key() -> MasterKey {
    MasterKey::from_base64(KEY).expect("32 bytes in base64")
}

/// Starts the server where none is given, and sees to a template of the present migrations.
async fn lay_ground() -> Ground {
    let given = std::env::var("HOMEPORT_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
    let own = given.is_none();
    let (admin_url, _lock) = tokio::task::spawn_blocking(move || {
        let folder = workspace().join(".homeport");
        std::fs::create_dir_all(&folder).expect("the folder .homeport can be made");
        let lock = File::create(folder.join("test.lock")).expect("the lock of the tests can be made");
        // One process at a time lays the ground; the lock ends with the file.
        lock.lock().expect("the lock of the tests can be taken");
        let url = given.unwrap_or_else(|| {
            let cluster = Cluster::start(&folder.join("test"), Durability::Fast);
            cluster.unwrap_or_else(|e| panic!("no Postgres for the tests: {e}")).url()
        });
        (url, lock)
    })
    .await
    .expect("the server of the tests starts");
    if own {
        drop_orphans(&admin_url).await;
    }
    let template = template(&admin_url).await;
    Ground { admin_url, template }
}

/// The name of the migrated template, which is made where it is missing: under another name first, so that half a one
/// is never taken for whole.
async fn template(admin_url: &str) -> String {
    let name = format!("homeport_template_{}", migrations::fingerprint());
    let urls = Urls::new(admin_url, &database_key()).expect("the address of the server");
    prepare_roles(&urls, &database_key()).await.expect("the roles are made");
    let found = admin::databases(admin_url, &name).await.expect("databases are listed");
    if found.contains(&name) {
        return name;
    }
    let raw = format!("{name}_raw");
    admin::drop_database(admin_url, &raw).await.expect("a half-made template is dropped");
    let url = admin::create_database(admin_url, &raw, None).await.expect("the template is made");
    let urls = Urls::new(&url, &database_key()).expect("the address of the template");
    prepare_roles(&urls, &database_key()).await.expect("the roles get the template's schema");
    migrations::run(urls.role(Role::Migrator)).await.expect("the template is migrated");
    admin::rename_database(admin_url, &raw, &name).await.expect("the template gets its name");
    name
}

/// Drops the databases of processes that were killed.
async fn drop_orphans(admin_url: &str) {
    for name in admin::databases(admin_url, PREFIX).await.expect("databases are listed") {
        let process = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists() {
            admin::drop_database(admin_url, &name).await.expect("an orphaned database is dropped");
        }
    }
}

/// The folder of the whole workspace, where `Cargo.lock` lies.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap_or(here).to_owned()
}
