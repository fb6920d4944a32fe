//! One GET request into a file: https only, with limits on size and time.

use std::io::{ErrorKind, Read, Write};
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::{Agent, ResponseExt};

use super::options::{MAX_BYTES, Options};

pub(super) struct Client {
    agent: Agent,
    loopback_http: bool,
}

impl Client {
    pub(super) fn new(options: &Options) -> Self {
        let mut config = Agent::config_builder()
            .https_only(!options.loopback_http)
            .max_redirects(3)
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_recv_response(Some(options.connect_timeout))
            .timeout_recv_body(Some(options.body_timeout))
            .user_agent(concat!("mnist-io/", env!("CARGO_PKG_VERSION")));
        if options.loopback_http {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), loopback_http: options.loopback_http }
    }

    /// Copies the body at `url` to `out`. Calls `progress` with the bytes received so far and the
    /// announced length.
    pub(super) fn get(
        &self,
        url: &str,
        out: &mut impl Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), String> {
        let uri = url.parse().map_err(|error| format!("bad address: {error}"))?;
        self.check(&uri)?;
        let response = self.agent.get(uri).call().map_err(|error| error.to_string())?;
        self.check(response.get_uri())?;
        let body = response.into_body();
        let total = body.content_length();
        if let Some(total) = total.filter(|&total| total > MAX_BYTES) {
            return Err(format!("announces {total} bytes, expected at most {MAX_BYTES}"));
        }
        let mut body = body.into_with_config().limit(MAX_BYTES).reader();
        let mut buffer = vec![0; 1 << 16];
        let mut received = 0_u64;
        loop {
            let n = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(format!("stopped after {received} bytes: {error}")),
            };
            let arrived = buffer.get(..n).unwrap_or_default();
            out.write_all(arrived).map_err(|error| format!("cannot be written: {error}"))?;
            received = received.saturating_add(n as u64);
            progress(received, total);
        }
        match total.filter(|&total| total != received) {
            Some(total) => Err(format!("stopped after {received} of {total} bytes")),
            None => Ok(()),
        }
    }

    /// Accepts https addresses, and http addresses of this machine if the options allow them.
    fn check(&self, uri: &Uri) -> Result<(), String> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback =
            host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if self.loopback_http && loopback => Ok(()),
            _ => Err(format!("{uri} is not an https address")),
        }
    }
}
