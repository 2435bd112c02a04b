//! One replica of a server, as a process would look from outside: it answers, hangs, cuts connections, dies and comes back.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a replica does with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Answers with its name; to a body `slow` never.
    Answers,
    /// Takes requests and says nothing, as a stopped process does.
    Hangs,
    /// Reads a request and closes the connection, as a killed process does.
    Cuts,
    /// Answers everything at once with a server error.
    Fails,
    /// Answers a request and then closes the connection without having said so.
    Closes,
}

/// A replica on a port of its own.
pub struct Replica {
    pub name: &'static str,
    pub address: SocketAddr,
    /// The head and body of every request but probes.
    seen: Arc<Mutex<Vec<String>>>,
    probes: Arc<Mutex<usize>>,
    mode: watch::Sender<Mode>,
    serving: Option<JoinHandle<()>>,
}

/// What a connection shares with its replica.
#[derive(Clone)]
struct Shared {
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
    probes: Arc<Mutex<usize>>,
    mode: watch::Receiver<Mode>,
}

impl Replica {
    /// A replica that answers.
    pub async fn start(name: &'static str) -> Replica {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, _) = watch::channel(Mode::Answers);
        let mut replica =
            Replica { name, address, seen: Arc::default(), probes: Arc::default(), mode, serving: None };
        replica.serve(listener);
        replica
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// From now on it does this; requests that hang are answered when it answers again.
    pub fn does(&self, mode: Mode) {
        self.mode.send(mode).unwrap_or_default();
        self.mode.send_replace(mode);
    }

    /// Dies: the port is closed and so are all connections.
    pub fn kill(&mut self) {
        self.serving.take().unwrap().abort();
    }

    /// Comes back on the same port.
    pub async fn restart(&mut self) {
        for _ in 0..100 {
            if let Ok(listener) = TcpListener::bind(self.address).await {
                return self.serve(listener);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the port {} stays taken", self.address);
    }

    /// How many requests it has read, probes left out.
    pub fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The requests themselves.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How many probes it has read.
    pub fn probes(&self) -> usize {
        *self.probes.lock().unwrap()
    }

    fn serve(&mut self, listener: TcpListener) {
        let shared = Shared {
            name: self.name,
            seen: self.seen.clone(),
            probes: self.probes.clone(),
            mode: self.mode.subscribe(),
        };
        self.serving = Some(tokio::spawn(async move {
            // Dropped with the task: aborts every connection.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                connections.spawn(connection(socket, shared.clone()));
            }
        }));
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

async fn connection(mut socket: TcpStream, mut shared: Shared) {
    while let Some(request) = read_request(&mut socket).await {
        if request.contains("{__typename}") || request.starts_with("GET / ") {
            *shared.probes.lock().unwrap() += 1;
        } else {
            shared.seen.lock().unwrap().push(request.clone());
        }
        if request.ends_with("slow") {
            std::future::pending::<()>().await;
        }
        let _ = shared.mode.wait_for(|mode| *mode != Mode::Hangs).await;
        let mode = *shared.mode.borrow();
        if mode == Mode::Cuts {
            return;
        }
        let body = if request.contains("text/event-stream") {
            format!("event: next\ndata: {{\"from\":\"{}\"}}\n\nevent: complete\ndata:\n\n", shared.name)
        } else {
            shared.name.to_owned()
        };
        let kind = if request.contains("text/event-stream") { "text/event-stream" } else { "text/plain" };
        let answer = format!(
            "HTTP/1.1 {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            if mode == Mode::Fails { "500 Internal Server Error" } else { "200 OK" },
            body.len()
        );
        if socket.write_all(answer.as_bytes()).await.is_err() || mode == Mode::Closes {
            return;
        }
    }
}

/// One request as text, read by its `content-length` or to its last chunk.
async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    socket.read_exact(&mut body).await.ok()?;
    text.extend_from_slice(&body);
    while head.contains("transfer-encoding: chunked") && !text.ends_with(b"\r\n0\r\n\r\n") {
        if socket.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}
