//! Loops: what a body mentions is a snapshot, and a handle can be used in the next round.

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn a_loop_variable_is_a_snapshot() {
    on_workers(2, || {
        let log = Cown::new(Vec::new());
        for i in 0..5 {
            when!(log => log.push(i));
        }
        assert_eq!(when!(log => log.clone()).join().unwrap(), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn a_counter_that_goes_on_is_a_snapshot() {
    on_workers(2, || {
        let log = Cown::new(Vec::new());
        let mut i = 0;
        while i < 3 {
            when!(log, let i = i * 10 => log.push(i));
            i += 1;
        }
        assert_eq!(when!(log => log.clone()).join().unwrap(), [0, 10, 20]);
        assert_eq!(i, 3);
    });
}

#[test]
fn a_string_is_cloned_in_each_round() {
    on_workers(2, || {
        let (log, name) = (Cown::new(String::new()), String::from("ab"));
        for _ in 0..3 {
            when!(log, clone name => log.push_str(&name));
        }
        assert_eq!(when!(log => log.len()).join().unwrap(), 3 * name.len());
    });
}

#[test]
fn a_nested_header_does_not_use_its_handle_up() {
    on_workers(2, || {
        let (source, log) = (Cown::new(0), Cown::new(Vec::new()));
        for _ in 0..4 {
            when!(source => {
                *source += 1;
                let seen = *source;
                when!(log => log.push(seen));
            });
        }
        quiesce();
        assert_eq!(when!(log => log.iter().sum::<i32>()).join().unwrap(), 1 + 2 + 3 + 4);
    });
}

#[test]
fn a_loop_in_a_body_schedules_on_one_handle() {
    on_workers(2, || {
        let (start, total) = (Cown::new(3), Cown::new(0));
        when!(start => {
            for i in 0..*start {
                when!(total => *total += i);
            }
            when!(total => *total *= 10);
        });
        quiesce();
        assert_eq!(when!(total => *total).join().unwrap(), 30);
    });
}

#[test]
fn a_loop_over_cowns_shadows_their_collection() {
    on_workers(2, || {
        let cell = vec![Cown::new(1), Cown::new(2), Cown::new(3)];
        for cell in &cell {
            when!(cell => *cell *= 2);
        }
        for (i, cell) in cell.iter().enumerate() {
            when!(cell => *cell += i);
        }
        assert_eq!(when!(cell => cell.iter().copied().collect::<Vec<_>>()).join().unwrap(), [2, 5, 8]);
    });
}

#[test]
fn a_label_that_is_called_like_a_cown() {
    on_workers(2, || {
        let outer = Cown::new(0);
        let start = Cown::new(7);
        when!(start => {
            'outer: for i in 0.. {
                loop {
                    if i == *start { break 'outer; }
                    when!(outer => *outer += 1);
                    continue 'outer;
                }
            }
        });
        quiesce();
        assert_eq!(when!(outer => *outer).join().unwrap(), 7);
    });
}

#[test]
fn a_loop_is_a_value() {
    on_workers(1, || {
        let a = Cown::new(1_u32);
        let found = when!(a => loop { *a *= 2; if *a > 50 { break *a } });
        assert_eq!(found.join().unwrap(), 64);
        let found = when!(a => 'search: { for i in 0..9 { if i * i > 30 { break 'search i } } 0 });
        assert_eq!(found.join().unwrap(), 6);
    });
}

#[test]
fn promises_of_a_loop_are_a_group() {
    on_workers(2, || {
        let cells: Vec<_> = (1..=4).map(Cown::new).collect();
        let mut squares = Vec::new();
        for cell in &cells {
            squares.push(when!(read cell => *cell * *cell));
        }
        assert_eq!(when!(squares => squares.iter().sum::<i32>()).join().unwrap(), 30);
    });
}

#[test]
fn a_promise_that_is_replaced_in_each_round() {
    on_workers(2, || {
        let mut last = when!(=> 1_u64);
        for i in 1..=10 {
            last = when!(last => *last * i);
        }
        assert_eq!(last.join().unwrap(), 3_628_800);
    });
}
