//! What a part of a section teaches: a question first, then what shows the answer.

use serde::Serialize;
use serde_json::{Value, json};

use super::drawn::Drawn;
use super::judged::Judged;
use super::table::Table;
use crate::cli::Texts;
use crate::cli::help::line;

/// A question of the chapter and its answer. The figures, tables and conclusions that are added to
/// the report after it belong to it.
///
/// Texts are in English; the report translates them.
#[derive(Clone, Debug)]
pub struct Lesson<'a> {
    /// What a reader is asked before anything is shown.
    pub question: &'a str,
    /// What one may guess.
    pub choices: &'a [&'a str],
    /// The choice that the findings of this run bear out; `None` if they bear out none.
    pub answer: Option<usize>,
    /// What to see in the figures, in numbers of this run.
    pub see: String,
    /// Why it is so: true whatever the numbers of a run are.
    pub why: &'a str,
    /// The formula as MathML; may be empty.
    pub formula: &'a str,
    /// What to try next, with one command.
    pub exercise: &'a str,
    /// The flags of the command.
    pub flags: &'a str,
}

impl Lesson<'_> {
    /// Its texts in the language of the run, for the page's template. A quick run is too short for
    /// an answer.
    pub(super) fn translated(&self, quick: Option<&str>, texts: &Texts) -> Value {
        let see = texts.text(&self.see);
        let choices: Vec<String> = self.choices.iter().map(|choice| texts.text(choice)).collect();
        let answer = self.answer.filter(|_| quick.is_none());
        json!({
            "question": texts.text(self.question),
            "right": answer.map(|answer| &choices[answer]),
            "choices": choices,
            "answer": answer,
            "see": quick.map_or(see, |quick| texts.text(quick)),
            "why": texts.text(self.why),
            "formula": self.formula,
            "exercise": texts.text(self.exercise),
            "command": line(self.flags),
        })
    }
}

/// A stretch of the page: a lesson and what belongs to it, or what stands before the first lesson.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Chapter {
    /// As the template needs it.
    pub(super) lesson: Option<Value>,
    pub(super) figures: Vec<Drawn>,
    pub(super) conclusions: Vec<Judged>,
    pub(super) tables: Vec<Table>,
}
