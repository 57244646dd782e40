//! The program's connections to its model server: trusted certificates, and proxies.

use crate::support::{
    fake_upstream::{Upstream, head},
    program::{Running, output, starcrossed, text},
    raw_client::post,
    server::Server,
    tls::{authority, certificate, server},
};
use server::config::TlsFiles;
use std::{fs, path::PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Starts the program with this upstream and these variables, asks a question, and returns the stream of events.
async fn reply_with(url: &str, variables: &[(&str, &str)]) -> String {
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", url]);
    let running = Running::start(command.envs(variables.iter().copied())).await;
    let question = br#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let reply = post(running.address, "/api/chat", question).await.text();
    running.signal("-KILL");
    reply
}

/// An HTTPS server, and its base URL. It is no model server: its refusal proves that the TLS connection worked.
async fn https_server(files: &TlsFiles) -> (Upstream, Server, String) {
    let upstream = Upstream::playing([head()]).await;
    let server = server(files, &upstream).await;
    let url = format!("https://localhost:{}/v1", server.address.port());
    (upstream, server, url)
}

#[tokio::test]
async fn self_signed_certificate_is_trusted_only_where_named() {
    for files in [certificate("own"), authority("authority", "localhost")] {
        let (_upstream, _server, url) = https_server(&files).await;
        let own = files.certificate.to_str().unwrap();
        let folder = files.certificate.parent().unwrap().to_str().unwrap();
        for variable in [("SSL_CERT_FILE", own), ("SSL_CERT_DIR", folder)] {
            let said = reply_with(&url, &[variable]).await;
            assert!(said.contains("refused the request (405)"), "{variable:?} {said}");
        }
        let other = authority("another", "localhost").certificate;
        let said = reply_with(&url, &[("SSL_CERT_FILE", other.to_str().unwrap())]).await;
        assert!(said.contains("No secure connection") && said.contains("self-signed"), "{said}");
        assert!(said.contains("SSL_CERT_FILE") && said.contains(other.to_str().unwrap()), "{said}");
    }
}

#[tokio::test]
async fn named_certificate_for_another_host_is_not_trusted() {
    let files = authority("elsewhere", "elsewhere.example");
    let (_upstream, _server, url) = https_server(&files).await;
    let said = reply_with(&url, &[("SSL_CERT_FILE", files.certificate.to_str().unwrap())]).await;
    assert!(said.contains("its certificate is for another name"), "{said}");
}

#[tokio::test]
async fn unusable_certificate_file_is_named() {
    let empty = certificate("none").certificate;
    fs::write(&empty, "nothing\n").unwrap();
    let broken = certificate("broken").certificate;
    fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let none = "there is no certificate in it";
    for (file, why) in [
        ("/nowhere/ca.pem", "can't be read"),
        ("/", "can't be read"),
        (empty.to_str().unwrap(), none),
        (broken.to_str().unwrap(), none),
        ("", "names no file"),
    ] {
        let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "https://localhost:9/v1"]);
        let output = output(command.env("SSL_CERT_FILE", file)).await;
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains("SSL_CERT_FILE") && said.contains(file) && said.contains(why), "{said}");
    }
}

#[tokio::test]
async fn unreachable_proxy_is_named_with_its_variable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://me:secret@{closed}");
    let trusted = certificate("proxied").certificate;
    for (url, variable) in [
        ("http://models.example/v1", "HTTP_PROXY"),
        ("http://models.example/v1", "all_proxy"),
        ("https://models.example/v1", "HTTPS_PROXY"),
        ("https://models.example/v1", "ALL_PROXY"),
    ] {
        let said = reply_with(url, &[(variable, &proxy), ("SSL_CERT_FILE", trusted.to_str().unwrap())]).await;
        assert!(said.contains(url) && said.contains(variable), "{said}");
        assert!(said.contains(&format!("http://{closed}")) && !said.contains("secret"), "{said}");
    }
}

#[tokio::test]
async fn unusable_certificate_folder_is_named() {
    let empty = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tls-empty");
    fs::create_dir_all(&empty).unwrap();
    for folder in ["/nowhere", empty.to_str().unwrap()] {
        let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "https://localhost:9/v1"]);
        let output = output(command.env("SSL_CERT_DIR", folder)).await;
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains("SSL_CERT_DIR") && said.contains(folder), "{said}");
    }
}

/// A proxy that sends `answer` on each connection. Returns its URL.
async fn proxy(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            _ = stream.read(&mut [0; 4096]).await;
            _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn refusing_proxy_is_distinguished_from_a_missing_one() {
    let page = "HTTP/1.1 403 No\r\ncontent-length: 25\r\nconnection: close\r\n\r\n<title>Not today</title>\r\n";
    let wants = "HTTP/1.1 407 Who\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let trusted = certificate("refusing").certificate;
    for (answer, url, why) in [
        (wants, "https://models.example/v1", "the proxy wants credentials (407)"),
        (wants, "http://models.example/v1", "If it wants credentials"),
        (page, "https://models.example/v1", "the proxy refuses to connect to it"),
        (page, "http://models.example/v1", "“Not today”. It is asked through the proxy"),
        ("", "https://models.example/v1", "It is asked through the proxy"),
        ("", "http://models.example/v1", "It is asked through the proxy"),
    ] {
        let variables = [("ALL_PROXY", proxy(answer).await), ("SSL_CERT_FILE", trusted.to_str().unwrap().to_owned())];
        let said = reply_with(url, &variables.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        assert!(said.contains(why) && said.contains("ALL_PROXY"), "{said}");
        assert!(!said.contains("--api-key"), "{said}");
    }
    let said = reply_with("http://models.example/v1", &[("ALL_PROXY", "socks5://127.0.0.1:9")]).await;
    assert!(said.contains("one that speaks socks5 can't be used here") && said.contains("NO_PROXY"), "{said}");
}
