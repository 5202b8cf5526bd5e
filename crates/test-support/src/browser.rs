//! A person at a browser: finds things by the words that stand on them, clicks, types, looks, takes pictures.
//!
//! Real Chromium by Debian's chromedriver. Whatever is asked for is waited for, up to `PATIENCE`; what does not come
//! fails the test with a picture of the page. An error in the console fails it too, unless it was announced by
//! [`Browser::forgive`].

mod driver;

use driver::Driver;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};
pub use thirtyfour::Key;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::{WebDriver, WebElement};

/// How long anything may take to appear. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(40);
/// Highest picture of a whole page, in pixels of CSS.
const HEIGHT_MAX: i64 = 7000;
/// Finds elements by what people read; see the file.
const FIND: &str = include_str!("browser/find.js");

/// Light or dark, as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The size of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A desk: 1440 × 900.
    Wide,
    /// A phone: 390 × 844, two device pixels to one of CSS.
    Phone,
}

/// One browser with an empty profile, on one site.
pub struct Browser {
    web: WebDriver,
    base: String,
    forgiven: Mutex<Vec<String>>,
    // Last, so that it ends after the session.
    _driver: Driver,
}

impl Browser {
    /// Starts Chromium; `base` is the address of the site, such as `http://127.0.0.1:8080`.
    ///
    /// # Panics
    /// When chromium or chromium-driver is not installed.
    pub async fn start(base: &str) -> Browser {
        let driver = Driver::start();
        let web = driver.session().await;
        let base = base.trim_end_matches('/').to_owned();
        let browser = Browser { web, base, forgiven: Mutex::default(), _driver: driver };
        browser.show(Scheme::Light, Screen::Wide).await;
        browser
    }

    /// Goes to a path of the site, and waits until the page is alive.
    pub async fn open(&self, path: &str) {
        self.web.goto(format!("{}{path}", self.base)).await.expect("the page loads");
        self.alive().await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.web.refresh().await.expect("the page loads again");
        self.alive().await;
    }

    /// Waits until the page answers to the mouse.
    pub async fn alive(&self) {
        self.until("the page hydrates", || {
            self.holds("document.documentElement.hasAttribute('data-hydrated')")
        })
        .await;
    }

    /// The path and query that stand in the address bar.
    pub async fn path(&self) -> String {
        let url = self.web.current_url().await.expect("the address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits until the address is so.
    pub async fn at(&self, wanted: &str) {
        self.until(&format!("the address becomes {wanted}"), || async { self.path().await == wanted }).await;
    }

    /// Waits until the address holds this.
    pub async fn at_some(&self, part: &str) {
        self.until(&format!("the address holds {part}"), || async { self.path().await.contains(part) }).await;
    }

    /// Clicks on the button, link, tab, option or menu item of this name.
    pub async fn click(&self, name: &str) {
        self.click_found("control", name).await;
    }

    /// Clicks on whatever this CSS selector finds first.
    pub async fn click_css(&self, selector: &str) {
        self.click_found("css", selector).await;
    }

    /// Replaces what stands in the field of this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.find("field", label).await;
        let select_all = Key::Control + "a";
        self.answered(field.send_keys(select_all).await, &format!("selecting what stands in {label}")).await;
        let typed = if text.is_empty() {
            field.send_keys(Key::Delete + "").await
        } else {
            field.send_keys(text).await
        };
        self.answered(typed, &format!("typing into {label}")).await;
    }

    /// Chooses an option of the select of this label, by the option's words.
    pub async fn choose(&self, label: &str, option: &str) {
        let select = self.find("field", label).await;
        let wanted = option.to_owned();
        self.until(&format!("“{label}” offers “{option}”"), || async {
            let script = "const o = [...arguments[0].options].find(o => o.text.trim() === arguments[1]); if (!o) return false; \
                 arguments[0].value = o.value; \
                 for (const e of ['input', 'change']) arguments[0].dispatchEvent(new Event(e, {bubbles: true})); return true;";
            let element = select.to_json().expect("an element");
            let told = self.web.execute(script, vec![element, json!(wanted)]).await;
            told.is_ok_and(|told| told.json() == &Value::Bool(true))
        })
        .await;
    }

    /// What stands in the field of this label.
    pub async fn value_of(&self, label: &str) -> String {
        let field = self.find("field", label).await;
        field.prop("value").await.expect("the field's value").unwrap_or_default()
    }

    /// Types to whatever has the focus, keys and all.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        let keys: String = keys.into().as_vec().into_iter().collect();
        // What had the focus may go between the question for it and the typing, as after a way to another page.
        let typed = loop {
            let focused = self.web.active_element().await.expect("something has the focus");
            let typed = focused.send_keys(keys.as_str()).await;
            if !matches!(&typed, Err(why) if matches!(why.as_inner(), WebDriverErrorInner::StaleElementReference(_)))
            {
                break typed;
            }
        };
        self.answered(typed, "typing").await;
    }

    /// Waits until these words can be read on the page, in one piece.
    pub async fn sees(&self, words: &str) {
        self.until(&format!("“{words}” is to be read"), || self.reads(words)).await;
    }

    /// Waits until these words can not be read any more.
    pub async fn loses(&self, words: &str) {
        self.until(&format!("“{words}” goes"), || async { !self.reads(words).await }).await;
    }

    /// Whether these words can be read now.
    pub async fn reads(&self, words: &str) -> bool {
        self.ask("read", words).await == Some(json!(true))
    }

    /// Waits for what the CSS selector finds, and gives its text.
    pub async fn text(&self, selector: &str) -> String {
        let found = self.find("css", selector).await;
        found.text().await.expect("the element's text")
    }

    /// The texts of all that the CSS selector finds now.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim());";
        let told = self.web.execute(script, vec![json!(selector)]).await.expect("the page answers");
        told.convert().expect("a list of texts")
    }

    /// Waits until the texts of all that the CSS selector finds are as wanted.
    pub async fn until_texts(&self, selector: &str, wanted: impl Fn(&[String]) -> bool) {
        let what = format!("the texts of {selector} are as wanted");
        self.until(&what, || async { wanted(&self.texts(selector).await) }).await;
    }

    /// What the server answers to this page for a path: status and text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let script = "const [path, done] = arguments; \
             fetch(path).then(async r => done([r.status, await r.text()]), e => done([0, String(e)]));";
        let told = self.web.execute_async(script, vec![json!(path)]).await.expect("the page asks");
        told.convert().expect("status and text")
    }

    /// The value of a JavaScript expression, as JSON.
    pub async fn value(&self, expression: &str) -> Value {
        let told = self.web.execute(format!("return {expression};"), vec![]).await.expect("the page answers");
        told.json().clone()
    }

    /// Waits until a JavaScript expression is true.
    pub async fn holds_soon(&self, expression: &str) {
        self.until(&format!("{expression} holds"), || self.holds(expression)).await;
    }

    /// Whether a JavaScript expression is true now.
    pub async fn holds(&self, expression: &str) -> bool {
        let told = self.web.execute(format!("return Boolean({expression});"), vec![]).await;
        told.is_ok_and(|told| told.json() == &Value::Bool(true))
    }

    /// Shows the page as on such a system.
    pub async fn show(&self, scheme: Scheme, screen: Screen) {
        self.size(screen, if screen == Screen::Wide { 900 } else { 844 }).await;
        let scheme = if scheme == Scheme::Light { "light" } else { "dark" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Takes four pictures of the page, `target/screenshots/{name}-{light|dark}-{wide|phone}.png`, and goes back to how
    /// it was shown at first. On the way it sees that nothing is wider than a phone.
    pub async fn photograph(&self, name: &str) {
        self.photographs(name, false).await;
    }

    /// The same, but the whole page from top to bottom, and also while something on it is busy.
    pub async fn photograph_whole(&self, name: &str) {
        self.photographs(name, true).await;
    }

    async fn photographs(&self, name: &str, whole: bool) {
        for screen in [Screen::Wide, Screen::Phone] {
            for scheme in [Scheme::Light, Scheme::Dark] {
                self.show(scheme, screen).await;
                if whole {
                    let height = self.value("document.documentElement.scrollHeight").await;
                    self.size(screen, height.as_i64().unwrap_or_default().min(HEIGHT_MAX)).await;
                } else {
                    self.holds_soon("!document.querySelector('[aria-busy=true]')").await;
                }
                self.settled().await;
                let suffix = format!("{scheme:?}-{screen:?}").to_lowercase();
                self.picture(&format!("{name}-{suffix}")).await;
            }
            let fits = "document.documentElement.scrollWidth <= window.innerWidth";
            self.until(&format!("{name} fits on a {screen:?} screen"), || self.holds(fits)).await;
        }
        self.show(Scheme::Light, Screen::Wide).await;
        self.settled().await;
    }

    /// Takes one picture, `target/screenshots/{name}.png`.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder of pictures can be made");
        let path = folder.join(format!("{name}.png"));
        let png = self.web.screenshot_as_png().await.expect("a picture of the page");
        std::fs::write(&path, png).expect("the picture can be kept");
        path
    }

    /// Announces that the console will name errors that hold this text: a refused form is a failed request there.
    pub fn forgive(&self, part: &str) {
        self.forgiven.lock().expect("no test holds on to it").push(part.to_owned());
    }

    /// Gives the browser a device that holds passkeys, and confirms whatever it is asked, as its owner's finger would.
    pub async fn hold_passkeys(&self) {
        self.command("WebAuthn.enable", json!({})).await;
        let device = json!({"protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true});
        self.command("WebAuthn.addVirtualAuthenticator", json!({"options": device})).await;
    }

    /// Ends the browser.
    ///
    /// # Panics
    /// When the console has an error that nobody announced.
    pub async fn close(self) {
        let errors = self.errors().await;
        self.web.clone().quit().await.expect("the browser ends");
        assert!(errors.is_empty(), "the browser's console:\n{}", errors.join("\n"));
    }

    /// Errors in the console since it was last asked, without those that were announced.
    async fn errors(&self) -> Vec<String> {
        let log = self.web.browser_log().await.expect("the console's log");
        let forgiven = self.forgiven.lock().expect("no test holds on to it").clone();
        log.into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| entry.message)
            .filter(|message| !forgiven.iter().any(|part| message.contains(part)))
            .collect()
    }

    /// Nothing moves.
    async fn settled(&self) {
        let calm = "document.fonts.status === 'loaded' \
             && document.getAnimations().every(a => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity)";
        self.until("the page settles", || self.holds(calm)).await;
        // Two frames, so that what was just measured is drawn.
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));";
        self.web.execute_async(frames, vec![]).await.expect("two frames are drawn");
    }

    async fn size(&self, screen: Screen, height: i64) {
        let (width, scale, phone) = if screen == Screen::Wide { (1440, 1, false) } else { (390, 2, true) };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone});
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn click_found(&self, how: &str, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.find(how, name).await;
            // It may have been drawn anew since it was found, or lie under a closing dialog: look again.
            match found.click().await {
                Ok(()) => return,
                Err(error) if Instant::now() > deadline => {
                    self.fail(&format!("clicking “{name}”: {error}")).await
                }
                Err(_) => tokio::time::sleep(GLANCE).await,
            }
        }
    }

    async fn find(&self, how: &str, name: &str) -> WebElement {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let told = self.web.execute(FIND, vec![json!(how), json!(name)]).await;
            if let Ok(element) = told.and_then(thirtyfour::session::scriptret::ScriptRet::element) {
                return element;
            }
            if Instant::now() > deadline {
                self.fail(&format!("there is no {how} “{name}” on the page")).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn ask(&self, how: &str, name: &str) -> Option<Value> {
        let told = self.web.execute(FIND, vec![json!(how), json!(name)]).await.ok()?;
        Some(told.json().clone())
    }

    async fn until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let deadline = Instant::now() + PATIENCE;
        while !holds().await {
            if Instant::now() > deadline {
                self.fail(&format!("waited in vain until {what}")).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn answered<T, E: Debug>(&self, answer: Result<T, E>, what: &str) {
        if let Err(error) = answer {
            self.fail(&format!("{what}: {error:?}")).await;
        }
    }

    /// A command of the DevTools protocol.
    async fn command(&self, name: &str, parameters: Value) {
        let address = format!("{}session/{}/goog/cdp/execute", self.web.server_url(), self.web.session_id());
        let sent = reqwest::Client::new()
            .post(address)
            .json(&json!({"cmd": name, "params": parameters}))
            .send()
            .await;
        sent.and_then(reqwest::Response::error_for_status).expect("the browser takes the command");
    }

    /// Ends the test with all that may tell why.
    async fn fail(&self, what: &str) -> ! {
        let picture = self.picture(&format!("failed-{}", std::process::id())).await;
        let told = self.web.execute("return document.body.innerText;", vec![]).await;
        let text = told.ok().and_then(|t| t.json().as_str().map(str::to_owned)).unwrap_or_default();
        let console = self.errors().await.join("\n");
        panic!(
            "{what}\n  address: {}\n  picture: {}\n  console: {console}\n--- the page ---\n{}",
            self.path().await,
            picture.display(),
            text.chars().take(3000).collect::<String>()
        );
    }
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
}
