//! Starts chromedriver on a free port, and ends it.

use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use thirtyfour::{CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// How many ports are tried before it is given up.
const PORTS: u32 = 20;

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
        // Between our asking and its binding somebody else may take the port; no browser runs yet, so another one will do.
        let (process, port) = (0..PORTS).find_map(|_| begun(free_port())).expect("chromedriver finds a port");
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

/// A port that is free for IPv4 and for IPv6: chromedriver, left to choose for itself, asks for one of IPv4 and ends where
/// somebody has it for IPv6.
fn free_port() -> u16 {
    let free = || {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?.port();
        let both = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
            && TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_ok();
        both.then_some(port)
    };
    // A machine without IPv6 has nobody to take it there.
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return 0;
    }
    (0..PORTS).find_map(|_| free()).unwrap_or_default()
}

/// Chromedriver on this port, once it says so; nothing where it ended because somebody else has the port.
fn begun(port: u16) -> Option<(Child, u16)> {
    let mut process = Command::new("chromedriver")
        .arg(format!("--port={port}"))
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
        if said.read_line(&mut line).expect("chromedriver says its port") == 0 {
            process.wait().expect("chromedriver has ended");
            return None;
        }
        let number = line.split("on port ").nth(1).map(|rest| rest.trim().trim_end_matches('.'));
        if let Some(port) = number.and_then(|n| n.parse().ok()).filter(|_| line.contains("successfully")) {
            break port;
        }
    };
    // It must not be stopped by a full pipe.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    Some((process, port))
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The session has ended Chromium before; what fails here has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
