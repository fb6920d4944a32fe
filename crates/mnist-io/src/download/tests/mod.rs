//! Downloads from a real HTTP server on loopback, with good and bad responses.

mod processes;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

#[derive(Clone)]
enum Answer {
    File(Vec<u8>),
    /// The file in two halves, with a pause between them.
    Slow(Vec<u8>),
    /// Announces the whole file and closes the connection after half of it.
    Truncated(Vec<u8>),
    /// Sends half of the file and then nothing, without closing the connection.
    Stalled(Vec<u8>),
    /// Status 200 and a web page, as captive portals send it.
    Html,
    Announces(u64),
    /// More bytes than allowed, in chunks and thus without an announced length.
    Endless,
    Status(u16),
    Redirect(String),
}

/// A server with the same answer to every request. It counts requests by path.
struct Server {
    url: String,
    hits: Arc<Mutex<HashMap<String, usize>>>,
}

impl Server {
    fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hits = Arc::new(Mutex::new(HashMap::new()));
        let counted = Arc::clone(&hits);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counted) = (answer.clone(), Arc::clone(&counted));
                // The client may close the connection at any time.
                thread::spawn(move || serve(stream, &answer, &counted).unwrap_or_default());
            }
        });
        Self { url, hits }
    }

    fn hits(&self) -> usize {
        self.hits.lock().unwrap().values().sum()
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &Answer,
    hits: &Mutex<HashMap<String, usize>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    for line in reader.lines() {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    *hits.lock().unwrap().entry(path.clone()).or_default() += 1;

    let ok = |stream: &mut TcpStream, len: u64| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n")
    };
    match answer {
        Answer::File(file) => {
            ok(&mut stream, file.len() as u64)?;
            stream.write_all(file)
        }
        Answer::Slow(file) => {
            ok(&mut stream, file.len() as u64)?;
            stream.write_all(&file[..file.len() / 2])?;
            thread::sleep(Duration::from_millis(400));
            stream.write_all(&file[file.len() / 2..])
        }
        Answer::Truncated(file) => {
            ok(&mut stream, file.len() as u64)?;
            stream.write_all(&file[..file.len() / 2])
        }
        Answer::Stalled(file) => {
            ok(&mut stream, file.len() as u64)?;
            stream.write_all(&file[..file.len() / 2])?;
            thread::sleep(Duration::from_secs(5));
            Ok(())
        }
        Answer::Html => {
            let page = b"<!DOCTYPE html><title>Log in</title>";
            ok(&mut stream, page.len() as u64)?;
            stream.write_all(page)
        }
        Answer::Announces(len) => ok(&mut stream, *len),
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            let chunk = [&b"100000\r\n"[..], &vec![0; 0x10_0000], b"\r\n"].concat();
            for _ in 0..=MAX_BYTES / 0x10_0000 {
                stream.write_all(&chunk)?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        Answer::Status(code) => {
            write!(stream, "HTTP/1.1 {code} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Answer::Redirect(to) => write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: {to}{path}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        ),
    }
}

/// A file of test labels, and a part with its digest.
fn labels() -> (Vec<u8>, [Part; 1]) {
    let labels: Vec<u8> = (0..2000).map(|i| (i % 10) as u8).collect();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("labels.gz");
    crate::idx::write_labels(&path, &labels).unwrap();
    let [.., part] = PARTS;
    let record = file::verify(&path, &part, DatasetName::Custom).unwrap();
    (fs::read(&path).unwrap(), [Part { mnist: record.sha256.leak(), ..part }])
}

const NAME: &str = "t10k-labels-idx1-ubyte.gz";

/// Fetches from `mirrors`. Returns the result and all events but those of received bytes, as texts.
fn run(
    dir: &Path,
    parts: &[Part],
    mirrors: &[&Server],
) -> (Result<Vec<FileRecord>, FetchError>, Vec<String>) {
    let options = Options {
        mirrors: mirrors.iter().map(|server| server.url.clone()).collect(),
        connect_timeout: Duration::from_secs(2),
        body_timeout: Duration::from_secs(1),
        loopback_http: true,
    };
    let mut events = Vec::new();
    let result = fetch_parts(dir, parts, &options, &mut |event| {
        if !matches!(event, Event::Received { .. }) {
            events.push(format!("{event:?}"));
        }
    });
    (result, events)
}

/// Asserts that a fetch from one mirror with a bad `answer` fails with `reason` and leaves no file,
/// and that with a second, good mirror it succeeds and reports the bad one.
fn refused(answer: Answer, reason: &str) {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let bad = Server::new(answer);
    let (result, _) = run(dir.path(), &parts, &[&bad]);
    let message = result.unwrap_err().to_string();
    assert!(message.contains(reason), "{message}");
    assert!(message.contains(&format!("{}/{NAME}", bad.url)), "{message}");
    assert!(!message.contains('\n'), "{message}");
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["download.lock"]);

    let good = Server::new(Answer::File(file.clone()));
    let (result, mut events) = run(dir.path(), &parts, &[&bad, &good]);
    // A child process that another test has just forked inherits the first fetch's lock until it
    // executes its program.
    events.retain(|event| event != "Waiting");
    assert_eq!(result.unwrap()[0].bytes, 2008);
    assert_eq!(fs::read(dir.path().join(NAME)).unwrap(), file);
    assert!(events[0].starts_with("BadMirror") && events[0].contains(&bad.url), "{events:?}");
    assert!(events[1].starts_with("Ready"), "{events:?}");
}

#[test]
fn a_good_file_is_fetched_once() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::File(file.clone()));
    for _ in 0..2 {
        let (result, events) = run(&dir.path().join("new"), &parts, &[&server]);
        assert_eq!(result.unwrap()[0].sha256, parts[0].mnist);
        assert_eq!(events.len(), 1, "{events:?}");
    }
    assert_eq!(fs::read(dir.path().join("new").join(NAME)).unwrap(), file);
    assert_eq!(server.hits(), 1);
}

#[test]
fn bytes_are_reported_up_to_the_announced_length() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::File(file.clone()));
    let options = Options {
        mirrors: vec![server.url.clone() + "/"],
        loopback_http: true,
        ..Options::default()
    };
    let mut last = None;
    fetch_parts(dir.path(), &parts, &options, &mut |event| {
        if let Event::Received { bytes, total, .. } = event {
            last = Some((bytes, total));
        }
    })
    .unwrap();
    assert_eq!(last, Some((file.len() as u64, Some(file.len() as u64))));
}

#[test]
fn a_truncated_answer_is_refused() {
    refused(Answer::Truncated(labels().0), "stopped after");
}

#[test]
fn a_stalled_answer_is_refused() {
    refused(Answer::Stalled(labels().0), "timeout");
}

#[test]
fn a_web_page_is_refused() {
    refused(Answer::Html, "not an IDX file but a web page");
}

#[test]
fn an_announced_length_over_the_limit_is_refused() {
    refused(
        Answer::Announces(MAX_BYTES + 1),
        "announces 67108865 bytes, expected at most 67108864",
    );
}

#[test]
fn an_unannounced_length_over_the_limit_is_refused() {
    let (_, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::Endless);
    let options =
        Options { mirrors: vec![server.url.clone()], loopback_http: true, ..Options::default() };
    let error = fetch_parts(dir.path(), &parts, &options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("stopped after 67108864 bytes"), "{error}");
}

#[test]
fn a_forbidden_answer_is_refused() {
    refused(Answer::Status(403), "403");
}

#[test]
fn a_redirection_to_nowhere_is_refused() {
    let (_, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::Redirect("http://mirror.invalid".to_owned()));
    let (result, _) = run(dir.path(), &parts, &[&server]);
    assert!(matches!(result, Err(FetchError::Mirrors { .. })));
}

#[test]
fn a_valid_file_with_other_content_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("other");
    crate::idx::write_labels(&path, &[1; 2000]).unwrap();
    refused(Answer::File(fs::read(path).unwrap()), "its content has SHA-256 ");
}

#[test]
fn a_redirection_on_loopback_is_followed() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let target = Server::new(Answer::File(file));
    let server = Server::new(Answer::Redirect(target.url.clone()));
    run(dir.path(), &parts, &[&server]).0.unwrap();
    assert_eq!((server.hits(), target.hits()), (1, 1));
}

#[test]
fn plain_http_is_refused_by_default() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::File(file));
    let options = Options { mirrors: vec![server.url.clone()], ..Options::default() };
    let error = fetch_parts(dir.path(), &parts, &options, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("is not an https address"), "{error}");
    assert_eq!(server.hits(), 0);
}

#[test]
fn http_beyond_loopback_is_refused_even_where_loopback_is_allowed() {
    let options = Options { loopback_http: true, ..Options::default() };
    let get = |url| http::Client::new(&options).get(url, &mut Vec::new(), &mut |_, _| {});
    for url in ["http://10.0.0.1/x", "http://localhost.example.org/x", "ftp://127.0.0.1/x", "/x"] {
        assert!(get(url).unwrap_err().contains("not an https address"), "{url}");
    }
}

#[test]
fn a_bad_file_on_disk_is_renamed_and_fetched_again() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(NAME);
    fs::write(&path, &file[..file.len() - 9]).unwrap();
    let server = Server::new(Answer::File(file.clone()));
    let (result, events) = run(dir.path(), &parts, &[&server]);
    result.unwrap();
    assert!(events[0].starts_with("BadFile") && events[0].contains("cut off"), "{events:?}");
    assert_eq!(fs::read(path).unwrap(), file);
    assert_eq!(fs::read(dir.path().join(format!("{NAME}.bad"))).unwrap(), file[..file.len() - 9]);
}

#[test]
fn two_fetches_at_once_download_once() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::File(file));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| run(dir.path(), &parts, &[&server]).0.unwrap());
        }
    });
    assert_eq!(server.hits(), 1);
}

#[test]
fn a_mirror_that_works_is_asked_first_from_then_on() {
    let (file, [part]) = labels();
    let second = Part { stem: "train-labels", ..labels().1.into_iter().next().unwrap() };
    let dir = TempDir::new().unwrap();
    let (bad, good) = (Server::new(Answer::Status(404)), Server::new(Answer::File(file)));
    run(dir.path(), &[part, second], &[&bad, &good]).0.unwrap();
    assert_eq!((bad.hits(), good.hits()), (1, 2));
}
