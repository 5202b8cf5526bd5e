//! A broker of its own for each test.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Mosquitto on a free port of the loopback; ends with the test.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Mosquitto {
    pub(crate) fn start() -> Mosquitto {
        // Another process can take the port between the question and the answer: then the next one.
        (0..10)
            .find_map(|_| Mosquitto::try_start())
            .expect("mosquitto starts; on Debian: apt-get install mosquitto")
    }

    fn try_start() -> Option<Mosquitto> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mosquitto.conf");
        // It keeps what waits for an absent consumer, without a limit that would make it drop messages.
        write!(
            std::fs::File::create(&config).unwrap(),
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n\
             max_queued_bytes 0\npersistence false\nlog_type error\n"
        )
        .unwrap();
        let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"]
            .into_iter()
            .find(|p| std::path::Path::new(p).exists());
        let mut process = Command::new(program.unwrap_or("mosquitto"))
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto is there; on Debian: apt-get install mosquitto");
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline && process.try_wait().unwrap().is_none() {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Some(Mosquitto { port, process, _folder: folder });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = process.kill();
        let _ = process.wait();
        None
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
