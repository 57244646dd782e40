//! Checks the certificates of model servers, and explains failures.
//!
//! Certificates are checked as reqwest does it, by the platform's verifier, which reads `SSL_CERT_FILE` and `SSL_CERT_DIR` where
//! there is OpenSSL. There is one exception. A self-signed certificate made with `openssl req -x509` says of itself that it is an
//! authority (`CA:TRUE`). OpenSSL accepts it from a server if `SSL_CERT_FILE` names it; webpki accepts no authority as a
//! server's own ([rustls/webpki#114](https://github.com/rustls/webpki/issues/114)). Such a certificate is accepted here if
//!
//! - webpki has nothing else against it: dates are checked before that, and a test keeps it so;
//! - it is in `SSL_CERT_FILE`, or in a file of `SSL_CERT_DIR`, byte for byte;
//! - it is for the name that is asked for.
//!
//! The handshake's signature is checked in every case, so the server has the certificate's key. This trusts no one new: the owner
//! of that key could sign another certificate with it, since the file makes it an authority.

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;
use std::{env, ffi::OsStr, fs, path::Path, sync::Arc};

/// Names a file with the certificates to trust, in PEM, as OpenSSL has it.
const FILE: &str = "SSL_CERT_FILE";

/// Names folders with such files, as OpenSSL has it.
const FOLDERS: &str = "SSL_CERT_DIR";

/// The most files of a folder that are read.
const MOST: usize = 4096;

/// The TLS settings for connections to model servers.
///
/// # Errors
/// There are no certificates to check a server with: a sentence for the person.
pub(crate) fn tls() -> Result<ClientConfig, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let in_file = env::var_os(FILE).map(|file| certificates(Path::new(&file)));
    let in_folders = env::var_os(FOLDERS).map(|folders| certificates_in(&folders));
    let complaints = [&in_file, &in_folders].into_iter().flatten().filter_map(|read| read.as_ref().err());
    let complaints = complaints.cloned().collect::<Vec<_>>();
    let platform = Verifier::new(provider.clone()).map_err(|_| complaints.first().cloned().unwrap_or_else(nothing))?;
    for why in complaints {
        tracing::warn!("{why}");
    }
    let named = [in_file, in_folders].into_iter().flatten().flatten().flatten().collect();
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.dangerous();
    let trust = Arc::new(Trust { platform, named });
    let mut config = config.with_custom_certificate_verifier(trust).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn nothing() -> String {
    format!("there are no certificates on this machine to check a server with. Name a file with some in {FILE}.")
}

/// The certificates in this file.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = file.display();
    let advice = format!("Let {FILE} name a file with certificates (PEM), or unset it.");
    if file.as_os_str().is_empty() {
        return Err(format!("{FILE} is set, and names no file. {advice}"));
    }
    let read = fs::read(file);
    let bytes =
        read.map_err(|error| format!("{FILE} names the file {name}, which can't be read: {error}. {advice}"))?;
    let certificates = in_pem(&bytes);
    if certificates.is_empty() {
        return Err(format!("{FILE} names the file {name}, and there is no certificate in it. {advice}"));
    }
    Ok(certificates)
}

/// The certificates in the files of these folders.
fn certificates_in(folders: &OsStr) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut found = Vec::new();
    for folder in env::split_paths(folders) {
        let files = fs::read_dir(folder).into_iter().flatten().take(MOST).filter_map(Result::ok);
        let read = files.filter_map(|file| fs::read(file.path()).ok());
        found.extend(read.flat_map(|bytes| in_pem(&bytes)));
    }
    if found.is_empty() {
        return Err(format!(
            "{FOLDERS} names {}, and there is no certificate in it. Let it name a folder with certificates (PEM), or unset it.",
            Path::new(folders).display()
        ));
    }
    Ok(found)
}

fn in_pem(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let certificates = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok);
    certificates.filter(|certificate| ParsedCertificate::try_from(certificate).is_ok()).collect()
}

/// Checks certificates: the platform's verifier, and the one exception.
#[derive(Debug)]
struct Trust {
    platform: Verifier,
    /// The certificates in `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let verified = self.platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(error) if is_authority(&error) && self.named.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.platform.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.platform.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.supported_verify_schemes()
    }
}

/// Whether a certificate was refused only because it is an authority's.
fn is_authority(error: &TlsError) -> bool {
    let TlsError::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Advice for a server that isn't meant to be secure.
pub(crate) const PLAIN: &str = " If it speaks plain HTTP, its URL begins with http://.";

/// Why a connection isn't secure, as the rest of a sentence, and what to do.
pub(crate) fn trouble(error: &TlsError) -> String {
    let TlsError::InvalidCertificate(why) = error else {
        return format!("{error}.{PLAIN}");
    };
    match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => unknown(),
        _ if is_authority(error) => unknown(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired. It has to be renewed there, unless the clock of this machine is wrong.".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet. Look whether the clock of this machine is wrong.".into()
        }
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "its certificate names no host. It has to be made anew, with the host's name as its subjectAltName.".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is for another name ({why}). Give its URL with a name that it is for.")
        }
        _ => format!("its certificate is refused ({why})."),
    }
}

fn unknown() -> String {
    let set = |name| match env::var_os(name) {
        Some(path) => format!(" {name} names {} now.", Path::new(&path).display()),
        None => String::new(),
    };
    format!(
        "nobody who is trusted here has signed its certificate, which may be self-signed. To trust it, name a file (PEM) in {FILE} \
         that holds it if it is self-signed, or else the certificate of who signed it, and start again.{}{}",
        set(FILE),
        set(FOLDERS)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
    use std::{slice::from_ref, time::Duration};

    /// A self-signed certificate for `localhost`, valid from the year `from` to the year `to`.
    fn certificate(is_ca: IsCa, from: i32, to: i32) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = is_ca;
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(to, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    fn authority() -> IsCa {
        IsCa::Ca(BasicConstraints::Unconstrained)
    }

    /// Whether a server that shows `shown` is trusted where the file holds `named`.
    fn verify(named: &[CertificateDer<'static>], shown: &CertificateDer<'_>, name: &str) -> Result<(), TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let platform = Verifier::new_with_extra_roots(named.to_vec(), provider).unwrap();
        let trust = Trust { platform, named: named.to_vec() };
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_hours(24 * 365 * 60)); // the end of 2029
        trust.verify_server_cert(shown, &[], &name, &[], now).map(|_| ())
    }

    #[test]
    fn a_named_certificate_is_trusted_if_it_is_an_authority_s_too() {
        for is_ca in [authority(), IsCa::NoCa, IsCa::ExplicitNoCa] {
            let own = certificate(is_ca, 2020, 2040);
            assert_eq!(verify(from_ref(&own), &own, "localhost"), Ok(()));
        }
    }

    #[test]
    fn one_that_is_not_named_is_not_trusted() {
        let (own, other) = (certificate(authority(), 2020, 2040), certificate(authority(), 2020, 2040));
        let error = verify(&[other], &own, "localhost").unwrap_err();
        assert!(is_authority(&error), "{error:?}");
        assert!(trouble(&error).contains("self-signed") && trouble(&error).contains(FILE), "{}", trouble(&error));
    }

    #[test]
    fn a_named_authority_is_trusted_for_its_name_alone_and_while_it_is_valid() {
        let own = certificate(authority(), 2020, 2040);
        let error = verify(from_ref(&own), &own, "example.com").unwrap_err();
        assert!(trouble(&error).contains("for another name"), "{error:?}");
        for (from, to, why) in [(2020, 2021, "has expired"), (2035, 2040, "not valid yet")] {
            let own = certificate(authority(), from, to);
            let error = verify(from_ref(&own), &own, "localhost").unwrap_err();
            assert!(trouble(&error).contains(why), "{error:?}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        for (file, why) in [("/nowhere/ca.pem", "can't be read"), ("/dev/null", "there is no certificate in it")] {
            let said = certificates(Path::new(file)).unwrap_err();
            assert!(said.contains(FILE) && said.contains(file) && said.contains(why), "{said}");
        }
    }
}
