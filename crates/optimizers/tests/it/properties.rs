//! Properties that hold for any input.

use optimizers::schedules::{Cosine, Exponential, OneCycle, Schedule, Step, Warmup};
use optimizers::{OptimizerKind, Slot, clip_total_norm, constrain_norm, total_norm};
use proptest::prelude::*;

proptest! {
    /// Rules work element by element: how parameters are cut into slots does not matter.
    #[test]
    fn cutting_a_slot_in_two_changes_no_bit(
        start in prop::collection::vec(-3.0..3.0_f32, 1..40),
        grads in prop::collection::vec(-3.0..3.0_f32, 40),
        cut in 0.0..1.0_f64,
        kind in prop::sample::select(&OptimizerKind::ALL),
    ) {
        let cut = (cut * start.len() as f64) as usize;
        let (mut whole, mut parts) = (start.clone(), start);
        let (mut one, mut two) = (kind.build().unwrap(), kind.build().unwrap());
        for step in 0..4 {
            let mut grad = grads.clone();
            grad.rotate_left(step);
            grad.truncate(whole.len());
            let (mut left, mut right) = (grad[..cut].to_vec(), grad[cut..].to_vec());
            one.step(&mut [Slot { value: &mut whole, grad: &mut grad, decay: true }]).unwrap();
            let (a, b) = parts.split_at_mut(cut);
            two.step(&mut [
                Slot { value: a, grad: &mut left, decay: true },
                Slot { value: b, grad: &mut right, decay: true },
            ]).unwrap();
            prop_assert_eq!(&whole, &parts);
        }
    }

    #[test]
    fn clipping_keeps_the_direction_and_never_exceeds_the_norm(
        grads in prop::collection::vec(-1e3..1e3_f64, 0..50),
        max_norm in 0.0..2e3_f64,
    ) {
        let (mut value, mut clipped) = (vec![0.0; grads.len()], grads.clone());
        let mut slots = [Slot { value: &mut value, grad: &mut clipped, decay: true }];
        let before = clip_total_norm(&mut slots, max_norm).unwrap();
        prop_assert!(total_norm(&mut slots) <= max_norm * (1.0 + 1e-14));
        let factor = if before > max_norm { max_norm / before } else { 1.0 };
        for (clipped, grad) in clipped.iter().zip(&grads) {
            prop_assert_eq!(*clipped, factor * grad);
        }
    }

    #[test]
    fn constrained_units_are_short_and_short_units_are_untouched(
        (fan_in, weights) in (1_usize..6, 0_usize..8).prop_flat_map(|(fan_in, units)| {
            (Just(fan_in), prop::collection::vec(-2.0..2.0_f64, fan_in * units))
        }),
        max_norm in 0.0..4.0_f64,
    ) {
        let norm = |unit: &[f64]| unit.iter().map(|w| w * w).sum::<f64>().sqrt();
        let mut constrained = weights.clone();
        constrain_norm(&mut constrained, fan_in, max_norm).unwrap();
        for (now, then) in constrained.chunks(fan_in).zip(weights.chunks(fan_in)) {
            prop_assert!(norm(now) <= max_norm * (1.0 + 1e-14));
            prop_assert!(now == then || norm(then) > max_norm * (1.0 - 1e-14));
        }
    }

    #[test]
    fn schedules_stay_between_zero_and_their_highest_rate(
        max in 1e-6..10.0_f64,
        gamma in 0.0..=1.0_f64,
        steps in 0_u64..2000,
        warmup in 0_u64..500,
        at in 0_u64..4000,
    ) {
        let min = gamma * max;
        let schedules: [&dyn Schedule; 6] = [
            &max,
            &Step { lr: max, gamma, every: steps + 1 },
            &Exponential { lr: max, gamma },
            &Cosine { lr: max, min, steps },
            &OneCycle { warmup: gamma, ..OneCycle::new(max, steps) },
            &Warmup { steps: warmup, then: Cosine { lr: max, min, steps } },
        ];
        for (i, schedule) in schedules.into_iter().enumerate() {
            let lr = schedule.lr(at);
            prop_assert!(lr >= 0.0 && lr <= max * (1.0 + 1e-14), "schedule {i}: {lr}");
        }
    }
}
