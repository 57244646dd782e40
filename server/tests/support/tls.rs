//! HTTPS servers with certificates of their own, and clients that trust them.

use super::{
    fake_upstream::Upstream,
    server::{Rules, Server},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use reqwest::{Certificate, Client};
use server::{
    config::{TlsFiles, parse_url},
    models::{Models, openai},
    net::tls::Tls,
};
use std::{fs, path::PathBuf};

/// Writes a new CA certificate for this name, as `openssl req -x509` does, and returns its files.
pub(crate) fn authority(folder: &str, name: &str) -> TlsFiles {
    let files = certificate(folder);
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    fs::write(&files.key, key.serialize_pem()).unwrap();
    fs::write(&files.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    files
}

/// Writes a new certificate for localhost, and returns its files.
pub(crate) fn certificate(name: &str) -> TlsFiles {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}"));
    fs::create_dir_all(&folder).unwrap();
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    fs::write(&files.certificate, made.cert.pem()).unwrap();
    files
}

pub(crate) fn client(files: &TlsFiles) -> Client {
    trusting(files).build().unwrap()
}

pub(crate) fn trusting(files: &TlsFiles) -> reqwest::ClientBuilder {
    let known = Certificate::from_pem(&fs::read(&files.certificate).unwrap()).unwrap();
    Client::builder().tls_certs_only([known]).no_proxy()
}

pub(crate) async fn server(files: &TlsFiles, upstream: &Upstream) -> Server {
    let asked = openai::Upstream::new(parse_url(&upstream.url()).unwrap());
    let models = Models::new([openai::Client::new(asked).unwrap()], None);
    let rules = Rules { tls: Some(Tls::load(files).await.unwrap()), ..Rules::default() };
    Server::with_rules(rules, models).await
}
