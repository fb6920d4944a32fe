//! After its first step an optimizer allocates nothing.

// Counting allocations means being the allocator, whose trait is unsafe.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use optimizers::schedules::{Cosine, Schedule, Warmup};
use optimizers::{OptimizerKind, Slot, clip_total_norm};

// Each thread counts its own: the other tests of this binary disturb nothing.
thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every request is handed to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

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
        let before_first = ALLOCATIONS.get();
        optimizer.step(&mut slots).unwrap();
        let after_first = ALLOCATIONS.get();
        assert!(after_first > before_first, "{kind}: the first step lays out the state");
        for _ in 0..10 {
            optimizer.set_lr(schedule.lr(optimizer.steps())).unwrap();
            clip_total_norm(&mut slots, 0.5).unwrap();
            optimizer.step(&mut slots).unwrap();
        }
        assert_eq!(ALLOCATIONS.get(), after_first, "{kind}");
    }
}
