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
pub struct Ends<N> {
    pub train: N,
    pub test: N,
}

impl Ends<f64> {
    /// Training accuracy less test accuracy.
    pub fn gap(self) -> f64 {
        self.train - self.test
    }
}

impl Trained<'_> {
    pub fn series(&self) -> &Series {
        &self.findings.series[0]
    }

    pub fn spreads(&self) -> Ends<Spread> {
        spreads(&self.findings)
    }

    /// The means over the seeds.
    pub fn means(&self) -> Ends<f64> {
        means(&self.findings)
    }

    pub fn of_each_seed(&self) -> Vec<Ends<f64>> {
        self.findings.each_seed(means)
    }
}

fn spreads(findings: &Findings) -> Ends<Spread> {
    let last = |metric| findings.series[0].last(metric);
    Ends { train: last(Metric::TRAIN_ACCURACY), test: last(Metric::TEST_ACCURACY) }
}

fn means(findings: &Findings) -> Ends<f64> {
    let Ends { train, test } = spreads(findings);
    Ends { train: train.mean, test: test.mean }
}
