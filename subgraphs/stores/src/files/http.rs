//! How places behind HTTP are reached: a client of each place's own, whose connections end before the server ends them.

use std::time::Duration;

use opendal::{Builder, HttpTransporter, OperationContext, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use reqwest::{Client, redirect};

use super::gate::STEP;
use crate::{Result, StoreError};

/// No connection lies idle for longer. Servers end idle ones after five seconds (lighttpd, Apache), and a content that is sent
/// on a connection as it ends cannot be sent again.
const IDLE: Duration = Duration::from_secs(2);

/// A client for one place. opendal's own is one for the whole process, and its connections end with the runtime that made them.
///
/// # Errors
/// When TLS cannot be set up.
pub(super) fn client() -> Result<Client> {
    let builder =
        Client::builder().connect_timeout(STEP).pool_idle_timeout(IDLE).redirect(redirect::Policy::none());
    builder.build().map_err(|error| StoreError::Internal(format!("a client for the NAS: {error}")))
}

/// opendal's operator of a place, sending with this client.
///
/// # Errors
/// When the settings are wrong.
pub(super) fn operator(builder: impl Builder, client: Client) -> Result<Operator> {
    let operator = Operator::new(builder).map_err(|error| StoreError::Internal(error.to_string()))?;
    let transport = HttpTransporter::new(ReqwestTransport::new(client));
    Ok(operator.with_context(OperationContext::new().with_http_transport(transport)))
}
