//! The server's certificate, which is read again when its files change. So a renewal needs no restart.

use crate::config::TlsFiles;
use crate::startup::error::StartupError;
use axum_server::tls_rustls::RustlsConfig;
use std::{
    io,
    path::Path,
    time::{Duration, SystemTime},
};
use tokio::{
    fs,
    time::{MissedTickBehavior, interval},
};

/// The interval at which the files are checked.
const LOOK: Duration = Duration::from_secs(5);

/// The modification times of both files. None while one of them is missing.
async fn stamp(files: &TlsFiles) -> Option<[SystemTime; 2]> {
    Some([changed(&files.certificate).await?, changed(&files.key).await?])
}

/// The modification time of a file. A hanging disk blocks only this task.
async fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).await.ok()?.modified().ok()
}

/// A certificate in use. Open connections keep the one that they began with.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    /// The configuration of new connections.
    pub(crate) config: RustlsConfig,
    stamp: Option<[SystemTime; 2]>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// They can't be read, or are no certificate with its key.
    pub async fn load(files: &TlsFiles) -> Result<Self, StartupError> {
        let stamp = stamp(files).await;
        let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await;
        let config =
            config.map_err(|error| StartupError::runtime(format!("can't serve HTTPS with {files}: {error}")))?;
        Ok(Self { files: files.clone(), config, stamp })
    }

    /// Reads the files again whenever they change, for ever. Invalid files, such as a new certificate whose key isn't there yet,
    /// change nothing, and are tried again.
    pub async fn keep_fresh(mut self) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            self.refresh().await;
        }
    }

    async fn refresh(&mut self) {
        let stamp = stamp(&self.files).await;
        if stamp == self.stamp || stamp.is_none() {
            return;
        }
        match self.reload().await {
            Ok(()) => {
                self.stamp = stamp;
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::warn!(%error, "the new certificate can't be used; the old one stays"),
        }
    }

    async fn reload(&self) -> io::Result<()> {
        self.config.reload_from_pem_file(&self.files.certificate, &self.files.key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs::{self, File},
        path::PathBuf,
        sync::Arc,
    };

    #[tokio::test]
    async fn a_certificate_that_was_renewed_is_used_and_one_that_is_no_good_is_not() {
        let files = TlsFiles { certificate: path("cert.pem"), key: path("key.pem") };
        renew(&files, 1);
        let mut tls = Tls::load(&files).await.unwrap();
        let first = tls.config.get_inner();

        tls.refresh().await;
        assert!(Arc::ptr_eq(&first, &tls.config.get_inner()), "nothing has changed");

        write(&files.certificate, "half a certif", 2); // as seen while it is being written
        tls.refresh().await;
        assert!(Arc::ptr_eq(&first, &tls.config.get_inner()), "the old one stays");

        renew(&files, 2);
        tls.refresh().await;
        let second = tls.config.get_inner();
        assert!(!Arc::ptr_eq(&first, &second), "what is whole now is used");

        fs::remove_file(&files.key).unwrap(); // as seen while it is being replaced
        tls.refresh().await;
        assert!(Arc::ptr_eq(&second, &tls.config.get_inner()));
    }

    fn path(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("starcrossed-tls-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    fn renew(files: &TlsFiles, changed: u64) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        write(&files.key, &made.signing_key.serialize_pem(), changed);
        write(&files.certificate, &made.cert.pem(), changed);
    }

    fn write(path: &PathBuf, text: &str, changed: u64) {
        fs::write(path, text).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(changed)).unwrap();
    }
}
