//! A client that puts the parts of an answer together, and is strict about them.

use gateway::engine::{Answer, Engine};
use serde_json::{Map, Value, json};

use gateway::execution::PartsFormat;

use super::operations::Written;
use super::{context, request};

/// Parts put together.
pub struct Merged {
    /// `data` and `errors`, as if the answer had come whole.
    pub answer: Value,
    /// Whether null reached a deferred fragment: then less is null than in a whole answer.
    pub failed: bool,
    /// Where fragments stand of which nothing came, as null reached out of something in them.
    pub undelivered: Vec<Vec<Value>>,
}

/// The parts of an answer, as JSON.
pub async fn parts(engine: &Engine, operation: &Written, format: PartsFormat) -> Vec<Value> {
    use futures::StreamExt;
    let mut request = request(&operation.text, operation.variables.clone());
    request.parts = Some(format);
    let json = |body: &[u8]| serde_json::from_slice(body).unwrap_or_else(|_| panic!("{body:?}"));
    match engine.answer(request, context()).await {
        Answer::Single(response) => vec![json(&response.body)],
        Answer::Stream(_) => panic!("a stream"),
        Answer::Parts(first, rest) => {
            let mut parts = vec![json(&first.body)];
            parts.extend(rest.map(|body| json(&body)).collect::<Vec<_>>().await);
            parts
        }
    }
}

/// Puts parts together.
///
/// # Errors
/// What a client could not make sense of.
pub fn merge(parts: &[Value], format: PartsFormat) -> Result<Merged, String> {
    let first = parts.first().ok_or("nothing came")?;
    let mut client = Client {
        data: first["data"].clone(),
        errors: first["errors"].as_array().cloned().unwrap_or_default(),
        open: Map::new(),
        failed: false,
        undelivered: Vec::new(),
    };
    client.announce(first);
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let has_next = part.get("hasNext").unwrap_or(&json!(false)) == &json!(true);
        if has_next == last {
            return Err(format!("part {index} of {} says hasNext: {has_next}", parts.len()));
        }
    }
    for part in &parts[1..] {
        client.announce(part);
        let entries = part["incremental"].as_array().cloned().unwrap_or_default();
        match format {
            PartsFormat::Defer20220824 => entries.iter().try_for_each(|entry| client.fragment(entry))?,
            PartsFormat::Incremental02 => {
                entries.iter().try_for_each(|entry| client.fresh(entry))?;
                client.complete(part)?;
            }
        }
    }
    if !client.open.is_empty() {
        return Err(format!("never completed: {:?}", client.open));
    }
    let mut answer = json!({ "data": client.data });
    if !client.errors.is_empty() {
        answer["errors"] = client.errors.into();
    }
    Ok(Merged { answer, failed: client.failed, undelivered: client.undelivered })
}

struct Client {
    data: Value,
    errors: Vec<Value>,
    /// Paths of what was announced, by id.
    open: Map<String, Value>,
    failed: bool,
    undelivered: Vec<Vec<Value>>,
}

impl Client {
    fn announce(&mut self, part: &Value) {
        for pending in part["pending"].as_array().into_iter().flatten() {
            self.open.insert(pending["id"].as_str().unwrap().to_string(), pending["path"].clone());
        }
    }

    fn tell(&mut self, from: &Value) {
        self.errors.extend(from["errors"].as_array().into_iter().flatten().cloned());
    }

    fn fail(&mut self, path: &[Value]) {
        self.failed = true;
        self.undelivered.push(path.to_vec());
    }

    fn at<'d>(data: &'d mut Value, path: &[Value]) -> Result<&'d mut Map<String, Value>, String> {
        let step = |at: &'d mut Value, segment: &Value| match segment {
            Value::String(key) => at.get_mut(key.as_str()),
            index => at.get_mut(index.as_u64()? as usize),
        };
        let found = path.iter().try_fold(data, step).ok_or(format!("nothing at {path:?}"))?;
        found.as_object_mut().ok_or(format!("no object at {path:?}"))
    }

    fn fragment(&mut self, entry: &Value) -> Result<(), String> {
        self.tell(entry);
        let path = entry["path"].as_array().ok_or("no path")?;
        match &entry["data"] {
            Value::Object(fields) => {
                let target = Self::at(&mut self.data, path)?;
                for (key, value) in fields {
                    self.failed |= add(target, key, value);
                }
            }
            _ => self.fail(path),
        }
        Ok(())
    }

    fn fresh(&mut self, entry: &Value) -> Result<(), String> {
        self.tell(entry);
        let id = entry["id"].as_str().ok_or("no id")?;
        let mut path = self.open.get(id).ok_or(format!("{id} is not pending"))?.as_array().cloned().unwrap();
        path.extend(entry["subPath"].as_array().into_iter().flatten().cloned());
        let target = Self::at(&mut self.data, &path)?;
        for (key, value) in entry["data"].as_object().ok_or("no data")? {
            if let Some(known) = target.insert(key.clone(), value.clone()) {
                return Err(format!("{key} at {path:?} comes twice: {known} and {value}"));
            }
        }
        Ok(())
    }

    fn complete(&mut self, part: &Value) -> Result<(), String> {
        for completed in part["completed"].as_array().into_iter().flatten() {
            let id = completed["id"].as_str().ok_or("no id")?;
            let path = self.open.remove(id).ok_or(format!("{id} was not pending"))?;
            if completed.get("errors").is_some() {
                self.fail(path.as_array().ok_or("no path")?);
            }
            self.tell(completed);
        }
        Ok(())
    }
}

fn add(target: &mut Map<String, Value>, key: &str, value: &Value) -> bool {
    match target.get_mut(key) {
        Some(known) => deep(known, value),
        None => {
            target.insert(key.to_string(), value.clone());
            false
        }
    }
}

/// Adds what a fragment brings once more; whether null has reached into what two fragments share, in one of them: each is
/// executed by itself in this format, and the other has what it has.
fn deep(target: &mut Value, source: &Value) -> bool {
    match (target, source) {
        (Value::Object(target), Value::Object(source)) => {
            source.iter().fold(false, |failed, (key, value)| add(target, key, value) || failed)
        }
        (Value::Array(target), Value::Array(source)) if target.len() == source.len() => target
            .iter_mut()
            .zip(source)
            .fold(false, |failed, (target, source)| deep(target, source) || failed),
        (Value::Object(_) | Value::Array(_), Value::Null) => true,
        (target @ Value::Null, Value::Object(_) | Value::Array(_)) => {
            *target = source.clone();
            true
        }
        (target, source) => {
            *target = source.clone();
            false
        }
    }
}
