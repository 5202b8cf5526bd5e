//! The real server on ports of its own, with a database of its own, and people who use it.
//!
//! It runs on its own threads, so that what it logs is known to be its own: an error in the log fails the test.

mod errors;
mod person;

pub use person::{Answer, TestPerson};

use crate::TestDb;
use crate::device::TestDevice;
use crate::smtp::SmtpServer;
use errors::Errors;
use homeport::domain::{self, Homeport};
use homeport::mail::MailSettings;
use homeport::roles::Roles;
use homeport::settings::{Broker, Database, Port, Settings};
use homeport::wiring::{self, Running};
use model::OrganizationId;
use model::device::NewDevice;
use model::role::RoleId;
use model::workspace::Workspace;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long the server may take to end.
const FAREWELL: Duration = Duration::from_secs(60);
/// The password of everybody who is made by [`TestApp::person`].
const PASSWORD: &str = "a short sentence";
/// What an external broker must know to ask this server's hook.
const HOOK_SECRET: &str = "the broker's secret";

/// A server for one test.
pub struct TestApp {
    /// Its address: `http://localhost:…`.
    pub url: String,
    /// Where its broker listens without encryption.
    pub mqtt: SocketAddr,
    /// Where its broker listens with TLS.
    pub mqtts: SocketAddr,
    /// The certificate authority of its broker, PEM.
    pub ca_pem: String,
    /// What an external broker must know to ask its hook.
    pub hook_secret: &'static str,
    homeport: Homeport,
    settings: Settings,
    errors: Errors,
    people: AtomicU32,
    running: Option<Running>,
    runtime: Option<Runtime>,
    folder: TempDir,
    // Last, so that the database goes after everything that uses it.
    db: TestDb,
}

impl TestApp {
    /// Starts one on an empty database.
    ///
    /// # Panics
    /// When it doesn't start; the message says why.
    pub async fn start() -> TestApp {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        TestApp::at(any, None, |_| {}).await
    }

    /// Starts one that sends its mails by this server, and tries again within a second where that fails.
    ///
    /// # Panics
    /// When it doesn't start; the message says why.
    pub async fn with_mail(smtp: &SmtpServer) -> TestApp {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mail = MailSettings {
            url: smtp.url(),
            from: "Homeport <homeport@example.com>".into(),
            patience: Duration::from_millis(700),
            again: Duration::from_millis(200),
        };
        TestApp::at(any, None, |settings| settings.mail = Some(mail)).await
    }

    /// Starts one with other settings.
    ///
    /// # Panics
    /// When it doesn't start; the message says why.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> TestApp {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        TestApp::at(any, None, change).await
    }

    /// Starts one on the ports that Microsoft's SDKs know: 8883 for MQTT over TLS, 443 for WebSocket and files. Only one at a
    /// time can have them; where another program has, it is waited for.
    ///
    /// # Panics
    /// When it doesn't start, or the ports don't come free; the message says why.
    pub async fn on_the_ports_of_azure() -> TestApp {
        let [mqtts, web] = [8883, 443].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        crate::eventually("ports 8883 and 443 are free", async || {
            let free = |address| std::net::TcpListener::bind(address).is_ok();
            (free(mqtts) && free(web)).then_some(())
        })
        .await;
        TestApp::at(mqtts, Some(web), |_| {}).await
    }

    async fn at(mqtts: SocketAddr, web: Option<SocketAddr>, change: impl FnOnce(&mut Settings)) -> TestApp {
        let db = TestDb::new().await;
        let folder = tempfile::tempdir().expect("a folder for the server's data");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut settings = Settings {
            files_url: None,
            mail: None,
            roles: Roles::default(),
            data_dir: folder.path().join("data"),
            database: Database::Ready { urls: Box::new(db.urls().clone()), key: db.key() },
            web: any,
            broker: embedded(any, mqtts),
            public_url: None,
            device_web: web.map(|address| Port { address, or_free: false }),
            device_hosts: Vec::new(),
            hook_secret: Some(HOOK_SECRET.into()),
            device_rate: None,
            workspace_rate: None,
            api_rate: None,
            outgoing_private: false,
            map_tiles: None,
            metrics_token: None,
            hot: store::telemetry::HotWindow::default(),
            tls: None,
            site: site(),
        };
        change(&mut settings);
        let errors = Errors::default();
        let runtime = errors.runtime();
        let running = start(&runtime, settings.clone()).await;
        let (mqtt, mqtts) = (running.mqtt.expect("MQTT"), running.mqtts.expect("MQTT with TLS"));
        TestApp {
            url: match settings.public_url {
                Some(_) => format!("http://{}", running.web),
                None => running.url.clone(),
            },
            mqtt,
            mqtts,
            ca_pem: running.certificates.as_ref().map(|c| c.ca_pem().to_owned()).unwrap_or_default(),
            hook_secret: HOOK_SECRET,
            homeport: running.homeport.clone(),
            // After a restart everything is where it was.
            settings: Settings { web: running.web, broker: embedded(mqtt, mqtts), ..settings },
            errors,
            people: AtomicU32::new(0),
            running: Some(running),
            runtime: Some(runtime),
            folder,
            db,
        }
    }

    /// Ends the server and starts it again on the same data and the same ports.
    ///
    /// # Panics
    /// When it doesn't start again.
    pub async fn restart(&mut self) {
        let runtime = self.runtime.as_ref().expect("the server runs");
        let running = self.running.take().expect("the server runs");
        let ended = runtime.spawn(running.stop()).await.expect("the server ends");
        ended.expect("the server ends in order");
        let running = start(runtime, self.settings.clone()).await;
        self.homeport = running.homeport.clone();
        self.running = Some(running);
    }

    /// Someone new who is signed in, with a workspace of their own called `{name}'s workspace`.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn person(&self, email: &str) -> TestPerson {
        self.people.fetch_add(1, Ordering::Relaxed);
        let name = email.split('@').next().unwrap_or(email).to_owned();
        let (email_of, name_of) = (email.to_owned(), name.clone());
        let (person, workspace) = self
            .within(async move |homeport| {
                let person = domain::provision::person(&homeport, &name_of, &email_of, PASSWORD).await?;
                let workspace = format!("{name_of}'s workspace");
                let workspace = domain::workspaces::create(&homeport, person.id, &workspace).await?;
                Ok((person, workspace))
            })
            .await;
        let somebody = TestPerson::new(self, person, workspace, PASSWORD);
        let answer = somebody.sign_in().await;
        assert_eq!(answer.status, 200, "{} signs in: {}", somebody.email, answer.body);
        somebody
    }

    /// Someone new who administers the platform too.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn administrator(&self, email: &str) -> TestPerson {
        let somebody = self.person(email).await;
        let email = email.to_owned();
        self.within(async move |homeport| domain::platform::add_administrator(&homeport, &email).await).await;
        somebody
    }

    /// Somebody who belongs to an organization of another's workspace, with this role there, and is signed in.
    ///
    /// # Panics
    /// When the address is taken, or there is no such role or organization.
    pub async fn member(&self, owner: &TestPerson, email: &str, role: &str, organization: i64) -> TestPerson {
        let workspace = owner.workspace.id;
        let (role, organization) = (RoleId(role.to_owned()), OrganizationId(organization as i32));
        let (name, email_of) = (email.to_owned(), email.to_owned());
        let person = self
            .within(async move |homeport| {
                let person = domain::provision::person(&homeport, &name, &email_of, PASSWORD).await?;
                let scope = homeport.store().workspace(workspace).await?;
                scope.memberships().set(person.id, &role, organization).await?;
                scope.commit().await?;
                Ok(person)
            })
            .await;
        let somebody = TestPerson::new(self, person, owner.workspace.clone(), PASSWORD);
        let answer = somebody.sign_in().await;
        assert_eq!(answer.status, 200, "{} signs in: {}", somebody.email, answer.body);
        somebody
    }

    /// A client that nobody is signed in with, and that keeps cookies.
    pub fn client(&self) -> reqwest::Client {
        let client =
            reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        client.timeout(Duration::from_secs(60)).build().expect("a client of HTTP")
    }

    /// A client that begins with this cookie of the server's (`homeport=…`), and keeps cookies.
    ///
    /// # Panics
    /// When the address of the server is none.
    pub fn client_with_cookie(&self, cookie: &str) -> reqwest::Client {
        let jar = reqwest::cookie::Jar::default();
        jar.add_cookie_str(cookie, &self.url.parse().expect("the server's address"));
        let client = reqwest::Client::builder().cookie_provider(jar.into());
        let client = client.redirect(reqwest::redirect::Policy::none());
        client.timeout(Duration::from_secs(60)).build().expect("a client of HTTP")
    }

    /// A device of this person's workspace, with its key; it has not connected yet.
    ///
    /// # Panics
    /// When the id is taken.
    pub async fn device(&self, owner: &TestPerson, id: &str) -> TestDevice {
        self.device_in(owner, &owner.workspace, id).await
    }

    /// A device of another workspace of this person's.
    ///
    /// # Panics
    /// When the id is taken.
    pub async fn device_in(&self, owner: &TestPerson, workspace: &Workspace, id: &str) -> TestDevice {
        let (person, slug, external_id) = (owner.id, workspace.slug.clone(), id.to_owned());
        let key = self
            .within(async move |homeport| {
                let context = domain::workspaces::open(&homeport, person, &slug).await?;
                let new = NewDevice { external_id: external_id.clone(), ..NewDevice::default() };
                domain::devices::create(&context, new).await?;
                domain::provision::device_key(&context, &external_id).await
            })
            .await;
        TestDevice { scope: workspace.scope.clone(), id: id.to_owned(), key, broker: self.mqtt }
    }

    /// Lets the test reach the use-cases, on the server's own threads.
    ///
    /// # Panics
    /// When the use-case refuses.
    pub async fn within<T, F>(&self, work: impl FnOnce(Homeport) -> F) -> T
    where
        F: Future<Output = domain::Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let runtime = self.runtime.as_ref().expect("the server runs");
        let done = runtime.spawn(work(self.homeport.clone())).await.expect("the use-case ends");
        done.unwrap_or_else(|error| panic!("a use-case refused: {}", homeport::error::chain(&error)))
    }

    /// The database beneath.
    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// The server's data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes the errors that were logged so far, for a test that means to cause one.
    pub fn take_errors(&self) -> Vec<String> {
        self.errors.take()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if let Some(running) = self.running.take() {
            let (sender, ended) = std::sync::mpsc::channel();
            runtime.spawn(async move {
                let outcome = running.stop().await;
                // Nobody listens any more where it took too long.
                let _ = sender.send(outcome.is_ok());
            });
            if !ended.recv_timeout(FAREWELL).unwrap_or(false) && !std::thread::panicking() {
                panic!("the server did not end");
            }
        }
        runtime.shutdown_background();
        let errors = self.errors.take();
        if !errors.is_empty() && !std::thread::panicking() {
            panic!("the server logged errors:\n{}", errors.join("\n"));
        }
    }
}

async fn start(runtime: &Runtime, settings: Settings) -> Running {
    let started = runtime.spawn(wiring::start(settings)).await.expect("the start ends");
    started.unwrap_or_else(|error| panic!("the server doesn't start: {}", homeport::error::chain(&error)))
}

fn embedded(tcp: SocketAddr, tls: SocketAddr) -> Broker {
    Broker::Embedded {
        tcp: Port { address: tcp, or_free: false },
        tls: Port { address: tls, or_free: false },
    }
}

/// The site as it was built last, if it was.
fn site() -> PathBuf {
    if let Some(folder) = std::env::var_os("HOMEPORT_SITE").filter(|folder| !folder.is_empty()) {
        return folder.into();
    }
    crate::database::workspace().join("target/site")
}
