//! Names that are keywords in the edition that the macros are written in.

use boc::prelude::*;
use boc_tests::on_workers;

struct World {
    gen: Cown<i32>,
}

#[test]
fn a_cown_that_is_called_gen() {
    on_workers(2, || {
        let (gen, start) = (Cown::new(1), Cown::new(1));
        #[boc::attr::when(gen)]
        fn exclusive(gen: &mut i32) -> i32 {
            *gen += 1;
            *gen
        }
        assert_eq!(exclusive.join().unwrap(), 2);
        #[boc::attr::when(read gen)]
        fn shared(gen: &i32) -> i32 {
            *gen
        }
        assert_eq!(shared.join().unwrap(), 2);
        #[boc::attr::when(gen)]
        fn guard(gen: Acquired<'_, i32>) {
            when!(gen => *gen += 1);
        }
        #[boc::attr::when(start)]
        fn captured(start: &mut i32, gen: Cown<i32>) {
            *start += 1;
            when!(gen => *gen += 1);
        }
        let world = World { gen: Cown::new(10) };
        when!(start => {
            *start += 1;
            when!(gen => *gen += 1);
            when!(world.gen => *gen += 1);
        });
        quiesce();
        drop((guard, captured));
        assert_eq!(
            when!(gen, other = world.gen, let dyn_ = 1 => *gen + *other + dyn_).join().unwrap(),
            5 + 11 + 1
        );
    });
}

#[test]
fn a_behavior_that_is_called_gen() {
    on_workers(1, || {
        let a = Cown::new(1);
        #[boc::attr::when(a)]
        fn gen(a: &mut i32) -> i32 {
            *a
        }
        assert_eq!(gen.join().unwrap(), 1);
    });
}
