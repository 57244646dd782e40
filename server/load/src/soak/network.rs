//! A second machine: a network namespace with a virtual cable to this one. It is removed on drop.

use crate::Fallible;
use std::{net::Ipv4Addr, process::Command};

/// The network device at the other end.
const FAR: &str = "far";
const FAR_MAC: &str = "02:00:00:00:00:02";

/// The other machine. Its name holds this process' id, so that each run has its own.
#[derive(Debug)]
pub(super) struct Network {
    namespace: String,
    device: String,
    /// The address of the cable's /30 network.
    net: [u8; 4],
}

impl Network {
    /// Creates the namespace and the cable.
    ///
    /// # Errors
    /// The system has no namespaces, or this process is not root.
    pub(super) fn build() -> Fallible<Self> {
        let own = std::process::id();
        let [_, high, low, _] = (own << 10).to_be_bytes();
        let network = Self {
            namespace: format!("starcrossed-soak-{own}"),
            device: format!("soak{own}"),
            net: [198, 19, high, low & !3], // reserved for benchmarks, RFC 2544
        };
        network.connect()?; // on an error, drop removes what exists
        Ok(network)
    }

    fn connect(&self) -> Fallible<()> {
        let Self { namespace, device, .. } = self;
        let (near, far) = (self.near().to_string(), self.far().to_string());
        ip(&["netns", "add", namespace])?;
        ip(&["link", "add", device, "type", "veth", "peer", "name", FAR, "netns", namespace])?;
        ip(&["-n", namespace, "link", "set", FAR, "address", FAR_MAC])?;
        ip(&["address", "add", &format!("{near}/30"), "dev", device])?;
        ip(&["link", "set", device, "up"])?;
        ip(&["-n", namespace, "address", "add", &format!("{far}/30"), "dev", FAR])?;
        ip(&["-n", namespace, "link", "set", FAR, "up"])?;
        // A distant client has a router before it, which still answers ARP. A fixed entry stands for that router.
        ip(&["neigh", "replace", &far, "lladdr", FAR_MAC, "dev", device, "nud", "permanent"])
    }

    /// The address of this machine on the cable.
    pub(super) fn near(&self) -> Ipv4Addr {
        self.address(1)
    }

    fn far(&self) -> Ipv4Addr {
        self.address(2)
    }

    fn address(&self, number: u8) -> Ipv4Addr {
        let [a, b, c, d] = self.net;
        Ipv4Addr::new(a, b, c, d + number)
    }

    /// A command that runs a program on the other machine.
    pub(super) fn within(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("ip");
        command.args(["netns", "exec", &self.namespace]);
        command
    }

    /// Cuts the cable. From now on no packet arrives, so no FIN and no RST either.
    pub(super) fn cut(&self) -> Fallible<()> {
        ip(&["-n", &self.namespace, "route", "add", "blackhole", &format!("{}/32", self.near())])
    }

    /// Connects the cable again.
    pub(super) fn mend(&self) -> Fallible<()> {
        ip(&["-n", &self.namespace, "route", "delete", "blackhole", &format!("{}/32", self.near())])
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        _ = ip(&["link", "delete", &self.device]);
        _ = ip(&["netns", "delete", &self.namespace]);
    }
}

fn ip(arguments: &[&str]) -> Fallible<()> {
    let output = Command::new("ip").args(arguments).output().map_err(|error| format!("can't run ip: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("ip {}: {why}", arguments.join(" ")).into())
}
