//! A headless Chromium, driven by chromedriver over the `WebDriver` protocol (W3C, 2018).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The key of an element's reference, by the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One browser at a time: more would only wait for each other's processors.
static TURN: Mutex<()> = Mutex::new(());

/// A browser of its own, with an empty profile.
pub(crate) struct Browser {
    _turn: MutexGuard<'static, ()>,
    driver: Child,
    port: u16,
    session: String,
    folder: TempDir,
}

impl Browser {
    /// Starts one; `None`, with a word on why, where the program is missing.
    pub(crate) fn start() -> Option<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match started {
            Ok(driver) => driver,
            Err(error) => {
                eprintln!("skipped: chromedriver: {error}");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse().ok()
        });
        let port = port.expect("chromedriver says on which port it listens");
        // What else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            _turn: turn,
            driver,
            port,
            session: String::new(),
            folder: TempDir::new().unwrap(),
        };
        let profile = browser.folder.path().join("profile");
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let session = browser.send("POST", "/session", &wanted);
        session["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut browser.session);
        // What the browser shows at first is not ours.
        browser.command("url", &json!({"url": "about:blank"}));
        browser.command("se/log", &json!({"type": "performance"}));
        Some(browser)
    }

    /// Writes a page to a file, and opens it with a fragment.
    pub(crate) fn open(&self, html: &str, fragment: &str) -> PathBuf {
        let path = self.folder.path().join("page.html");
        std::fs::write(&path, html).unwrap();
        self.go(&path, fragment);
        path
    }

    /// Opens a file anew.
    pub(crate) fn go(&self, path: &Path, fragment: &str) {
        self.command("url", &json!({"url": "about:blank"}));
        let url = format!("file://{}{fragment}", path.display());
        self.command("url", &json!({"url": url}));
    }

    /// What a script's body returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    /// What a script hands to the function `done`.
    pub(crate) fn wait(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0];\n{script}");
        self.command("execute/async", &json!({"script": script, "args": []}))
    }

    /// Types into the first element that a selector finds, as a keyboard does.
    pub(crate) fn keys(&self, selector: &str, text: &str) {
        let query = json!({"using": "css selector", "value": selector});
        let found = self.command("element", &query);
        let element = found[ELEMENT].as_str().unwrap();
        self.command(&format!("element/{element}/value"), &json!({"text": text}));
    }

    /// Prefers `light` or `dark`.
    pub(crate) fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        let command =
            json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": [feature]}});
        self.command("goog/cdp/execute", &command);
    }

    /// Panics if the console has anything but information, or something other than files was asked for.
    pub(crate) fn assert_quiet(&self) {
        let console = self.command("se/log", &json!({"type": "browser"}));
        assert_eq!(console, json!([]), "the console");
        let events = self.command("se/log", &json!({"type": "performance"}));
        let mut files = 0;
        for event in events.as_array().unwrap() {
            let event: Value = serde_json::from_str(event["message"].as_str().unwrap()).unwrap();
            if event["message"]["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = event["message"]["params"]["request"]["url"]
                .as_str()
                .unwrap();
            let is_file = url.starts_with("file://") && url.contains("page.html");
            let is_ours = is_file || url.starts_with("data:,") || url == "about:blank";
            assert!(is_ours, "{url}");
            files += usize::from(is_file);
        }
        assert!(files > 0, "the page itself was asked for, and seen");
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        self.send("POST", &format!("/session/{}/{name}", self.session), body)
    }

    /// A command's value.
    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.answer(method, path, body).unwrap();
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {path}: {value}");
        value.clone()
    }

    /// What chromedriver answers.
    fn answer(&self, method: &str, path: &str, body: &Value) -> io::Result<Value> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // chromedriver ends the browser, after a test that failed, too; it does not where it is killed first.
        let _ = self.answer("DELETE", &format!("/session/{}", self.session), &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
