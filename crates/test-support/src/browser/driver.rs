//! Starts chromedriver on a free port, and ends it.

use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use thirtyfour::{CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// A running chromedriver, with the folder of its browser's profile. Both end with it.
pub(super) struct Driver {
    process: Child,
    port: u16,
    profile: tempfile::TempDir,
}

/// What Chromium needs to run without a screen, as root, and without asking anybody about updates.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en-US",
];

impl Driver {
    pub(super) fn start() -> Driver {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TZ", "Etc/UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts (Debian: chromium chromium-driver)");
        let mut said = BufReader::new(process.stdout.take().expect("what chromedriver says is piped"));
        let mut line = String::new();
        // "ChromeDriver was started successfully on port 41234."
        let port = loop {
            line.clear();
            let read = said.read_line(&mut line).expect("chromedriver says its port");
            assert!(read > 0, "chromedriver ended without saying its port");
            let number = line.split("on port ").nth(1).map(|rest| rest.trim().trim_end_matches('.'));
            if let Some(port) = number.and_then(|n| n.parse().ok()).filter(|_| line.contains("successfully"))
            {
                break port;
            }
        };
        // It must not be stopped by a full pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Driver { process, port, profile }
    }

    pub(super) async fn session(&self) -> WebDriver {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag).expect("a flag");
        }
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        wanted.add_arg(&profile).expect("a flag");
        wanted.set("goog:loggingPrefs", json!({"browser": "ALL"})).expect("a wish");
        WebDriver::new(format!("http://127.0.0.1:{}", self.port), wanted).await.expect("Chromium starts")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The session has ended Chromium before; what fails here has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
