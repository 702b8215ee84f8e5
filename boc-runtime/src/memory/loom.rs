//! Owns: the model of a block that is made before its value. The real cown, with a value that loom
//! watches.

#![expect(unsafe_code, reason = "looks at the value of a cown that no behavior requests")]

use loom::cell::UnsafeCell;
use loom::thread::spawn;

use crate::cown::Cown;
use crate::sync::explore;

/// T1: `new_cyclic` writes the value and then the first strong count. T2: another thread upgrades a
/// weak handle that it was given before. If T2 finds the count it finds the value.
#[test]
fn an_upgrade_meets_the_value_of_a_cyclic_cown() {
    explore(|| {
        let mut other = None;
        let cown = Cown::new_cyclic(|weak| {
            let weak = weak.clone();
            other = Some(spawn(move || {
                if let Some(cown) = weak.upgrade() {
                    // SAFETY: `cown` keeps the value, and it is only read.
                    let value: &UnsafeCell<u8> = unsafe { Cown::value_of(cown.header()).as_ref() };
                    // SAFETY: as above.
                    assert_eq!(value.with(|value| unsafe { *value }), 1);
                }
            }));
            let value = UnsafeCell::new(0);
            // SAFETY: this thread's.
            value.with_mut(|value| unsafe { *value = 1 });
            value
        });
        other.expect("the closure was called").join().expect("no panic");
        drop(cown);
    });
}
