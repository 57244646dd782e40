//! A second machine, as a network namespace, with a cable between it and this one. It is gone when this is dropped.

use nix::{
    sched::{CloneFlags, setns},
    unistd::Uid,
};
use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Command, id},
    thread,
};

/// The device at the other end.
const FAR: &str = "far";
const FAR_MAC: &str = "02:00:00:00:00:02";

/// The other machine. Each run has one of its own, by the number of its process.
pub(crate) struct Network {
    namespace: String,
    device: String,
    /// The first address of the cable's network.
    net: u32,
}

impl Network {
    /// Builds it.
    ///
    /// # Errors
    /// This machine allows no other: that takes root, and a system that has namespaces.
    pub(crate) fn build() -> Result<Self, String> {
        if !Uid::effective().is_root() {
            return Err("only root may make a network namespace".into());
        }
        let net = u32::from(Ipv4Addr::new(198, 19, 0, 0)) | (id() << 3 & 0xffff); // set aside for measuring
        let network = Self { namespace: format!("starcrossed-link-{}", id()), device: format!("link{}", id()), net };
        ip(&["netns", "add", &network.namespace])?;
        network.connect().unwrap();
        Ok(network)
    }

    fn connect(&self) -> Result<(), String> {
        let Self { namespace, device, .. } = self;
        let far = self.address(3).to_string();
        ip(&["link", "add", device, "type", "veth", "peer", "name", FAR, "netns", namespace])?;
        ip(&["-n", namespace, "link", "set", FAR, "address", FAR_MAC])?;
        for near in [self.near(), self.near_for_good()] {
            ip(&["address", "add", &format!("{near}/29"), "dev", device])?;
        }
        ip(&["link", "set", device, "up"])?;
        ip(&["-n", namespace, "address", "add", &format!("{far}/29"), "dev", FAR])?;
        ip(&["-n", namespace, "link", "set", FAR, "up"])?;
        // To a client far away there is a router, which goes on answering for it.
        ip(&["neigh", "replace", &far, "lladdr", FAR_MAC, "dev", device, "nud", "permanent"])
    }

    /// This machine, as it is seen from the other until it is [`cut`](Self::cut) off.
    pub(crate) fn near(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// The same, by an address that always can be reached.
    pub(crate) fn near_for_good(&self) -> Ipv4Addr {
        self.address(2)
    }

    fn address(&self, number: u32) -> Ipv4Addr {
        (self.net + number).into()
    }

    /// A connection from the other machine.
    pub(crate) fn connection_to(&self, address: SocketAddr) -> tokio::net::TcpStream {
        let namespace = File::open(format!("/run/netns/{}", self.namespace)).unwrap();
        let connecting = thread::spawn(move || {
            setns(namespace, CloneFlags::CLONE_NEWNET).unwrap(); // of this thread, and of the sockets that it makes
            TcpStream::connect(address).unwrap()
        });
        let stream = connecting.join().unwrap();
        stream.set_nonblocking(true).unwrap();
        tokio::net::TcpStream::from_std(stream).unwrap()
    }

    /// Cuts the cable to [`near`](Self::near). From now on nothing that is sent there arrives, and there is no farewell.
    pub(crate) fn cut(&self) {
        ip(&["-n", &self.namespace, "route", "add", "blackhole", &format!("{}/32", self.near())]).unwrap();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        _ = ip(&["link", "delete", &self.device]);
        _ = ip(&["netns", "delete", &self.namespace]);
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(arguments).output().map_err(|error| format!("there is no ip: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}
