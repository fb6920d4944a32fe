//! What a search costs beside its trials: suggestions, importances, lines in a file.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use init::Seed;
use search::pruner::Never;
use search::sampler::{Known, SamplerKind};
use search::{
    End, Identity, Observation, Report, Search, Space, Study, StudyError, Value, importance,
};

/// A real number on a log scale, an integer and a choice.
fn space() -> Space {
    let flags = ["lr=log:1e-6:1", "depth=int:1:8", "activation=choice:relu,tanh,gelu"];
    Space::parse(flags).expect("the constant is a space")
}

/// Trials of a random search, best at lr = 0.01.
fn finished(space: &Space, count: u64) -> Vec<Observation> {
    let mut finished: Vec<Observation> = Vec::new();
    for number in 0..count {
        let known = Known { space, finished: &finished, pending: &[], seed: Seed::new(1) };
        let params = SamplerKind::Random.sampler().suggest(known, number);
        let Some(Value::Float(lr)) = params.get("lr") else { unreachable!("a real number") };
        let value = -(libm::log10(*lr) + 2.0).powi(2);
        finished.push(Observation { number, params, value });
    }
    finished
}

fn suggestions(c: &mut Criterion) {
    let space = space();
    let mut group = c.benchmark_group("suggestion");
    group.sample_size(20);
    for (kind, after) in [
        (SamplerKind::Random, 0),
        (SamplerKind::Sobol, 0),
        (SamplerKind::Gp, 50),
        (SamplerKind::Gp, 100),
    ] {
        let (sampler, finished) = (kind.sampler(), finished(&space, after));
        let known = Known { space: &space, finished: &finished, pending: &[], seed: Seed::new(1) };
        let id = BenchmarkId::new(kind.to_string(), format!("after {after} trials"));
        group.bench_function(id, |b| b.iter(|| sampler.suggest(black_box(known), after)));
    }
    group.finish();
}

fn importances(c: &mut Criterion) {
    let space = space();
    let trials = finished(&space, 100);
    c.bench_function("importance of 100 trials", |b| {
        b.iter(|| importance(&space, black_box(&trials)));
    });
}

/// A trial of 50 reports, written and synced; the disk takes most of the time.
fn append(c: &mut Criterion) {
    let space = space();
    let (sampler, pruner, seed) = (SamplerKind::Random.sampler(), Never, Seed::new(1));
    let search =
        Search { space: &space, sampler: &*sampler, pruner: &pruner, seed, steps: 50, together: 1 };
    let open = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let identity = Identity {
            name: "bench".to_owned(),
            space: space.clone(),
            measures: Vec::new(),
            may_widen: true,
            settings: Vec::new(),
        };
        let study = Study::open(&folder.path().join("study.log"), identity, false, |_| {});
        (folder, study.expect("an empty file"))
    };
    let mut group = c.benchmark_group("study");
    group.sample_size(20);
    group.bench_function("append a trial of 50 reports", |b| {
        b.iter_batched(
            open,
            |(folder, study)| {
                let trials = search.run_study::<StudyError>(
                    &study,
                    1,
                    &|_, _, observe| {
                        for step in 0..50 {
                            let _ = observe(Report::of(step, step as f64 / 50.0));
                        }
                        Ok(End::Complete)
                    },
                    &|_| Ok(()),
                );
                (folder, trials)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, suggestions, importances, append);
criterion_main!(benches);
