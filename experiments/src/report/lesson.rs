//! What a part of a section teaches: a question first, then what shows the answer.

use serde::Serialize;

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
    /// What to try next.
    pub exercise: Exercise<'a>,
}

/// Something to try with one command.
#[derive(Clone, Copy, Debug)]
pub struct Exercise<'a> {
    /// What to find out.
    pub text: &'a str,
    /// The flags of the command.
    pub flags: &'a str,
}

/// The texts of a lesson in the language of the run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told {
    question: String,
    choices: Vec<String>,
    answer: Option<usize>,
    /// The text of the answer.
    right: Option<String>,
    see: String,
    why: String,
    formula: String,
    exercise: String,
    command: String,
}

impl Told {
    /// A quick run is too short for an answer.
    pub(super) fn of(lesson: &Lesson<'_>, quick: Option<&str>, texts: &Texts) -> Self {
        let see = texts.text(&lesson.see);
        let choices: Vec<String> = lesson.choices.iter().map(|choice| texts.text(choice)).collect();
        let answer = lesson.answer.filter(|_| quick.is_none());
        Self {
            question: texts.text(lesson.question),
            right: answer.map(|answer| choices[answer].clone()),
            choices,
            answer,
            see: quick.map_or(see, |quick| texts.text(quick)),
            why: texts.text(lesson.why),
            formula: lesson.formula.to_owned(),
            exercise: texts.text(lesson.exercise.text),
            command: line(lesson.exercise.flags),
        }
    }
}

/// A stretch of the page: a lesson and what belongs to it, or what stands before the first lesson.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Chapter {
    pub(super) lesson: Option<Told>,
    pub(super) figures: Vec<Drawn>,
    pub(super) conclusions: Vec<Judged>,
    pub(super) tables: Vec<Table>,
}
