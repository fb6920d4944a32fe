//! An optimizer allocates nothing after its first step.

use allocation_counter::measure;
use optimizers::schedules::{Cosine, Schedule, Warmup};
use optimizers::{OptimizerKind, Slot, clip_total_norm};

#[test]
fn steps_after_the_first_allocate_nothing() {
    for kind in OptimizerKind::ALL {
        let mut optimizer = kind.build::<f32>().unwrap();
        let schedule = Warmup { steps: 2, then: Cosine { lr: 0.1, min: 0.0, steps: 8 } };
        let (mut w, mut dw) = (vec![1.0; 1000], vec![0.1; 1000]);
        let (mut b, mut db) = (vec![1.0; 10], vec![0.1; 10]);
        let mut slots = [
            Slot { value: &mut w, grad: &mut dw, decay: true },
            Slot { value: &mut b, grad: &mut db, decay: false },
        ];
        let first = measure(|| optimizer.step(&mut slots).unwrap());
        assert!(first.count_total > 0, "{kind}: the first step lays out the state");
        let others = measure(|| {
            for _ in 0..10 {
                optimizer.set_lr(schedule.lr(optimizer.steps())).unwrap();
                clip_total_norm(&mut slots, 0.5).unwrap();
                optimizer.step(&mut slots).unwrap();
            }
        });
        assert_eq!(others.count_total, 0, "{kind}");
    }
}
