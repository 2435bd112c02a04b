//! GraphQL over WebSocket: the `graphql-transport-ws` protocol on the same path as HTTP.

mod connection;
mod protocol;

use std::sync::Arc;

use axum::extract::WebSocketUpgrade;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::gateway::{Gateway, authorization};
use super::refusal::Refusal;

const PROTOCOL: &str = "graphql-transport-ws";

/// Switches protocols, unless a foreign page asks, the protocol is another one, or the token is bad.
pub async fn upgrade(gateway: Arc<Gateway>, upgrade: WebSocketUpgrade, headers: HeaderMap) -> Response {
    if !origin_allowed(&headers, &gateway.settings.cors.origins) {
        let message = "pages of this origin may not connect";
        return Refusal::new(StatusCode::FORBIDDEN, "ORIGIN_NOT_ALLOWED", message).into_response();
    }
    let offered =
        headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    if !offered.flat_map(|value| value.split(',')).any(|protocol| protocol.trim() == PROTOCOL) {
        return Refusal::bad_request(format!("the WebSocket protocol must be {PROTOCOL}")).into_response();
    }
    let user = match authorization(&headers) {
        Ok(value) => gateway.user(value).await,
        Err(refusal) => Err(refusal),
    };
    match user {
        Ok(user) => {
            let most = gateway.settings.limits.body;
            upgrade
                .protocols([PROTOCOL])
                .max_message_size(most)
                .max_frame_size(most)
                .on_upgrade(move |socket| connection::run(gateway, socket, headers, user))
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Browsers send cookies and the like with a WebSocket of any page, so a page must be of our own host or a listed one.
/// Clients that are not browsers send no `Origin`.
fn origin_allowed(headers: &HeaderMap, allowed: &[HeaderValue]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let own =
        origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host.as_bytes());
    allowed.contains(origin) || (own.is_some() && own == host)
}
