//! A proxy for bytes, whatever they mean.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Passage;

/// Passes bytes on to a server of this machine.
pub struct Pipe {
    port: u16,
    passage: watch::Sender<Passage>,
    accepting: JoinHandle<()>,
}

impl Pipe {
    /// A pipe to this port.
    pub async fn to(server: u16) -> Pipe {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passage, changes) = watch::channel(Passage::Open);
        Pipe { port, passage, accepting: tokio::spawn(accept(listener, server, changes)) }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it does from now on.
    pub fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// While connections are refused nobody listens.
async fn accept(listener: TcpListener, server: u16, mut changes: watch::Receiver<Passage>) {
    let address = listener.local_addr().unwrap();
    let mut listening = Some(listener);
    loop {
        let is_refused = *changes.borrow_and_update() == Passage::Refused;
        listening = match (listening.take(), is_refused) {
            (_, true) => None,
            (None, false) => Some(listen_again(address).await),
            (listening, false) => listening,
        };
        let connection = async {
            match &listening {
                Some(listener) => listener.accept().await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            Some((client, _)) = connection => drop(tokio::spawn(join(client, server, changes.clone()))),
        }
    }
}

async fn listen_again(address: SocketAddr) -> TcpListener {
    loop {
        // Connections of the machine itself may have the port for a moment.
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    }
}

async fn join(client: TcpStream, server: u16, changes: watch::Receiver<Passage>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut refusal = changes.clone();
    tokio::select! {
        _ = refusal.wait_for(|passage| *passage == Passage::Refused) => {}
        () = pass(from_client, to_server, changes.clone()) => {}
        () = pass(from_server, to_client, changes) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut changes: watch::Receiver<Passage>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await {
        if read == 0 || changes.wait_for(|passage| *passage != Passage::Held).await.is_err() {
            return;
        }
        let passage = *changes.borrow();
        if let Passage::Late(time) = passage {
            tokio::time::sleep(time).await;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
