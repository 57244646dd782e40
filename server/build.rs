//! Builds the server again when the site has changed, since a release carries it inside.

use std::{env, fs, path::Path};

fn main() {
    let site = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../target/site");
    // Cargo takes a folder that isn't there for one that changes all the time.
    _ = fs::create_dir_all(&site);
    println!("cargo::rerun-if-changed={}", site.display());
}
