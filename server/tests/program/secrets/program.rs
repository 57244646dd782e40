//! The program with every secret set and its log in a file, and a client that knows the secrets.

use super::{KEY, PASSWORD, TOKEN};
use crate::support::{fake_upstream::Upstream, soon};
use futures::StreamExt;
use reqwest::{Certificate, Client, RequestBuilder, redirect::Policy};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use url::form_urlencoded::Serializer;

/// The protocol between the program and its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// HTTP/1.1 without TLS.
    Plain,
    /// HTTP/2, over TLS.
    Tls,
}

/// The running program.
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
    base: String,
    client: Client,
}

impl Program {
    /// Starts the program with `--log trace`.
    pub(crate) async fn start(name: &str, speaks: Speaks, format: &str, upstream: &Upstream) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("secrets-{name}"));
        fs::create_dir_all(&folder).unwrap();
        let (log, certificate, key) = (folder.join("log"), folder.join("cert.pem"), folder.join("key.pem"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_starcrossed"));
        command.args([
            "--listen",
            "127.0.0.1:0",
            "--upstream",
            &upstream.url(),
            "--log",
            "trace",
            "--log-format",
            format,
        ]);
        let mut client = Client::builder().no_proxy().redirect(Policy::none());
        if speaks == Speaks::Tls {
            client = client.tls_certs_only([certify(&certificate, &key)]);
            command.arg("--tls-cert").arg(&certificate).arg("--tls-key").arg(&key);
        }
        command.env_clear().current_dir(&folder).kill_on_drop(true).stdin(Stdio::null());
        let secrets = [("API_KEY", KEY), ("PASSWORD", PASSWORD), ("API_TOKEN", TOKEN)];
        command.envs(secrets.map(|(name, secret)| (format!("STARCROSSED_{name}"), secret)));
        let mut child = command.stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = soon("the program says where it listens", lines.next_line()).await.unwrap().unwrap();
        let base = first.strip_prefix("Starcrossed listens on ").unwrap().replace("127.0.0.1", "localhost");
        Self { child, log, base, client: client.build().unwrap() }
    }

    /// Ends the program and returns its whole log.
    pub(crate) async fn end(mut self) -> String {
        let process = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        soon("the program ends", self.child.wait()).await.unwrap();
        String::from_utf8(fs::read(&self.log).unwrap()).unwrap()
    }

    /// Logs in and returns the session cookie. None if the password is refused.
    pub(crate) async fn log_in(&self, password: &str) -> Option<String> {
        let form = Serializer::new(String::new()).append_pair("password", password).append_pair("next", "/").finish();
        let request = self.client.post(self.url("/login")).header("content-type", "application/x-www-form-urlencoded");
        let response = soon("an answer to the login", request.body(form).send()).await.unwrap();
        let cookie = response.headers().get("set-cookie")?.to_str().unwrap();
        Some(cookie.split(';').next()?.strip_prefix("starcrossed=")?.to_owned())
    }

    /// Asks a question with these headers and returns the whole answer.
    pub(crate) async fn chat(&self, headers: &[(&str, &str)], question: &str) -> String {
        let body = json!({ "model": "fake", "messages": [{ "role": "user", "content": question }] });
        let request = self.client.post(self.url("/api/chat")).body(body.to_string());
        all(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// GETs a path with the API token and returns the body.
    pub(crate) async fn get(&self, path: &str) -> String {
        all(self.client.get(self.url(path)).bearer_auth(TOKEN)).await
    }

    /// POSTs a body with the API token and returns the answer.
    pub(crate) async fn post(&self, path: &str, body: String) -> String {
        all(self.client.post(self.url(path)).bearer_auth(TOKEN).body(body)).await
    }

    /// The monitor's stream up to its first delta.
    pub(crate) async fn monitor(&self) -> String {
        let request = self.client.post(self.url("/api/monitor")).bearer_auth(TOKEN).body("{}");
        let mut stream = soon("the monitor", request.send()).await.unwrap().bytes_stream();
        let mut seen = String::new();
        while !seen.contains("event: delta") || !seen.ends_with("\n\n") {
            let more = soon("a sight", stream.next()).await.unwrap().unwrap();
            seen.push_str(str::from_utf8(&more).unwrap());
        }
        seen
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

async fn all(request: RequestBuilder) -> String {
    let response = soon("an answer", request.send()).await.unwrap();
    soon("all of it", response.text()).await.unwrap()
}

/// Writes a new certificate and its key, and returns the certificate.
fn certify(certificate: &Path, key: &Path) -> Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(key, made.signing_key.serialize_pem()).unwrap();
    fs::write(certificate, made.cert.pem()).unwrap();
    Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()
}
