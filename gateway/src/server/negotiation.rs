//! What the client can read and what it sent, by its `Accept` and `Content-Type` (GraphQL over HTTP).

use http::{HeaderMap, StatusCode, header};

use super::media_type::{Json, Parts};
use super::refusal::Refusal;

/// What the client can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The preferred JSON type, if any is accepted.
    pub json: Option<Json>,
    /// Whether `text/event-stream` is accepted.
    pub events: bool,
    /// The type of an answer in parts, if one is accepted.
    pub parts: Option<Parts>,
    /// Whether a page is preferred to both: a browser's navigation.
    pub page: bool,
}

impl Accepted {
    /// Reads the `Accept` headers; without any, JSON.
    pub fn of(headers: &HeaderMap) -> Accepted {
        let values: Vec<&str> =
            headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return Accepted { json: Some(Json::Plain), events: false, parts: None, page: false };
        }
        let mut json: Option<(f32, Json)> = None;
        let mut best_other: f32 = 0.0;
        let (mut events, mut parts, mut page) = (false, None, 0.0);
        for (range, quality, multipart) in
            values.iter().flat_map(|value| value.split(',')).filter_map(media_range)
        {
            let offered = match range.as_str() {
                "application/graphql-response+json" => Some(Json::GraphqlResponse),
                "application/json" | "application/*" | "*/*" => Some(Json::Plain),
                _ => None,
            };
            parts = parts.or(multipart);
            events |= range == "text/event-stream";
            if range == "text/html" {
                page = quality;
            } else if range != "*/*"
                && (offered.is_some() || multipart.is_some() || range == "text/event-stream")
            {
                best_other = best_other.max(quality);
            }
            if let Some(kind) = offered
                && json.is_none_or(|(best, _)| quality > best)
            {
                json = Some((quality, kind));
            }
        }
        Accepted { json: json.map(|(_, kind)| kind), events, parts, page: page > best_other }
    }

    /// The JSON type for a refusal, which has to be in some.
    pub fn json_or_plain(self) -> Json {
        self.json.unwrap_or(Json::Plain)
    }
}

/// One element of an `Accept` header: the type in lower case, its quality, and what it is as a type of parts; nothing when
/// it is refused (`q=0`) or odd.
fn media_range(element: &str) -> Option<(String, f32, Option<Parts>)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| range.contains('/'))?.to_ascii_lowercase();
    let parameters: Vec<(&str, &str)> = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
        .collect();
    let quality = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("q")).map(|(_, value)| value);
    let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
    let multipart = if range == "multipart/mixed" { Parts::of(parameters.into_iter()) } else { None };
    (quality > 0.0).then_some((range, quality, multipart))
}

/// Refuses every body that is not JSON in UTF-8. A form or plain text is what a foreign web page can send without asking,
/// so this is also the guard against cross-site requests.
pub fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |message: &str| {
        Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message.to_owned()))
    };
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refuse("a compressed request body is not accepted");
    }
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return refuse("send exactly one `content-type: application/json`");
    };
    let text = value.to_str().unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return refuse("send the request with `content-type: application/json`");
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    match charset.as_deref() {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(_) => refuse("only UTF-8 is accepted"),
    }
}
