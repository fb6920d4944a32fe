//! What was found of a network.

use experiments::findings::{Findings, Metric, Series, Spread};

use crate::networks::Variant;

/// A variant that was trained; its findings have one series.
pub struct Trained<'a> {
    pub variant: &'a Variant,
    pub findings: Findings,
}

/// Training and test accuracy at the end.
#[derive(Clone, Copy)]
pub struct Ends {
    pub train: Spread,
    pub test: Spread,
}

impl Ends {
    fn of(findings: &Findings) -> Self {
        let last = |metric| findings.series[0].last(metric);
        Self { train: last(Metric::TRAIN_ACCURACY), test: last(Metric::TEST_ACCURACY) }
    }

    /// Training accuracy less test accuracy, in the mean of the seeds.
    pub fn gap(self) -> f64 {
        self.train.mean - self.test.mean
    }
}

impl Trained<'_> {
    pub fn series(&self) -> &Series {
        &self.findings.series[0]
    }

    pub fn ends(&self) -> Ends {
        Ends::of(&self.findings)
    }

    pub fn of_each_seed(&self) -> Vec<Ends> {
        self.findings.each_seed(Ends::of)
    }
}
