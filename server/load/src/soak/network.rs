//! A second machine, as a network namespace, with a cable between it and this one. It is gone when this is dropped.

use crate::Fallible;
use std::{net::Ipv4Addr, process::Command};

/// The device at the other end.
const FAR: &str = "far";
const FAR_MAC: &str = "02:00:00:00:00:02";

/// The other machine. Each run has one of its own, by the number of its process.
#[derive(Debug)]
pub(super) struct Network {
    namespace: String,
    device: String,
    /// Of the four addresses of the cable, the last number of the first.
    net: [u8; 4],
}

impl Network {
    /// Builds it.
    ///
    /// # Errors
    /// Why that can't be done: it takes root, and a system that has namespaces.
    pub(super) fn build() -> Fallible<Self> {
        let own = std::process::id();
        let [_, high, low, _] = (own << 10).to_be_bytes();
        let network = Self {
            namespace: format!("starcrossed-soak-{own}"),
            device: format!("soak{own}"),
            net: [198, 19, high, low & !3], // set aside for measuring
        };
        network.connect()?; // what there is of it by then is taken down again
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
        // To a client far away there is a router, which goes on answering for it.
        ip(&["neigh", "replace", &far, "lladdr", FAR_MAC, "dev", device, "nud", "permanent"])
    }

    /// This machine, as it is seen from the other.
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

    /// What runs a program on the other machine.
    pub(super) fn within(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("ip");
        command.args(["netns", "exec", &self.namespace]);
        command
    }

    /// Cuts the cable. From now on nothing that is sent over there arrives here, and there is no farewell.
    pub(super) fn cut(&self) -> Fallible<()> {
        ip(&["-n", &self.namespace, "route", "add", "blackhole", &format!("{}/32", self.near())])
    }

    /// Mends it.
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
    let output = Command::new("ip").args(arguments).output().map_err(|error| format!("there is no ip: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("ip {}: {why}", arguments.join(" ")).into())
}
