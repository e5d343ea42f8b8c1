//! Questions to the network's programs: HTTP with JSON, as little of it as they need.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a program on this machine answers.
pub fn get(port: u16, path: &str) -> Result<Value> {
    ask(port, &format!("GET {path} HTTP/1.1"), "")
}

/// What a program on this machine answers to a body.
pub fn post(port: u16, path: &str, body: &Value) -> Result<Value> {
    ask(port, &format!("POST {path} HTTP/1.1"), &body.to_string())
}

fn ask(port: u16, request: &str, body: &str) -> Result<Value> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{request}\r\nhost: localhost:{port}\r\nconnection: close\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let (status, body) = parse(&answer).context("an answer that is not HTTP")?;
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if status != 200 {
        bail!("{request}: status {status}, {value}");
    }
    Ok(value)
}

/// Status and body of an answer that the connection's end ends.
fn parse(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?.to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut rest = &answer[end + 4..];
    if !head.contains("transfer-encoding: chunked") {
        return Some((status, rest.to_vec()));
    }
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        let piece = rest.get(line + 2..line + 2 + size)?;
        if size == 0 {
            return Some((status, body));
        }
        body.extend_from_slice(piece);
        rest = rest.get(line + 4 + size..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_bodies_are_read() {
        let plain = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue";
        assert_eq!(parse(plain), Some((200, b"true".to_vec())));
        let chunked =
            b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(parse(chunked), Some((404, b"abcde".to_vec())));
        assert_eq!(parse(b"nonsense"), None);
        assert_eq!(parse(&chunked[..chunked.len() - 8]), None);
    }
}
