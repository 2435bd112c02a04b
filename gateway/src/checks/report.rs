//! The verdict, and how it is told: to people as text, to programs as JSON.

use serde_json::{Value, json};

use super::changes::{Change, Impact};
use super::describe::{Texts, describe};
use super::operations::{OperationFinding, OperationStatus};
use crate::composition::diagnostic::{Diagnostic, Severity};

/// What the check found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether the head composes. If not, nothing else was compared.
    pub composes: bool,
    /// What composition of the head said.
    pub diagnostics: Vec<Diagnostic>,
    /// The head's subgraphs: name to file and text.
    pub texts: Texts,
    /// What changed in the public schema; breaking ones first.
    pub changes: Vec<Change>,
    /// How each known operation fares.
    pub operations: Vec<OperationFinding>,
}

impl Report {
    /// Whether the head may be deployed.
    pub fn is_fine(&self) -> bool {
        self.composes
            && !self.changes.iter().any(|change| change.impact == Impact::Breaking)
            && !self.operations.iter().any(|finding| finding.status.is_failure())
    }

    /// 0 when the head may be deployed, 1 when not. Wrong use is an error instead of a report.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.is_fine())
    }

    /// The report for programs. Its keys and codes are stable.
    pub fn to_json(&self) -> Value {
        json!({
            "ok": self.is_fine(),
            "composes": self.composes,
            "diagnostics": self.diagnostics,
            "changes": self.changes,
            "operations": self.operations,
            "summary": {
                "breaking": self.count(Impact::Breaking),
                "dangerous": self.count(Impact::Dangerous),
                "safe": self.count(Impact::Safe),
                "operations": self.operations.len(),
                "failing_operations": self.failing(),
            },
        })
    }

    /// The report for people.
    pub fn to_text(&self) -> String {
        let mut blocks = Vec::new();
        for diagnostic in &self.diagnostics {
            blocks.push(describe(diagnostic, &self.texts));
        }
        for (impact, title) in
            [(Impact::Breaking, "Breaking"), (Impact::Dangerous, "Dangerous"), (Impact::Safe, "Safe")]
        {
            let lines: Vec<String> =
                self.changes.iter().filter(|change| change.impact == impact).map(describe_change).collect();
            if !lines.is_empty() {
                blocks.push(format!("{title}:\n{}", lines.join("\n")));
            }
        }
        let lines: Vec<String> = self.operations.iter().filter_map(describe_operation).collect();
        if !lines.is_empty() {
            blocks.push(format!("Operations:\n{}", lines.join("\n")));
        }
        blocks.push(self.verdict());
        let mut text = blocks.join("\n\n");
        text.push('\n');
        text
    }

    fn verdict(&self) -> String {
        if !self.composes {
            let errors = self.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
            return format!("NO: the head does not compose ({errors} errors).");
        }
        let answer = if self.is_fine() { "OK" } else { "NO" };
        let mut text = format!(
            "{answer}: composes; {} breaking, {} dangerous, {} safe changes",
            self.count(Impact::Breaking),
            self.count(Impact::Dangerous),
            self.count(Impact::Safe)
        );
        if !self.operations.is_empty() {
            text.push_str(&format!("; {} of {} operations fail", self.failing(), self.operations.len()));
        }
        text.push('.');
        text
    }

    fn count(&self, impact: Impact) -> usize {
        self.changes.iter().filter(|change| change.impact == impact).count()
    }

    fn failing(&self) -> usize {
        self.operations.iter().filter(|finding| finding.status.is_failure()).count()
    }
}

fn describe_change(change: &Change) -> String {
    let mut text = format!("  {} {}: {}", change.code, change.coordinate, change.message);
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => text.push_str(&format!(" ({old} -> {new})")),
        (Some(old), None) => text.push_str(&format!(" (was {old})")),
        (None, Some(new)) => text.push_str(&format!(" (now {new})")),
        (None, None) => {}
    }
    text
}

/// Nothing is said of what is fine.
fn describe_operation(finding: &OperationFinding) -> Option<String> {
    let head = match finding.status {
        OperationStatus::Fine => return None,
        OperationStatus::Grown => "warning, takes more requests",
        OperationStatus::AlreadyBroken => "warning, fails against the base already",
        OperationStatus::Invalid => "fails, is valid no longer",
        OperationStatus::Unplannable => "fails, cannot be planned any longer",
    };
    let reasons: String = finding.reasons.iter().map(|reason| format!("\n    {reason}")).collect();
    Some(format!("  {}: {head}{reasons}", finding.operation))
}
