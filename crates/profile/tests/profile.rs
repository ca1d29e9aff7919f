//! Profiles made, written, read and shown.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use profile::{Mapped, Profile, Sampled, Stacks, Top, find, read_maps};
use proptest::prelude::*;

const CPU: (&str, &str) = ("cpu", "nanoseconds");

/// Stacks of functions by their numbers, the innermost first, with a value each.
fn samples() -> impl Strategy<Value = Vec<(Vec<u8>, i64)>> {
    let stack = prop::collection::vec(0_u8..12, 1..8);
    prop::collection::vec((stack, -1000_i64..1000), 0..40)
}

fn named(samples: &[(Vec<u8>, i64)]) -> Profile {
    let names: Vec<String> = (0..12).map(|number| format!("function {number}")).collect();
    let samples: Vec<(Vec<&str>, Vec<i64>)> = samples
        .iter()
        .map(|(stack, value)| {
            let stack = stack
                .iter()
                .map(|number| names[usize::from(*number)].as_str());
            (stack.collect(), vec![7, *value])
        })
        .collect();
    Profile::of_names(&[("other", "count"), CPU], &samples, 1)
}

proptest! {
    #[test]
    fn the_top_is_what_each_function_has(samples in samples()) {
        let top = named(&samples).top();
        let mut expected: HashMap<String, (i64, i64)> = HashMap::new();
        for (stack, value) in &samples {
            for number in 0..12 {
                if stack.contains(&number) {
                    let sums = expected.entry(format!("function {number}")).or_default();
                    sums.0 += if stack[0] == number { *value } else { 0 };
                    sums.1 += value;
                }
            }
        }
        prop_assert_eq!(top.total, samples.iter().map(|(_, value)| value).sum::<i64>());
        let found: HashMap<String, (i64, i64)> =
            top.rows.iter().map(|row| (row.name.clone(), (row.own, row.cumulative))).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(top.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.own)));
    }

    #[test]
    fn what_is_written_is_read_again(samples in samples()) {
        let profile = named(&samples);
        prop_assert_eq!(&Profile::read(&profile.write()).unwrap(), &profile);
        prop_assert_eq!(&Profile::read(&profile.bytes()).unwrap(), &profile);
    }

    #[test]
    fn any_bytes_are_a_profile_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        shows_or_refuses(&bytes);
    }

    #[test]
    fn a_damaged_profile_is_shown_or_refused(
        samples in samples(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_packed: bool,
    ) {
        let profile = named(&samples);
        let mut bytes = if is_packed { profile.write() } else { profile.bytes() };
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        shows_or_refuses(&bytes);
    }

    #[test]
    fn an_address_is_found_in_its_mapping(mut bounds in prop::collection::vec(0_u64..1000, 0..20), address in 0_u64..1000) {
        bounds.sort_unstable();
        bounds.dedup();
        let mappings: Vec<Mapped> = bounds
            .chunks_exact(2)
            .map(|pair| Mapped { start: pair[0], end: pair[1], offset: 0, path: String::new() })
            .collect();
        let expected = mappings.iter().position(|mapped| mapped.start <= address && address < mapped.end);
        prop_assert_eq!(find(&mappings, address), expected);
    }

    #[test]
    fn any_text_is_a_list_of_mappings(text in "([0-9a-f]{0,5}-?[ rwxp\\-:\n]{0,6}){0,20}") {
        prop_assert!(read_maps(&text).len() <= text.lines().count());
    }
}

/// If bytes are a profile, it can be shown; if not, the error says so on one line.
fn shows_or_refuses(bytes: &[u8]) {
    match Profile::read(bytes) {
        Ok(profile) => {
            let top = profile.top();
            assert!(top.table(10).to_string().lines().count() <= 12);
            assert!(profile.flamegraph("any").contains("<svg"));
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
}

#[test]
fn what_can_be_run_is_taken_from_the_list() {
    let text = "00400000-00452000 r-xp 00001000 08:02 173521      /usr/bin/a program (deleted)\n\
                00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/dbus-daemon\n\
                7f2c00000000-7f2c00021000 rwxp 00000000 00:00 0 \n\
                7ffd4c1f4000-7ffd4c1f6000 r-xp 00000000 00:00 0                          [vdso]\n";
    let found = read_maps(text);
    let expected = [
        (
            0x0040_0000,
            0x0045_2000,
            0x1000,
            "/usr/bin/a program (deleted)",
        ),
        (0x7ffd_4c1f_4000, 0x7ffd_4c1f_6000, 0, "[vdso]"),
    ];
    let found: Vec<(u64, u64, u64, &str)> = found
        .iter()
        .map(|mapped| {
            (
                mapped.start,
                mapped.end,
                mapped.offset,
                mapped.path.as_str(),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[inline(never)]
fn sampled_here() -> Top {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let here = sampled_here as fn() -> Top as usize as u64;
    let test = addresses_have_names_and_lines as fn() as usize as u64;
    let stacks = Stacks {
        units: vec![("samples", "count"), CPU],
        shown: CPU,
        period: (CPU, 10),
        // Beyond the last address nothing is mapped.
        samples: vec![Sampled {
            addresses: vec![here + 4, test + 4, 1],
            values: vec![1, 10],
            labels: vec![("thread", String::from("main"))],
        }],
        began: 0,
        lasted: 0,
        comments: Vec::new(),
    };
    let profile = stacks.into_profile(&read_maps(&maps)).symbolized();
    let again = Profile::read(&profile.write()).unwrap();
    assert!(again.flamegraph("here").contains("sampled_here"));
    again.top()
}

#[test]
fn addresses_have_names_and_lines() {
    let top = sampled_here();
    let rows: Vec<(&str, i64, i64)> = top
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.own, row.cumulative))
        .collect();
    assert_eq!(
        rows,
        [
            ("profile::sampled_here", 10, 10),
            ("profile::addresses_have_names_and_lines", 0, 10)
        ]
    );
}

#[test]
fn the_librarys_work_is_its_callers() {
    let ours = "service::handle";
    for library in [
        "alloc::vec::Vec<T,A>::push",
        "<alloc::string::String as core::fmt::Write>::write_str",
        "<T as alloc::string::ToString>::to_string",
        "<u32>::rotate_left",
        "<[T] as core::slice::Concat<T>>::concat",
        "__rust_alloc",
        "core::ptr::drop_in_place<service::Body>",
    ] {
        let profile = Profile::of_names(&[CPU], &[(vec![library, ours], vec![1])], 0);
        assert_eq!(profile.top().rows[0].name, ours, "{library}");
    }
    for other in [
        "<service::Body as core::ops::Drop>::drop",
        "<alloc::vec::Vec<T> as service::Encode>::encode",
        "allocator::run",
        "serde_json::to_vec",
        "<T as service::Encode>::encode",
    ] {
        let profile = Profile::of_names(&[CPU], &[(vec![other, ours], vec![1])], 0);
        assert_eq!(profile.top().rows[0].name, other, "{other}");
    }
    // A stack of nothing else stays.
    let alone = Profile::of_names(
        &[CPU],
        &[(vec!["__rust_alloc", "std::thread::spawn"], vec![1])],
        0,
    );
    assert_eq!(alone.top().rows[0].name, "__rust_alloc");
}
